from django.db import migrations


class Migration(migrations.Migration):
    """The table stays where it is: from here on it is the app reminders' own."""

    dependencies = [("meetings", "0010_limits")]

    operations = [
        migrations.SeparateDatabaseAndState(state_operations=[migrations.DeleteModel(name="Reminder")]),
    ]
