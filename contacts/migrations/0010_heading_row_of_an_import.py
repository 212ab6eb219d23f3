"""An import says in which row of its file the headings stand."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("contacts", "0009_reviews_of_a_district")]

    operations = [
        migrations.AddField(
            model_name="importdraft",
            name="first_rows",
            field=models.JSONField(db_default=[], default=list),
        ),
        migrations.AddField(
            model_name="importdraft",
            name="heading_row",
            field=models.PositiveSmallIntegerField(db_default=1, default=1),
        ),
    ]
