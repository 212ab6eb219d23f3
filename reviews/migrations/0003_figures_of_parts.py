"""Contact wanted counts parts of meetings: 15.7 of 33.7 was frozen as 15 of 33."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("reviews", "0002_signed_stays")]

    operations = [
        migrations.AlterField("frozenfigure", "n", models.FloatField()),
        migrations.AlterField("frozenfigure", "of", models.FloatField()),
    ]
