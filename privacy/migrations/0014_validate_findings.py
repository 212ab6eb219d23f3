from django.contrib.postgres.operations import ValidateConstraint
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("privacy", "0013_register_states")]

    operations = [ValidateConstraint(model_name="finding", name="finding_codes_are_known")]
