import django.core.serializers.json
import django.core.validators
import django.db.models.deletion
import django.db.models.functions.text
import django.utils.timezone
import lib.days
import lib.ids
from django.conf import settings
from django.db import migrations, models

from lib.first_migration import FirstMigration, run_files


class Migration(FirstMigration):

    dependencies = [
        ('reviews', '0001_initial'),
        ('accounts', '__first__'),
        ('contacts', '0001_initial'),
        ('districts', '0001_initial'),
        ('meetings', '0001_initial'),
        ('practices', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='City',
            fields=[
                ('id', models.UUIDField(default=lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('name', models.CharField(max_length=120, verbose_name='city')),
                ('country', models.CharField(max_length=2, validators=[django.core.validators.RegexValidator('^[A-Z]{2}\\Z', 'Enter a code of two capital letters such as ES.')], verbose_name='country')),
                ('key', models.CharField(blank=True, editable=False, max_length=64)),
                ('trusted_at', models.DateTimeField(editable=False, null=True)),
                ('note', models.CharField(blank=True, help_text='For example which office compared the fingerprint. Do not enter a name.', max_length=500, verbose_name='note')),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('trusted_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.UniqueConstraint(django.db.models.functions.text.Lower('name'), models.F('country'), name='city_once', violation_error_message='This city is already in the list.'), models.UniqueConstraint(condition=models.Q(('key', ''), _negated=True), fields=('key',), name='city_key_once', violation_error_message='Another city has this key.'), models.CheckConstraint(condition=models.Q(models.Q(('trusted_at__isnull', True), ('trusted_by__isnull', True)), models.Q(('trusted_at__isnull', False), ('trusted_by__isnull', False), models.Q(('key', ''), _negated=True)), _connector='OR'), name='city_trust_is_whole', violation_error_message='Only a city with a key can be trusted.')],
            },
        ),
        migrations.CreateModel(
            name='CityFile',
            fields=[
                ('id', models.UUIDField(default=lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('digest', models.CharField(editable=False, max_length=64, unique=True)),
                ('content', models.JSONField(editable=False)),
                ('period_start', models.DateField(editable=False)),
                ('period_end', models.DateField(editable=False)),
                ('is_signed', models.BooleanField(default=False, editable=False)),
                ('received_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('accepted_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('city', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='files', to='plans.city')),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('period_end__gt', models.F('period_start'))), name='city_file_has_days', violation_error_message='The end of the period must be after its start.')],
            },
        ),
        migrations.CreateModel(
            name='Plan',
            fields=[
                ('id', models.UUIDField(default=lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('title', models.CharField(max_length=160, verbose_name='title')),
                ('summary', models.TextField(blank=True, max_length=2000, verbose_name='summary')),
                ('language', models.CharField(max_length=10, verbose_name='language')),
                ('starts_on', models.DateField(verbose_name='first day')),
                ('ends_on', models.DateField(help_text='The day after the last day of the plan.', verbose_name='ends before')),
                ('status', models.CharField(choices=[('draft', 'draft'), ('adopted', 'adopted'), ('closed', 'closed')], default='draft', editable=False, max_length=10, verbose_name='status')),
                ('adopted_on', models.DateField(blank=True, null=True, verbose_name='adopted on')),
                ('adopted_by', models.CharField(blank=True, help_text='For example “City council”.', max_length=120, verbose_name='adopted by')),
                ('closed_on', models.DateField(blank=True, db_default=None, editable=False, null=True, verbose_name='closed on')),
                ('closed_reason', models.CharField(blank=True, db_default='', default='', max_length=500, verbose_name='why the plan was closed')),
                ('review_months', models.PositiveSmallIntegerField(default=6, error_messages={'max_value': 'Enter a number of months between 3 and 12.', 'min_value': 'Enter a number of months between 3 and 12.'}, validators=[django.core.validators.MinValueValidator(3), django.core.validators.MaxValueValidator(12)], verbose_name='months between reviews')),
                ('is_public', models.BooleanField(default=False, help_text='Public pages show the summary, who adopted the plan, goals, actions, milestones and their status once the plan is adopted. Partners are named only after they agree.', verbose_name='public')),
                ('changes', models.PositiveIntegerField(default=0, editable=False)),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('updated_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('district', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='plans', to='districts.district', verbose_name='district')),
                ('keeper', models.ForeignKey(help_text='Prepares the reviews and is told of late milestones.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='keeper')),
            ],
            options={
                'indexes': [models.Index(fields=['updated_at', 'id'], name='plan_by_update')],
                'constraints': [models.CheckConstraint(condition=models.Q(('ends_on__gt', models.F('starts_on'))), name='plan_has_days', violation_error_message='The plan must end after its first day.'), models.CheckConstraint(condition=models.Q(('review_months__gte', 3), ('review_months__lte', 12)), name='plan_is_reviewed', violation_error_message='Enter a number of months between 3 and 12.'), models.CheckConstraint(condition=models.Q(models.Q(('adopted_on__isnull', True), ('status', 'draft')), models.Q(('adopted_on__isnull', False), ('status__in', ['adopted', 'closed']), models.Q(('adopted_by', ''), _negated=True)), _connector='OR'), name='plan_adoption_is_whole', violation_error_message='Enter when the plan was adopted and who adopted it.')],
            },
        ),
        migrations.CreateModel(
            name='Goal',
            fields=[
                ('id', models.UUIDField(default=lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('position', models.PositiveSmallIntegerField(editable=False)),
                ('title', models.CharField(max_length=160, verbose_name='goal')),
                ('problem', models.TextField(blank=True, help_text='What is so now, and how this is known.', max_length=1000, verbose_name='problem')),
                ('strand', models.CharField(choices=[('prevent', 'Prevent'), ('identify_report_act', 'Identify, report, act'), ('coordinate_services', 'Coordinate services'), ('victims', 'Victims'), ('civil_society', 'Civil society'), ('capacity', 'Capacity')], max_length=20, verbose_name='strand')),
                ('eccar_point', models.PositiveSmallIntegerField(blank=True, error_messages={'max_value': 'Enter a number between 1 and 10.', 'min_value': 'Enter a number between 1 and 10.'}, null=True, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(10)], verbose_name='point of ECCAR’s ten-point plan')),
                ('plan', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='goals', to='plans.plan')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('plan', 'position'), name='goal_position_once', violation_error_message='Two goals have the same position.'), models.CheckConstraint(condition=models.Q(('strand__in', ['prevent', 'identify_report_act', 'coordinate_services', 'victims', 'civil_society', 'capacity'])), name='goal_strand_is_known', violation_error_message='Choose a strand from the list.'), models.CheckConstraint(condition=models.Q(('eccar_point__isnull', True), models.Q(('eccar_point__gte', 1), ('eccar_point__lte', 10)), _connector='OR'), name='goal_point_is_known', violation_error_message='Enter a number between 1 and 10.')],
            },
        ),
        migrations.CreateModel(
            name='Action',
            fields=[
                ('id', models.UUIDField(default=lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('position', models.PositiveSmallIntegerField(editable=False)),
                ('title', models.CharField(max_length=160, verbose_name='action')),
                ('description', models.TextField(blank=True, max_length=1000, verbose_name='description')),
                ('status', models.CharField(choices=[('planned', 'planned'), ('under_way', 'under way'), ('done', 'done'), ('paused', 'paused'), ('dropped', 'dropped')], default='planned', editable=False, max_length=10, verbose_name='status')),
                ('reason', models.CharField(blank=True, max_length=500, verbose_name='reason')),
                ('starts_on', models.DateField(blank=True, null=True, verbose_name='first day')),
                ('ends_on', models.DateField(blank=True, null=True, verbose_name='ends before')),
                ('owner', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='assigned to')),
                ('practice', models.ForeignKey(db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='practices.practice', verbose_name='practice')),
                ('goal', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='actions', to='plans.goal')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('goal', 'position'), name='action_position_once', violation_error_message='Two actions have the same position.'), models.CheckConstraint(condition=models.Q(('status__in', ['planned', 'under_way', 'done', 'paused', 'dropped'])), name='action_status_is_known', violation_error_message='Choose a status from the list.'), models.CheckConstraint(condition=models.Q(('starts_on__isnull', True), ('ends_on__isnull', True), ('ends_on__gt', models.F('starts_on')), _connector='OR'), name='action_has_days', violation_error_message='The action must end after its first day.'), models.CheckConstraint(condition=models.Q(models.Q(('status', 'dropped'), _negated=True), models.Q(('reason', ''), _negated=True), _connector='OR'), name='action_dropped_for_a_reason', violation_error_message='Enter why the action was dropped.')],
            },
        ),
        migrations.CreateModel(
            name='Evidence',
            fields=[
                ('id', models.UUIDField(default=lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('url', models.URLField(blank=True, max_length=500, verbose_name='web address')),
                ('note', models.CharField(blank=True, max_length=200, verbose_name='note')),
                ('action', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='evidence', to='plans.action')),
                ('follow_up', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='meetings.followup', verbose_name='follow-up')),
                ('meeting', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='meetings.meeting', verbose_name='meeting')),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('follow_up__isnull', True), ('meeting__isnull', False), ('url', '')), models.Q(('follow_up__isnull', False), ('meeting__isnull', True), ('url', '')), models.Q(('follow_up__isnull', True), ('meeting__isnull', True), models.Q(('url', ''), _negated=True)), _connector='OR'), name='evidence_is_one_thing', violation_error_message='Choose a meeting or a follow-up, or enter a web address.')],
            },
        ),
        migrations.CreateModel(
            name='Indicator',
            fields=[
                ('id', models.UUIDField(default=lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('position', models.PositiveSmallIntegerField(editable=False)),
                ('title', models.CharField(max_length=160, verbose_name='indicator')),
                ('source', models.CharField(choices=[('book', 'records of this system'), ('hand', 'entered by hand')], max_length=10, verbose_name='source')),
                ('direction', models.CharField(choices=[('up', 'higher is better'), ('down', 'lower is better'), ('no_target', 'no target')], max_length=10, verbose_name='direction')),
                ('unit', models.CharField(choices=[('share', 'share'), ('count', 'count'), ('days', 'days')], max_length=10, verbose_name='unit')),
                ('slug', models.CharField(blank=True, max_length=40, verbose_name='figure')),
                ('measure', models.CharField(blank=True, choices=[('ratio', 'share'), ('n', 'count'), ('median', 'median')], max_length=10, verbose_name='what of it')),
                ('where_from', models.CharField(blank=True, help_text='For example a survey or the prosecutor’s report.', max_length=200, verbose_name='where it comes from')),
                ('frequency_months', models.PositiveSmallIntegerField(blank=True, error_messages={'max_value': 'Enter a number of months between 1 and 36.', 'min_value': 'Enter a number of months between 1 and 36.'}, null=True, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(36)], verbose_name='months between values')),
                ('target', models.FloatField(blank=True, null=True, verbose_name='target')),
                ('target_on', models.DateField(blank=True, null=True, verbose_name='target date')),
                ('target_reason', models.CharField(blank=True, max_length=500, verbose_name='reason for a target without a baseline')),
                ('recorded_since', models.DateField(editable=False, null=True)),
                ('note', models.CharField(blank=True, max_length=500, verbose_name='note')),
                ('district', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='districts.district', verbose_name='district')),
                ('goal', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='indicators', to='plans.goal')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('goal', 'position'), name='indicator_position_once', violation_error_message='Two indicators have the same position.'), models.CheckConstraint(condition=models.Q(models.Q(('district__isnull', False), ('source', 'book'), ('where_from', ''), models.Q(('slug', ''), _negated=True), models.Q(('measure', ''), _negated=True)), models.Q(('district__isnull', True), ('measure', ''), ('slug', ''), ('source', 'hand'), models.Q(('where_from', ''), _negated=True)), _connector='OR'), name='indicator_has_one_source', violation_error_message='Choose a figure, or enter where the values come from.'), models.CheckConstraint(condition=models.Q(models.Q(('direction', 'no_target'), _negated=True), models.Q(('target__isnull', True), ('target_on__isnull', True)), _connector='OR'), name='indicator_without_target', violation_error_message='This indicator cannot have a target.'), models.CheckConstraint(condition=models.Q(('target__isnull', True), models.Q(('target__gte', 0), models.Q(models.Q(('unit', 'share'), _negated=True), ('target__lte', 1), _connector='OR')), _connector='OR'), name='indicator_target_can_be', violation_error_message='Enter a target of 0 or more. A share cannot be more than the whole.')],
            },
        ),
        migrations.CreateModel(
            name='IndicatorValue',
            fields=[
                ('id', models.UUIDField(default=lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('period_start', models.DateField(verbose_name='first day')),
                ('period_end', models.DateField(verbose_name='ends before')),
                ('n', models.FloatField(blank=True, null=True, verbose_name='number')),
                ('of', models.FloatField(blank=True, null=True, verbose_name='out of')),
                ('value', models.FloatField(blank=True, null=True, verbose_name='value')),
                ('as_of', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('where_from', models.CharField(blank=True, max_length=200, verbose_name='where it comes from')),
                ('corrects', models.OneToOneField(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='corrected_by', to='plans.indicatorvalue')),
                ('entered_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('indicator', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='values', to='plans.indicator')),
            ],
            options={
                'constraints': [models.UniqueConstraint(condition=models.Q(('corrects__isnull', True)), fields=('indicator', 'period_start', 'period_end'), name='indicator_value_once', violation_error_message='This period already has a value. Correct that one.'), models.CheckConstraint(condition=models.Q(('period_end__gt', models.F('period_start'))), name='indicator_value_has_days', violation_error_message='The end of the period must be after its start.')],
            },
        ),
        migrations.CreateModel(
            name='Milestone',
            fields=[
                ('id', models.UUIDField(default=lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('title', models.CharField(max_length=160, verbose_name='milestone')),
                ('due_on', models.DateField(verbose_name='due date')),
                ('first_due_on', models.DateField(editable=False)),
                ('done_on', models.DateField(blank=True, null=True, verbose_name='done on')),
                ('marked_on', models.DateField(editable=False, null=True)),
                ('note', models.CharField(blank=True, max_length=200, verbose_name='note')),
                ('dropped_on', models.DateField(editable=False, null=True)),
                ('dropped_reason', models.CharField(blank=True, max_length=500, verbose_name='why it was dropped')),
                ('action', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='milestones', to='plans.action')),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('done_on__isnull', True), ('dropped_on__isnull', True)), fields=['due_on', 'id'], name='milestone_open')],
                'constraints': [models.CheckConstraint(condition=models.Q(('dropped_on__isnull', True), models.Q(('done_on__isnull', True), models.Q(('dropped_reason', ''), _negated=True)), _connector='OR'), name='milestone_is_done_or_dropped', violation_error_message='A milestone that is done cannot be dropped.')],
            },
        ),
        migrations.CreateModel(
            name='Partner',
            fields=[
                ('id', models.UUIDField(default=lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('role', models.CharField(choices=[('does', 'does'), ('advises', 'advises'), ('funds', 'funds'), ('checks', 'checks')], max_length=10, verbose_name='role')),
                ('contribution', models.CharField(blank=True, max_length=120, verbose_name='what they do')),
                ('agreed_on', models.DateField(blank=True, null=True, verbose_name='agreed on')),
                ('agreed_by', models.CharField(blank=True, help_text='Their role, for example “chair”. Do not enter a name.', max_length=80, verbose_name='agreed by')),
                ('action', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='partners', to='plans.action')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='contacts.organisation', verbose_name='organisation')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('action', 'organisation'), name='partner_once', violation_error_message='This organisation is already a partner of the action.'), models.CheckConstraint(condition=models.Q(('role__in', ['does', 'advises', 'funds', 'checks'])), name='partner_role_is_known', violation_error_message='Choose a role from the list.'), models.CheckConstraint(condition=models.Q(models.Q(('agreed_by', ''), ('agreed_on__isnull', True)), models.Q(('agreed_on__isnull', False), models.Q(('agreed_by', ''), _negated=True)), _connector='OR'), name='partner_agreement_is_whole', violation_error_message='Enter when they agreed, and the role of the person who did.')],
            },
        ),
        migrations.CreateModel(
            name='ComparisonFile',
            fields=[
                ('id', models.UUIDField(default=lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('number', models.PositiveIntegerField(editable=False, unique=True)),
                ('period_start', models.DateField(editable=False, verbose_name='first day')),
                ('period_end', models.DateField(editable=False, verbose_name='ends before')),
                ('recipient', models.CharField(max_length=120, verbose_name='city that receives it')),
                ('contact', models.EmailField(help_text='A functional mailbox, not the address of a person.', max_length=254, verbose_name='our contact')),
                ('document', models.JSONField(editable=False)),
                ('counted', models.JSONField(editable=False)),
                ('key', models.CharField(blank=True, editable=False, max_length=64)),
                ('signature', models.CharField(blank=True, editable=False, max_length=128)),
                ('confirmed_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('confirmed_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('plan', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='comparison_files', to='plans.plan')),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('period_end__gt', models.F('period_start'))), name='comparison_file_has_days', violation_error_message='The end of the period must be after its start.'), models.CheckConstraint(condition=models.Q(models.Q(('key', ''), ('signature', '')), models.Q(models.Q(('key', ''), _negated=True), models.Q(('signature', ''), _negated=True)), _connector='OR'), name='comparison_file_signature_is_whole', violation_error_message='A signature must have its key.')],
            },
        ),
        migrations.CreateModel(
            name='PlanChange',
            fields=[
                ('id', models.UUIDField(default=lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('changed_on', models.DateField(default=lib.days.city_today, editable=False)),
                ('kind', models.CharField(choices=[('added', 'added'), ('renamed', 'renamed'), ('starts', 'first day changed'), ('ends', 'last day changed'), ('redated', 'day of completion changed'), ('undone', 'no longer done')], editable=False, max_length=10)),
                ('part', models.CharField(choices=[('plan', 'plan'), ('goal', 'goal'), ('action', 'action'), ('milestone', 'milestone')], editable=False, max_length=10)),
                ('title', models.CharField(max_length=160, verbose_name='title')),
                ('was', models.CharField(blank=True, max_length=160, verbose_name='title before')),
                ('was_on', models.DateField(editable=False, null=True)),
                ('now_on', models.DateField(editable=False, null=True)),
                ('plan', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='later_changes', to='plans.plan')),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('kind__in', ['added', 'renamed', 'starts', 'ends', 'redated', 'undone']), ('part__in', ['plan', 'goal', 'action', 'milestone'])), name='plan_change_is_known', violation_error_message='Choose a kind of change from the list.')],
            },
        ),
        migrations.CreateModel(
            name='PlanReview',
            fields=[
                ('id', models.UUIDField(default=lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('held_on', models.DateField(verbose_name='held on')),
                ('conclusion', models.TextField(blank=True, max_length=2000, verbose_name='conclusion')),
                ('plan_changes', models.TextField(blank=True, max_length=2000, verbose_name='what will change')),
                ('values', models.JSONField(default=list, editable=False, encoder=django.core.serializers.json.DjangoJSONEncoder)),
                ('actions', models.JSONField(default=list, editable=False, encoder=django.core.serializers.json.DjangoJSONEncoder)),
                ('signed_at', models.DateTimeField(editable=False, null=True)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('meeting', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='meetings.meeting', verbose_name='meeting')),
                ('plan', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='reviews', to='plans.plan')),
                ('signed_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('started_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('signed_at__isnull', True), ('signed_by__isnull', True)), models.Q(('signed_at__isnull', False), ('signed_by__isnull', False)), _connector='OR'), name='plan_review_signature_is_whole', violation_error_message='A signature must have a name and a date.'), models.UniqueConstraint(condition=models.Q(('signed_at__isnull', True)), fields=('plan',), name='plan_review_one_open', violation_error_message='Another review of this plan is not signed yet.')],
            },
        ),
        migrations.CreateModel(
            name='PlanVoice',
            fields=[
                ('id', models.UUIDField(default=lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('says', models.CharField(choices=[('better', 'better'), ('same', 'the same'), ('worse', 'worse'), ('cannot_say', 'cannot say')], max_length=10, verbose_name='compared with last time')),
                ('text', models.CharField(blank=True, max_length=500, verbose_name='what they said')),
                ('may_be_quoted', models.BooleanField(default=False, verbose_name='can be quoted')),
                ('organisation', models.ForeignKey(blank=True, help_text='Leave this empty if they want to be left out.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='contacts.organisation', verbose_name='organisation')),
                ('review', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='voices', to='plans.planreview')),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('says__in', ['better', 'same', 'worse', 'cannot_say'])), name='plan_voice_is_known', violation_error_message='Choose an answer from the list.')],
            },
        ),
        *run_files(__file__, "signed_stays"),
    ]
