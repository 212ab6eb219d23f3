import django.contrib.postgres.constraints
import django.contrib.postgres.fields
import django.contrib.postgres.fields.ranges
import django.contrib.postgres.indexes
import django.core.validators
import django.db.models.deletion
import django.db.models.functions.datetime
import django.utils.timezone
import lib.encrypted_fields
import lib.ids
from django.conf import settings
from django.db import migrations, models

from lib.first_migration import FirstMigration, run_files


class Migration(FirstMigration):

    dependencies = [
        ('accounts', '__first__'),
        ('contacts', '0001_initial'),
        ('districts', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Handover',
            fields=[
                ('id', models.UUIDField(default=lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('recipient_ids', django.contrib.postgres.fields.ArrayField(base_field=models.UUIDField(), default=list, size=None)),
                ('moves', models.JSONField(default=list)),
                ('undone_at', models.DateTimeField(null=True)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('made_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('officer', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='handovers', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'indexes': [models.Index(fields=['made_by', '-created_at'], name='handover_of_maker')],
            },
        ),
        migrations.CreateModel(
            name='Series',
            fields=[
                ('id', models.UUIDField(default=lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('rule', models.CharField(max_length=120)),
                ('first_on', models.DateField()),
                ('clock', models.TimeField(null=True)),
                ('made_until', models.DateField()),
                ('is_ended', models.BooleanField(default=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
            ],
            options={
                'verbose_name': 'series',
                'verbose_name_plural': 'series',
                'constraints': [models.CheckConstraint(condition=models.Q(('made_until__gte', models.F('first_on'))), name='series_is_made_from_its_start', violation_error_message='The last date must be on or after the first.')],
            },
        ),
        migrations.CreateModel(
            name='Concern',
            fields=[
                ('id', models.UUIDField(default=lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('folded', models.TextField(default='', editable=False)),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('updated_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('kinds', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('hate_crime_reported', 'reported hate crime'), ('hate_incident', 'hate incident'), ('hate_speech_offline', 'hate speech'), ('hate_speech_online', 'hate speech online'), ('threat', 'threat'), ('harassment', 'harassment'), ('assault', 'assault'), ('property_damage', 'damage to property'), ('attack_on_community_site', 'attack on a community site'), ('graffiti_symbol', 'graffiti or symbol'), ('discrimination', 'discrimination'), ('tension', 'tension around an event'), ('rumour', 'rumour about an event'), ('fear_of_crime', 'fear of crime'), ('antisocial_behaviour', 'antisocial behaviour'), ('event_security', 'event security'), ('bullying', 'bullying'), ('reporting_barrier', 'barrier to reporting'), ('victim_need', 'victim support need'), ('other', 'other')], max_length=30), size=None, verbose_name='what happened')),
                ('bias_grounds', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('racist_xenophobic', 'racist or xenophobic'), ('anti_black', 'anti-Black'), ('anti_roma', 'anti-Roma'), ('antisemitic', 'antisemitic'), ('anti_muslim', 'anti-Muslim'), ('anti_christian', 'anti-Christian'), ('other_religion_belief', 'against another religion or belief'), ('gender_based', 'gender-based'), ('anti_lgbti', 'anti-LGBTI'), ('anti_trans', 'anti-trans'), ('disability', 'disability'), ('poverty', 'poverty'), ('ideology', 'ideology'), ('language', 'language'), ('age', 'age'), ('unknown', 'not known yet'), ('none', 'none')], max_length=30), blank=True, default=list, size=None, verbose_name='bias')),
                ('bias_indicators', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('victim_perception', 'victim’s perception'), ('witness_perception', 'witness’s perception'), ('words_gestures', 'words or gestures'), ('symbols', 'symbols'), ('location_timing', 'location or timing'), ('group_difference', 'victim and suspect from different groups'), ('hate_group', 'an organised hate group'), ('pattern', 'a pattern of incidents'), ('brutality', 'unusual brutality'), ('no_other_motive', 'no other motive')], max_length=30), blank=True, default=list, size=None, verbose_name='bias indicators')),
                ('perceived_by', models.CharField(blank=True, choices=[('victim', 'victim'), ('witness', 'witness'), ('officer', 'officer'), ('organisation', 'organisation'), ('other', 'someone else')], max_length=12, verbose_name='perceived by')),
                ('received_at', models.DateTimeField(verbose_name='received at')),
                ('occurred_on', models.DateField(blank=True, null=True, verbose_name='happened on')),
                ('place_kind', models.CharField(blank=True, choices=[('organisation', 'an organisation’s place or event'), ('business', 'a shop or business'), ('public_place', 'a street or public place'), ('home', 'a home'), ('other', 'another place')], max_length=12, verbose_name='kind of place')),
                ('place', models.CharField(blank=True, help_text='Of a home at most the street without its number, or the postcode.', max_length=200, verbose_name='place')),
                ('affected_focuses', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('ethnic_minority', 'ethnic minority'), ('african_descent', 'people of African descent'), ('language_minority', 'language minority'), ('migrants', 'migrants'), ('refugees', 'refugees'), ('stateless', 'stateless people'), ('roma', 'Roma'), ('travellers', 'Travellers'), ('sami', 'Sámi'), ('jewish', 'Jewish community'), ('muslim', 'Muslim community'), ('christian', 'Christian community'), ('sikh', 'Sikh community'), ('hindu', 'Hindu community'), ('other_religion_belief', 'other religion or belief'), ('women', 'women'), ('lgbti', 'LGBTI people'), ('trans', 'trans people'), ('disability', 'people with disabilities'), ('youth', 'young people'), ('older_people', 'older people'), ('homelessness', 'people experiencing homelessness')], max_length=30), blank=True, default=list, size=None, verbose_name='communities affected')),
                ('facts', lib.encrypted_fields.EncryptedTextField(blank=True, help_text='Do not name victims or suspects. Record them in the case system.', max_length=8000, verbose_name='facts')),
                ('case_reference', models.CharField(blank=True, help_text='Reference in the case system.', max_length=60, verbose_name='case reference')),
                ('status', models.CharField(choices=[('open', 'open'), ('answered', 'answered'), ('closed', 'closed')], default='open', max_length=10, verbose_name='status')),
                ('answered_at', models.DateTimeField(blank=True, null=True, verbose_name='answered at')),
                ('closed_at', models.DateTimeField(blank=True, null=True, verbose_name='closed at')),
                ('reported_back_on', models.DateField(blank=True, null=True, verbose_name='reported back on')),
                ('reassurance_offered_at', models.DateTimeField(blank=True, null=True, verbose_name='reassurance offered at')),
                ('reassurance_answer', models.CharField(blank=True, choices=[('accepted', 'accepted'), ('declined', 'declined')], max_length=10, verbose_name='their response')),
                ('district', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='concerns', to='districts.district', verbose_name='district')),
                ('near', models.ManyToManyField(blank=True, help_text='They can be told the agreed statement, and nothing else.', related_name='concerns_near', to='contacts.organisation', verbose_name='organisations near it')),
                ('raised_by_organisation', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='concerns_raised', to='contacts.organisation', verbose_name='raised by')),
                ('earlier_district_ids', django.contrib.postgres.fields.ArrayField(base_field=models.UUIDField(), default=list, editable=False, size=None)),
                ('site_organisation', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='concerns_at_site', to='contacts.organisation', verbose_name='building or event targeted')),
                ('meeting', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='concerns', to='meetings.meeting', verbose_name='meeting')),
            ],
            options={
                'indexes': [django.contrib.postgres.indexes.GinIndex(fields=['folded'], name='concern_search', opclasses=['gin_trgm_ops']), models.Index(fields=['district', '-received_at', 'id'], name='concern_of_district'), models.Index(fields=['updated_at', 'id'], name='concern_by_update'), django.contrib.postgres.indexes.GinIndex(condition=models.Q(('earlier_district_ids', []), _negated=True), fields=['earlier_district_ids'], name='concern_redrawn'), models.Index(condition=models.Q(('case_reference', ''), _negated=True), fields=['case_reference'], name='concern_by_case')],
                'constraints': [models.CheckConstraint(condition=models.Q(('kinds__contained_by', ['hate_crime_reported', 'hate_incident', 'hate_speech_offline', 'hate_speech_online', 'threat', 'harassment', 'assault', 'property_damage', 'attack_on_community_site', 'graffiti_symbol', 'discrimination', 'tension', 'rumour', 'fear_of_crime', 'antisocial_behaviour', 'event_security', 'bullying', 'reporting_barrier', 'victim_need', 'other']), ('kinds__len__gt', 0)), name='concern_kinds_are_known', violation_error_message='Choose what happened from the list.'), models.CheckConstraint(condition=models.Q(('bias_grounds__contained_by', ['racist_xenophobic', 'anti_black', 'anti_roma', 'antisemitic', 'anti_muslim', 'anti_christian', 'other_religion_belief', 'gender_based', 'anti_lgbti', 'anti_trans', 'disability', 'poverty', 'ideology', 'language', 'age', 'unknown', 'none'])), name='concern_grounds_are_known', violation_error_message='Choose bias grounds from the list.'), models.CheckConstraint(condition=models.Q(('bias_indicators__contained_by', ['victim_perception', 'witness_perception', 'words_gestures', 'symbols', 'location_timing', 'group_difference', 'hate_group', 'pattern', 'brutality', 'no_other_motive'])), name='concern_indicators_are_known', violation_error_message='Choose bias indicators from the list.'), models.CheckConstraint(condition=models.Q(('affected_focuses__contained_by', ['ethnic_minority', 'african_descent', 'language_minority', 'migrants', 'refugees', 'stateless', 'roma', 'travellers', 'sami', 'jewish', 'muslim', 'christian', 'sikh', 'hindu', 'other_religion_belief', 'women', 'lgbti', 'trans', 'disability', 'youth', 'older_people', 'homelessness'])), name='concern_focuses_are_known', violation_error_message='Choose communities from the list.'), models.CheckConstraint(condition=models.Q(('perceived_by__in', ['', 'victim', 'witness', 'officer', 'organisation', 'other'])), name='concern_perceiver_is_known', violation_error_message='Choose who perceived the bias from the list.'), models.CheckConstraint(condition=models.Q(('place_kind__in', ['', 'organisation', 'business', 'public_place', 'home', 'other'])), name='concern_place_kind_is_known', violation_error_message='Choose the kind of place from the list.'), models.CheckConstraint(condition=models.Q(('site_organisation__isnull', True), ('place_kind__in', ['', 'organisation']), _connector='OR'), name='concern_site_is_of_organisation', violation_error_message='Choose an organisation, or another kind of place.'), models.CheckConstraint(condition=models.Q(models.Q(('answered_at__isnull', True), ('closed_at__isnull', True), ('status', 'open')), models.Q(('answered_at__isnull', False), ('closed_at__isnull', True), ('status', 'answered')), models.Q(('closed_at__isnull', False), ('status', 'closed')), _connector='OR'), name='concern_status_has_moment', violation_error_message='Enter when the concern was answered or closed.'), models.CheckConstraint(condition=models.Q(('reassurance_answer', ''), models.Q(('reassurance_answer__in', ['accepted', 'declined']), ('reassurance_offered_at__isnull', False)), _connector='OR'), name='concern_answer_follows_offer', violation_error_message='Enter when reassurance was offered before recording the response.')],
            },
        ),
        migrations.CreateModel(
            name='ConcernExternalId',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('source', models.CharField(max_length=60)),
                ('external_id', models.CharField(max_length=200)),
                ('concern', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='external_ids', to='meetings.concern')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('source', 'external_id'), name='concern_external_id_once', violation_error_message='Another concern already has this ID from that source.')],
            },
        ),
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
            name='FollowUp',
            fields=[
                ('id', models.UUIDField(default=lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('folded', models.TextField(default='', editable=False)),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('updated_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('title', models.CharField(max_length=200, verbose_name='follow-up')),
                ('kind', models.CharField(choices=[('call_back', 'call back'), ('send_information', 'send information'), ('visit', 'visit'), ('reassurance_patrol', 'reassurance patrol'), ('arrange_meeting', 'arrange a meeting'), ('report_back', 'report back'), ('refer_victim_support', 'refer to victim support'), ('refer_municipal', 'refer to a municipal service'), ('pass_to_investigation', 'pass to investigation'), ('problem_solving', 'problem solving'), ('joint_activity', 'joint activity'), ('translate_accessible', 'translate or make accessible'), ('verify_details', 'check details'), ('give_notice', 'give the privacy notice'), ('record_agreement', 'record an agreement'), ('escalate', 'escalate'), ('try_out', 'try out'), ('other', 'other')], default='other', max_length=30, verbose_name='kind')),
                ('series_on', models.DateField(editable=False, null=True)),
                ('departs', models.BooleanField(default=False, editable=False)),
                ('due_on', models.DateField(verbose_name='due')),
                ('first_due_on', models.DateField(editable=False)),
                ('status', models.CharField(choices=[('open', 'open'), ('in_progress', 'in progress'), ('done', 'done'), ('cancelled', 'cancelled')], default='open', max_length=12, verbose_name='status')),
                ('cancel_reason', models.CharField(blank=True, max_length=300, verbose_name='reason for cancelling')),
                ('result', models.TextField(blank=True, max_length=4000, verbose_name='outcome')),
                ('completed_at', models.DateTimeField(editable=False, null=True, verbose_name='done at')),
                ('concern', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='follow_ups', to='meetings.concern')),
                ('contact', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='follow_ups', to='contacts.contact', verbose_name='person')),
                ('owner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='follow_ups', to=settings.AUTH_USER_MODEL, verbose_name='assigned to')),
                ('organisations', models.ManyToManyField(related_name='follow_ups', through='meetings.FollowUpOrganisation', to='contacts.organisation', verbose_name='organisations')),
                ('meeting', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='follow_ups', to='meetings.meeting')),
                ('series', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='follow_ups', to='meetings.series')),
            ],
            options={
                'verbose_name': 'follow-up',
                'verbose_name_plural': 'follow-ups',
                'indexes': [django.contrib.postgres.indexes.GinIndex(fields=['folded'], name='follow_up_search', opclasses=['gin_trgm_ops']), models.Index(condition=models.Q(('status__in', ['open', 'in_progress'])), fields=['owner', 'due_on', 'id'], name='follow_up_pending_of_owner'), models.Index(condition=models.Q(('status__in', ['open', 'in_progress'])), fields=['due_on', 'id'], name='follow_up_pending'), models.Index(fields=['first_due_on'], name='follow_up_first_due'), models.Index(fields=['updated_at', 'id'], name='follow_up_by_update')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('series__isnull', False)), fields=('series', 'series_on'), name='follow_up_once_in_series', violation_error_message='The series already has an entry on this date.'), models.CheckConstraint(condition=models.Q(('kind__in', ['call_back', 'send_information', 'visit', 'reassurance_patrol', 'arrange_meeting', 'report_back', 'refer_victim_support', 'refer_municipal', 'pass_to_investigation', 'problem_solving', 'joint_activity', 'translate_accessible', 'verify_details', 'give_notice', 'record_agreement', 'escalate', 'try_out', 'other'])), name='follow_up_kind_is_known', violation_error_message='Choose a kind from the list.'), models.CheckConstraint(condition=models.Q(('status__in', ['open', 'in_progress', 'done', 'cancelled'])), name='follow_up_status_is_known', violation_error_message='Choose a status from the list.'), models.CheckConstraint(condition=models.Q(models.Q(('status', 'cancelled'), _negated=True), models.Q(('cancel_reason', ''), _negated=True), _connector='OR'), name='follow_up_cancelled_has_reason', violation_error_message='Enter a reason for cancelling.'), models.CheckConstraint(condition=models.Q(models.Q(('completed_at__isnull', False), ('status', 'done')), models.Q(models.Q(('status', 'done'), _negated=True), ('completed_at__isnull', True)), _connector='OR'), name='follow_up_done_has_moment', violation_error_message='Enter when the follow-up was completed.')],
            },
        ),
        migrations.CreateModel(
            name='FollowUpOrganisation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('reported_back_on', models.DateField(blank=True, null=True, verbose_name='reported back on')),
                ('since', models.DateTimeField(editable=False, null=True)),
                ('follow_up', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='organisation_links', to='meetings.followup')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='follow_up_links', to='contacts.organisation')),
            ],
            options={
                'indexes': [models.Index(fields=['organisation', 'follow_up'], name='follow_up_of_organisation')],
                'constraints': [models.UniqueConstraint(fields=('follow_up', 'organisation'), name='follow_up_organisation_once', violation_error_message='This organisation is already listed.')],
            },
        ),
        migrations.CreateModel(
            name='FormerFollowUpOrganisation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('reported_back_on', models.DateField(null=True)),
                ('since', models.DateTimeField(null=True)),
                ('until', models.DateTimeField()),
                ('follow_up', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='former_organisation_links', to='meetings.followup')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='contacts.organisation')),
            ],
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
        migrations.CreateModel(
            name='FollowUpExternalId',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('source', models.CharField(max_length=60)),
                ('external_id', models.CharField(max_length=200)),
                ('follow_up', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='external_ids', to='meetings.followup')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('source', 'external_id'), name='follow_up_external_id_once', violation_error_message='Another follow-up already has this ID from that source.')],
            },
        ),
        migrations.CreateModel(
            name='Meeting',
            fields=[
                ('id', models.UUIDField(default=lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('folded', models.TextField(default='', editable=False)),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('updated_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('subject', models.CharField(max_length=200, verbose_name='subject')),
                ('kind', models.CharField(choices=[('foot_patrol', 'on foot patrol'), ('drop_in', 'drop-in'), ('visit', 'visit'), ('phone', 'phone call'), ('email', 'email'), ('message', 'message'), ('video', 'video call'), ('partnership_meeting', 'partnership meeting'), ('key_individuals_meeting', 'meeting with key individuals'), ('public_meeting', 'public meeting'), ('advisory_group', 'advisory group'), ('training', 'training'), ('mutual_learning_workshop', 'mutual learning workshop'), ('school_session', 'school session'), ('community_event', 'community event'), ('reassurance_visit', 'reassurance visit'), ('mediation', 'mediation'), ('reporting_session', 'reporting session')], max_length=30, verbose_name='kind')),
                ('level', models.CharField(blank=True, choices=[('inform', 'inform'), ('consult', 'consult'), ('involve', 'involve'), ('collaborate', 'collaborate'), ('empower', 'empower')], help_text='Leave empty if you are not sure.', max_length=12, verbose_name='level')),
                ('status', models.CharField(choices=[('planned', 'planned'), ('held', 'held'), ('cancelled', 'cancelled'), ('not_reached', 'not reached')], default='planned', max_length=12, verbose_name='status')),
                ('starts_at', models.DateTimeField(verbose_name='starts at')),
                ('precision', models.CharField(choices=[('minute', 'exact time'), ('morning', 'morning'), ('midday', 'midday'), ('afternoon', 'afternoon'), ('evening', 'evening'), ('night', 'night'), ('day', 'time not known')], db_default='minute', default='minute', max_length=10, verbose_name='precision of the time')),
                ('duration_minutes', models.PositiveSmallIntegerField(blank=True, default=30, error_messages={'max_value': 'Enter a length between 1 and 1,440 minutes.', 'min_value': 'Enter a length between 1 and 1,440 minutes.'}, null=True, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(1440)], verbose_name='minutes')),
                ('place', models.CharField(blank=True, max_length=200, verbose_name='place')),
                ('initiated_by', models.CharField(blank=True, choices=[('police', 'police'), ('community', 'community')], max_length=10, verbose_name='initiated by')),
                ('other_participants', models.TextField(blank=True, help_text='For example, colleagues and services from other districts.', max_length=1000, verbose_name='others who took part')),
                ('headcount', models.PositiveIntegerField(blank=True, null=True, validators=[django.core.validators.MaxValueValidator(1000000)], verbose_name='number of people')),
                ('agenda', models.TextField(blank=True, max_length=4000, verbose_name='agenda')),
                ('facts', models.TextField(blank=True, help_text='What was said and agreed, in words everyone present would accept.', max_length=8000, verbose_name='facts')),
                ('assessment', lib.encrypted_fields.EncryptedTextField(blank=True, help_text='Your opinion, recorded separately from the facts.', max_length=8000, verbose_name='assessment')),
                ('outcomes', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('information_shared', 'information shared'), ('concern_raised', 'concern raised'), ('concern_resolved', 'concern resolved'), ('priority_agreed', 'priority agreed'), ('action_agreed', 'action agreed'), ('joint_activity_agreed', 'joint activity agreed'), ('report_facilitated', 'helped to report an incident'), ('referral_made', 'referral made'), ('introduction_made', 'introduction made'), ('feedback_given', 'feedback given'), ('reassurance_given', 'reassurance given'), ('advice_received', 'advice received'), ('no_change', 'nothing new'), ('declined', 'declined to talk'), ('relationship_paused', 'relationship paused')], max_length=30), blank=True, default=list, size=None, verbose_name='outcome')),
                ('series_on', models.DateField(editable=False, null=True)),
                ('departs', models.BooleanField(default=False, editable=False)),
                ('district', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='meetings', to='districts.district', verbose_name='district')),
                ('logged_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('officers', models.ManyToManyField(blank=True, related_name='meetings', to=settings.AUTH_USER_MODEL, verbose_name='officers')),
                ('contacts', models.ManyToManyField(related_name='meetings', through='meetings.MeetingContact', to='contacts.contact', verbose_name='people')),
                ('organisations', models.ManyToManyField(related_name='meetings', through='meetings.MeetingOrganisation', to='contacts.organisation', verbose_name='organisations')),
                ('series', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='meetings', to='meetings.series')),
            ],
            options={
                'indexes': [django.contrib.postgres.indexes.GinIndex(fields=['folded'], name='meeting_search', opclasses=['gin_trgm_ops']), models.Index(fields=['district', '-starts_at', 'id'], name='meeting_of_district'), models.Index(fields=['district', 'starts_at'], include=('status', 'kind', 'level', 'initiated_by'), name='meeting_of_figures'), models.Index(fields=['-starts_at', 'id'], name='meeting_by_time'), models.Index(condition=models.Q(('status', 'planned')), fields=['starts_at'], name='meeting_planned'), models.Index(fields=['updated_at', 'id'], name='meeting_by_update')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('series__isnull', False)), fields=('series', 'series_on'), name='meeting_once_in_series', violation_error_message='The series already has an entry on this date.'), models.CheckConstraint(condition=models.Q(('duration_minutes__gt', 0), ('duration_minutes__lte', 1440)), name='meeting_has_duration', violation_error_message='Enter a length between 1 and 1,440 minutes.'), models.CheckConstraint(condition=models.Q(('kind__in', ['foot_patrol', 'drop_in', 'visit', 'phone', 'email', 'message', 'video', 'partnership_meeting', 'key_individuals_meeting', 'public_meeting', 'advisory_group', 'training', 'mutual_learning_workshop', 'school_session', 'community_event', 'reassurance_visit', 'mediation', 'reporting_session'])), name='meeting_kind_is_known', violation_error_message='Choose a kind of meeting from the list.'), models.CheckConstraint(condition=models.Q(('status__in', ['planned', 'held', 'cancelled', 'not_reached'])), name='meeting_status_is_known', violation_error_message='Choose a status from the list.'), models.CheckConstraint(condition=models.Q(('precision__in', ['minute', 'morning', 'midday', 'afternoon', 'evening', 'night', 'day'])), name='meeting_precision_is_known', violation_error_message='Choose a precision from the list.'), models.CheckConstraint(condition=models.Q(('level__in', ['', 'inform', 'consult', 'involve', 'collaborate', 'empower'])), name='meeting_level_is_known', violation_error_message='Choose a level from the list.'), models.CheckConstraint(condition=models.Q(('initiated_by__in', ['', 'police', 'community'])), name='meeting_initiator_is_known', violation_error_message='Choose who initiated it from the list.'), models.CheckConstraint(condition=models.Q(('outcomes__contained_by', ['information_shared', 'concern_raised', 'concern_resolved', 'priority_agreed', 'action_agreed', 'joint_activity_agreed', 'report_facilitated', 'referral_made', 'introduction_made', 'feedback_given', 'reassurance_given', 'advice_received', 'no_change', 'declined', 'relationship_paused'])), name='meeting_outcomes_are_known', violation_error_message='Choose an outcome from the list.')],
            },
        ),
        migrations.CreateModel(
            name='MeetingContact',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('attendance', models.CharField(choices=[('invited', 'invited'), ('attended', 'attended'), ('apologies', 'sent apologies')], default='invited', max_length=10, verbose_name='attendance')),
                ('contact', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='meeting_links', to='contacts.contact')),
                ('meeting', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='contact_links', to='meetings.meeting')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('meeting', 'contact'), name='meeting_contact_once', violation_error_message='This person is already listed.'), models.CheckConstraint(condition=models.Q(('attendance__in', ['invited', 'attended', 'apologies'])), name='meeting_attendance_is_known', violation_error_message='Choose an attendance status from the list.')],
            },
        ),
        migrations.CreateModel(
            name='MeetingExternalId',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('source', models.CharField(max_length=60)),
                ('external_id', models.CharField(max_length=200)),
                ('meeting', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='external_ids', to='meetings.meeting')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('source', 'external_id'), name='meeting_external_id_once', violation_error_message='Another meeting already has this ID from that source.')],
            },
        ),
        migrations.CreateModel(
            name='MeetingOrganisation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('present', models.BooleanField(default=True, verbose_name='attended')),
                ('met_at', models.DateTimeField(editable=False, null=True)),
                ('meeting', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='organisation_links', to='meetings.meeting')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='meeting_links', to='contacts.organisation')),
            ],
            options={
                'indexes': [models.Index(fields=['organisation', 'meeting'], name='meeting_of_organisation'), models.Index(condition=models.Q(('met_at__isnull', False)), fields=['organisation', 'met_at'], name='meeting_met')],
                'constraints': [models.UniqueConstraint(fields=('meeting', 'organisation'), name='meeting_organisation_once', violation_error_message='This organisation is already listed.')],
            },
        ),
        *run_files(__file__, "met_at", "row_policies", "planned"),
    ]
