from django.contrib.postgres.operations import ValidateConstraint
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("meetings", "0025_try_out")]

    operations = [ValidateConstraint(model_name="followup", name="follow_up_kind_is_known")]
