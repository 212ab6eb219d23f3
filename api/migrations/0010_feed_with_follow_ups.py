"""A subscription may have the officer's open follow-ups. The version before writes rows without the choice."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("api", "0009_texts")]

    operations = [
        migrations.AddField(
            model_name="calendarfeed",
            name="with_follow_ups",
            field=models.BooleanField(
                db_default=False,
                default=False,
                help_text="Your open follow-ups, as all-day entries that do not block the day.",
                verbose_name="include follow-ups",
            ),
        ),
    ]
