"""What was told to another city, and what it told this one, stays as it was: by trigger, for everybody."""

from django.db import migrations

# `reviews_refuse` is the function that keeps signed audits.
TRIGGERS = (
    (
        "plans_comparisonfile_stays",
        "UPDATE ON plans_comparisonfile",
        "WHEN (OLD.signature <> '' OR OLD.document IS DISTINCT FROM NEW.document"
        " OR OLD.counted IS DISTINCT FROM NEW.counted)",
    ),
    ("plans_comparisonfile_remains", "DELETE ON plans_comparisonfile", ""),
    ("plans_cityfile_stays", "UPDATE ON plans_cityfile", ""),
)


def fence(apps, schema_editor):
    for name, writes, condition in TRIGGERS:
        schema_editor.execute(
            f"CREATE TRIGGER {name} BEFORE {writes} FOR EACH ROW {condition} EXECUTE FUNCTION reviews_refuse()"
        )


def unfence(apps, schema_editor):
    for name, writes, _condition in TRIGGERS:
        schema_editor.execute(f"DROP TRIGGER {name} ON {writes.split()[-1]}")


class Migration(migrations.Migration):
    dependencies = [("plans", "0003_comparison"), ("reviews", "0010_addendum_waiting")]

    operations = [migrations.RunPython(fence, unfence)]
