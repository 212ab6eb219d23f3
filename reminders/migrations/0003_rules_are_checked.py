from django.contrib.postgres.operations import ValidateConstraint
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("reminders", "0002_rules_are_registered")]

    operations = [ValidateConstraint(model_name="reminder", name="reminder_rule_is_a_code")]
