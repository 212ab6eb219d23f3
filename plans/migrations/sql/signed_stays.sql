-- Values stay as they were entered, reviews as they were signed, and what was told to another city, or this
-- one, as it was told: by trigger, for everybody (reviews, signed_stays.sql).

CREATE OR REPLACE FUNCTION plans_keep_value() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM plans_indicator
                 JOIN plans_goal ON plans_goal.id = plans_indicator.goal_id
                 JOIN plans_plan ON plans_plan.id = plans_goal.plan_id
                WHERE plans_indicator.id = OLD.indicator_id AND plans_plan.status <> 'draft') THEN
        RAISE EXCEPTION 'a value of an adopted plan stays as it is: % refused', TG_OP
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN OLD;
END $$;

CREATE OR REPLACE FUNCTION plans_keep_voice() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    ids uuid[];
BEGIN
    IF TG_OP = 'UPDATE' THEN
        IF to_jsonb(NEW) - 'organisation_id' = to_jsonb(OLD) - 'organisation_id' THEN
            RETURN NEW;
        END IF;
    END IF;
    IF TG_OP <> 'INSERT' THEN
        ids := array_append(ids, OLD.review_id);
    END IF;
    IF TG_OP <> 'DELETE' THEN
        ids := array_append(ids, NEW.review_id);
    END IF;
    IF EXISTS (SELECT FROM plans_planreview WHERE id = ANY (ids) AND signed_at IS NOT NULL) THEN
        RAISE EXCEPTION 'a signed review stays as it is: % of a voice refused', TG_OP
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
END $$;

CREATE TRIGGER plans_indicatorvalue_stays
    BEFORE DELETE ON plans_indicatorvalue
    FOR EACH ROW  EXECUTE FUNCTION plans_keep_value();

CREATE TRIGGER plans_planreview_stays
    BEFORE UPDATE OR DELETE ON plans_planreview
    FOR EACH ROW WHEN (OLD.signed_at IS NOT NULL)
    EXECUTE FUNCTION reviews_refuse();

CREATE TRIGGER plans_planvoice_stays
    BEFORE INSERT OR UPDATE OR DELETE ON plans_planvoice
    FOR EACH ROW  EXECUTE FUNCTION plans_keep_voice();

CREATE TRIGGER plans_comparisonfile_stays
    BEFORE UPDATE ON plans_comparisonfile
    FOR EACH ROW WHEN (OLD.signature <> ''
        OR OLD.document IS DISTINCT FROM NEW.document OR OLD.counted IS DISTINCT FROM NEW.counted)
    EXECUTE FUNCTION reviews_refuse();

CREATE TRIGGER plans_comparisonfile_remains
    BEFORE DELETE ON plans_comparisonfile
    FOR EACH ROW  EXECUTE FUNCTION reviews_refuse();

CREATE TRIGGER plans_cityfile_stays
    BEFORE UPDATE ON plans_cityfile
    FOR EACH ROW  EXECUTE FUNCTION reviews_refuse();

CREATE TRIGGER plans_indicatorvalue_unchanged
    BEFORE UPDATE ON plans_indicatorvalue
    FOR EACH ROW  EXECUTE FUNCTION reviews_refuse();
