import accounts.models.user
import datetime
import django.contrib.postgres.constraints
import django.contrib.postgres.fields
import django.contrib.postgres.fields.ranges
import django.core.validators
import django.db.models.deletion
import django.db.models.expressions
import django.db.models.functions.comparison
import django.db.models.functions.text
import django.utils.timezone
import lib.ids
import phonenumber_field.modelfields
from django.contrib.postgres.operations import BtreeGistExtension
from django.conf import settings
from django.db import migrations, models

from lib.first_migration import FirstMigration, run_files


class Migration(FirstMigration):

    dependencies = [
        ('districts', '0001_initial'),
    ]

    operations = [
        BtreeGistExtension(),
        migrations.CreateModel(
            name='User',
            fields=[
                ('password', models.CharField(max_length=128, verbose_name='password')),
                ('last_login', models.DateTimeField(blank=True, null=True, verbose_name='last login')),
                ('id', models.UUIDField(default=lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('email', models.EmailField(max_length=254, unique=True, verbose_name='email address')),
                ('name', models.CharField(max_length=120, verbose_name='name')),
                ('role', models.CharField(choices=[('officer', 'officer'), ('supervisor', 'supervisor'), ('privacy_officer', 'privacy officer'), ('administrator', 'administrator'), ('confirmer', 'confirmer')], default='officer', max_length=20, verbose_name='role')),
                ('asked_role', models.CharField(blank=True, choices=[('officer', 'officer'), ('supervisor', 'supervisor'), ('privacy_officer', 'privacy officer'), ('administrator', 'administrator'), ('confirmer', 'confirmer')], default='', editable=False, max_length=20, verbose_name='role awaiting confirmation')),
                ('language', models.CharField(choices=[('en-gb', 'English')], default='en-gb', max_length=5, verbose_name='language')),
                ('time_zone', models.CharField(default=accounts.models.user.city_time_zone, max_length=40, validators=[accounts.models.user.check_time_zone], verbose_name='time zone')),
                ('theme', models.CharField(choices=[('auto', 'match my device'), ('light', 'light'), ('dark', 'dark')], default='auto', max_length=5, verbose_name='appearance')),
                ('phone', phonenumber_field.modelfields.PhoneNumberField(blank=True, db_default='', default='', max_length=128, region=None, verbose_name='work phone')),
                ('reminder_channels', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('email', 'by email'), ('in_page', 'on this site')], max_length=10), blank=True, default=accounts.models.user.every_channel, size=None, verbose_name='reminders')),
                ('public_name', models.CharField(blank=True, db_default='', default='', help_text='Your first name is enough. Shown only if your district names officers. Leave empty if you do not want to be named: a name that you remove leaves the public page within 5 minutes.', max_length=40, validators=[django.core.validators.RegexValidator('^[^\\W\\d_][^\\d_@<>/]*\\Z', 'Enter a name as people call you, in letters only.')], verbose_name='name on public pages')),
                ('absent_until', models.DateField(blank=True, help_text='Until then, steps of incidents and reminders go to the deputy. Leave empty when you are here.', null=True, verbose_name='back on')),
                ('uses_shortcuts', models.BooleanField(default=True, verbose_name='keyboard shortcuts')),
                ('is_active', models.BooleanField(default=True, verbose_name='can sign in')),
                ('deactivated_at', models.DateTimeField(editable=False, null=True)),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('districts', models.ManyToManyField(blank=True, help_text='Includes all neighbourhoods within them.', related_name='users', to='districts.district', verbose_name='districts')),
            ],
            options={
                'constraints': [models.UniqueConstraint(django.db.models.functions.text.Lower('email'), name='user_email_once', violation_error_message='This email address is already in use.'), models.CheckConstraint(condition=models.Q(('role__in', ['officer', 'supervisor', 'privacy_officer', 'administrator', 'confirmer'])), name='user_role_is_known', violation_error_message='Choose a role from the list.'), models.CheckConstraint(condition=models.Q(('asked_role', ''), models.Q(('asked_role__in', ['administrator', 'confirmer', 'privacy_officer', 'supervisor']), ('role', 'officer')), _connector='OR'), name='user_asked_role_waits', violation_error_message='Keep the officer role until the new role is confirmed.'), models.CheckConstraint(condition=models.Q(('reminder_channels__contained_by', ['email', 'in_page'])), name='user_channels_are_known', violation_error_message='Choose channels from the list.')],
            },
        ),
        migrations.CreateModel(
            name='BrowserReport',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('directive', models.CharField(blank=True, max_length=40)),
                ('blocked', models.CharField(blank=True, max_length=120)),
                ('page', models.CharField(blank=True, max_length=60)),
                ('count', models.PositiveIntegerField(default=0)),
                ('first_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('last_at', models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('directive', 'blocked', 'page'), name='browser_report_once')],
            },
        ),
        migrations.CreateModel(
            name='PendingAct',
            fields=[
                ('id', models.UUIDField(default=lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('subject', models.UUIDField(null=True)),
                ('kind', models.CharField(choices=[('role', 'role'), ('districts', 'districts'), ('email', 'email address'), ('second_factor', 'new two-factor authentication'), ('reactivation', 'signing in again'), ('api_key', 'API key'), ('archive', 'archive of a district'), ('export', 'export of many contacts'), ('exclusion', 'exclusion from an incident'), ('withdrawal', 'withdrawal of an incident'), ('protocol', 'draft of a protocol'), ('erasure', 'erasure of a contact'), ('public_entry', 'public entry'), ('erasing', 'erasure of a person’s data'), ('searching', 'search for a word about a community'), ('retention', 'retention rule')], max_length=20)),
                ('email', models.EmailField(blank=True, max_length=254)),
                ('asked_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('mailed_at', models.DateTimeField(null=True)),
                ('role', models.CharField(blank=True, choices=[('officer', 'officer'), ('supervisor', 'supervisor'), ('privacy_officer', 'privacy officer'), ('administrator', 'administrator'), ('confirmer', 'confirmer')], db_default='', default='', max_length=20)),
                ('takes_effect_at', models.DateTimeField(null=True)),
                ('decided_at', models.DateTimeField(null=True)),
                ('is_confirmed', models.BooleanField(default=False)),
                ('asked_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('decided_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('districts', models.ManyToManyField(blank=True, related_name='pending_acts', to='districts.district')),
                ('user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='acts', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.UniqueConstraint(condition=models.Q(('decided_at__isnull', True)), fields=('user', 'kind'), name='account_request_once', violation_error_message='This has already been requested.'), models.UniqueConstraint(condition=models.Q(('decided_at__isnull', True)), fields=('subject', 'kind'), name='pending_act_once', violation_error_message='This has already been requested.'), models.CheckConstraint(condition=models.Q(('user__isnull', False), ('subject__isnull', False), _connector='XOR'), name='pending_act_is_about_one', violation_error_message='Choose an account or another record.'), models.CheckConstraint(condition=models.Q(('kind__in', ['role', 'districts', 'email', 'second_factor', 'reactivation', 'api_key', 'archive', 'export', 'exclusion', 'withdrawal', 'protocol', 'erasure', 'public_entry', 'erasing', 'searching', 'retention'])), name='pending_act_kind_is_known', violation_error_message='Choose from the list.')],
            },
        ),
        migrations.CreateModel(
            name='QueuedMail',
            fields=[
                ('id', models.UUIDField(default=lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('kind', models.CharField(max_length=20)),
                ('object_id', models.UUIDField()),
                ('lease_until', models.DateTimeField(null=True)),
                ('attempts', models.PositiveSmallIntegerField(default=0)),
                ('sent_at', models.DateTimeField(null=True)),
                ('failed_at', models.DateTimeField(null=True)),
                ('last_error', models.CharField(blank=True, max_length=500)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('recipient', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('failed_at__isnull', True), ('sent_at__isnull', True)), fields=['kind', 'attempts', 'id'], name='queued_mail_waiting')],
                'constraints': [models.UniqueConstraint(fields=('object_id', 'kind', 'recipient'), name='queued_mail_once', nulls_distinct=False, violation_error_message='This email already exists.')],
            },
        ),
        migrations.CreateModel(
            name='DutyShift',
            fields=[
                ('id', models.UUIDField(default=lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('reason', models.CharField(choices=[('night_duty', 'night duty'), ('colleague_away', 'a colleague is away'), ('incident', 'an incident'), ('event', 'a public event')], max_length=20, verbose_name='reason')),
                ('starts_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='from')),
                ('ends_at', models.DateTimeField(verbose_name='until')),
                ('ended_at', models.DateTimeField(blank=True, null=True, verbose_name='ended')),
                ('is_prolonged', models.BooleanField(default=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='duty_shifts', to=settings.AUTH_USER_MODEL, verbose_name='who is on duty')),
                ('planned_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='planned by')),
            ],
            options={
                'indexes': [models.Index(fields=['user', '-ends_at'], name='shift_of_user')],
                'constraints': [models.CheckConstraint(condition=models.Q(('ends_at__gt', models.F('starts_at')), ('ends_at__lte', django.db.models.expressions.CombinedExpression(models.F('starts_at'), '+', models.Value(datetime.timedelta(seconds=43200))))), name='shift_ends_in_time', violation_error_message='A shift lasts 12 hours at most.'), models.CheckConstraint(condition=models.Q(('reason__in', ['night_duty', 'colleague_away', 'incident', 'event'])), name='shift_reason_is_known', violation_error_message='Choose a reason from the list.'), django.contrib.postgres.constraints.ExclusionConstraint(expressions=[('user', '='), (models.Func(models.F('starts_at'), django.db.models.functions.comparison.Coalesce('ended_at', 'ends_at'), function='tstzrange', output_field=django.contrib.postgres.fields.ranges.DateTimeRangeField()), '&&')], name='shift_one_at_a_time', violation_error_message='There is already a shift in these hours.')],
            },
        ),
        migrations.CreateModel(
            name='ShiftDistrict',
            fields=[
                ('id', models.UUIDField(default=lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('since', models.DateTimeField(default=django.utils.timezone.now)),
                ('answer', models.CharField(blank=True, choices=[('right', 'right'), ('question', 'question')], db_default='', default='', max_length=10)),
                ('answered_at', models.DateTimeField(blank=True, null=True)),
                ('added_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('answered_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('district', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='districts.district', verbose_name='district')),
                ('shift', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='shift_districts', to='accounts.dutyshift')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('shift', 'district'), name='shift_district_once', violation_error_message='This district is already part of the shift.'), models.CheckConstraint(condition=models.Q(models.Q(('answer', ''), ('answered_at__isnull', True), ('answered_by__isnull', True)), models.Q(('answer__in', ['right', 'question']), ('answered_at__isnull', False), ('answered_by__isnull', False)), _connector='OR'), name='shift_answer_is_of_somebody', violation_error_message='Choose from the list.')],
            },
        ),
        migrations.CreateModel(
            name='SavedView',
            fields=[
                ('id', models.UUIDField(default=lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('list_name', models.CharField(max_length=20)),
                ('name', models.CharField(max_length=60, verbose_name='name')),
                ('query', models.CharField(max_length=1000)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('owner', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='saved_views', to=settings.AUTH_USER_MODEL)),
                ('shared_with', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='districts.district', verbose_name='shared with')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('owner', 'list_name', 'name'), name='saved_view_name_once', violation_error_message='You already have a view with this name.')],
            },
        ),
        migrations.CreateModel(
            name='SentForm',
            fields=[
                ('id', models.UUIDField(default=lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('form', models.UUIDField()),
                ('digest', models.BinaryField(max_length=32)),
                ('led_to', models.TextField(blank=True, default='')),
                ('made', models.TextField(blank=True, db_default='', default='')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'indexes': [models.Index(fields=['created_at'], name='sent_form_by_age')],
                'constraints': [models.UniqueConstraint(fields=('user', 'form'), name='sent_form_once')],
            },
        ),
        migrations.CreateModel(
            name='Session',
            fields=[
                ('session_key', models.CharField(max_length=40, primary_key=True, serialize=False, verbose_name='session key')),
                ('session_data', models.TextField(verbose_name='session data')),
                ('expire_date', models.DateTimeField(db_index=True, verbose_name='expire date')),
                ('device', models.CharField(blank=True, max_length=200)),
                ('started_at', models.DateTimeField(null=True)),
                ('seen_at', models.DateTimeField(null=True)),
                ('user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='sessions', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'session',
                'verbose_name_plural': 'sessions',
                'abstract': False,
            },
        ),
        *run_files(__file__, "row_context", "coverage", "written_in_context"),
    ]
