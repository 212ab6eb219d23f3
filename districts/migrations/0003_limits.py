"""A district's code has its form on the field, where each door reads it."""

from django.core.validators import RegexValidator
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("districts", "0002_moves")]

    operations = [
        migrations.AlterField(
            model_name="district",
            name="code",
            field=models.CharField(
                max_length=20,
                unique=True,
                validators=[
                    RegexValidator(
                        r"^[A-Za-z0-9][A-Za-z0-9._-]*$",
                        "A code has letters, digits, dots and dashes only, such as N1.",
                    )
                ],
                verbose_name="code",
            ),
        ),
    ]
