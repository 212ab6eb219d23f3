"""What is signed stays as it was signed, and figures as they were frozen: by trigger, for everybody."""

from django.db import migrations

PARTS = (
    "reviews_frozenfigure",
    "reviews_figurecomment",
    "reviews_sampledmeeting",
    "reviews_rungorganisation",
    "reviews_agreedaction",
    "reviews_actioncheck",
)

KEEP_REVIEW = """
CREATE FUNCTION reviews_keep_review() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.signed_at IS NOT NULL THEN
        RAISE EXCEPTION 'a signed audit stays as it is: % refused', TG_OP USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF TG_OP = 'DELETE' THEN
        RETURN OLD;
    END IF;
    IF (NEW.id, NEW.district_id, NEW.since, NEW.until, NEW.as_of, NEW.meetings_held, NEW.organisations_met)
        IS DISTINCT FROM
       (OLD.id, OLD.district_id, OLD.since, OLD.until, OLD.as_of, OLD.meetings_held, OLD.organisations_met) THEN
        RAISE EXCEPTION 'what an audit is of stays as it is' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$
"""

KEEP_PART = """
CREATE FUNCTION reviews_keep_part() RETURNS trigger LANGUAGE plpgsql AS $$
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
END $$
"""

REFUSE = """
CREATE FUNCTION reviews_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'this stays as it is: % on % refused', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'insufficient_privilege';
END $$
"""


def fence(apps, schema_editor):
    for function in (KEEP_REVIEW, KEEP_PART, REFUSE):
        schema_editor.execute(function, params=None)
    schema_editor.execute(
        "CREATE TRIGGER reviews_review_stays BEFORE UPDATE OR DELETE ON reviews_review "
        "FOR EACH ROW EXECUTE FUNCTION reviews_keep_review()"
    )
    for table in PARTS:
        schema_editor.execute(
            f"CREATE TRIGGER {table}_stays BEFORE INSERT OR UPDATE OR DELETE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION reviews_keep_part()"
        )
    schema_editor.execute(
        "CREATE TRIGGER reviews_frozenfigure_frozen BEFORE UPDATE ON reviews_frozenfigure "
        "FOR EACH ROW EXECUTE FUNCTION reviews_refuse()"
    )
    schema_editor.execute(
        "CREATE TRIGGER reviews_addendum_stays BEFORE UPDATE OR DELETE ON reviews_addendum "
        "FOR EACH ROW EXECUTE FUNCTION reviews_refuse()"
    )


def unfence(apps, schema_editor):
    schema_editor.execute("DROP TRIGGER reviews_addendum_stays ON reviews_addendum")
    schema_editor.execute("DROP TRIGGER reviews_frozenfigure_frozen ON reviews_frozenfigure")
    for table in PARTS:
        schema_editor.execute(f"DROP TRIGGER {table}_stays ON {table}")
    schema_editor.execute("DROP TRIGGER reviews_review_stays ON reviews_review")
    for function in ("reviews_keep_review", "reviews_keep_part", "reviews_refuse"):
        schema_editor.execute(f"DROP FUNCTION {function}()")


class Migration(migrations.Migration):
    dependencies = [("reviews", "0001_initial")]

    operations = [migrations.RunPython(fence, unfence)]
