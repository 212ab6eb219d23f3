"""Organisations that get steps only if a supervisor chooses them."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('incidents', '0009_exclusion_requests'),
    ]

    operations = [
        migrations.AddField(
            model_name='incident',
            name='left_out',
            field=models.PositiveSmallIntegerField(db_default=0, default=0, editable=False),
        ),
    ]
