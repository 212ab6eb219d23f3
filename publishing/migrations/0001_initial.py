import django.contrib.postgres.fields
import django.core.validators
import django.db.models.deletion
import django.utils.timezone
import lib.ids
import phonenumber_field.modelfields
from django.conf import settings
from django.db import migrations, models

from lib.first_migration import FirstMigration, run_files


class Migration(FirstMigration):

    dependencies = [
        ('accounts', '0001_initial'),
        ('accounts', '__first__'),
        ('contacts', '0001_initial'),
        ('districts', '0001_initial'),
        ('meetings', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='PublicFile',
            fields=[
                ('digest', models.CharField(max_length=64, primary_key=True, serialize=False)),
                ('content', models.BinaryField()),
            ],
        ),
        migrations.CreateModel(
            name='PublicMeeting',
            fields=[
                ('meeting', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='public_notice', serialize=False, to='meetings.meeting')),
                ('is_public', models.BooleanField(default=True, verbose_name='shown on the public page')),
                ('language', models.CharField(max_length=35, validators=[django.core.validators.RegexValidator('^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$', 'Enter a language code, such as en, ar or zh-hans.')], verbose_name='language')),
                ('title', models.CharField(max_length=120, verbose_name='public title')),
                ('text', models.TextField(blank=True, max_length=600, verbose_name='public description')),
                ('place', models.CharField(max_length=200, verbose_name='public place')),
                ('revision', models.PositiveIntegerField(default=1, editable=False)),
            ],
        ),
        migrations.CreateModel(
            name='Publication',
            fields=[
                ('id', models.UUIDField(default=lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('number', models.PositiveIntegerField(unique=True)),
                ('as_of', models.DateField()),
                ('made_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('files', models.JSONField(default=dict)),
                ('error', models.CharField(blank=True, max_length=200)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('error', ''), ('files', {}), _connector='OR'), name='publication_failed_or_has_files', violation_error_message='A publication has files or an error.')],
            },
        ),
        migrations.CreateModel(
            name='PublicDistrict',
            fields=[
                ('district', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='public_page', serialize=False, to='districts.district')),
                ('is_on', models.BooleanField(default=False, verbose_name='has a public page')),
                ('language', models.CharField(default='en', help_text='In which the introduction and the hours are written.', max_length=35, validators=[django.core.validators.RegexValidator('^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$', 'Enter a language code, such as en, ar or zh-hans.')], verbose_name='language')),
                ('languages', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=35, validators=[django.core.validators.RegexValidator('^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$', 'Enter a language code, such as en, ar or zh-hans.')]), blank=True, default=list, help_text='In which the page is published. The first is the main one.', size=30, verbose_name='languages')),
                ('intro', models.TextField(blank=True, max_length=600, verbose_name='introduction')),
                ('contact_line', phonenumber_field.modelfields.PhoneNumberField(blank=True, max_length=128, region=None, verbose_name='contact line')),
                ('contact_email', models.EmailField(blank=True, help_text='A mailbox of the team, not of one person.', max_length=254, verbose_name='contact email')),
                ('hours', models.CharField(blank=True, max_length=200, verbose_name='hours')),
                ('officer_names', models.CharField(choices=[('none', 'no names'), ('first_names', 'first names of officers who agreed')], default='none', max_length=12, verbose_name='names of officers')),
                ('next_review_on', models.DateField(blank=True, null=True, verbose_name='review date')),
                ('revision', models.PositiveIntegerField(default=1, editable=False)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('officer_names__in', ['none', 'first_names'])), name='public_district_names_are_known', violation_error_message='Choose from the list whether officers are named.'), models.CheckConstraint(condition=models.Q(('is_on', False), ('languages__len__gt', 0), _connector='OR'), name='public_district_has_a_language', violation_error_message='Choose at least one language.')],
            },
        ),
        migrations.CreateModel(
            name='PublicEntry',
            fields=[
                ('id', models.UUIDField(default=lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('language', models.CharField(max_length=35, validators=[django.core.validators.RegexValidator('^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$', 'Enter a language code, such as en, ar or zh-hans.')], verbose_name='language')),
                ('said', models.TextField(max_length=300, verbose_name='you said')),
                ('did', models.TextField(blank=True, max_length=500, verbose_name='we did')),
                ('state', models.CharField(choices=[('done', 'done'), ('under_way', 'under way'), ('cannot', 'cannot be done')], default='done', max_length=10, verbose_name='status')),
                ('why', models.TextField(blank=True, max_length=300, verbose_name='why it cannot be done')),
                ('month', models.CharField(max_length=7, validators=[django.core.validators.RegexValidator('^[0-9]{4}-(0[1-9]|1[0-2])$', 'Enter a month, such as 2026-11.')], verbose_name='month')),
                ('agreed_by', models.CharField(blank=True, help_text='The role of the person in the organisation that was hit. No name needed.', max_length=120, verbose_name='who agreed to the text')),
                ('agreed_on', models.DateField(blank=True, null=True, verbose_name='agreed on')),
                ('tells_of_incident', models.BooleanField(blank=True, choices=[(True, 'yes'), (False, 'no')], help_text='An attack, threat or insult against a community, its people or its places. How to report, or what was done after an incident that everyone knows, is not such an incident.', null=True, verbose_name='Does this text tell of a hate incident that is not public yet?')),
                ('not_before', models.DateField(editable=False, null=True)),
                ('flags', models.JSONField(default=list, editable=False)),
                ('flag_reason', models.CharField(blank=True, max_length=300, verbose_name='why it can be published')),
                ('written_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('approved_at', models.DateTimeField(editable=False, null=True)),
                ('withdrawn_at', models.DateTimeField(editable=False, null=True)),
                ('revision', models.PositiveIntegerField(default=1, editable=False)),
                ('approved_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('concerns', models.ManyToManyField(blank=True, related_name='public_entries', to='meetings.concern')),
                ('district', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='public_entries', to='districts.district', verbose_name='district')),
                ('follow_up', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='public_entries', to='meetings.followup')),
                ('written_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'indexes': [models.Index(fields=['district', 'month'], name='public_entry_of_district')],
                'constraints': [models.CheckConstraint(condition=models.Q(('state__in', ['done', 'under_way', 'cannot'])), name='public_entry_state_is_known', violation_error_message='Choose a status from the list.'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'cannot'), models.Q(('why', ''), _negated=True)), models.Q(models.Q(('state', 'cannot'), _negated=True), models.Q(('did', ''), _negated=True)), _connector='OR'), name='public_entry_says_what_became', violation_error_message='Enter what was done or, if it cannot be done, why.'), models.CheckConstraint(condition=models.Q(('month__regex', '^[0-9]{4}-(0[1-9]|1[0-2])$')), name='public_entry_month_is_plain', violation_error_message='Enter a month, such as 2026-11.'), models.CheckConstraint(condition=models.Q(('approved_at__isnull', True), ('written_by__isnull', True), ('approved_by__isnull', True), models.Q(('approved_by', models.F('written_by')), _negated=True), _connector='OR'), name='public_entry_has_two_people', violation_error_message='Another person must approve the entry.')],
            },
        ),
        migrations.CreateModel(
            name='EntryTranslation',
            fields=[
                ('id', models.UUIDField(default=lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('language', models.CharField(max_length=35, validators=[django.core.validators.RegexValidator('^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$', 'Enter a language code, such as en, ar or zh-hans.')], verbose_name='language')),
                ('said', models.TextField(max_length=300, verbose_name='you said')),
                ('did', models.TextField(blank=True, max_length=500, verbose_name='we did')),
                ('why', models.TextField(blank=True, max_length=300, verbose_name='why it cannot be done')),
                ('entry', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='translations', to='publishing.publicentry')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('entry', 'language'), name='entry_translation_once', violation_error_message='The entry is already translated into this language.')],
            },
        ),
        migrations.CreateModel(
            name='PublicListing',
            fields=[
                ('id', models.UUIDField(default=lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('public_id', models.UUIDField(default=lib.ids.uuid7, editable=False)),
                ('agreed_by', models.CharField(help_text='A role is enough. No name needed.', max_length=120, verbose_name='who agreed')),
                ('agreed_on', models.DateField(verbose_name='agreed on')),
                ('how', models.CharField(choices=[('form', 'on a form'), ('letter', 'by letter'), ('email', 'by email'), ('on_site', 'on site')], max_length=8, verbose_name='how they agreed')),
                ('fields', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('name', 'name'), ('summary', 'what they do'), ('website', 'website'), ('email', 'email'), ('phone', 'phone'), ('address', 'address'), ('languages', 'languages'), ('kind', 'kind'), ('focus', 'communities, in their own words')], max_length=10), size=None, verbose_name='what is listed')),
                ('language', models.CharField(help_text='In which the texts of the listing are written.', max_length=35, validators=[django.core.validators.RegexValidator('^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$', 'Enter a language code, such as en, ar or zh-hans.')], verbose_name='language')),
                ('summary', models.TextField(blank=True, help_text='As the organisation wants it published.', max_length=1000, verbose_name='what they do')),
                ('focus_words', models.CharField(blank=True, max_length=200, verbose_name='communities, in their own words')),
                ('review_on', models.DateField(verbose_name='review date')),
                ('withdrawn_on', models.DateField(blank=True, null=True, verbose_name='removed on')),
                ('is_in_force', models.BooleanField(default=True, editable=False)),
                ('updated_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('revision', models.PositiveIntegerField(default=1, editable=False)),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='public_listings', to='contacts.organisation')),
            ],
            options={
                'constraints': [models.UniqueConstraint(condition=models.Q(('is_in_force', True)), fields=('organisation',), name='listing_once', violation_error_message='The organisation is already listed.'), models.CheckConstraint(condition=models.Q(('fields__contained_by', ['name', 'summary', 'website', 'email', 'phone', 'address', 'languages', 'kind', 'focus']), ('fields__contains', ['name'])), name='listing_has_a_name', violation_error_message='A listing has at least the name.'), models.CheckConstraint(condition=models.Q(('how__in', ['form', 'letter', 'email', 'on_site'])), name='listing_how_is_known', violation_error_message='Choose how they agreed from the list.')],
            },
        ),
        migrations.CreateModel(
            name='PublicText',
            fields=[
                ('id', models.UUIDField(default=lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('slug', models.CharField(choices=[('privacy_notice', 'privacy notice'), ('registration_consent', 'agreement of the registration form'), ('accessibility_statement', 'accessibility statement'), ('imprint', 'imprint')], max_length=30, verbose_name='text')),
                ('language', models.CharField(max_length=35, validators=[django.core.validators.RegexValidator('^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$', 'Enter a language code, such as en, ar or zh-hans.')], verbose_name='language')),
                ('version', models.PositiveIntegerField(verbose_name='version')),
                ('text', models.TextField(max_length=20000, verbose_name='text')),
                ('in_force_since', models.DateField(verbose_name='in force since')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('slug', 'language', 'version'), name='public_text_version_once', violation_error_message='This version of the text already exists.'), models.CheckConstraint(condition=models.Q(('slug__in', ['privacy_notice', 'registration_consent', 'accessibility_statement', 'imprint'])), name='public_text_is_known', violation_error_message='Choose a text from the list.')],
            },
        ),
        migrations.CreateModel(
            name='Registration',
            fields=[
                ('id', models.UUIDField(default=lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('language', models.CharField(max_length=35, validators=[django.core.validators.RegexValidator('^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$', 'Enter a language code, such as en, ar or zh-hans.')], verbose_name='language')),
                ('name', models.CharField(max_length=200, verbose_name='name')),
                ('kind', models.CharField(choices=[('community_group', 'community group'), ('residents_association', 'residents’ association'), ('minority_association', 'minority association'), ('womens_organisation', 'women’s organisation'), ('lgbt_organisation', 'LGBT organisation'), ('ngo', 'NGO'), ('religious_community', 'religious community'), ('youth_organisation', 'youth organisation'), ('parents_association', 'parents’ association'), ('disability_organisation', 'disability organisation'), ('older_people_organisation', 'older people’s organisation'), ('victim_support', 'victim support'), ('shelter', 'shelter'), ('reception_centre', 'reception centre'), ('law_advocacy', 'law and advocacy'), ('trade_union', 'trade union'), ('housing_tenants', 'housing and tenants'), ('environment', 'environment'), ('culture_sport', 'culture and sport'), ('business_association', 'business association'), ('school', 'school'), ('health_service', 'health service'), ('municipal_service', 'municipal service'), ('other_police', 'another police force'), ('prosecution', 'public prosecutor'), ('equality_body', 'equality body'), ('academic', 'academic institution'), ('media', 'media'), ('other', 'other')], max_length=30, verbose_name='kind')),
                ('summary', models.TextField(blank=True, max_length=1000, verbose_name='what they do')),
                ('website', models.CharField(blank=True, max_length=300, verbose_name='website')),
                ('email', models.EmailField(blank=True, max_length=254, verbose_name='email of the organisation')),
                ('phone', models.CharField(blank=True, max_length=30, verbose_name='phone of the organisation')),
                ('address', models.CharField(blank=True, max_length=300, verbose_name='address')),
                ('is_home', models.BooleanField(default=False, verbose_name='the address is someone’s home')),
                ('languages', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=35, validators=[django.core.validators.RegexValidator('^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$', 'Enter a language code, such as en, ar or zh-hans.')]), blank=True, default=list, size=30, verbose_name='languages')),
                ('person_name', models.CharField(blank=True, max_length=160, verbose_name='contact person')),
                ('person_role', models.CharField(blank=True, max_length=120, verbose_name='role of the contact person')),
                ('person_email', models.EmailField(max_length=254, verbose_name='email of the contact person')),
                ('person_phone', models.CharField(blank=True, max_length=30, verbose_name='phone of the contact person')),
                ('wants', models.CharField(choices=[('contact', 'to be contacted by the proximity police'), ('listed', 'to be listed on the public page as well')], default='contact', max_length=8, verbose_name='what they want')),
                ('fields', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('name', 'name'), ('summary', 'what they do'), ('website', 'website'), ('email', 'email'), ('phone', 'phone'), ('address', 'address'), ('languages', 'languages'), ('kind', 'kind'), ('focus', 'communities, in their own words')], max_length=10), blank=True, default=list, size=None, verbose_name='what can be listed')),
                ('text_version', models.PositiveIntegerField(default=0)),
                ('state', models.CharField(choices=[('unconfirmed', 'waiting for their confirmation'), ('confirmed', 'to decide'), ('accepted', 'accepted'), ('joined', 'joined with a known organisation'), ('refused', 'rejected'), ('expired', 'expired')], default='unconfirmed', max_length=12, verbose_name='status')),
                ('token_hash', models.BinaryField(null=True)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('mailed_at', models.DateTimeField(null=True)),
                ('confirmed_at', models.DateTimeField(null=True)),
                ('word_email', models.EmailField(blank=True, db_default='', default='', editable=False, max_length=254)),
                ('word_asked_at', models.DateTimeField(editable=False, null=True)),
                ('word_phone', models.CharField(blank=True, db_default='', default='', max_length=30, verbose_name='number that you rang')),
                ('word_at', models.DateTimeField(editable=False, null=True)),
                ('reason', models.CharField(blank=True, max_length=300, verbose_name='reason for refusing')),
                ('decided_at', models.DateTimeField(null=True)),
                ('revision', models.PositiveIntegerField(default=1, editable=False)),
                ('decided_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('district', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='registrations', to='districts.district')),
                ('organisation', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='registrations', to='contacts.organisation')),
                ('word_by', models.ForeignKey(db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'indexes': [models.Index(fields=['state', 'created_at'], name='registration_by_state'), models.Index(fields=['token_hash'], name='registration_by_token')],
                'constraints': [models.CheckConstraint(condition=models.Q(('state__in', ['unconfirmed', 'confirmed', 'accepted', 'joined', 'refused', 'expired'])), name='registration_state_is_known', violation_error_message='Choose a status from the list.'), models.CheckConstraint(condition=models.Q(('kind__in', ['community_group', 'residents_association', 'minority_association', 'womens_organisation', 'lgbt_organisation', 'ngo', 'religious_community', 'youth_organisation', 'parents_association', 'disability_organisation', 'older_people_organisation', 'victim_support', 'shelter', 'reception_centre', 'law_advocacy', 'trade_union', 'housing_tenants', 'environment', 'culture_sport', 'business_association', 'school', 'health_service', 'municipal_service', 'other_police', 'prosecution', 'equality_body', 'academic', 'media', 'other']), ('wants__in', ['contact', 'listed'])), name='registration_codes_are_known', violation_error_message='Choose from the lists.')],
            },
        ),
        migrations.CreateModel(
            name='Release',
            fields=[
                ('id', models.UUIDField(default=lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('number', models.PositiveIntegerField(unique=True, verbose_name='number')),
                ('quarter_since', models.DateField(unique=True, verbose_name='quarter')),
                ('released_on', models.DateField(verbose_name='day')),
                ('document', models.JSONField()),
                ('counted', models.JSONField()),
                ('released_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('number__gte', 1)), name='release_is_numbered', violation_error_message='Releases are numbered from 1.')],
            },
        ),
        migrations.CreateModel(
            name='BiasTable',
            fields=[
                ('id', models.UUIDField(default=lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('year_since', models.DateField(unique=True, verbose_name='year')),
                ('made_on', models.DateField(verbose_name='day')),
                ('document', models.JSONField()),
                ('made_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('year_since__day', 1), ('year_since__month', 1)), name='bias_table_is_of_a_year', violation_error_message='A bias table is of a whole year.')],
            },
        ),
        migrations.CreateModel(
            name='CouncilPaper',
            fields=[
                ('id', models.UUIDField(default=lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('version', models.PositiveIntegerField(editable=False)),
                ('title', models.CharField(max_length=120, verbose_name='title')),
                ('introduction', models.TextField(blank=True, max_length=800, verbose_name='introduction')),
                ('not_done', models.TextField(max_length=2000, verbose_name='what was not done, and why')),
                ('heard', models.TextField(help_text='Name an organisation only if it agreed to be named.', max_length=2000, verbose_name='what organisations said')),
                ('decisions', models.TextField(help_text='One decision on each line.', max_length=1500, verbose_name='decisions asked of the council')),
                ('figures', models.JSONField(editable=False)),
                ('pdf', models.BinaryField()),
                ('made_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('made_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('release', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='papers', to='publishing.release')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('release', 'version'), name='council_paper_version_once', violation_error_message='This version of the council paper already exists.')],
            },
        ),
        migrations.CreateModel(
            name='ReleaseGrid',
            fields=[
                ('id', models.UUIDField(default=lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('since', models.DateField(verbose_name='first quarter')),
                ('level', models.PositiveSmallIntegerField(verbose_name='level of districts')),
                ('splits', models.JSONField(default=dict)),
                ('proposed_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('confirmed_at', models.DateTimeField(null=True)),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('confirmed_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('proposed_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('confirmed_at__isnull', True), ('confirmed_by__isnull', True)), models.Q(('confirmed_at__isnull', False), ('confirmed_by__isnull', False), models.Q(('confirmed_by', models.F('proposed_by')), _negated=True)), _connector='OR'), name='release_grid_has_two_people', violation_error_message='Another person must confirm the release grid.'), models.CheckConstraint(condition=models.Q(('level__gte', 1)), name='release_grid_has_a_level', violation_error_message='Choose a level of districts from the list.')],
            },
        ),
        migrations.CreateModel(
            name='ReportingRoute',
            fields=[
                ('id', models.UUIDField(default=lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('name', models.CharField(max_length=120, verbose_name='name')),
                ('language', models.CharField(help_text='In which the name, the hours and the note are written.', max_length=35, validators=[django.core.validators.RegexValidator('^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$', 'Enter a language code, such as en, ar or zh-hans.')], verbose_name='language')),
                ('kind', models.CharField(choices=[('emergency', 'emergency number'), ('police_online', 'online report to the police'), ('police_desk', 'police station'), ('reporting_centre', 'reporting centre'), ('pathway', 'help with reporting'), ('third_party_online', 'online report to another organisation'), ('victim_support', 'victim support'), ('equality_body', 'equality body'), ('anonymous_line', 'anonymous line')], max_length=20, verbose_name='kind')),
                ('url', models.URLField(blank=True, max_length=300, verbose_name='web address')),
                ('phone', models.CharField(blank=True, max_length=30, verbose_name='phone')),
                ('address', models.CharField(blank=True, max_length=200, verbose_name='address')),
                ('hours', models.CharField(blank=True, max_length=300, verbose_name='hours')),
                ('languages', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=35, validators=[django.core.validators.RegexValidator('^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$', 'Enter a language code, such as en, ar or zh-hans.')]), blank=True, default=list, help_text='That are spoken there.', size=30, verbose_name='languages')),
                ('anonymous', models.CharField(choices=[('yes', 'You can stay anonymous'), ('partly', 'We ask for your name. You can ask us to keep it private.'), ('no', 'You must give your name')], default='partly', max_length=8, verbose_name='anonymous')),
                ('step_free', models.CharField(choices=[('yes', 'step-free'), ('no', 'not step-free'), ('unknown', 'step-free access not known')], default='unknown', max_length=8, verbose_name='step-free access')),
                ('note', models.CharField(blank=True, max_length=300, verbose_name='note')),
                ('agreed_to_tests', models.BooleanField(default=False, help_text='Tell them that you will ring as a stranger would, and say so at the end of the call.', verbose_name='they agreed to test calls')),
                ('is_public', models.BooleanField(default=False, verbose_name='shown on the public page')),
                ('sort', models.PositiveSmallIntegerField(default=100, verbose_name='position')),
                ('tested_on', models.DateField(editable=False, null=True, verbose_name='last tested on')),
                ('test_result', models.CharField(blank=True, choices=[('answered', 'answered'), ('not_answered', 'not answered'), ('wrong', 'wrong number or address')], editable=False, max_length=12, verbose_name='last result')),
                ('answered_on', models.DateField(editable=False, null=True)),
                ('failed_on', models.DateField(editable=False, null=True)),
                ('revision', models.PositiveIntegerField(default=1, editable=False)),
                ('updated_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('district', models.ForeignKey(blank=True, help_text='Leave empty for the whole city.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='reporting_routes', to='districts.district', verbose_name='district')),
                ('organisation', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='reporting_routes', to='contacts.organisation', verbose_name='organisation')),
                ('written_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('kind__in', ['emergency', 'police_online', 'police_desk', 'reporting_centre', 'pathway', 'third_party_online', 'victim_support', 'equality_body', 'anonymous_line'])), name='route_kind_is_known', violation_error_message='Choose a kind from the list.'), models.CheckConstraint(condition=models.Q(('anonymous__in', ['yes', 'partly', 'no']), ('step_free__in', ['yes', 'no', 'unknown'])), name='route_codes_are_known', violation_error_message='Choose from the lists.'), models.CheckConstraint(condition=models.Q(models.Q(('url', ''), _negated=True), models.Q(('phone', ''), _negated=True), models.Q(('address', ''), _negated=True), _connector='OR'), name='route_can_be_reached', violation_error_message='Enter a web address, a phone or an address.')],
            },
        ),
        migrations.CreateModel(
            name='RouteTest',
            fields=[
                ('id', models.UUIDField(default=lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('tested_on', models.DateField(verbose_name='tested on')),
                ('result', models.CharField(choices=[('answered', 'answered'), ('not_answered', 'not answered'), ('wrong', 'wrong number or address')], max_length=12, verbose_name='result')),
                ('route', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='test_history', to='publishing.reportingroute')),
                ('tested_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('result__in', ['answered', 'not_answered', 'wrong'])), name='route_test_result_is_known', violation_error_message='Choose a result from the list.')],
            },
        ),
        *run_files(__file__, "published_stays", "row_policies", "registrations"),
    ]
