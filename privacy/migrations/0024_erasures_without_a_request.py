"""Contacts whose period is over are erased without a data request (docs/adr/0068)."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('privacy', '0023_ledger_of_states'),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(
                    'ALTER TABLE privacy_erasure ALTER COLUMN request_id DROP NOT NULL',
                    'ALTER TABLE privacy_erasure ALTER COLUMN request_id SET NOT NULL',
                ),
            ],
            state_operations=[
                migrations.AlterField(
                    model_name='erasure',
                    name='request',
                    field=models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='erasure', to='privacy.datarequest'),
                ),
            ],
        ),
    ]
