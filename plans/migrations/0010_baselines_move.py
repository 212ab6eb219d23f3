"""A value stays as it was frozen; which value is the baseline follows from the plan's first day."""

from django.db import migrations

TABLE, TRIGGER = "plans_indicatorvalue", "plans_indicatorvalue_frozen"
CHANGES = "WHEN (to_jsonb(OLD) - 'is_baseline' IS DISTINCT FROM to_jsonb(NEW) - 'is_baseline')"


def _fence(schema_editor, condition):
    schema_editor.execute(f"DROP TRIGGER {TRIGGER} ON {TABLE}")
    schema_editor.execute(
        f"CREATE TRIGGER {TRIGGER} BEFORE UPDATE ON {TABLE}"
        f" FOR EACH ROW {condition} EXECUTE FUNCTION reviews_refuse()"
    )


def fence(apps, schema_editor):
    _fence(schema_editor, CHANGES)


def unfence(apps, schema_editor):
    _fence(schema_editor, "")


class Migration(migrations.Migration):
    dependencies = [("plans", "0009_reason_of_closing")]

    operations = [migrations.RunPython(fence, unfence)]
