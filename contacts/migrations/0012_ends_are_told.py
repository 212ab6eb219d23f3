"""The end of a role that the change feed knows of. What ended before is told once, after the upgrade."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("contacts", "0011_counted_values_of_an_import")]

    operations = [
        migrations.AddField("affiliation", "told_until", models.DateField(editable=False, null=True)),
    ]
