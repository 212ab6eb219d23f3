
import django.db.models.deletion
import django.utils.timezone
import lib.ids
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('contacts', '0004_clues'),
        ('districts', '0001_initial'),
        ('meetings', '0004_met_at'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='followup',
            name='series_on',
            field=models.DateField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name='meeting',
            name='departs',
            field=models.BooleanField(default=False, editable=False),
        ),
        migrations.AddField(
            model_name='meeting',
            name='series_on',
            field=models.DateField(editable=False, null=True),
        ),
        migrations.CreateModel(
            name='Series',
            fields=[
                ('id', models.UUIDField(default=lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('rule', models.CharField(max_length=120)),
                ('first_on', models.DateField()),
                ('made_until', models.DateField()),
                ('is_ended', models.BooleanField(default=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
            ],
            options={
                'verbose_name': 'series',
                'verbose_name_plural': 'series',
                'constraints': [models.CheckConstraint(condition=models.Q(('made_until__gte', models.F('first_on'))), name='series_is_made_from_its_start', violation_error_message='The last day is before the first.')],
            },
        ),
        migrations.AddField(
            model_name='followup',
            name='series',
            field=models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='follow_ups', to='meetings.series'),
        ),
        migrations.AddField(
            model_name='meeting',
            name='series',
            field=models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='meetings', to='meetings.series'),
        ),
        migrations.AddConstraint(
            model_name='followup',
            constraint=models.UniqueConstraint(condition=models.Q(('series__isnull', False)), fields=('series', 'series_on'), name='follow_up_once_in_series', violation_error_message='This day of the series is already there.'),
        ),
        migrations.AddConstraint(
            model_name='meeting',
            constraint=models.UniqueConstraint(condition=models.Q(('series__isnull', False)), fields=('series', 'series_on'), name='meeting_once_in_series', violation_error_message='This day of the series is already there.'),
        ),
    ]
