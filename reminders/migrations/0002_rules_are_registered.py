from django.contrib.postgres.operations import AddConstraintNotValid
from django.db import migrations, models


class Migration(migrations.Migration):
    """Which rules there are is the registry's to know (reminders.kinds); here it is that one is a code."""

    dependencies = [("reminders", "0001_initial")]

    operations = [
        migrations.RemoveConstraint(model_name="reminder", name="reminder_rule_is_known"),
        AddConstraintNotValid(
            model_name="reminder",
            constraint=models.CheckConstraint(
                condition=models.Q(("rule__regex", "^[a-z][a-z_]*$")),
                name="reminder_rule_is_a_code",
                violation_error_message="Use a rule that is registered.",
            ),
        ),
    ]
