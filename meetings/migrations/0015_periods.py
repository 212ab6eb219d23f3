"""States of follow-ups and concerns as they were."""

import django.contrib.postgres.constraints
import django.contrib.postgres.fields.ranges
import django.db.models.deletion
import django.db.models.functions.datetime
import django.utils.timezone
import lib.ids
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('meetings', '0014_concern_by_case'),
    ]

    operations = [
        migrations.CreateModel(
            name='ConcernPeriod',
            fields=[
                ('id', models.UUIDField(default=lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('since', models.DateTimeField()),
                ('until', models.DateTimeField(null=True)),
                ('entered_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), default=django.utils.timezone.now)),
                ('superseded_at', models.DateTimeField(null=True)),
                ('status', models.CharField(choices=[('open', 'open'), ('answered', 'answered'), ('closed', 'closed')], max_length=10)),
                ('answered_at', models.DateTimeField(null=True)),
                ('closed_at', models.DateTimeField(null=True)),
                ('concern', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='periods', to='meetings.concern')),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('superseded_at', None)), fields=['concern', 'since'], include=('until', 'status', 'answered_at', 'closed_at'), name='concern_period_of_figures')],
                'constraints': [django.contrib.postgres.constraints.ExclusionConstraint(condition=models.Q(('superseded_at', None)), expressions=[(models.F('concern'), '='), (models.Func(models.F('since'), models.F('until'), django.contrib.postgres.fields.ranges.RangeBoundary(), function='TSTZRANGE', output_field=django.contrib.postgres.fields.ranges.DateTimeRangeField()), '&&')], name='concern_period_one_at_a_time', violation_error_message='These dates overlap with another period of this concern.'), models.CheckConstraint(condition=models.Q(('until', None), ('until__gt', models.F('since')), _connector='OR'), name='concern_period_ends_after_start', violation_error_message='The end of the period must be after its start.')],
            },
        ),
        migrations.CreateModel(
            name='FollowUpPeriod',
            fields=[
                ('id', models.UUIDField(default=lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('since', models.DateTimeField()),
                ('until', models.DateTimeField(null=True)),
                ('entered_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), default=django.utils.timezone.now)),
                ('superseded_at', models.DateTimeField(null=True)),
                ('status', models.CharField(choices=[('open', 'open'), ('in_progress', 'in progress'), ('done', 'done'), ('cancelled', 'cancelled')], max_length=12)),
                ('due_on', models.DateField()),
                ('completed_at', models.DateTimeField(null=True)),
                ('follow_up', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='periods', to='meetings.followup')),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('superseded_at', None)), fields=['follow_up', 'since'], include=('until', 'status', 'due_on', 'completed_at'), name='follow_up_period_of_figures')],
                'constraints': [django.contrib.postgres.constraints.ExclusionConstraint(condition=models.Q(('superseded_at', None)), expressions=[(models.F('follow_up'), '='), (models.Func(models.F('since'), models.F('until'), django.contrib.postgres.fields.ranges.RangeBoundary(), function='TSTZRANGE', output_field=django.contrib.postgres.fields.ranges.DateTimeRangeField()), '&&')], name='follow_up_period_one_at_a_time', violation_error_message='These dates overlap with another period of this follow-up.'), models.CheckConstraint(condition=models.Q(('until', None), ('until__gt', models.F('since')), _connector='OR'), name='follow_up_period_ends_after_start', violation_error_message='The end of the period must be after its start.')],
            },
        ),
    ]
