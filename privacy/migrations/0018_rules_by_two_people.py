"""A new or shorter retention rule needs two people, and removes some rows a day (docs/adr/0068)."""

import django.db.models.deletion
import django.utils.timezone
import lib.ids
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('privacy', '0017_number_series'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='retentionrule',
            name='confirmed_by',
            field=models.ForeignKey(db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='retentionrule',
            name='removed_count',
            field=models.PositiveIntegerField(db_default=0, default=0, editable=False),
        ),
        migrations.AddField(
            model_name='retentionrule',
            name='removed_on',
            field=models.DateField(editable=False, null=True),
        ),
        migrations.CreateModel(
            name='PendingRule',
            fields=[
                ('id', models.UUIDField(default=lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('code', models.CharField(choices=[('contact', 'contacts'), ('ended_role', 'ended roles of contacts'), ('attendance', 'names of contacts who attended meetings'), ('meeting_texts', 'notes of meetings'), ('concern_texts', 'facts of concerns'), ('follow_up_texts', 'texts of follow-ups'), ('incident_texts', 'notes of incidents'), ('declaration', 'ended declarations of community'), ('request', 'data requests'), ('breach_texts', 'texts of breaches'), ('trail', 'activity log')], editable=False, max_length=20, unique=True)),
                ('number', models.PositiveIntegerField(editable=False)),
                ('days', models.PositiveIntegerField()),
                ('basis', models.CharField(max_length=300)),
                ('asked_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('asked_by', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('code__in', ['contact', 'ended_role', 'attendance', 'meeting_texts', 'concern_texts', 'follow_up_texts', 'incident_texts', 'declaration', 'request', 'breach_texts', 'trail']), ('days__gte', 30), ('days__lte', 36500), models.Q(('basis', ''), _negated=True)), name='pending_rule_is_whole', violation_error_message='Enter the days and the reason for this period.')],
            },
        ),
    ]
