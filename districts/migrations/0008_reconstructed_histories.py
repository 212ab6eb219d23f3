"""From which day histories are recorded, where records are older: what they were before is reconstructed.

That is the day on which the histories were added. The ids of rows begin with the moment they were written, so
that a new installation and one without records of before are told from others.
"""

from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import migrations

ADDED = ("meetings", "0016_known_histories")


def mark(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("SELECT applied FROM django_migrations WHERE app = %s AND name = %s", ADDED)
        [added] = cursor.fetchone()
    first = UUID(int=int(added.timestamp() * 1000) << 80)
    if apps.get_model("contacts", "Organisation").objects.filter(pk__lt=first).exists():
        day = added.astimezone(ZoneInfo(settings.TIME_ZONE)).date()
        apps.get_model("districts", "District").objects.filter(created_at__lt=added).update(recorded_since=day)


class Migration(migrations.Migration):
    dependencies = [("districts", "0007_recorded_since"), ADDED, ("contacts", "0024_known_kinds")]

    operations = [migrations.RunPython(mark, migrations.RunPython.noop)]
