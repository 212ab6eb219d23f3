"""A release stays as it was published, and a grid as it was confirmed: by trigger, for everybody."""

from django.db import migrations

FENCE = """
CREATE FUNCTION publishing_keep() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'what is published stays as it is: % on % refused', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER publishing_release_stays BEFORE UPDATE OR DELETE ON publishing_release
    FOR EACH ROW EXECUTE FUNCTION publishing_keep();
CREATE TRIGGER publishing_releasegrid_stays BEFORE UPDATE OR DELETE ON publishing_releasegrid
    FOR EACH ROW WHEN (OLD.confirmed_at IS NOT NULL) EXECUTE FUNCTION publishing_keep();
"""

UNFENCE = """
DROP TRIGGER publishing_releasegrid_stays ON publishing_releasegrid;
DROP TRIGGER publishing_release_stays ON publishing_release;
DROP FUNCTION publishing_keep();
"""


class Migration(migrations.Migration):
    dependencies = [("publishing", "0001_initial")]

    operations = [migrations.RunSQL(FENCE, UNFENCE)]
