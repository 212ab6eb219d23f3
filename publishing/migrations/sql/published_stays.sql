-- A release, a bias table, a council paper and a publication stay as they were published, and a grid as it was confirmed:
-- by trigger, for everybody. A file that is no longer published can be deleted; each publication keeps its
-- digests (docs/adr/0069).

CREATE OR REPLACE FUNCTION publishing_keep() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'what is published stays as it is: % on % refused', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'insufficient_privilege';
END $$;

CREATE OR REPLACE FUNCTION publishing_only_superseded() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM jsonb_each_text((
            SELECT publication.files FROM public.publishing_publication AS publication
             WHERE publication.error = '' ORDER BY publication.number DESC LIMIT 1
        )) AS current WHERE current.value = OLD.digest
    ) THEN
        RAISE EXCEPTION 'what is published stays as it is: % on % refused', TG_OP, TG_TABLE_NAME
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN OLD;
END $$;

CREATE TRIGGER publishing_release_stays BEFORE UPDATE OR DELETE ON publishing_release
    FOR EACH ROW EXECUTE FUNCTION publishing_keep();

CREATE TRIGGER publishing_biastable_stays BEFORE UPDATE OR DELETE ON publishing_biastable
    FOR EACH ROW EXECUTE FUNCTION publishing_keep();

CREATE TRIGGER publishing_releasegrid_stays BEFORE UPDATE OR DELETE ON publishing_releasegrid
    FOR EACH ROW WHEN (OLD.confirmed_at IS NOT NULL) EXECUTE FUNCTION publishing_keep();

CREATE TRIGGER publishing_councilpaper_stays BEFORE UPDATE OR DELETE ON publishing_councilpaper
    FOR EACH ROW EXECUTE FUNCTION publishing_keep();

CREATE TRIGGER publishing_publication_stays BEFORE UPDATE OR DELETE ON publishing_publication
    FOR EACH ROW EXECUTE FUNCTION publishing_keep();

CREATE TRIGGER publishing_publicfile_stays BEFORE UPDATE ON publishing_publicfile
    FOR EACH ROW EXECUTE FUNCTION publishing_keep();

CREATE TRIGGER publishing_publicfile_only_superseded BEFORE DELETE ON publishing_publicfile
    FOR EACH ROW EXECUTE FUNCTION publishing_only_superseded();
