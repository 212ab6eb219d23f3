from django.contrib.postgres.operations import ValidateConstraint
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("privacy", "0019_kinds_and_grounds")]

    operations = [ValidateConstraint(model_name="datarequest", name="data_request_codes_are_known")]
