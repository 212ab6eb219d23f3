-- What is kept stays as it was kept: by trigger, for everybody. When the retention of figures is over, the salt
-- of a period is removed, and with it the IDs of its members. Numbers stay.

CREATE OR REPLACE FUNCTION reports_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a kept figure stays as it is: % on % refused', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'insufficient_privilege';
END $$;

CREATE OR REPLACE FUNCTION reports_keep_period() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.id, NEW.district_id, NEW.since, NEW.until) = (OLD.id, OLD.district_id, OLD.since, OLD.until)
       AND (OLD.final_at IS NULL OR NEW.final_at IS NOT DISTINCT FROM OLD.final_at)
       AND NEW.checked_at >= OLD.checked_at
       AND (NEW.salt IS NULL OR NEW.salt IS NOT DISTINCT FROM OLD.salt) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'a kept period stays as it is: % refused', TG_OP USING ERRCODE = 'insufficient_privilege';
END $$;

CREATE OR REPLACE FUNCTION reports_end_members() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM reports_keptperiod WHERE id = OLD.kept_period_id AND salt IS NULL) THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION 'the members of a kept figure stay as they are: % refused', TG_OP
        USING ERRCODE = 'insufficient_privilege';
END $$;

CREATE OR REPLACE FUNCTION reports_end_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM reports_keptfigure figure JOIN reports_keptperiod kept ON kept.id = figure.kept_period_id
         WHERE figure.id = OLD.figure_id AND kept.salt IS NULL
    ) THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION 'what a revision changed stays as it is: % refused', TG_OP
        USING ERRCODE = 'insufficient_privilege';
END $$;

CREATE TRIGGER reports_keptfigure_stays
    BEFORE UPDATE OR DELETE ON reports_keptfigure FOR EACH STATEMENT EXECUTE FUNCTION reports_refuse();
CREATE TRIGGER reports_keptrecord_stays
    BEFORE UPDATE OR DELETE ON reports_keptrecord FOR EACH STATEMENT EXECUTE FUNCTION reports_refuse();
CREATE TRIGGER reports_keptperiod_stays
    BEFORE UPDATE ON reports_keptperiod FOR EACH ROW EXECUTE FUNCTION reports_keep_period();
CREATE TRIGGER reports_keptperiod_is_kept
    BEFORE DELETE ON reports_keptperiod FOR EACH ROW EXECUTE FUNCTION reports_refuse();
CREATE TRIGGER reports_keptmembers_stays
    BEFORE UPDATE ON reports_keptmembers FOR EACH ROW EXECUTE FUNCTION reports_refuse();
CREATE TRIGGER reports_keptmembers_end
    BEFORE DELETE ON reports_keptmembers FOR EACH ROW EXECUTE FUNCTION reports_end_members();
CREATE TRIGGER reports_figurechange_stays
    BEFORE UPDATE ON reports_figurechange FOR EACH ROW EXECUTE FUNCTION reports_refuse();
CREATE TRIGGER reports_figurechange_end
    BEFORE DELETE ON reports_figurechange FOR EACH ROW EXECUTE FUNCTION reports_end_change();
