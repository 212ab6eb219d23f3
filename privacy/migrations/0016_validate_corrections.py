from django.contrib.postgres.operations import ValidateConstraint
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("privacy", "0015_corrections_of_organisations")]

    operations = [ValidateConstraint("datarequest", "data_request_corrected_after_its_answer")]
