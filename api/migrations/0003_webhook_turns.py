"""Each webhook has its turn, and a pause after a failure; a second rotation ends no secret in use."""

import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('api', '0002_webhooks_and_feeds'),
    ]

    operations = [
        migrations.AddField(
            model_name='webhook',
            name='between_secrets',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.BinaryField(), blank=True, db_default=[], default=list, editable=False, size=None),
        ),
        migrations.AddField(
            model_name='webhook',
            name='failing_since',
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name='webhook',
            name='failures',
            field=models.PositiveIntegerField(db_default=0, default=0, editable=False),
        ),
        migrations.AddField(
            model_name='webhook',
            name='lease_until',
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name='webhook',
            name='resume_at',
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name='webhook',
            name='served_at',
            field=models.DateTimeField(editable=False, null=True),
        ),
    ]
