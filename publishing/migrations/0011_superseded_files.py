"""A file that is no longer published can be deleted; each publication keeps its digests (docs/adr/0069)."""

from django.db import migrations

FENCE = """
CREATE FUNCTION publishing_only_superseded() RETURNS trigger LANGUAGE plpgsql AS $$
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
DROP TRIGGER publishing_publicfile_stays ON publishing_publicfile;
CREATE TRIGGER publishing_publicfile_stays BEFORE UPDATE ON publishing_publicfile
    FOR EACH ROW EXECUTE FUNCTION publishing_keep();
CREATE TRIGGER publishing_publicfile_only_superseded BEFORE DELETE ON publishing_publicfile
    FOR EACH ROW EXECUTE FUNCTION publishing_only_superseded();
"""

UNFENCE = """
DROP TRIGGER publishing_publicfile_only_superseded ON publishing_publicfile;
DROP TRIGGER publishing_publicfile_stays ON publishing_publicfile;
CREATE TRIGGER publishing_publicfile_stays BEFORE UPDATE OR DELETE ON publishing_publicfile
    FOR EACH ROW EXECUTE FUNCTION publishing_keep();
DROP FUNCTION publishing_only_superseded();
"""


class Migration(migrations.Migration):
    dependencies = [("publishing", "0010_functions_of_words")]

    operations = [migrations.RunSQL(FENCE, UNFENCE)]
