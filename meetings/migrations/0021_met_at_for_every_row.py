"""`met_at` is right whoever writes: its triggers see rows that the writer's context would not."""

from django.db import migrations

FUNCTIONS = ("meetings_link_met_at()", "meetings_meeting_met_at()")


class Migration(migrations.Migration):
    dependencies = [("meetings", "0020_concern_received_in")]

    operations = [
        migrations.RunSQL(
            f"ALTER FUNCTION {function} SECURITY DEFINER SET search_path = public, pg_temp",
            f"ALTER FUNCTION {function} SECURITY INVOKER RESET search_path",
        )
        for function in FUNCTIONS
    ]
