"""What was told to another city, and what it told this one, stays as it was: by trigger, for everybody."""

from django.db import migrations

# `reviews_refuse` is the function that keeps signed audits.
TRIGGERS = (
    (
        "practices_practicefile_stays",
        "UPDATE ON practices_practicefile",
        "WHEN (OLD.signature <> '' OR OLD.document IS DISTINCT FROM NEW.document"
        " OR OLD.recipient IS DISTINCT FROM NEW.recipient)",
    ),
    ("practices_practicefile_remains", "DELETE ON practices_practicefile", ""),
    ("practices_offeredfile_stays", "UPDATE ON practices_offeredfile", ""),
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
    dependencies = [("practices", "0003_files"), ("reviews", "0010_addendum_waiting")]

    operations = [migrations.RunPython(fence, unfence)]
