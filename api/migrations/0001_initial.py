import datetime
import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.expressions
import django.db.models.functions.comparison
import django.utils.timezone
import lib.ids
from django.conf import settings
from django.db import migrations, models

from lib.first_migration import FirstMigration, run_files


class Migration(FirstMigration):

    dependencies = [
        # Not needed, but early: these alter fields, for which Django builds all models again that refer to accounts.
        ('account', '0009_emailaddress_unique_primary_email'),
        ('mfa', '0003_authenticator_type_uniq'),
        ('socialaccount', '0006_alter_socialaccount_extra_data'),
        ('accounts', '0001_initial'),
        ('accounts', '__first__'),
        ('districts', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='ApiKey',
            fields=[
                ('id', models.UUIDField(default=lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('name', models.CharField(help_text='Name the tool and the team that runs it.', max_length=80, verbose_name='name')),
                ('scopes', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('organisations:read', 'read organisations'), ('organisations:write', 'write organisations'), ('contacts:read', 'read contacts'), ('contacts:write', 'write contacts'), ('contacts:private', 'read private channels'), ('contacts:erase', 'erase contacts'), ('meetings:read', 'read meetings'), ('meetings:write', 'write meetings'), ('follow-ups:read', 'read follow-ups'), ('follow-ups:write', 'write follow-ups'), ('concerns:read', 'read concerns'), ('concerns:write', 'write concerns'), ('reports:read', 'read reports'), ('changes:read', 'read the change feed'), ('webhooks:write', 'manage webhooks')], max_length=30), size=None, verbose_name='permissions')),
                ('is_citywide', models.BooleanField(default=False, verbose_name='whole city')),
                ('purpose', models.CharField(help_text='Shown in the activity log with everything this key does.', max_length=200, verbose_name='purpose')),
                ('source', models.SlugField(help_text='Identifies this tool’s records in external IDs, such as “participation”.', max_length=60, verbose_name='source name')),
                ('expires_at', models.DateTimeField(verbose_name='expiry date')),
                ('cidrs', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=49), blank=True, default=list, size=None, verbose_name='allowed networks')),
                ('daily_contacts', models.PositiveIntegerField(default=500, help_text='The most contacts this key can read in one day.', verbose_name='contacts per day')),
                ('requests_per_minute', models.PositiveIntegerField(default=600, verbose_name='requests per minute')),
                ('status', models.CharField(choices=[('waiting', 'awaiting privacy officer'), ('active', 'active'), ('revoked', 'revoked')], default='waiting', max_length=10)),
                ('last_used_at', models.DateTimeField(null=True)),
                ('last_network', models.CharField(blank=True, db_default='', default='', editable=False, max_length=49)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('renewed_at', models.DateTimeField(editable=False, null=True)),
                ('revoked_at', models.DateTimeField(null=True)),
                ('confirmed_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('created_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('districts', models.ManyToManyField(blank=True, related_name='+', to='districts.district', verbose_name='districts')),
            ],
            options={
                'constraints': [models.UniqueConstraint(condition=models.Q(('status', 'revoked'), _negated=True), fields=('source',), name='key_source_once', violation_error_message='This source name is already used by another key.'), models.CheckConstraint(condition=models.Q(('scopes__contained_by', ['organisations:read', 'organisations:write', 'contacts:read', 'contacts:write', 'contacts:private', 'contacts:erase', 'meetings:read', 'meetings:write', 'follow-ups:read', 'follow-ups:write', 'concerns:read', 'concerns:write', 'reports:read', 'changes:read', 'webhooks:write']), ('scopes__len__gt', 0)), name='key_scopes_are_known', violation_error_message='Choose permissions from the list.'), models.CheckConstraint(condition=models.Q(('status__in', ['waiting', 'active', 'revoked'])), name='key_status_is_known', violation_error_message='Choose a status from the list.'), models.CheckConstraint(condition=models.Q(('expires_at__lte', django.db.models.expressions.CombinedExpression(django.db.models.functions.comparison.Coalesce(models.F('renewed_at'), models.F('created_at')), '+', models.Value(datetime.timedelta(days=365, seconds=3600))))), name='key_expires_in_a_year', violation_error_message='A key can be valid for up to one year.')],
            },
        ),
        migrations.CreateModel(
            name='ApiSecret',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('secret_hash', models.BinaryField(max_length=32)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('expires_at', models.DateTimeField(null=True)),
                ('key', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='secrets', to='api.apikey')),
            ],
        ),
        migrations.CreateModel(
            name='BulkAgreement',
            fields=[
                ('id', models.UUIDField(default=lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('rows', models.PositiveIntegerField(help_text='The most rows that all bulk reads together can hold until the agreement ends.', verbose_name='rows')),
                ('rows_read', models.PositiveIntegerField(db_default=0, default=0)),
                ('reason', models.CharField(help_text='Why this tool needs a whole copy. Shown in the activity log with every bulk read.', max_length=200, verbose_name='reason')),
                ('agreed_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('expires_at', models.DateTimeField(verbose_name='expiry date')),
                ('ended_at', models.DateTimeField(null=True)),
                ('agreed_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('key', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='bulk_agreements', to='api.apikey')),
            ],
            options={
                'constraints': [models.UniqueConstraint(condition=models.Q(('ended_at__isnull', True)), fields=('key',), name='bulk_agreement_once', violation_error_message='This key already has an agreement.'), models.CheckConstraint(condition=models.Q(('rows_read__lte', models.F('rows'))), name='bulk_agreement_is_kept', violation_error_message='The agreement allows fewer rows.')],
            },
        ),
        migrations.CreateModel(
            name='CalendarFeed',
            fields=[
                ('id', models.UUIDField(default=lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('token_hash', models.BinaryField(max_length=32, unique=True)),
                ('with_subjects', models.BooleanField(default=False, help_text='Your calendar provider will be able to read this.', verbose_name='include subjects and places')),
                ('with_follow_ups', models.BooleanField(db_default=False, default=False, help_text='Your open follow-ups, as all-day entries that do not block the day.', verbose_name='include follow-ups')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('user', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='ContactRead',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('day', models.DateField()),
                ('contact_id', models.UUIDField()),
                ('key', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='api.apikey')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('key', 'day', 'contact_id'), name='contact_read_once')],
            },
        ),
        migrations.CreateModel(
            name='IdempotentRequest',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('actor_id', models.UUIDField()),
                ('key', models.CharField(max_length=255)),
                ('request_hash', models.BinaryField(max_length=32)),
                ('answer', models.JSONField()),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                'indexes': [models.Index(fields=['created_at'], name='idempotent_by_age')],
                'constraints': [models.UniqueConstraint(fields=('actor_id', 'key'), name='idempotency_key_once')],
            },
        ),
        migrations.CreateModel(
            name='KeyNetwork',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('network', models.CharField(max_length=49)),
                ('first_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('is_expected', models.BooleanField(default=False)),
                ('key', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='api.apikey')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('key', 'network'), name='key_network_once')],
            },
        ),
        migrations.CreateModel(
            name='KeyWarning',
            fields=[
                ('id', models.UUIDField(default=lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('ends_at', models.DateTimeField()),
                ('lease_until', models.DateTimeField(null=True)),
                ('attempts', models.PositiveSmallIntegerField(default=0)),
                ('sent_at', models.DateTimeField(null=True)),
                ('failed_at', models.DateTimeField(null=True)),
                ('last_error', models.CharField(blank=True, max_length=500)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('key', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='warnings', to='api.apikey')),
                ('recipient', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('failed_at__isnull', True), ('sent_at__isnull', True)), fields=['id'], name='key_warning_waiting')],
                'constraints': [models.UniqueConstraint(fields=('key', 'ends_at', 'recipient'), name='key_warning_once', violation_error_message='This email already exists.')],
            },
        ),
        migrations.CreateModel(
            name='Webhook',
            fields=[
                ('id', models.UUIDField(default=lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('name', models.CharField(max_length=80, verbose_name='name')),
                ('url', models.CharField(help_text='An https URL on a public address. We send changes to it.', max_length=2000, verbose_name='address')),
                ('types', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=20), size=None, verbose_name='sends changes to')),
                ('is_active', models.BooleanField(default=True, verbose_name='active')),
                ('disabled_reason', models.CharField(blank=True, max_length=20)),
                ('secret', models.BinaryField()),
                ('previous_secret', models.BinaryField(null=True)),
                ('previous_until', models.DateTimeField(editable=False, null=True)),
                ('between_secrets', django.contrib.postgres.fields.ArrayField(base_field=models.BinaryField(), blank=True, db_default=[], default=list, editable=False, size=None)),
                ('lease_until', models.DateTimeField(editable=False, null=True)),
                ('served_at', models.DateTimeField(editable=False, null=True)),
                ('failures', models.PositiveIntegerField(db_default=0, default=0, editable=False)),
                ('failing_since', models.DateTimeField(editable=False, null=True)),
                ('resume_at', models.DateTimeField(editable=False, null=True)),
                ('last_seq', models.BigIntegerField(default=0, editable=False)),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('updated_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('key', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='webhooks', to='api.apikey', verbose_name='key')),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('types__len__gt', 0)), name='webhook_has_types', violation_error_message='Choose at least one type of change.'), models.CheckConstraint(condition=models.Q(models.Q(('previous_secret__isnull', True), ('previous_until__isnull', True)), models.Q(('previous_secret__isnull', False), ('previous_until__isnull', False)), _connector='OR'), name='webhook_previous_secret_ends', violation_error_message='A previous secret must have an expiry date.')],
            },
        ),
        migrations.CreateModel(
            name='WebhookDelivery',
            fields=[
                ('id', models.UUIDField(default=lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('seq', models.BigIntegerField()),
                ('payload', models.JSONField()),
                ('attempts', models.PositiveSmallIntegerField(default=0)),
                ('due_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('delivered_at', models.DateTimeField(null=True)),
                ('failed_at', models.DateTimeField(null=True)),
                ('last_status', models.PositiveSmallIntegerField(null=True)),
                ('last_error', models.CharField(blank=True, max_length=60)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('webhook', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='deliveries', to='api.webhook')),
            ],
            options={
                'indexes': [models.Index(models.F('due_at'), models.F('id'), condition=models.Q(('delivered_at__isnull', True), ('failed_at__isnull', True)), name='webhook_delivery_due'), models.Index(condition=models.Q(('delivered_at__isnull', True), ('failed_at__isnull', True)), fields=['webhook', 'seq'], name='webhook_delivery_waiting'), models.Index(fields=['created_at'], name='webhook_delivery_by_age')],
                'constraints': [models.UniqueConstraint(fields=('webhook', 'seq'), name='webhook_delivery_once'), models.CheckConstraint(condition=models.Q(('delivered_at__isnull', True), ('failed_at__isnull', True), _connector='OR'), name='webhook_delivery_ends_once', violation_error_message='A delivery is either delivered or failed, not both.')],
            },
        ),
        *run_files(__file__, "coverage_of_keys"),
    ]
