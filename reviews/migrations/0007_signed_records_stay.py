"""Signed records and the names in them stay: by trigger, for everybody. Names can be erased."""

from django.db import migrations

# As in 0004, with the columns of 0006.
KEEP_REVIEW = """
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
    IF TG_OP = 'DELETE' THEN
        RETURN OLD;
    END IF;
    IF (NEW.id, NEW.district_id, NEW.since, NEW.until, NEW.as_of, NEW.meetings_held, NEW.organisations_met,
        NEW.district_code, NEW.district_name, NEW.definitions, NEW.parts, NEW.made_with, NEW.blind_spots)
        IS DISTINCT FROM
       (OLD.id, OLD.district_id, OLD.since, OLD.until, OLD.as_of, OLD.meetings_held, OLD.organisations_met,
        OLD.district_code, OLD.district_name, OLD.definitions, OLD.parts, OLD.made_with, OLD.blind_spots) THEN
        RAISE EXCEPTION 'what an audit is of stays as it is' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$
"""
KEPT_BEFORE = """
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
    IF TG_OP = 'DELETE' THEN
        RETURN OLD;
    END IF;
    IF (NEW.id, NEW.district_id, NEW.since, NEW.until, NEW.as_of, NEW.meetings_held, NEW.organisations_met,
        NEW.district_code, NEW.district_name, NEW.definitions)
        IS DISTINCT FROM
       (OLD.id, OLD.district_id, OLD.since, OLD.until, OLD.as_of, OLD.meetings_held, OLD.organisations_met,
        OLD.district_code, OLD.district_name, OLD.definitions) THEN
        RAISE EXCEPTION 'what an audit is of stays as it is' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$
"""

# The worker adds the key's signature, once; nothing else of a signature ever changes.
KEEP_SIGNATURE = """
CREATE FUNCTION reviews_keep_signature() RETURNS trigger LANGUAGE plpgsql AS $$
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
END $$
"""
# A name in a signed audit can be erased, not changed.
KEEP_NAME = """
CREATE FUNCTION reviews_keep_name() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM reviews_review
                WHERE id IN (OLD.review_id, NEW.review_id) AND signed_at IS NOT NULL) THEN
        RAISE EXCEPTION 'a name in a signed audit stays as it is' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$
"""
FENCES = (
    ("reviews_signedrecord", "UPDATE OR DELETE", "reviews_refuse"),
    ("reviews_signature", "UPDATE OR DELETE", "reviews_keep_signature"),
    ("reviews_keptname", "UPDATE", "reviews_keep_name"),
)


def fence(apps, schema_editor):
    for function in (KEEP_REVIEW, KEEP_SIGNATURE, KEEP_NAME):
        schema_editor.execute(function, params=None)
    for table, writes, function in FENCES:
        schema_editor.execute(
            f"CREATE TRIGGER {table}_stays BEFORE {writes} ON {table} FOR EACH ROW EXECUTE FUNCTION {function}()"
        )


def unfence(apps, schema_editor):
    for table, _writes, _function in FENCES:
        schema_editor.execute(f"DROP TRIGGER {table}_stays ON {table}")
    for function in ("reviews_keep_signature", "reviews_keep_name"):
        schema_editor.execute(f"DROP FUNCTION {function}()")
    schema_editor.execute(KEPT_BEFORE, params=None)


class Migration(migrations.Migration):
    dependencies = [("reviews", "0006_signed_records")]

    operations = [migrations.RunPython(fence, unfence)]
