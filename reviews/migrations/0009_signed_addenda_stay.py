"""An addendum stays as it was written. The worker adds the key's signature to it, once."""

from django.db import migrations

KEEP = """
CREATE FUNCTION reviews_keep_addendum() RETURNS trigger LANGUAGE plpgsql AS $$
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
DROP TRIGGER reviews_addendum_stays ON reviews_addendum;
CREATE TRIGGER reviews_addendum_stays BEFORE UPDATE OR DELETE ON reviews_addendum
    FOR EACH ROW EXECUTE FUNCTION reviews_keep_addendum();
"""

KEPT_BEFORE = """
DROP TRIGGER reviews_addendum_stays ON reviews_addendum;
DROP FUNCTION reviews_keep_addendum();
CREATE TRIGGER reviews_addendum_stays BEFORE UPDATE OR DELETE ON reviews_addendum
    FOR EACH ROW EXECUTE FUNCTION reviews_refuse();
"""


class Migration(migrations.Migration):
    dependencies = [("reviews", "0008_signed_addenda")]

    operations = [migrations.RunSQL(KEEP, KEPT_BEFORE)]
