import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):
    """Files made before this one have no districts: nobody fetches them, and within a day they are gone."""

    dependencies = [
        ("jobs", "0002_work_and_files"),
    ]

    operations = [
        migrations.AddField(
            model_name="jobfile",
            name="district_ids",
            field=django.contrib.postgres.fields.ArrayField(base_field=models.UUIDField(), null=True, size=None),
        ),
    ]
