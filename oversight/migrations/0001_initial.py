import django.db.models.deletion
import django.utils.timezone
import lib.ids
from django.conf import settings
from django.db import migrations, models

from lib.first_migration import FirstMigration


class Migration(FirstMigration):

    dependencies = [
        ('accounts', '__first__'),
    ]

    operations = [
        migrations.CreateModel(
            name='Alert',
            fields=[
                ('id', models.UUIDField(default=lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('kind', models.CharField(choices=[('past_limit', 'more contacts than the daily limit'), ('unusual_day', 'many more contacts than usual'), ('outside', 'many contacts outside the portfolio'), ('together', 'many different contacts in 30 days'), ('community', 'a search for a community among contacts'), ('network', 'an API key used from a new network'), ('shifts', 'three duty shifts begun without a supervisor in 30 days')], max_length=20)),
                ('key_id', models.UUIDField(null=True)),
                ('day', models.DateField()),
                ('seen', models.PositiveIntegerField(default=0)),
                ('usual', models.PositiveIntegerField(null=True)),
                ('raised_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('mailed_at', models.DateTimeField(null=True)),
                ('answer', models.CharField(blank=True, help_text='In a few words, without names of contacts.', max_length=500, verbose_name='answer')),
                ('answered_at', models.DateTimeField(null=True)),
                ('conclusion', models.CharField(blank=True, choices=[('explained', 'explained'), ('discussed', 'discussed with the officer'), ('passed_on', 'passed on for investigation')], max_length=20, verbose_name='conclusion')),
                ('closed_at', models.DateTimeField(null=True)),
                ('closed_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='alerts', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('kind', 'day', 'user', 'key_id'), name='alert_once_a_day', nulls_distinct=False, violation_error_message='This alert already exists.'), models.CheckConstraint(condition=models.Q(('kind__in', ['past_limit', 'unusual_day', 'outside', 'together', 'community', 'network', 'shifts'])), name='alert_kind_is_known', violation_error_message='Choose from the list.'), models.CheckConstraint(condition=models.Q(('closed_at__isnull', True), ('conclusion__in', ['explained', 'discussed', 'passed_on']), _connector='OR'), name='alert_is_closed_with_a_conclusion', violation_error_message='Choose a conclusion.')],
            },
        ),
        migrations.CreateModel(
            name='WatchedRecord',
            fields=[
                ('id', models.UUIDField(default=lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('object_type', models.CharField(choices=[('organisation', 'organisation'), ('contact', 'contact')], max_length=30)),
                ('object_id', models.UUIDField()),
                ('reason', models.CharField(max_length=200, verbose_name='reason')),
                ('marked_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('reviewed_until', models.DateTimeField(null=True)),
                ('ended_at', models.DateTimeField(null=True)),
                ('ended_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('marked_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('reviewed_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.UniqueConstraint(condition=models.Q(('ended_at__isnull', True)), fields=('object_type', 'object_id'), name='record_watched_once', violation_error_message='This record is already watched.'), models.CheckConstraint(condition=models.Q(('object_type__in', ['organisation', 'contact'])), name='watched_type_is_known', violation_error_message='Choose from the list.')],
            },
        ),
    ]
