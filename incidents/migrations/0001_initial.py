import django.contrib.postgres.fields
import django.core.validators
import django.db.models.deletion
import django.utils.timezone
import lib.ids
from django.conf import settings
from django.db import migrations, models

from lib.first_migration import FirstMigration, run_files


class Migration(FirstMigration):

    dependencies = [
        ('accounts', '__first__'),
        ('contacts', '0001_initial'),
        ('districts', '0001_initial'),
        ('meetings', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Protocol',
            fields=[
                ('id', models.UUIDField(default=lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('code', models.SlugField(max_length=40, verbose_name='code')),
                ('name', models.CharField(max_length=80, verbose_name='name')),
                ('about', models.TextField(blank=True, max_length=1000, verbose_name='about')),
                ('number', models.PositiveIntegerField(default=1, editable=False)),
                ('kinds', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('hate_crime_reported', 'reported hate crime'), ('hate_incident', 'hate incident'), ('hate_speech_offline', 'hate speech'), ('hate_speech_online', 'hate speech online'), ('threat', 'threat'), ('harassment', 'harassment'), ('assault', 'assault'), ('property_damage', 'damage to property'), ('attack_on_community_site', 'attack on a community site'), ('graffiti_symbol', 'graffiti or symbol'), ('discrimination', 'discrimination'), ('tension', 'tension around an event'), ('rumour', 'rumour about an event'), ('fear_of_crime', 'fear of crime'), ('antisocial_behaviour', 'antisocial behaviour'), ('event_security', 'event security'), ('bullying', 'bullying'), ('reporting_barrier', 'barrier to reporting'), ('victim_need', 'victim support need'), ('other', 'other')], max_length=30), size=None, verbose_name='kinds of concern that start it')),
                ('needs_bias', models.BooleanField(default=True, help_text='A perception is enough. “Not known yet” counts as possible.', verbose_name='only if bias is possible')),
                ('opens_itself', models.BooleanField(default=False, help_text='Otherwise it is offered on the concern’s page.', verbose_name='opens as soon as the concern is saved')),
                ('holding_statement', models.TextField(blank=True, help_text='What everyone can say at once. Approved with the protocol.', max_length=1000, verbose_name='holding statement')),
                ('review_on', models.DateField(blank=True, null=True, verbose_name='review date')),
                ('status', models.CharField(choices=[('draft', 'draft'), ('in_force', 'in force'), ('replaced', 'replaced')], default='draft', editable=False, max_length=10, verbose_name='status')),
                ('in_force_since', models.DateTimeField(editable=False, null=True)),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('updated_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('approved_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('author', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('district', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='protocols', to='districts.district', verbose_name='district')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('code', 'district', 'number'), name='protocol_number_once', nulls_distinct=False, violation_error_message='This version of the protocol already exists.'), models.UniqueConstraint(condition=models.Q(('status', 'in_force')), fields=('code', 'district'), name='protocol_one_in_force', nulls_distinct=False, violation_error_message='Another version of this protocol is in force.'), models.CheckConstraint(condition=models.Q(('kinds__contained_by', ['hate_crime_reported', 'hate_incident', 'hate_speech_offline', 'hate_speech_online', 'threat', 'harassment', 'assault', 'property_damage', 'attack_on_community_site', 'graffiti_symbol', 'discrimination', 'tension', 'rumour', 'fear_of_crime', 'antisocial_behaviour', 'event_security', 'bullying', 'reporting_barrier', 'victim_need', 'other']), ('kinds__len__gt', 0)), name='protocol_kinds_are_known', violation_error_message='Select at least one kind of concern from the list.'), models.CheckConstraint(condition=models.Q(models.Q(('in_force_since__isnull', True), ('status', 'draft')), models.Q(('in_force_since__isnull', False), ('status__in', ['in_force', 'replaced'])), _connector='OR'), name='protocol_in_force_since', violation_error_message='A protocol in force must have a date.')],
            },
        ),
        migrations.CreateModel(
            name='Incident',
            fields=[
                ('id', models.UUIDField(default=lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('started_at', models.DateTimeField(verbose_name='started')),
                ('status', models.CharField(choices=[('open', 'open'), ('watching', 'monitoring'), ('closed', 'closed'), ('withdrawn', 'withdrawn')], default='open', editable=False, max_length=10, verbose_name='status')),
                ('words', models.TextField(blank=True, help_text='Facts only. No names, and nothing about who may have done it.', max_length=1000, verbose_name='agreed statement')),
                ('words_agreed_at', models.DateTimeField(editable=False, null=True)),
                ('closed_at', models.DateTimeField(editable=False, null=True)),
                ('reopened_at', models.DateTimeField(editable=False, null=True)),
                ('moved_at', models.DateTimeField(editable=False, null=True)),
                ('withdrawal_reason', models.CharField(blank=True, choices=[('mistake', 'opened by mistake'), ('same_event', 'the same event as another incident')], editable=False, max_length=12, verbose_name='why it was withdrawn')),
                ('withdrawn_at', models.DateTimeField(editable=False, null=True)),
                ('left_out', models.PositiveSmallIntegerField(db_default=0, default=0, editable=False)),
                ('refused', models.PositiveSmallIntegerField(db_default=0, default=0, editable=False, help_text='Organisations affected that asked not to be contacted.')),
                ('place_refused', models.BooleanField(db_default=False, default=False, editable=False, help_text='Whether the affected place asked not to be contacted.')),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('updated_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('also_in', models.ManyToManyField(blank=True, related_name='visiting_incidents', to='districts.district', verbose_name='also in')),
                ('earlier_district_ids', django.contrib.postgres.fields.ArrayField(base_field=models.UUIDField(), default=list, editable=False, size=None)),
                ('district', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='incidents', to='districts.district', verbose_name='district')),
                ('excluded', models.ManyToManyField(blank=True, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('protocol', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='incidents', to='incidents.protocol', verbose_name='protocol')),
                ('same_as', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='same_events', to='incidents.incident')),
                ('withdrawn_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('words_agreed_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'indexes': [models.Index(fields=['district', '-started_at', 'id'], name='incident_of_district'), models.Index(fields=['updated_at', 'id'], name='incident_by_update'), models.Index(condition=models.Q(('status__in', ['open', 'watching'])), fields=['started_at', 'id'], name='incident_under_way')],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('closed_at__isnull', False), ('status', 'closed')), models.Q(('closed_at__isnull', True), ('status__in', ['open', 'watching', 'withdrawn'])), _connector='OR'), name='incident_status_has_moment', violation_error_message='A closed incident must have a date.'), models.CheckConstraint(condition=models.Q(models.Q(models.Q(('same_as__isnull', True), ('withdrawal_reason', 'mistake')), models.Q(('same_as__isnull', False), ('withdrawal_reason', 'same_event')), models.Q(('same_as__isnull', True), ('withdrawal_reason', ''), ('withdrawn_by__isnull', True)), _connector='OR'), models.Q(models.Q(('status', 'withdrawn'), ('withdrawn_at__isnull', False)), models.Q(models.Q(('status', 'withdrawn'), _negated=True), ('withdrawn_at__isnull', True)), _connector='OR'), models.Q(models.Q(('status', 'withdrawn'), _negated=True), models.Q(('withdrawal_reason', ''), _negated=True), _connector='OR')), name='incident_withdrawal_has_reason', violation_error_message='Choose why the incident is withdrawn.'), models.CheckConstraint(condition=models.Q(('same_as', models.F('id')), _negated=True), name='incident_not_same_as_itself', violation_error_message='Choose another incident.')],
            },
        ),
        migrations.CreateModel(
            name='Debrief',
            fields=[
                ('id', models.UUIDField(default=lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('held_on', models.DateField(blank=True, null=True, verbose_name='held on')),
                ('why', models.TextField(blank=True, max_length=2000, verbose_name='why it went as it did')),
                ('keep', models.TextField(blank=True, max_length=2000, verbose_name='what to keep')),
                ('change', models.TextField(blank=True, max_length=2000, verbose_name='what to change')),
                ('no_action_reason', models.CharField(blank=True, max_length=500, verbose_name='why there is nothing to do')),
                ('waived_reason', models.CharField(blank=True, max_length=500, verbose_name='why there is no debrief')),
                ('signed_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('actions', models.ManyToManyField(blank=True, related_name='debriefs', to='meetings.followup', verbose_name='actions')),
                ('incident', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='debrief', to='incidents.incident')),
                ('signed_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('held_on__isnull', False), ('waived_reason', '')), models.Q(models.Q(('waived_reason', ''), _negated=True), ('held_on__isnull', True)), _connector='OR'), name='debrief_was_held_or_waived', violation_error_message='Enter when the debrief was held, or why there is none.')],
            },
        ),
        migrations.CreateModel(
            name='IncidentClosing',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('closed_at', models.DateTimeField()),
                ('reopened_at', models.DateTimeField(null=True)),
                ('incident', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='closings', to='incidents.incident')),
            ],
            options={
                'constraints': [models.UniqueConstraint(condition=models.Q(('reopened_at__isnull', True)), fields=('incident',), name='incident_closed_once', violation_error_message='This incident is already closed.'), models.CheckConstraint(condition=models.Q(('reopened_at__isnull', True), ('reopened_at__gte', models.F('closed_at')), _connector='OR'), name='incident_reopened_after', violation_error_message='An incident is reopened after it was closed.')],
            },
        ),
        migrations.CreateModel(
            name='IncidentConcern',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('concern', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='incident_link', to='meetings.concern')),
                ('incident', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='concern_links', to='incidents.incident')),
                ('merged_from', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='incidents.incident')),
            ],
        ),
        migrations.CreateModel(
            name='ProtocolAgreement',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('agreed_on', models.DateField(verbose_name='agreed on')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='contacts.organisation')),
                ('protocol', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='agreements', to='incidents.protocol')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('protocol', 'organisation'), name='protocol_agreed_once', violation_error_message='This organisation is already listed.')],
            },
        ),
        migrations.CreateModel(
            name='ProtocolStep',
            fields=[
                ('id', models.UUIDField(default=lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('position', models.PositiveSmallIntegerField()),
                ('text', models.CharField(max_length=120, verbose_name='what to do')),
                ('hint', models.CharField(blank=True, max_length=500, verbose_name='hint')),
                ('who', models.CharField(choices=[('duty', 'who logged the concern'), ('place_lead', 'lead officer of the affected place'), ('each_lead', 'lead officer of each organisation'), ('supervisor', 'supervisor of the district'), ('city_supervisor', 'supervisor of the whole city')], max_length=16, verbose_name='who')),
                ('each', models.CharField(choices=[('once', 'once'), ('the_place', 'for the affected place'), ('each_organisation', 'for each organisation affected')], default='once', max_length=18, verbose_name='done for')),
                ('due_minutes', models.PositiveIntegerField(error_messages={'max_value': 'Enter a number of minutes between 1 and 43,200.', 'min_value': 'Enter a number of minutes between 1 and 43,200.'}, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(43200)], verbose_name='minutes until due')),
                ('may_wait', models.BooleanField(default=True, verbose_name='can wait for the morning')),
                ('proof', models.CharField(choices=[('tick', 'marked as done'), ('reported_back', 'a report back to them'), ('case_reference', 'a case number, or the unit it was handed to'), ('reassurance', 'a call or visit that reached them'), ('visit', 'a visit that reached them'), ('words', 'an agreed statement'), ('assessment', 'a tension assessment'), ('debrief', 'a debrief')], default='tick', max_length=16, verbose_name='done when there is')),
                ('escalate_after_minutes', models.PositiveIntegerField(blank=True, error_messages={'max_value': 'Enter a number of minutes between 1 and 43,200.', 'min_value': 'Enter a number of minutes between 1 and 43,200.'}, null=True, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(43200)], verbose_name='minutes until supervisors are notified')),
                ('required', models.BooleanField(default=False, verbose_name='required to close')),
                ('only_for', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('hate_crime_reported', 'reported hate crime'), ('hate_incident', 'hate incident'), ('hate_speech_offline', 'hate speech'), ('hate_speech_online', 'hate speech online'), ('threat', 'threat'), ('harassment', 'harassment'), ('assault', 'assault'), ('property_damage', 'damage to property'), ('attack_on_community_site', 'attack on a community site'), ('graffiti_symbol', 'graffiti or symbol'), ('discrimination', 'discrimination'), ('tension', 'tension around an event'), ('rumour', 'rumour about an event'), ('fear_of_crime', 'fear of crime'), ('antisocial_behaviour', 'antisocial behaviour'), ('event_security', 'event security'), ('bullying', 'bullying'), ('reporting_barrier', 'barrier to reporting'), ('victim_need', 'victim support need'), ('other', 'other')], max_length=30), blank=True, db_default=[], default=list, help_text='Empty: for all. For example, a threat needs no cleaning.', size=None, verbose_name='only for these kinds of concern')),
                ('protocol', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='steps', to='incidents.protocol')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('protocol', 'position'), name='protocol_step_position_once', violation_error_message='Two steps have the same position.'), models.CheckConstraint(condition=models.Q(('due_minutes__gte', 1), ('due_minutes__lte', 43200)), name='protocol_step_due_in_time', violation_error_message='Enter a number of minutes between 1 and 43,200.'), models.CheckConstraint(condition=models.Q(('who__in', ['duty', 'place_lead', 'each_lead', 'supervisor', 'city_supervisor']), ('each__in', ['once', 'the_place', 'each_organisation']), ('proof__in', ['tick', 'reported_back', 'case_reference', 'reassurance', 'visit', 'words', 'assessment', 'debrief'])), name='protocol_step_codes_are_known', violation_error_message='Choose who does it, what it is done for and the proof from the lists.'), models.CheckConstraint(condition=models.Q(('only_for__contained_by', ['hate_crime_reported', 'hate_incident', 'hate_speech_offline', 'hate_speech_online', 'threat', 'harassment', 'assault', 'property_damage', 'attack_on_community_site', 'graffiti_symbol', 'discrimination', 'tension', 'rumour', 'fear_of_crime', 'antisocial_behaviour', 'event_security', 'bullying', 'reporting_barrier', 'victim_need', 'other'])), name='protocol_step_only_for_known', violation_error_message='Choose kinds of concern from the list.')],
            },
        ),
        migrations.CreateModel(
            name='IncidentStep',
            fields=[
                ('id', models.UUIDField(default=lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('given_at', models.DateTimeField(null=True)),
                ('seen_at', models.DateTimeField(editable=False, null=True)),
                ('due_at', models.DateTimeField()),
                ('escalate_at', models.DateTimeField(null=True)),
                ('status', models.CharField(choices=[('open', 'open'), ('done', 'done'), ('not_needed', 'not needed'), ('withdrawn', 'withdrawn')], default='open', max_length=10, verbose_name='status')),
                ('done_at', models.DateTimeField(null=True, verbose_name='done at')),
                ('recorded_at', models.DateTimeField(null=True)),
                ('note', models.CharField(blank=True, max_length=500, verbose_name='note')),
                ('done_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('incident', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='steps', to='incidents.incident')),
                ('organisation', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='contacts.organisation')),
                ('owner', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='incident_steps', to=settings.AUTH_USER_MODEL)),
                ('step', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='incidents.protocolstep')),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('status', 'open')), fields=['owner', 'due_at'], name='incident_step_open')],
                'constraints': [models.UniqueConstraint(fields=('incident', 'step', 'organisation'), name='incident_step_once', nulls_distinct=False, violation_error_message='The incident already has this step.'), models.CheckConstraint(condition=models.Q(models.Q(('done_at__isnull', True), ('status', 'open')), models.Q(('done_at__isnull', False), ('recorded_at__isnull', False), ('status__in', ['done', 'not_needed', 'withdrawn'])), _connector='OR'), name='incident_step_has_moment', violation_error_message='Enter when the step was done.')],
            },
        ),
        migrations.CreateModel(
            name='Reassurance',
            fields=[
                ('id', models.UUIDField(default=lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('at', models.DateTimeField(verbose_name='when')),
                ('recorded_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('channel', models.CharField(choices=[('phone', 'phone call'), ('message', 'message'), ('email', 'email'), ('video', 'video call'), ('visit', 'visit'), ('foot_patrol', 'on foot patrol')], default='phone', max_length=12, verbose_name='how')),
                ('result', models.CharField(choices=[('reached', 'reached'), ('left_message', 'left a message'), ('no_answer', 'no answer'), ('declined', 'declined')], max_length=12, verbose_name='result')),
                ('needs', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('patrol', 'a patrol'), ('site_security_advice', 'site security advice'), ('victim_support', 'victim support'), ('interpreter', 'an interpreter'), ('cleaning', 'cleaning or repair'), ('public_statement', 'a public statement')], max_length=24), blank=True, default=list, size=None, verbose_name='what they need')),
                ('told', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('what_happened', 'what happened'), ('patrols', 'about patrols'), ('whom_to_call', 'who to call'), ('how_to_report', 'how to report'), ('victim_support', 'victim support'), ('when_we_call_again', 'when we call again')], max_length=24), blank=True, db_default=[], default=list, size=None, verbose_name='topics covered')),
                ('call_again_on', models.DateField(blank=True, null=True, verbose_name='call again on')),
                ('note', models.CharField(blank=True, max_length=500, verbose_name='note')),
                ('by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('follow_up', models.OneToOneField(editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='reassurance', to='meetings.followup')),
                ('incident', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='reassurances', to='incidents.incident')),
                ('meeting', models.OneToOneField(editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='reassurance', to='meetings.meeting')),
                ('organisation', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='reassurances', to='contacts.organisation', verbose_name='organisation')),
            ],
            options={
                'indexes': [models.Index(fields=['incident', 'organisation', 'at'], name='reassurance_of_incident')],
                'constraints': [models.CheckConstraint(condition=models.Q(('channel__in', ['phone', 'message', 'email', 'video', 'visit', 'foot_patrol']), ('result__in', ['reached', 'left_message', 'no_answer', 'declined'])), name='reassurance_codes_are_known', violation_error_message='Choose how and with which result from the lists.'), models.CheckConstraint(condition=models.Q(('needs__contained_by', ['patrol', 'site_security_advice', 'victim_support', 'interpreter', 'cleaning', 'public_statement'])), name='reassurance_needs_are_known', violation_error_message='Choose what they need from the list.'), models.CheckConstraint(condition=models.Q(('told__contained_by', ['what_happened', 'patrols', 'whom_to_call', 'how_to_report', 'victim_support', 'when_we_call_again'])), name='reassurance_told_is_known', violation_error_message='Choose topics from the list.'), models.CheckConstraint(condition=models.Q(('recorded_at__gte', models.F('at'))), name='reassurance_was_before', violation_error_message='The time must not be in the future.')],
            },
        ),
        migrations.CreateModel(
            name='ShiftHandover',
            fields=[
                ('id', models.UUIDField(default=lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('note', models.CharField(blank=True, help_text='What is not in the steps. No names of victims.', max_length=500, verbose_name='note')),
                ('seen_at', models.DateTimeField(editable=False, null=True)),
                ('shift', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='handover', to='accounts.dutyshift')),
                ('to', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='hand over to')),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('seen_at__isnull', True), ('seen_at__gte', models.F('at')), _connector='OR'), name='shift_handover_seen_after', violation_error_message='A hand-over is seen after it is made.')],
            },
        ),
        migrations.CreateModel(
            name='StepHandover',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField(default=django.utils.timezone.now)),
                ('after', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('before', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('shift_handover', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='step_handovers', to='incidents.shifthandover')),
                ('step', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='handovers', to='incidents.incidentstep')),
            ],
        ),
        migrations.CreateModel(
            name='TensionAssessment',
            fields=[
                ('id', models.UUIDField(default=lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('number', models.PositiveSmallIntegerField(editable=False)),
                ('as_of', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('level', models.PositiveSmallIntegerField(choices=[(1, 'calm'), (2, 'uneasy'), (3, 'tense'), (4, 'acute')], verbose_name='level')),
                ('trend', models.CharField(choices=[('falling', 'falling'), ('steady', 'steady'), ('rising', 'rising')], max_length=8, verbose_name='trend')),
                ('experienced', models.TextField(blank=True, max_length=2000, verbose_name='what people live through')),
                ('evidenced', models.TextField(blank=True, max_length=2000, verbose_name='what is documented')),
                ('potential', models.TextField(blank=True, max_length=2000, verbose_name='what can follow')),
                ('not_consulted_reason', models.CharField(blank=True, max_length=200, verbose_name='why no one was consulted')),
                ('measures', models.TextField(blank=True, max_length=2000, verbose_name='measures')),
                ('look_again_at', models.DateTimeField(blank=True, null=True, verbose_name='reassess on')),
                ('consulted', models.ManyToManyField(blank=True, related_name='+', to='contacts.organisation', verbose_name='organisations consulted')),
                ('incident', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='assessments', to='incidents.incident')),
                ('made_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('incident', 'number'), name='assessment_number_once', violation_error_message='Someone else has just assessed tension.'), models.CheckConstraint(condition=models.Q(('level__in', [1, 2, 3, 4]), ('trend__in', ['falling', 'steady', 'rising'])), name='assessment_codes_are_known', violation_error_message='Choose level and trend from the lists.')],
            },
        ),
        migrations.CreateModel(
            name='DebriefVoice',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('in_time', models.CharField(choices=[('yes', 'yes'), ('no', 'no'), ('unsure', 'not sure')], max_length=6, verbose_name='reached in time?')),
                ('knew_whom_to_call', models.BooleanField(default=False, verbose_name='they knew who to call')),
                ('next_time', models.CharField(blank=True, max_length=500, verbose_name='next time')),
                ('debrief', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='voices', to='incidents.debrief')),
                ('organisation', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='contacts.organisation')),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('in_time__in', ['yes', 'no', 'unsure'])), name='debrief_voice_is_known', violation_error_message='Choose an answer from the list.')],
            },
        ),
        migrations.CreateModel(
            name='ExclusionRequest',
            fields=[
                ('id', models.UUIDField(default=lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('asked_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('decided_at', models.DateTimeField(null=True)),
                ('is_confirmed', models.BooleanField(default=False)),
                ('asked_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('decided_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('district', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='districts.district')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('incident', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='exclusion_requests', to='incidents.incident')),
            ],
            options={
                'constraints': [models.UniqueConstraint(condition=models.Q(('decided_at__isnull', True)), fields=('incident', 'user'), name='exclusion_request_once', violation_error_message='This has already been requested.')],
            },
        ),
        migrations.CreateModel(
            name='CallInProgress',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField(default=django.utils.timezone.now)),
                ('incident', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='calls_in_progress', to='incidents.incident')),
                ('organisation', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='contacts.organisation')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('incident', 'organisation'), name='call_in_progress_once', nulls_distinct=False, violation_error_message='Someone else is calling already.')],
            },
        ),
        *run_files(__file__, "protocols_in_force", "row_policies", "handled_concerns"),
    ]
