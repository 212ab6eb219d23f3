from django.contrib.postgres.operations import ValidateConstraint
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("contacts", "0020_contact_wish")]

    operations = [
        ValidateConstraint(model_name="organisation", name="organisation_wish_was_said"),
        ValidateConstraint(model_name="organisation", name="organisation_night_calls_known"),
    ]
