"""A meeting's minutes and people have their limits on the field, and its level a help that fits every door."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("meetings", "0009_series_clock")]

    operations = [
        migrations.AlterField(
            model_name="meeting",
            name="level",
            field=models.CharField(
                blank=True,
                choices=[
                    ("inform", "inform"),
                    ("consult", "consult"),
                    ("involve", "involve"),
                    ("collaborate", "collaborate"),
                    ("empower", "empower"),
                ],
                help_text="Empty when nobody is sure.",
                max_length=12,
                verbose_name="level",
            ),
        ),
        migrations.AlterField(
            model_name="meeting",
            name="duration_minutes",
            field=models.PositiveSmallIntegerField(
                default=30,
                validators=[MinValueValidator(1), MaxValueValidator(1440)],
                error_messages={
                    "min_value": "A meeting takes between 1 and 1,440 minutes.",
                    "max_value": "A meeting takes between 1 and 1,440 minutes.",
                },
                verbose_name="minutes",
            ),
        ),
        migrations.AlterField(
            model_name="meeting",
            name="headcount",
            field=models.PositiveIntegerField(
                blank=True,
                null=True,
                validators=[MaxValueValidator(1_000_000)],
                verbose_name="how many people came",
            ),
        ),
    ]
