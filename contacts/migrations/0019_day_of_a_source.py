"""The day on which a source last said something new of an organisation. Nobody knows it of the past."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("contacts", "0018_other_details")]

    operations = [migrations.AddField("importedfields", "said_on", models.DateField(null=True))]
