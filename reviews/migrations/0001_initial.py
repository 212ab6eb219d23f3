import django.contrib.postgres.fields
import django.core.serializers.json
import django.db.models.deletion
import django.utils.timezone
import lib.ids
from django.conf import settings
from django.db import migrations, models

from lib.first_migration import FirstMigration, run_files


class Migration(FirstMigration):

    dependencies = [
        ('accounts', '__first__'),
        ('districts', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Review',
            fields=[
                ('id', models.UUIDField(default=lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('since', models.DateField(verbose_name='from')),
                ('until', models.DateField(verbose_name='before')),
                ('as_of', models.DateTimeField(editable=False)),
                ('district_code', models.CharField(blank=True, db_default='', default='', editable=False, max_length=20)),
                ('district_name', models.CharField(blank=True, db_default='', default='', editable=False, max_length=120)),
                ('definitions', models.JSONField(db_default={}, default=dict, editable=False, encoder=django.core.serializers.json.DjangoJSONEncoder)),
                ('parts', models.JSONField(db_default=[], default=list, editable=False)),
                ('made_with', models.JSONField(db_default={}, default=dict, editable=False)),
                ('blind_spots', models.JSONField(db_default=[], default=list, editable=False)),
                ('withdrawn_incidents', models.JSONField(db_default=[], default=list, editable=False)),
                ('meetings_held', models.PositiveIntegerField(default=0, editable=False)),
                ('organisations_met', models.PositiveIntegerField(default=0, editable=False)),
                ('seed', models.CharField(blank=True, db_default='', default='', editable=False, max_length=64)),
                ('candidate_meetings', django.contrib.postgres.fields.ArrayField(base_field=models.UUIDField(), db_default=[], default=list, editable=False, size=None)),
                ('candidate_organisations', django.contrib.postgres.fields.ArrayField(base_field=models.UUIDField(), db_default=[], default=list, editable=False, size=None)),
                ('drafts', models.PositiveIntegerField(db_default=0, default=0, editable=False)),
                ('conclusion', models.TextField(blank=True, max_length=8000, verbose_name='conclusion')),
                ('signed_by_name', models.CharField(blank=True, db_default='', default='', editable=False, max_length=200)),
                ('signed_at', models.DateTimeField(null=True)),
                ('superseding_reason', models.CharField(blank=True, db_default='', default='', max_length=500, verbose_name='reason for replacing it')),
                ('discarded_at', models.DateTimeField(editable=False, null=True)),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('updated_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('discarded_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('district', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='reviews', to='districts.district', verbose_name='district')),
                ('signed_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('started_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('supersedes', models.OneToOneField(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='superseded_by', to='reviews.review')),
            ],
            options={
                'indexes': [models.Index(fields=['district', '-until'], name='review_of_district')],
                'constraints': [models.CheckConstraint(condition=models.Q(('until__gt', models.F('since'))), name='review_period_has_days', violation_error_message='The end of the period must be after its start.'), models.CheckConstraint(condition=models.Q(models.Q(('signed_at__isnull', True), ('signed_by__isnull', True)), models.Q(('signed_at__isnull', False), ('signed_by__isnull', False)), _connector='OR'), name='review_signature_is_whole', violation_error_message='A signature must have a name and a date.'), models.CheckConstraint(condition=models.Q(models.Q(('discarded_at__isnull', True), ('discarded_by__isnull', True)), models.Q(('discarded_at__isnull', False), ('signed_at__isnull', True)), _connector='OR'), name='review_is_signed_or_discarded', violation_error_message='A signed audit cannot be discarded.')],
            },
        ),
        migrations.CreateModel(
            name='AgreedAction',
            fields=[
                ('id', models.UUIDField(default=lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('text', models.CharField(max_length=500, verbose_name='agreed action')),
                ('due_on', models.DateField(verbose_name='due date')),
                ('owner', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='assigned to')),
                ('review', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='actions', to='reviews.review')),
            ],
        ),
        migrations.CreateModel(
            name='SignedRecord',
            fields=[
                ('review', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='signed_record', serialize=False, to='reviews.review')),
                ('record', models.TextField()),
                ('inside', models.TextField()),
            ],
        ),
        migrations.CreateModel(
            name='KeptName',
            fields=[
                ('id', models.UUIDField(default=lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('object_type', models.CharField(max_length=30)),
                ('object_id', models.UUIDField()),
                ('name', models.CharField(max_length=200)),
                ('salt', models.CharField(max_length=32)),
                ('review', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='kept_names', to='reviews.review')),
            ],
            options={
                'indexes': [models.Index(fields=['object_id'], name='kept_name_of_object')],
                'constraints': [models.UniqueConstraint(fields=('review', 'object_id'), name='kept_name_once', violation_error_message='This name is already saved.')],
            },
        ),
        migrations.CreateModel(
            name='FrozenFigure',
            fields=[
                ('id', models.UUIDField(default=lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('position', models.PositiveIntegerField()),
                ('slug', models.CharField(max_length=40)),
                ('by', models.CharField(max_length=10)),
                ('group', models.CharField(max_length=40)),
                ('name', models.CharField(blank=True, db_default='', default='', max_length=200)),
                ('n', models.FloatField()),
                ('of', models.FloatField()),
                ('ratio', models.FloatField(null=True)),
                ('vintage', models.PositiveSmallIntegerField(db_default=0, default=0)),
                ('columns', models.JSONField(default=dict, encoder=django.core.serializers.json.DjangoJSONEncoder)),
                ('noun', models.CharField(blank=True, max_length=20)),
                ('ids', django.contrib.postgres.fields.ArrayField(base_field=models.UUIDField(), null=True, size=None)),
                ('rest', django.contrib.postgres.fields.ArrayField(base_field=models.UUIDField(), null=True, size=None)),
                ('review', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='figures', to='reviews.review')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('review', 'slug', 'by', 'group'), name='figure_once', violation_error_message='This figure is already frozen.')],
            },
        ),
        migrations.CreateModel(
            name='FigureComment',
            fields=[
                ('id', models.UUIDField(default=lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('slug', models.CharField(max_length=40)),
                ('text', models.TextField(max_length=4000, verbose_name='comment')),
                ('written_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('written_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('review', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='comments', to='reviews.review')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('review', 'slug'), name='comment_once', violation_error_message='This figure already has a comment.')],
            },
        ),
        migrations.CreateModel(
            name='Addendum',
            fields=[
                ('statement', models.TextField(blank=True, db_default='', default='')),
                ('key_id', models.CharField(blank=True, db_default='', default='', max_length=16)),
                ('public_key', models.CharField(blank=True, db_default='', default='', max_length=64)),
                ('signature', models.CharField(blank=True, db_default='', default='', max_length=128)),
                ('id', models.UUIDField(default=lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('text', models.TextField(max_length=8000, verbose_name='addendum')),
                ('written_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('written_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('review', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='addenda', to='reviews.review')),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('signature', '')), fields=['id'], name='addendum_waiting')],
            },
        ),
        migrations.CreateModel(
            name='ActionCheck',
            fields=[
                ('id', models.UUIDField(default=lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('answer', models.CharField(choices=[('done', 'done'), ('partly', 'partly'), ('not_done', 'not done'), ('no_longer_needed', 'no longer needed')], max_length=20, verbose_name='Done?')),
                ('note', models.CharField(blank=True, max_length=500, verbose_name='note')),
                ('action', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='checks', to='reviews.agreedaction')),
                ('review', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='checks', to='reviews.review')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('review', 'action'), name='check_once', violation_error_message='This has already been answered.'), models.CheckConstraint(condition=models.Q(('answer__in', ['done', 'partly', 'not_done', 'no_longer_needed'])), name='check_answer_is_known', violation_error_message='Choose from the list whether it was done.')],
            },
        ),
        migrations.CreateModel(
            name='RungOrganisation',
            fields=[
                ('id', models.UUIDField(default=lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('position', models.PositiveSmallIntegerField()),
                ('organisation_id', models.UUIDField()),
                ('meeting_id', models.UUIDField()),
                ('answer', models.CharField(blank=True, choices=[('yes', 'correct'), ('partly', 'partly'), ('no', 'not correct'), ('not_reached', 'no answer')], max_length=20, verbose_name='what do they say?')),
                ('note', models.TextField(blank=True, max_length=2000, verbose_name='note')),
                ('rung_at', models.DateTimeField(null=True)),
                ('review', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='calls', to='reviews.review')),
                ('rung_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('review', 'organisation_id'), name='call_once', violation_error_message='This organisation is already on the call-back list.'), models.CheckConstraint(condition=models.Q(('rung_at__isnull', True), ('answer__in', ['yes', 'partly', 'no', 'not_reached']), _connector='OR'), name='call_answer_is_known', violation_error_message='Choose their answer from the list.')],
            },
        ),
        migrations.CreateModel(
            name='SampledMeeting',
            fields=[
                ('id', models.UUIDField(default=lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('position', models.PositiveSmallIntegerField()),
                ('meeting_id', models.UUIDField()),
                ('starts_at', models.DateTimeField(editable=False, null=True)),
                ('facts_apart', models.CharField(blank=True, choices=[('yes', 'yes'), ('partly', 'partly'), ('no', 'no'), ('no_opinion', 'contains no opinion')], max_length=20, verbose_name='are facts and opinion separate?')),
                ('follow_up_recorded', models.CharField(blank=True, choices=[('yes', 'yes'), ('no', 'no'), ('nothing_promised', 'nothing was promised')], max_length=20, verbose_name='are follow-ups recorded?')),
                ('note', models.TextField(blank=True, max_length=2000, verbose_name='note')),
                ('marked_at', models.DateTimeField(null=True)),
                ('marked_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('review', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='samples', to='reviews.review')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('review', 'meeting_id'), name='sample_once', violation_error_message='This meeting is already in the sample.'), models.CheckConstraint(condition=models.Q(('marked_at__isnull', True), models.Q(('facts_apart__in', ['yes', 'partly', 'no', 'no_opinion']), ('follow_up_recorded__in', ['yes', 'no', 'nothing_promised'])), _connector='OR'), name='sample_marks_are_known', violation_error_message='Answer both questions.')],
            },
        ),
        migrations.CreateModel(
            name='Signature',
            fields=[
                ('statement', models.TextField(blank=True, db_default='', default='')),
                ('key_id', models.CharField(blank=True, db_default='', default='', max_length=16)),
                ('public_key', models.CharField(blank=True, db_default='', default='', max_length=64)),
                ('signature', models.CharField(blank=True, db_default='', default='', max_length=128)),
                ('id', models.UUIDField(default=lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('position', models.PositiveSmallIntegerField()),
                ('signed_at', models.DateTimeField()),
                ('review', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='signatures', to='reviews.review')),
                ('signed_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('signature', '')), fields=['id'], name='signature_waiting')],
                'constraints': [models.UniqueConstraint(fields=('review', 'position'), name='signature_once', violation_error_message='This audit already has this signature.'), models.UniqueConstraint(fields=('review', 'signed_by'), name='signature_of_another_person', violation_error_message='A second signature must come from another person.')],
            },
        ),
        migrations.CreateModel(
            name='Subscription',
            fields=[
                ('id', models.UUIDField(default=lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('report', models.CharField(blank=True, max_length=40, verbose_name='report')),
                ('rhythm', models.CharField(choices=[('weekly', 'every week'), ('monthly', 'every month'), ('quarterly', 'every quarter')], max_length=10, verbose_name='how often')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('district', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='districts.district', verbose_name='district')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='subscriptions', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('user', 'report', 'district', 'rhythm'), name='subscription_once', violation_error_message='You already receive this report.'), models.CheckConstraint(condition=models.Q(('rhythm__in', ['weekly', 'monthly', 'quarterly'])), name='subscription_rhythm_is_known', violation_error_message='Choose how often from the list.')],
            },
        ),
        migrations.CreateModel(
            name='Delivery',
            fields=[
                ('id', models.UUIDField(default=lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('day', models.DateField()),
                ('lease_until', models.DateTimeField(null=True)),
                ('attempts', models.PositiveSmallIntegerField(default=0)),
                ('sent_at', models.DateTimeField(null=True)),
                ('failed_at', models.DateTimeField(null=True)),
                ('last_error', models.CharField(blank=True, max_length=500)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('subscription', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='deliveries', to='reviews.subscription')),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('failed_at__isnull', True), ('sent_at__isnull', True)), fields=['day', 'id'], name='delivery_waiting')],
                'constraints': [models.UniqueConstraint(fields=('subscription', 'day'), name='delivery_once', violation_error_message='This email already exists.')],
            },
        ),
        *run_files(__file__, "signed_stays"),
    ]
