"""How often an organisation wants to be met has its limits on the field, where each door reads them."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("contacts", "0015_imports_move_to_exchange")]

    operations = [
        migrations.AlterField(
            model_name="organisation",
            name="cadence_days",
            field=models.PositiveSmallIntegerField(
                blank=True,
                help_text="As agreed with them. Empty when nothing is agreed.",
                null=True,
                validators=[MinValueValidator(1), MaxValueValidator(730)],
                error_messages={
                    "min_value": "How often is between 1 and 730 days.",
                    "max_value": "How often is between 1 and 730 days.",
                },
                verbose_name="how often they want to be met, in days",
            ),
        ),
    ]
