-- Reviews stay as they were signed, and what was told to another city, or this one, as it was told: by
-- trigger, for everybody (reviews, signed_stays.sql).

CREATE TRIGGER practices_editorialreview_stays BEFORE UPDATE OR DELETE ON practices_editorialreview
FOR EACH ROW EXECUTE FUNCTION reviews_refuse();

CREATE TRIGGER practices_practicefile_stays
    BEFORE UPDATE ON practices_practicefile
    FOR EACH ROW WHEN (OLD.signature <> ''
        OR OLD.document IS DISTINCT FROM NEW.document OR OLD.recipient IS DISTINCT FROM NEW.recipient)
    EXECUTE FUNCTION reviews_refuse();

CREATE TRIGGER practices_practicefile_remains
    BEFORE DELETE ON practices_practicefile
    FOR EACH ROW  EXECUTE FUNCTION reviews_refuse();

CREATE TRIGGER practices_offeredfile_stays
    BEFORE UPDATE ON practices_offeredfile
    FOR EACH ROW  EXECUTE FUNCTION reviews_refuse();
