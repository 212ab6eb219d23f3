"""Values stay as they were frozen, and reviews as they were signed: by trigger, for everybody."""

from django.db import migrations

# The values of a draft can be discarded with it.
KEEP_VALUE = """
CREATE FUNCTION plans_keep_value() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM plans_indicator
                 JOIN plans_goal ON plans_goal.id = plans_indicator.goal_id
                 JOIN plans_plan ON plans_plan.id = plans_goal.plan_id
                WHERE plans_indicator.id = OLD.indicator_id AND plans_plan.status <> 'draft') THEN
        RAISE EXCEPTION 'a value of an adopted plan stays as it is: % refused', TG_OP
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN OLD;
END $$
"""

# A merge can move what an organisation said to the organisation that is left.
KEEP_VOICE = """
CREATE FUNCTION plans_keep_voice() RETURNS trigger LANGUAGE plpgsql AS $$
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
END $$
"""

# `reviews_refuse` is the function that keeps signed audits.
TRIGGERS = (
    ("plans_indicatorvalue_frozen", "UPDATE ON plans_indicatorvalue", "", "reviews_refuse"),
    ("plans_indicatorvalue_stays", "DELETE ON plans_indicatorvalue", "", "plans_keep_value"),
    (
        "plans_planreview_stays",
        "UPDATE OR DELETE ON plans_planreview",
        "WHEN (OLD.signed_at IS NOT NULL)",
        "reviews_refuse",
    ),
    ("plans_planvoice_stays", "INSERT OR UPDATE OR DELETE ON plans_planvoice", "", "plans_keep_voice"),
)


def fence(apps, schema_editor):
    for function in (KEEP_VALUE, KEEP_VOICE):
        schema_editor.execute(function, params=None)
    for name, writes, condition, function in TRIGGERS:
        schema_editor.execute(
            f"CREATE TRIGGER {name} BEFORE {writes} FOR EACH ROW {condition} EXECUTE FUNCTION {function}()"
        )


def unfence(apps, schema_editor):
    for name, writes, _condition, _function in TRIGGERS:
        schema_editor.execute(f"DROP TRIGGER {name} ON {writes.split()[-1]}")
    for function in ("plans_keep_value", "plans_keep_voice"):
        schema_editor.execute(f"DROP FUNCTION {function}()")


class Migration(migrations.Migration):
    dependencies = [("plans", "0001_initial"), ("reviews", "0010_addendum_waiting")]

    operations = [migrations.RunPython(fence, unfence)]
