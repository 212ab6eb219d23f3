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
            name='Reminder',
            fields=[
                ('id', models.UUIDField(default=lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('rule', models.CharField(max_length=30)),
                ('subject_type', models.CharField(max_length=10)),
                ('subject_id', models.UUIDField()),
                ('channel', models.CharField(choices=[('email', 'by email'), ('in_page', 'on this site')], max_length=10)),
                ('occurrence', models.DateTimeField()),
                ('lease_until', models.DateTimeField(null=True)),
                ('attempts', models.PositiveSmallIntegerField(default=0)),
                ('sent_at', models.DateTimeField(null=True)),
                ('read_at', models.DateTimeField(null=True)),
                ('failed_at', models.DateTimeField(null=True)),
                ('message_id', models.CharField(blank=True, max_length=200)),
                ('last_error', models.TextField(blank=True)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('recipient', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='reminders', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('failed_at__isnull', True), ('sent_at__isnull', True)), fields=['occurrence', 'id'], name='reminder_waiting'), models.Index(fields=['subject_id', 'rule'], name='reminder_of_subject'), models.Index(fields=['recipient', '-occurrence'], name='reminder_of_recipient'), models.Index(condition=models.Q(('channel', 'in_page'), ('read_at__isnull', True), ('sent_at__isnull', False)), fields=['recipient'], name='reminder_unread')],
                'constraints': [models.UniqueConstraint(fields=('rule', 'subject_id', 'recipient', 'channel', 'occurrence'), name='reminder_once', violation_error_message='This reminder already exists.'), models.CheckConstraint(condition=models.Q(('rule__regex', '^[a-z][a-z_]*$')), name='reminder_rule_is_a_code', violation_error_message='Use a rule that is registered.'), models.CheckConstraint(condition=models.Q(('channel__in', ['email', 'in_page'])), name='reminder_channel_is_known', violation_error_message='Choose a channel from the list.')],
            },
        ),
    ]
