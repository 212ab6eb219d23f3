-- What is signed stays as it was signed, and figures as they were frozen: by trigger, for everybody.

CREATE OR REPLACE FUNCTION reviews_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'this stays as it is: % on % refused', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'insufficient_privilege';
END $$;

CREATE OR REPLACE FUNCTION reviews_keep_review() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    erased reviews_review;
BEGIN
    IF OLD.signed_at IS NOT NULL THEN
        IF TG_OP = 'UPDATE' THEN
            erased := OLD;
            erased.signed_by_name := '';
            IF NEW IS NOT DISTINCT FROM erased THEN
                RETURN NEW;
            END IF;
        END IF;
        RAISE EXCEPTION 'a signed audit stays as it is: % refused', TG_OP USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF OLD.discarded_at IS NOT NULL THEN
        RAISE EXCEPTION 'a discarded draft stays as it is: % refused', TG_OP USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF TG_OP = 'DELETE' THEN
        RETURN OLD;
    END IF;
    IF (NEW.id, NEW.district_id, NEW.since, NEW.until, NEW.as_of, NEW.meetings_held, NEW.organisations_met,
        NEW.district_code, NEW.district_name, NEW.definitions, NEW.parts, NEW.made_with, NEW.seed)
        IS DISTINCT FROM
       (OLD.id, OLD.district_id, OLD.since, OLD.until, OLD.as_of, OLD.meetings_held, OLD.organisations_met,
        OLD.district_code, OLD.district_name, OLD.definitions, OLD.parts, OLD.made_with, OLD.seed)
        OR NEW.discarded_at IS NULL AND
       (NEW.blind_spots, NEW.withdrawn_incidents, NEW.candidate_meetings, NEW.candidate_organisations)
        IS DISTINCT FROM
       (OLD.blind_spots, OLD.withdrawn_incidents, OLD.candidate_meetings, OLD.candidate_organisations)
        THEN
        RAISE EXCEPTION 'what an audit is of stays as it is' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$;

CREATE OR REPLACE FUNCTION reviews_keep_part() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    ids uuid[];
BEGIN
    IF TG_OP <> 'INSERT' THEN
        ids := array_append(ids, OLD.review_id);
    END IF;
    IF TG_OP <> 'DELETE' THEN
        ids := array_append(ids, NEW.review_id);
    END IF;
    IF EXISTS (SELECT FROM reviews_review WHERE id = ANY (ids) AND signed_at IS NOT NULL) THEN
        RAISE EXCEPTION 'a signed audit stays as it is: % on % refused', TG_OP, TG_TABLE_NAME
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF TG_OP = 'DELETE' THEN
        RETURN OLD;
    END IF;
    RETURN NEW;
END $$;

CREATE OR REPLACE FUNCTION reviews_keep_signature() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    waiting reviews_signature;
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.signature = '' THEN
        waiting := NEW;
        waiting.key_id := OLD.key_id;
        waiting.public_key := OLD.public_key;
        waiting.signature := OLD.signature;
        IF waiting IS NOT DISTINCT FROM OLD THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'a signature stays as it is: % refused', TG_OP USING ERRCODE = 'insufficient_privilege';
END $$;

CREATE OR REPLACE FUNCTION reviews_keep_name() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM reviews_review
                WHERE id IN (OLD.review_id, NEW.review_id) AND signed_at IS NOT NULL) THEN
        RAISE EXCEPTION 'a name in a signed audit stays as it is' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$;

CREATE OR REPLACE FUNCTION reviews_keep_addendum() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    waiting reviews_addendum;
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.signature = '' AND OLD.statement <> '' THEN
        waiting := NEW;
        waiting.key_id := OLD.key_id;
        waiting.public_key := OLD.public_key;
        waiting.signature := OLD.signature;
        IF waiting IS NOT DISTINCT FROM OLD THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'an addendum stays as it is: % refused', TG_OP USING ERRCODE = 'insufficient_privilege';
END $$;

CREATE TRIGGER reviews_review_stays
    BEFORE UPDATE OR DELETE ON reviews_review
    FOR EACH ROW EXECUTE FUNCTION reviews_keep_review();

CREATE TRIGGER reviews_frozenfigure_stays
    BEFORE INSERT OR UPDATE OR DELETE ON reviews_frozenfigure
    FOR EACH ROW EXECUTE FUNCTION reviews_keep_part();

CREATE TRIGGER reviews_figurecomment_stays
    BEFORE INSERT OR UPDATE OR DELETE ON reviews_figurecomment
    FOR EACH ROW EXECUTE FUNCTION reviews_keep_part();

CREATE TRIGGER reviews_sampledmeeting_stays
    BEFORE INSERT OR UPDATE OR DELETE ON reviews_sampledmeeting
    FOR EACH ROW EXECUTE FUNCTION reviews_keep_part();

CREATE TRIGGER reviews_rungorganisation_stays
    BEFORE INSERT OR UPDATE OR DELETE ON reviews_rungorganisation
    FOR EACH ROW EXECUTE FUNCTION reviews_keep_part();

CREATE TRIGGER reviews_agreedaction_stays
    BEFORE INSERT OR UPDATE OR DELETE ON reviews_agreedaction
    FOR EACH ROW EXECUTE FUNCTION reviews_keep_part();

CREATE TRIGGER reviews_actioncheck_stays
    BEFORE INSERT OR UPDATE OR DELETE ON reviews_actioncheck
    FOR EACH ROW EXECUTE FUNCTION reviews_keep_part();

CREATE TRIGGER reviews_frozenfigure_frozen
    BEFORE UPDATE ON reviews_frozenfigure
    FOR EACH ROW EXECUTE FUNCTION reviews_refuse();

CREATE TRIGGER reviews_signedrecord_stays
    BEFORE UPDATE OR DELETE ON reviews_signedrecord
    FOR EACH ROW EXECUTE FUNCTION reviews_refuse();

CREATE TRIGGER reviews_signature_stays
    BEFORE UPDATE OR DELETE ON reviews_signature
    FOR EACH ROW EXECUTE FUNCTION reviews_keep_signature();

CREATE TRIGGER reviews_keptname_stays
    BEFORE UPDATE ON reviews_keptname
    FOR EACH ROW EXECUTE FUNCTION reviews_keep_name();

CREATE TRIGGER reviews_addendum_stays BEFORE UPDATE OR DELETE ON reviews_addendum
    FOR EACH ROW EXECUTE FUNCTION reviews_keep_addendum();
