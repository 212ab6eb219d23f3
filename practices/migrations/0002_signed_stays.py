"""A signed review stays as it is: by trigger, for everybody. `reviews_refuse` keeps signed audits, too."""

from django.db import migrations

TRIGGER = """
CREATE TRIGGER practices_editorialreview_stays BEFORE UPDATE OR DELETE ON practices_editorialreview
FOR EACH ROW EXECUTE FUNCTION reviews_refuse()
"""


def fence(apps, schema_editor):
    schema_editor.execute(TRIGGER, params=None)


def unfence(apps, schema_editor):
    schema_editor.execute("DROP TRIGGER practices_editorialreview_stays ON practices_editorialreview")


class Migration(migrations.Migration):
    dependencies = [("practices", "0001_library"), ("reviews", "0010_addendum_waiting")]

    operations = [migrations.RunPython(fence, unfence)]
