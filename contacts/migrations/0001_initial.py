import django.contrib.postgres.constraints
import django.contrib.postgres.fields
import django.contrib.postgres.fields.ranges
import django.contrib.postgres.indexes
import django.core.serializers.json
import django.core.validators
import django.db.models.deletion
import django.utils.timezone
import lib.encrypted_fields
import lib.ids
import phonenumber_field.modelfields
from django.contrib.postgres.operations import TrigramExtension, UnaccentExtension
from django.conf import settings
from django.db import migrations, models

from lib.first_migration import FirstMigration, run_files


class Migration(FirstMigration):

    dependencies = [
        ('accounts', '0001_initial'),
        ('accounts', '__first__'),
        ('districts', '0001_initial'),
    ]

    operations = [
        TrigramExtension(),
        UnaccentExtension(),
        migrations.CreateModel(
            name='Contact',
            fields=[
                ('id', models.UUIDField(default=lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('folded', models.TextField(default='', editable=False)),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('updated_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('given_name', models.CharField(blank=True, max_length=80, verbose_name='given name')),
                ('family_name', models.CharField(max_length=120, verbose_name='family name')),
                ('email', models.EmailField(blank=True, help_text='Work number or address, not a private one.', max_length=254, verbose_name='email')),
                ('phone', phonenumber_field.modelfields.PhoneNumberField(blank=True, help_text='Work number or address, not a private one.', max_length=128, region=None, verbose_name='phone')),
                ('languages', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=8), blank=True, default=list, size=20, verbose_name='languages')),
                ('preferred_channel', models.CharField(blank=True, choices=[('phone', 'phone call'), ('message', 'text message'), ('email', 'email'), ('in_person', 'in person')], max_length=10, verbose_name='preferred contact method')),
                ('lawful_basis', models.CharField(choices=[('public_task', 'public task'), ('legal_obligation', 'legal obligation'), ('consent', 'consent'), ('vital_interests', 'vital interests'), ('police_law', 'police law (LED)')], max_length=20, verbose_name='lawful basis')),
                ('purpose', models.CharField(choices=[('community_liaison', 'community liaison'), ('incident_response', 'incident response'), ('safety_planning', 'safety planning'), ('event_planning', 'event planning'), ('training', 'training')], max_length=20, verbose_name='purpose')),
                ('notice_given_on', models.DateField(blank=True, null=True, verbose_name='privacy notice given on')),
                ('notice_version', models.CharField(blank=True, max_length=20, verbose_name='notice version')),
                ('agreement_how', models.CharField(blank=True, choices=[('spoken', 'verbally'), ('written', 'in writing'), ('email', 'by email')], max_length=10, verbose_name='how they agreed')),
                ('agreement_on', models.DateField(blank=True, null=True, verbose_name='agreed on')),
                ('withdrawn_on', models.DateField(blank=True, null=True, verbose_name='opted out on')),
                ('review_on', models.DateField(verbose_name='review date')),
                ('is_restricted', models.BooleanField(db_default=False, default=False, editable=False)),
                ('clues', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), default=list, editable=False, size=None)),
                ('former_names', lib.encrypted_fields.EncryptedJSONField(editable=False, null=True, verbose_name='former names')),
                ('agreement_recorded_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='agreement recorded by')),
                ('home_district', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='contacts', to='districts.district', verbose_name='district')),
            ],
            options={
                'indexes': [django.contrib.postgres.indexes.GinIndex(fields=['folded'], name='contact_search', opclasses=['gin_trgm_ops']), django.contrib.postgres.indexes.GinIndex(fields=['clues'], name='contact_clues'), models.Index(fields=['home_district', 'folded', 'id'], name='contact_by_name'), models.Index(fields=['review_on'], name='contact_by_review'), models.Index(fields=['home_district', 'review_on'], include=('created_at',), name='contact_review_of_district'), models.Index(fields=['updated_at', 'id'], name='contact_by_update')],
                'constraints': [models.CheckConstraint(condition=models.Q(('lawful_basis__in', ['public_task', 'legal_obligation', 'consent', 'vital_interests', 'police_law'])), name='contact_has_lawful_basis', violation_error_message='Choose the lawful basis for keeping this person’s details.'), models.CheckConstraint(condition=models.Q(('purpose__in', ['community_liaison', 'incident_response', 'safety_planning', 'event_planning', 'training'])), name='contact_has_purpose', violation_error_message='Choose the purpose for keeping this person’s details.'), models.CheckConstraint(condition=models.Q(('preferred_channel__in', ['', 'phone', 'message', 'email', 'in_person'])), name='contact_channel_is_known', violation_error_message='Choose a contact method from the list.'), models.CheckConstraint(condition=models.Q(models.Q(('agreement_how', ''), ('agreement_on__isnull', True), ('agreement_recorded_by__isnull', True)), models.Q(('agreement_how__in', ['spoken', 'written', 'email']), ('agreement_on__isnull', False), ('agreement_recorded_by__isnull', False)), _connector='OR'), name='contact_agreement_is_whole', violation_error_message='Record how and when they agreed, and who recorded it.')],
            },
        ),
        migrations.CreateModel(
            name='ErasedId',
            fields=[
                ('digest', models.BinaryField(max_length=32, primary_key=True, serialize=False)),
                ('erased_on', models.DateField()),
            ],
        ),
        migrations.CreateModel(
            name='Organisation',
            fields=[
                ('id', models.UUIDField(default=lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('folded', models.TextField(default='', editable=False)),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('updated_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('name', models.CharField(max_length=200, verbose_name='name')),
                ('short_name', models.CharField(blank=True, max_length=60, verbose_name='short name')),
                ('kind', models.CharField(choices=[('community_group', 'community group'), ('residents_association', 'residents’ association'), ('minority_association', 'minority association'), ('womens_organisation', 'women’s organisation'), ('lgbt_organisation', 'LGBT organisation'), ('ngo', 'NGO'), ('religious_community', 'religious community'), ('youth_organisation', 'youth organisation'), ('parents_association', 'parents’ association'), ('disability_organisation', 'disability organisation'), ('older_people_organisation', 'older people’s organisation'), ('victim_support', 'victim support'), ('shelter', 'shelter'), ('reception_centre', 'reception centre'), ('law_advocacy', 'law and advocacy'), ('trade_union', 'trade union'), ('housing_tenants', 'housing and tenants'), ('environment', 'environment'), ('culture_sport', 'culture and sport'), ('business_association', 'business association'), ('school', 'school'), ('health_service', 'health service'), ('municipal_service', 'municipal service'), ('other_police', 'another police force'), ('prosecution', 'public prosecutor'), ('equality_body', 'equality body'), ('academic', 'academic institution'), ('media', 'media'), ('other', 'other')], max_length=30, verbose_name='kind')),
                ('summary', models.TextField(blank=True, max_length=4000, verbose_name='what they do')),
                ('website', models.URLField(blank=True, max_length=300, verbose_name='website')),
                ('email', models.EmailField(blank=True, max_length=254, verbose_name='email')),
                ('phone', phonenumber_field.modelfields.PhoneNumberField(blank=True, max_length=128, region=None, verbose_name='phone')),
                ('address', models.CharField(blank=True, max_length=300, verbose_name='address')),
                ('postcode', models.CharField(blank=True, max_length=12, verbose_name='postcode')),
                ('languages', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=8), blank=True, default=list, size=20, verbose_name='languages')),
                ('access_needs', models.CharField(blank=True, max_length=300, verbose_name='access needs')),
                ('cadence_days', models.PositiveSmallIntegerField(blank=True, error_messages={'max_value': 'Enter a number of days between 1 and 730.', 'min_value': 'Enter a number of days between 1 and 730.'}, help_text='As agreed with the organisation. Leave empty if nothing is agreed.', null=True, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(730)], verbose_name='agreed frequency, in days')),
                ('status', models.CharField(choices=[('active', 'active'), ('dormant', 'dormant'), ('closed', 'closed')], default='active', max_length=10, verbose_name='status')),
                ('is_listed_publicly', models.BooleanField(default=False, help_text='Only with their permission, and never for a shelter.', verbose_name='can be listed publicly')),
                ('location_protected', models.BooleanField(db_default=False, default=False, help_text='For example, a refuge. Nothing about it is published, and its address is private.', verbose_name='location is protected')),
                ('last_met_at', models.DateTimeField(editable=False, null=True, verbose_name='last met')),
                ('meet_by', models.DateField(editable=False, null=True)),
                ('is_reporting_centre', models.BooleanField(default=False, verbose_name='takes reports of hate incidents')),
                ('reporting_tested_on', models.DateField(blank=True, null=True, verbose_name='reporting last tested on')),
                ('verified_on', models.DateField(blank=True, null=True, verbose_name='details last checked on')),
                ('review_on', models.DateField(blank=True, null=True, verbose_name='review date')),
                ('known_since', models.DateField(blank=True, help_text='Figures count the organisation from this day. Leave empty for the day it was added.', null=True, verbose_name='known since')),
                ('contact_wish', models.CharField(choices=[('welcome', 'welcome'), ('only_if_they_ask', 'only if they ask'), ('none', 'asked not to be contacted')], db_default='welcome', default='welcome', help_text='A refusal holds for calls, visits and invitations, also after an incident.', max_length=16, verbose_name='contact by the police')),
                ('contact_wish_by', models.CharField(blank=True, db_default='', default='', help_text='A role is enough. No name needed.', max_length=120, verbose_name='who told you')),
                ('contact_wish_on', models.DateField(blank=True, null=True, verbose_name='told on')),
                ('night_calls', models.CharField(choices=[('not_asked', 'not asked yet'), ('never', 'do not call at night'), ('if_our_place', 'only if their place is affected'), ('always', 'call at any hour')], db_default='not_asked', default='not_asked', help_text='Ask in daylight, before anything happens.', max_length=12, verbose_name='night calls')),
                ('night_agreed_on', models.DateField(blank=True, null=True, verbose_name='night calls agreed on')),
                ('clues', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), default=list, editable=False, size=None)),
                ('also_in', models.ManyToManyField(blank=True, related_name='visiting_organisations', to='districts.district', verbose_name='also active in')),
                ('deputy_officer', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='deputised_organisations', to=settings.AUTH_USER_MODEL, verbose_name='deputy officer')),
                ('home_district', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='organisations', to='districts.district', verbose_name='home district')),
                ('lead_officer', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='led_organisations', to=settings.AUTH_USER_MODEL, verbose_name='lead officer')),
            ],
            options={
                'indexes': [django.contrib.postgres.indexes.GinIndex(fields=['folded'], name='organisation_search', opclasses=['gin_trgm_ops']), django.contrib.postgres.indexes.GinIndex(fields=['clues'], name='organisation_clues'), models.Index(fields=['home_district', 'folded', 'id'], name='organisation_by_name'), models.Index(fields=['home_district', 'last_met_at', 'id'], name='organisation_by_last_met'), models.Index(fields=['lead_officer'], name='organisation_of_lead'), models.Index(condition=models.Q(('meet_by__isnull', False)), fields=['meet_by'], name='organisation_meet_by'), models.Index(fields=['updated_at', 'id'], name='organisation_by_update'), models.Index(fields=['id'], include=('kind', 'review_on'), name='organisation_kind')],
                'constraints': [models.CheckConstraint(condition=models.Q(('kind__in', ['community_group', 'residents_association', 'minority_association', 'womens_organisation', 'lgbt_organisation', 'ngo', 'religious_community', 'youth_organisation', 'parents_association', 'disability_organisation', 'older_people_organisation', 'victim_support', 'shelter', 'reception_centre', 'law_advocacy', 'trade_union', 'housing_tenants', 'environment', 'culture_sport', 'business_association', 'school', 'health_service', 'municipal_service', 'other_police', 'prosecution', 'equality_body', 'academic', 'media', 'other'])), name='organisation_kind_is_known', violation_error_message='Choose a kind from the list.'), models.CheckConstraint(condition=models.Q(('status__in', ['active', 'dormant', 'closed'])), name='organisation_status_is_known', violation_error_message='Choose a status from the list.'), models.CheckConstraint(condition=models.Q(('cadence_days__isnull', True), models.Q(('cadence_days__gte', 1), ('cadence_days__lte', 730)), _connector='OR'), name='organisation_cadence_is_days', violation_error_message='Enter a number of days between 1 and 730.'), models.CheckConstraint(condition=models.Q(('deputy_officer__isnull', True), ('lead_officer__isnull', True), models.Q(('deputy_officer', models.F('lead_officer')), _negated=True), _connector='OR'), name='organisation_deputy_is_another', violation_error_message='The deputy must be a different person from the lead officer.'), models.CheckConstraint(condition=models.Q(('is_listed_publicly', True), ('kind', 'shelter'), _negated=True), name='organisation_shelter_is_hidden', violation_error_message='A shelter cannot be listed publicly.'), models.CheckConstraint(condition=models.Q(('is_listed_publicly', True), ('location_protected', True), _negated=True), name='organisation_protected_hidden', violation_error_message='An organisation whose location is protected cannot be listed publicly.'), models.CheckConstraint(condition=models.Q(('contact_wish', 'welcome'), models.Q(('contact_wish__in', ['welcome', 'only_if_they_ask', 'none']), ('contact_wish_on__isnull', False), models.Q(('contact_wish_by', ''), _negated=True)), _connector='OR'), name='organisation_wish_was_said', violation_error_message='Enter who in the organisation told you, and when.'), models.CheckConstraint(condition=models.Q(('night_calls__in', ['not_asked', 'never', 'if_our_place', 'always'])), name='organisation_night_calls_known', violation_error_message='Choose from the list what was agreed about night calls.')],
            },
        ),
        migrations.CreateModel(
            name='ContactDetail',
            fields=[
                ('id', models.UUIDField(default=lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('channel', models.CharField(choices=[('phone', 'phone'), ('email', 'email'), ('website', 'website'), ('social', 'social media page')], max_length=10, verbose_name='type')),
                ('value', models.CharField(help_text='A phone number, an email, or the address of a website or a page.', max_length=300, verbose_name='number or address')),
                ('use', models.CharField(blank=True, choices=[('office', 'office'), ('mobile', 'mobile'), ('reception', 'reception'), ('secretary', 'secretary'), ('press', 'press'), ('out_of_hours', 'out of hours'), ('fax', 'fax')], max_length=20, verbose_name='used for')),
                ('owner', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='other_details', to='contacts.contact')),
            ],
            options={
                'abstract': False,
                'constraints': [models.UniqueConstraint(fields=('owner', 'channel', 'value'), name='contactdetail_once', violation_error_message='This phone or address is already listed.'), models.CheckConstraint(condition=models.Q(('channel__in', ['phone', 'email', 'website', 'social'])), name='contactdetail_channel_is_known', violation_error_message='Choose a type from the list.'), models.CheckConstraint(condition=models.Q(('use__in', ['', 'office', 'mobile', 'reception', 'secretary', 'press', 'out_of_hours', 'fax'])), name='contactdetail_use_is_known', violation_error_message='Choose a use from the list.'), models.CheckConstraint(condition=models.Q(('value', ''), _negated=True), name='contactdetail_is_something', violation_error_message='Enter a phone number or an address.')],
            },
        ),
        migrations.CreateModel(
            name='ContactExternalId',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('source', models.CharField(max_length=60)),
                ('external_id', models.CharField(max_length=200)),
                ('contact', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='external_ids', to='contacts.contact')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('source', 'external_id'), name='contact_external_id_once', violation_error_message='Another contact already has this ID from that source.')],
            },
        ),
        migrations.CreateModel(
            name='Merge',
            fields=[
                ('id', models.UUIDField(default=lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('object_type', models.CharField(max_length=30)),
                ('kept_id', models.UUIDField()),
                ('gone_ids', django.contrib.postgres.fields.ArrayField(base_field=models.UUIDField(), size=None)),
                ('kept_version', models.PositiveIntegerField()),
                ('memory', lib.encrypted_fields.EncryptedJSONField(clear=('versions',), encoder=django.core.serializers.json.DjangoJSONEncoder, null=True)),
                ('merged_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('undone_at', models.DateTimeField(null=True)),
            ],
            options={
                'indexes': [django.contrib.postgres.indexes.GinIndex(fields=['gone_ids'], name='merge_of_gone'), models.Index(condition=models.Q(('memory__isnull', False)), fields=['merged_at'], name='merge_remembered')],
            },
        ),
        migrations.CreateModel(
            name='NotADuplicate',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('object_type', models.CharField(max_length=30)),
                ('one', models.UUIDField()),
                ('other', models.UUIDField()),
                ('said_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('said_by', models.UUIDField(null=True)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('object_type', 'one', 'other'), name='not_a_duplicate_once'), models.CheckConstraint(condition=models.Q(('one__lt', models.F('other'))), name='not_a_duplicate_in_order')],
            },
        ),
        migrations.CreateModel(
            name='OrganisationPrivateChannel',
            fields=[
                ('organisation', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='private_channel', serialize=False, to='contacts.organisation')),
                ('night_phone', lib.encrypted_fields.EncryptedPhoneField(blank=True, help_text='The number on duty there at night, not of one person.', max_length=128, region=None, verbose_name='night phone')),
                ('address', lib.encrypted_fields.EncryptedCharField(blank=True, help_text='Of a shelter or reception centre.', max_length=300, verbose_name='private address')),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('address', ''), ('night_phone', ''), _negated=True), name='organisation_private_channel_is_something', violation_error_message='Enter a night phone or an address, or delete this entry.')],
            },
        ),
        migrations.CreateModel(
            name='ImportedFields',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('source', models.CharField(max_length=60)),
                ('fingerprints', models.JSONField(default=dict)),
                ('said_on', models.DateField(null=True)),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='imported_fields', to='contacts.organisation')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('organisation', 'source'), name='imported_fields_once', violation_error_message='This source is already saved.')],
            },
        ),
        migrations.CreateModel(
            name='FocusDeclaration',
            fields=[
                ('id', models.UUIDField(default=lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('focus', models.CharField(choices=[('ethnic_minority', 'ethnic minority'), ('african_descent', 'people of African descent'), ('language_minority', 'language minority'), ('migrants', 'migrants'), ('refugees', 'refugees'), ('stateless', 'stateless people'), ('roma', 'Roma'), ('travellers', 'Travellers'), ('sami', 'Sámi'), ('jewish', 'Jewish community'), ('muslim', 'Muslim community'), ('christian', 'Christian community'), ('sikh', 'Sikh community'), ('hindu', 'Hindu community'), ('other_religion_belief', 'other religion or belief'), ('women', 'women'), ('lgbti', 'LGBTI people'), ('trans', 'trans people'), ('disability', 'people with disabilities'), ('youth', 'young people'), ('older_people', 'older people'), ('homelessness', 'people experiencing homelessness')], max_length=30, verbose_name='community')),
                ('declared_by', models.CharField(help_text='A role is enough. No name needed.', max_length=120, verbose_name='who in the organisation told you')),
                ('declared_on', models.DateField(verbose_name='when')),
                ('evidence_url', models.URLField(blank=True, max_length=300, verbose_name='link to their statement')),
                ('withdrawn_on', models.DateField(editable=False, null=True)),
                ('entered_at', models.DateTimeField(editable=False, null=True)),
                ('superseded_at', models.DateTimeField(editable=False, null=True)),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='focus_declarations', to='contacts.organisation')),
            ],
            options={
                'indexes': [models.Index(fields=['focus', 'organisation'], name='focus_of_organisation')],
                'constraints': [django.contrib.postgres.constraints.ExclusionConstraint(condition=models.Q(('superseded_at', None)), expressions=[(models.F('organisation'), '='), (models.F('focus'), '='), (models.Func(models.F('declared_on'), models.F('withdrawn_on'), django.contrib.postgres.fields.ranges.RangeBoundary(), function='DATERANGE', output_field=django.contrib.postgres.fields.ranges.DateRangeField()), '&&')], name='focus_declared_once_at_a_time', violation_error_message='This community is already listed.'), models.CheckConstraint(condition=models.Q(('focus__in', ['ethnic_minority', 'african_descent', 'language_minority', 'migrants', 'refugees', 'stateless', 'roma', 'travellers', 'sami', 'jewish', 'muslim', 'christian', 'sikh', 'hindu', 'other_religion_belief', 'women', 'lgbti', 'trans', 'disability', 'youth', 'older_people', 'homelessness'])), name='focus_is_known', violation_error_message='Choose a community from the list.')],
            },
        ),
        migrations.CreateModel(
            name='Affiliation',
            fields=[
                ('id', models.UUIDField(default=lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('role_title', models.CharField(max_length=80, verbose_name='role')),
                ('is_primary', models.BooleanField(default=False, verbose_name='main contact')),
                ('since', models.DateField(blank=True, null=True, verbose_name='since')),
                ('until', models.DateField(blank=True, null=True, verbose_name='until')),
                ('told_until', models.DateField(editable=False, null=True)),
                ('contact', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='affiliations', to='contacts.contact')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='affiliations', to='contacts.organisation', verbose_name='organisation')),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('until__isnull', False), models.Q(('told_until__isnull', True), models.Q(('told_until', models.F('until')), _negated=True), _connector='OR')), fields=['until'], name='affiliation_end_untold')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('until__isnull', True)), fields=('contact', 'organisation'), name='affiliation_once', violation_error_message='This contact already represents this organisation.'), models.UniqueConstraint(condition=models.Q(('is_primary', True), ('until__isnull', True)), fields=('organisation',), name='affiliation_one_primary', violation_error_message='This organisation already has a main contact.'), models.CheckConstraint(condition=models.Q(('until__isnull', True), ('since__isnull', True), ('until__gte', models.F('since')), _connector='OR'), name='affiliation_ends_after_start', violation_error_message='The end date must be on or after the start date.')],
            },
        ),
        migrations.CreateModel(
            name='OrganisationDetail',
            fields=[
                ('id', models.UUIDField(default=lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('channel', models.CharField(choices=[('phone', 'phone'), ('email', 'email'), ('website', 'website'), ('social', 'social media page')], max_length=10, verbose_name='type')),
                ('value', models.CharField(help_text='A phone number, an email, or the address of a website or a page.', max_length=300, verbose_name='number or address')),
                ('use', models.CharField(blank=True, choices=[('office', 'office'), ('mobile', 'mobile'), ('reception', 'reception'), ('secretary', 'secretary'), ('press', 'press'), ('out_of_hours', 'out of hours'), ('fax', 'fax')], max_length=20, verbose_name='used for')),
                ('owner', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='other_details', to='contacts.organisation')),
            ],
            options={
                'abstract': False,
                'constraints': [models.UniqueConstraint(fields=('owner', 'channel', 'value'), name='organisationdetail_once', violation_error_message='This phone or address is already listed.'), models.CheckConstraint(condition=models.Q(('channel__in', ['phone', 'email', 'website', 'social'])), name='organisationdetail_channel_is_known', violation_error_message='Choose a type from the list.'), models.CheckConstraint(condition=models.Q(('use__in', ['', 'office', 'mobile', 'reception', 'secretary', 'press', 'out_of_hours', 'fax'])), name='organisationdetail_use_is_known', violation_error_message='Choose a use from the list.'), models.CheckConstraint(condition=models.Q(('value', ''), _negated=True), name='organisationdetail_is_something', violation_error_message='Enter a phone number or an address.')],
            },
        ),
        migrations.CreateModel(
            name='OrganisationAlias',
            fields=[
                ('id', models.UUIDField(default=lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('text', models.CharField(help_text="Another name of the organisation. Never a person's name.", max_length=200, verbose_name='other name')),
                ('folded', models.CharField(editable=False, max_length=400)),
                ('kind', models.CharField(choices=[('typed', 'as colleagues write it'), ('former', 'former name'), ('short', 'short form')], default='typed', max_length=10, verbose_name='kind')),
                ('source', models.CharField(blank=True, max_length=60)),
                ('at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('added_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='aliases', to='contacts.organisation')),
            ],
            options={
                'indexes': [models.Index(fields=['folded'], name='alias_by_text')],
                'constraints': [models.UniqueConstraint(fields=('organisation', 'folded'), name='alias_once', violation_error_message='The organisation already has this name.'), models.CheckConstraint(condition=models.Q(('kind__in', ['typed', 'former', 'short'])), name='alias_kind_is_known', violation_error_message='Choose a kind from the list.'), models.CheckConstraint(condition=models.Q(('text', ''), _negated=True), name='alias_is_something', violation_error_message='Enter a name.')],
            },
        ),
        migrations.CreateModel(
            name='OrganisationNumber',
            fields=[
                ('id', models.UUIDField(default=lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('register', models.CharField(default='tax', help_text='“tax”, or the name of the register.', max_length=60, verbose_name='register')),
                ('country', models.CharField(max_length=2, verbose_name='country')),
                ('as_written', models.CharField(help_text="The number of the organisation. Never a person's number.", max_length=60, verbose_name='number')),
                ('compact', models.CharField(editable=False, max_length=60)),
                ('valid', models.CharField(choices=[('yes', 'valid'), ('no', 'not valid'), ('unknown', 'not checked')], default='unknown', editable=False, max_length=7, verbose_name='valid')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='numbers', to='contacts.organisation')),
            ],
            options={
                'indexes': [models.Index(fields=['compact'], name='number_by_text')],
                'constraints': [models.UniqueConstraint(fields=('organisation', 'country', 'register', 'compact'), name='number_once', violation_error_message='The organisation already has this number.'), models.CheckConstraint(condition=models.Q(('valid__in', ['yes', 'no', 'unknown'])), name='number_check_is_known', violation_error_message='Choose from the list whether the number is valid.'), models.CheckConstraint(condition=models.Q(('compact', ''), _negated=True), name='number_is_something', violation_error_message='Enter a number.')],
            },
        ),
        migrations.CreateModel(
            name='OrganisationExternalId',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('source', models.CharField(max_length=60)),
                ('external_id', models.CharField(max_length=200)),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='external_ids', to='contacts.organisation')),
            ],
            options={
                'indexes': [models.Index(fields=['external_id'], name='organisation_by_reference')],
                'constraints': [models.UniqueConstraint(fields=('source', 'external_id'), name='organisation_external_id_once', violation_error_message='Another organisation already has this ID from that source.')],
            },
        ),
        migrations.CreateModel(
            name='OrganisationPeriod',
            fields=[
                ('id', models.UUIDField(default=lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('since', models.DateTimeField()),
                ('until', models.DateTimeField(null=True)),
                ('status', models.CharField(choices=[('active', 'active'), ('dormant', 'dormant'), ('closed', 'closed')], max_length=10)),
                ('cadence_days', models.PositiveSmallIntegerField(null=True)),
                ('verified_on', models.DateField(null=True)),
                ('kind', models.CharField(choices=[('community_group', 'community group'), ('residents_association', 'residents’ association'), ('minority_association', 'minority association'), ('womens_organisation', 'women’s organisation'), ('lgbt_organisation', 'LGBT organisation'), ('ngo', 'NGO'), ('religious_community', 'religious community'), ('youth_organisation', 'youth organisation'), ('parents_association', 'parents’ association'), ('disability_organisation', 'disability organisation'), ('older_people_organisation', 'older people’s organisation'), ('victim_support', 'victim support'), ('shelter', 'shelter'), ('reception_centre', 'reception centre'), ('law_advocacy', 'law and advocacy'), ('trade_union', 'trade union'), ('housing_tenants', 'housing and tenants'), ('environment', 'environment'), ('culture_sport', 'culture and sport'), ('business_association', 'business association'), ('school', 'school'), ('health_service', 'health service'), ('municipal_service', 'municipal service'), ('other_police', 'another police force'), ('prosecution', 'public prosecutor'), ('equality_body', 'equality body'), ('academic', 'academic institution'), ('media', 'media'), ('other', 'other')], max_length=30)),
                ('entered_at', models.DateTimeField(null=True)),
                ('deputy_officer', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('home_district', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='districts.district')),
                ('lead_officer', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='periods', to='contacts.organisation')),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('status', 'active')), fields=['home_district', 'since'], include=('organisation', 'until', 'cadence_days', 'lead_officer', 'deputy_officer', 'verified_on', 'kind'), name='period_of_figures')],
                'constraints': [django.contrib.postgres.constraints.ExclusionConstraint(expressions=[(models.F('organisation'), '='), (models.Func(models.F('since'), models.F('until'), django.contrib.postgres.fields.ranges.RangeBoundary(), function='TSTZRANGE', output_field=django.contrib.postgres.fields.ranges.DateTimeRangeField()), '&&')], name='period_one_at_a_time', violation_error_message='These dates overlap with another period of this organisation.'), models.CheckConstraint(condition=models.Q(('until__isnull', True), ('until__gt', models.F('since')), _connector='OR'), name='period_ends_after_start', violation_error_message='The end of the period must be after its start.')],
            },
        ),
        migrations.CreateModel(
            name='PrivateChannel',
            fields=[
                ('contact', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='private_channel', serialize=False, to='contacts.contact')),
                ('email', lib.encrypted_fields.EncryptedEmailField(blank=True, max_length=254, verbose_name='private email')),
                ('phone', lib.encrypted_fields.EncryptedPhoneField(blank=True, max_length=128, region=None, verbose_name='private phone')),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('email', ''), ('phone', ''), _negated=True), name='private_channel_is_something', violation_error_message='Enter a private phone or email, or delete this entry.')],
            },
        ),
        *run_files(__file__, "row_policies", "candidates"),
    ]
