"""Requests to keep a supervisor out of an incident."""

import django.db.models.deletion
import django.utils.timezone
import lib.ids
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('districts', '0006_successors'),
        ('incidents', '0008_began_in'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='ExclusionRequest',
            fields=[
                ('id', models.UUIDField(default=lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('asked_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('decided_at', models.DateTimeField(null=True)),
                ('is_confirmed', models.BooleanField(default=False)),
                ('asked_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('decided_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('district', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='districts.district')),
                ('incident', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='exclusion_requests', to='incidents.incident')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.UniqueConstraint(condition=models.Q(('decided_at__isnull', True)), fields=('incident', 'user'), name='exclusion_request_once', violation_error_message='This has already been requested.')],
            },
        ),
    ]
