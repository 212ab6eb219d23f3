from django.contrib.postgres.operations import ValidateConstraint
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("oversight", "0003_many_together")]

    operations = [ValidateConstraint(model_name="alert", name="alert_kind_is_known")]
