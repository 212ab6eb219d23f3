"""An import keeps which values its columns have, so that its file is not read for each page."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("contacts", "0010_heading_row_of_an_import")]

    operations = [
        migrations.AddField(
            model_name="importdraft",
            name="counted",
            field=models.JSONField(db_default={}, default=dict),
        ),
    ]
