import django.contrib.postgres.fields
import django.core.validators
import django.db.models.deletion
import django.utils.timezone
import lib.encrypted_fields
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
            name='RegisterState',
            fields=[
                ('day', models.DateField(primary_key=True, serialize=False)),
                ('content', models.JSONField(editable=False)),
            ],
        ),
        migrations.CreateModel(
            name='Breach',
            fields=[
                ('id', models.UUIDField(default=lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('number', models.CharField(editable=False, max_length=14, unique=True, verbose_name='number')),
                ('scenario', models.CharField(choices=[('stolen_phone', 'lost or stolen device'), ('lost_export', 'lost file'), ('wrong_recipient', 'sent to the wrong recipient'), ('account_misused', 'account, key or session misused'), ('other', 'other')], max_length=20, verbose_name='what happened')),
                ('noticed_at', models.DateTimeField(verbose_name='first noticed')),
                ('aware_at', models.DateTimeField(help_text='The 72 hours run from this moment.', verbose_name='known to be a breach')),
                ('what', models.TextField(max_length=2000, verbose_name='description')),
                ('kinds', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('confidentiality', 'confidentiality: someone could see the data'), ('integrity', 'integrity: data was changed'), ('availability', 'availability: data was lost')], max_length=20), size=None, verbose_name='kind of breach')),
                ('people_kinds', models.CharField(blank=True, db_default='', help_text='Such as contacts of organisations, or people named in notes. No names.', max_length=500, verbose_name='categories of people')),
                ('data_kinds', models.CharField(blank=True, db_default='', help_text='Such as names, phone numbers, notes of meetings, communities.', max_length=500, verbose_name='categories of data')),
                ('people', models.PositiveIntegerField(blank=True, null=True, verbose_name='people concerned, about')),
                ('records', models.PositiveIntegerField(blank=True, null=True, verbose_name='records concerned, about')),
                ('consequences', models.TextField(blank=True, max_length=2000, verbose_name='likely consequences')),
                ('measures', models.TextField(blank=True, max_length=2000, verbose_name='measures')),
                ('risk', models.CharField(blank=True, choices=[('unlikely', 'unlikely: do not tell the authority'), ('risk', 'risk: tell the authority'), ('high', 'high: tell the authority and the people')], max_length=10, verbose_name='risk for people')),
                ('told_authority_at', models.DateTimeField(blank=True, null=True, verbose_name='authority told')),
                ('delay_reason', models.CharField(blank=True, max_length=500, verbose_name='reason for the delay')),
                ('told_people_at', models.DateTimeField(blank=True, null=True, verbose_name='people told')),
                ('told_people', models.CharField(blank=True, max_length=500, verbose_name='how people were told, or why not')),
                ('closed_at', models.DateTimeField(editable=False, null=True)),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('recorded_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'breach',
                'constraints': [models.CheckConstraint(condition=models.Q(('aware_at__gte', models.F('noticed_at'))), name='breach_known_after_it_was_noticed', violation_error_message='Enter a moment after the breach was first noticed.'), models.CheckConstraint(condition=models.Q(('kinds__len__gte', 1)), name='breach_has_a_kind', violation_error_message='Choose at least one kind.'), models.CheckConstraint(condition=models.Q(('scenario__in', ['stolen_phone', 'lost_export', 'wrong_recipient', 'account_misused', 'other']), ('risk__in', ['', 'unlikely', 'risk', 'high'])), name='breach_codes_are_known', violation_error_message='Choose from the list.')],
            },
        ),
        migrations.CreateModel(
            name='BreachPhase',
            fields=[
                ('id', models.UUIDField(default=lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('number', models.PositiveIntegerField(editable=False)),
                ('made_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('lines', models.JSONField(default=list, editable=False)),
                ('breach', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='phases', to='privacy.breach')),
                ('made_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('breach', 'number'), name='breach_phase_has_a_number')],
            },
        ),
        migrations.CreateModel(
            name='DataRequest',
            fields=[
                ('id', models.UUIDField(default=lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('number', models.CharField(editable=False, max_length=12, unique=True, verbose_name='number')),
                ('kind', models.CharField(choices=[('access', 'copy of a person’s data'), ('rectify', 'correction'), ('restrict', 'restriction'), ('object', 'objection'), ('erase', 'erasure'), ('portability', 'data to take elsewhere (Article 20)'), ('organisation_copy', 'copy of an organisation’s record')], max_length=20, verbose_name='request for')),
                ('regimes', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('gdpr', 'data protection law (GDPR)'), ('led', 'police law (Directive 2016/680)')], max_length=4), size=None, verbose_name='law')),
                ('channel', models.CharField(choices=[('letter', 'letter'), ('email', 'email'), ('in_person', 'in person'), ('phone', 'phone call'), ('authority', 'supervisory authority'), ('api', 'another system')], max_length=10, verbose_name='received by')),
                ('received_on', models.DateField(verbose_name='received on')),
                ('stated', models.BinaryField(null=True)),
                ('contact_id', models.UUIDField(editable=False, null=True)),
                ('frozen_contact_ids', django.contrib.postgres.fields.ArrayField(base_field=models.UUIDField(), db_default=[], default=list, editable=False, size=None)),
                ('organisation_id', models.UUIDField(editable=False, null=True)),
                ('identity', models.CharField(choices=[('not_yet', 'not confirmed'), ('known_channel', 'called or wrote to a personal channel already on record'), ('in_person', 'in person'), ('eid', 'electronic identity'), ('representative', 'representative with authority'), ('authority', 'by the supervisory authority')], default='not_yet', max_length=20, verbose_name='identity')),
                ('identity_asked_on', models.DateField(blank=True, null=True, verbose_name='identity asked on')),
                ('identity_on', models.DateField(blank=True, null=True, verbose_name='identity confirmed on')),
                ('due_on', models.DateField(verbose_name='due')),
                ('extended_to', models.DateField(blank=True, null=True, verbose_name='extended to')),
                ('extension_reason', models.CharField(blank=True, max_length=300, verbose_name='reason for the extension')),
                ('status', models.CharField(choices=[('open', 'open'), ('identity_asked', 'identity pending'), ('searching', 'searching'), ('deciding', 'findings to decide'), ('answered', 'answered'), ('withdrawn', 'no longer requested')], default='open', max_length=20, verbose_name='status')),
                ('search_job', models.UUIDField(editable=False, null=True)),
                ('searched_at', models.DateTimeField(editable=False, null=True)),
                ('decision', models.CharField(blank=True, choices=[('granted', 'granted'), ('partly', 'granted in part'), ('refused', 'refused'), ('nothing_held', 'nothing held')], max_length=20, verbose_name='decision')),
                ('grounds', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('third_party_rights', 'rights of another person'), ('ongoing_enquiry', 'ongoing enquiry'), ('public_security', 'public security'), ('protection_of_others', 'protection of others'), ('manifestly_excessive', 'manifestly excessive request'), ('not_identified', 'person not identified'), ('legal_obligation', 'a law requires us to keep the data (Article 17(3)(b))'), ('archives', 'archives, research or statistics in the public interest (Article 17(3)(d))'), ('legal_claims', 'legal claims (Articles 17(3)(e) and 21(1))'), ('compelling', 'compelling legitimate grounds (Article 21(1))'), ('evidence', 'needed as evidence, so restricted instead (Directive 2016/680, Article 16(3))')], max_length=30), blank=True, default=list, size=None, verbose_name='grounds')),
                ('neither_confirm', models.BooleanField(default=False, verbose_name='neither confirm nor deny')),
                ('late_reason', models.CharField(blank=True, max_length=300, verbose_name='reason for the delay')),
                ('answered_on', models.DateField(blank=True, null=True, verbose_name='answered on')),
                ('correct_by', models.DateField(editable=False, null=True, verbose_name='correct by')),
                ('corrected_on', models.DateField(editable=False, null=True, verbose_name='corrected on')),
                ('purge_on', models.DateField(editable=False, null=True)),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('updated_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('answered_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('received_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'request',
                'indexes': [models.Index(fields=['status', 'due_on'], name='data_request_by_due_day')],
                'constraints': [models.CheckConstraint(condition=models.Q(('kind__in', ['access', 'rectify', 'restrict', 'object', 'erase', 'portability', 'organisation_copy']), ('channel__in', ['letter', 'email', 'in_person', 'phone', 'authority', 'api']), ('identity__in', ['not_yet', 'known_channel', 'in_person', 'eid', 'representative', 'authority']), ('status__in', ['open', 'identity_asked', 'searching', 'deciding', 'answered', 'withdrawn']), ('decision__in', ['', 'granted', 'partly', 'refused', 'nothing_held'])), name='data_request_codes_are_known', violation_error_message='Choose from the list.'), models.CheckConstraint(condition=models.Q(('regimes__len__gte', 1)), name='data_request_has_a_regime', violation_error_message='Choose at least one law.'), models.CheckConstraint(condition=models.Q(('identity', 'not_yet'), ('identity_on__isnull', False), _connector='XOR'), name='data_request_identity_has_a_day', violation_error_message='Enter the date on which the identity was confirmed.'), models.CheckConstraint(condition=models.Q(('status', 'answered'), ('answered_on__isnull', True), _connector='XOR'), name='data_request_answered_on_a_day', violation_error_message='Enter the date of the answer.'), models.CheckConstraint(condition=models.Q(('correct_by__isnull', True), models.Q(('kind', 'organisation_copy'), ('status', 'answered')), _connector='OR'), name='data_request_corrected_after_its_answer', violation_error_message='Answer the request of the organisation first.'), models.CheckConstraint(condition=models.Q(('neither_confirm', False), ('regimes__contains', ['led']), _connector='OR'), name='data_request_confirms_under_gdpr', violation_error_message='“Neither confirm nor deny” is for police law only.')],
            },
        ),
        migrations.CreateModel(
            name='Erasure',
            fields=[
                ('id', models.UUIDField(default=lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('contact_ids', django.contrib.postgres.fields.ArrayField(base_field=models.UUIDField(), default=list, size=None)),
                ('places', models.JSONField(null=True)),
                ('sealed', models.BinaryField(null=True)),
                ('asked_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('job', models.UUIDField(editable=False, null=True)),
                ('done_at', models.DateTimeField(editable=False, null=True)),
                ('asked_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('request', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='erasure', to='privacy.datarequest')),
            ],
        ),
        migrations.CreateModel(
            name='Finding',
            fields=[
                ('id', models.UUIDField(default=lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('position', models.PositiveIntegerField()),
                ('model', models.CharField(max_length=60)),
                ('object_id', models.CharField(max_length=64)),
                ('field', models.CharField(max_length=60)),
                ('matched', models.CharField(choices=[('exact', 'exact name'), ('similar', 'similar name'), ('phone', 'phone number'), ('email', 'email address'), ('linked', 'linked to the contact')], max_length=10, verbose_name='found by')),
                ('text', lib.encrypted_fields.EncryptedTextField(default='', editable=False)),
                ('passages', models.JSONField(default=list)),
                ('verdict', models.CharField(blank=True, choices=[('', 'not decided'), ('theirs', 'about this person'), ('somebody_else', 'about someone else'), ('unsure', 'unsure')], default='', max_length=20, verbose_name='verdict')),
                ('cuts', models.JSONField(blank=True, default=list)),
                ('grounds', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('third_party_rights', 'rights of another person'), ('ongoing_enquiry', 'ongoing enquiry'), ('public_security', 'public security'), ('protection_of_others', 'protection of others'), ('manifestly_excessive', 'manifestly excessive request'), ('not_identified', 'person not identified'), ('legal_obligation', 'a law requires us to keep the data (Article 17(3)(b))'), ('archives', 'archives, research or statistics in the public interest (Article 17(3)(d))'), ('legal_claims', 'legal claims (Articles 17(3)(e) and 21(1))'), ('compelling', 'compelling legitimate grounds (Article 21(1))'), ('evidence', 'needed as evidence, so restricted instead (Directive 2016/680, Article 16(3))')], max_length=30), blank=True, default=list, size=None)),
                ('decided_at', models.DateTimeField(null=True)),
                ('decided_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('read_again_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('request', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='findings', to='privacy.datarequest')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('request', 'model', 'object_id', 'field'), name='finding_once_in_a_request'), models.CheckConstraint(condition=models.Q(('verdict__in', ['', 'theirs', 'somebody_else', 'unsure']), ('matched__in', ['exact', 'similar', 'phone', 'email', 'linked'])), name='finding_codes_are_known', violation_error_message='Choose from the list.')],
            },
        ),
        migrations.CreateModel(
            name='LedgerEntry',
            fields=[
                ('id', models.UUIDField(default=lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('at', models.DateTimeField(default=django.utils.timezone.now)),
                ('kind', models.CharField(choices=[('erasure', 'erasure'), ('correction', 'correction'), ('marks', 'restrictions and opt-outs')], db_default='erasure', default='erasure', max_length=10)),
                ('contact_ids', django.contrib.postgres.fields.ArrayField(base_field=models.UUIDField(), default=list, size=None)),
                ('places', models.JSONField(default=list)),
                ('marks', models.JSONField(db_default=[], default=list)),
                ('sealed', models.BinaryField(null=True)),
                ('written_at', models.DateTimeField(null=True)),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('written_at__isnull', True)), fields=['at'], name='ledger_to_write')],
            },
        ),
        migrations.CreateModel(
            name='Notice',
            fields=[
                ('id', models.UUIDField(default=lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('kind', models.CharField(choices=[('corrected', 'corrected'), ('restricted', 'restricted'), ('erased', 'erased')], max_length=20, verbose_name='what happened')),
                ('object_ids', django.contrib.postgres.fields.ArrayField(base_field=models.UUIDField(), size=None)),
                ('field_names', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=60), blank=True, default=list, size=None)),
                ('recipient', models.CharField(blank=True, max_length=200, verbose_name='recipient')),
                ('key_id', models.UUIDField(editable=False, null=True)),
                ('made_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('sent_at', models.DateTimeField(editable=False, null=True)),
                ('answer', models.CharField(blank=True, choices=[('done', 'done'), ('refused', 'refused'), ('none', 'no answer')], help_text='done: you changed or deleted your copy. refused: you did not.', max_length=10, verbose_name='answer')),
                ('answered_at', models.DateTimeField(editable=False, null=True)),
                ('made_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('request', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='notices', to='privacy.datarequest')),
            ],
            options={
                'verbose_name': 'notice to a recipient',
                'indexes': [models.Index(condition=models.Q(('answer', '')), fields=['made_at'], name='notice_pending'), models.Index(condition=models.Q(('key_id__isnull', False)), fields=['key_id'], name='notice_of_key')],
                'constraints': [models.CheckConstraint(condition=models.Q(('kind__in', ['corrected', 'restricted', 'erased']), ('answer__in', ['', 'done', 'refused', 'none'])), name='notice_codes_are_known', violation_error_message='Choose from the list.'), models.CheckConstraint(condition=models.Q(('answer', ''), ('answered_at__isnull', False), _connector='XOR'), name='notice_answered_at_a_moment'), models.CheckConstraint(condition=models.Q(('object_ids__len__gte', 1)), name='notice_is_about_something')],
            },
        ),
        migrations.CreateModel(
            name='NumberSeries',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('year', models.PositiveIntegerField()),
                ('of_breaches', models.BooleanField()),
                ('last', models.PositiveIntegerField()),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('year', 'of_breaches'), name='number_series_once')],
            },
        ),
        migrations.CreateModel(
            name='Package',
            fields=[
                ('id', models.UUIDField(default=lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('language', models.CharField(max_length=16, verbose_name='language of the letter')),
                ('identity_essential', models.BooleanField(default=False, help_text='Only if the person cannot use their rights without the names.', verbose_name='Name the officers who viewed the data')),
                ('naming_reason', models.CharField(blank=True, max_length=300, verbose_name='reason to name the officers')),
                ('officer_heard', models.BooleanField(default=False, help_text='Officers have rights, too. Ask them before you name them.', verbose_name='The officers were asked for their view')),
                ('job', models.UUIDField(editable=False, null=True)),
                ('made_at', models.DateTimeField(editable=False, null=True)),
                ('digest', models.CharField(blank=True, editable=False, max_length=64)),
                ('delivered_on', models.DateField(blank=True, null=True, verbose_name='delivered on')),
                ('delivery', models.CharField(blank=True, choices=[('letter', 'letter'), ('in_person', 'in person'), ('encrypted_email', 'encrypted file by email'), ('authority', 'to the supervisory authority')], max_length=20, verbose_name='how it was delivered')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('created_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('request', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='packages', to='privacy.datarequest')),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('identity_essential', False), ('naming_reason__regex', '^.{50,}$'), _connector='OR'), name='package_names_officers_for_a_reason', violation_error_message='Enter a reason of at least 50 characters.'), models.CheckConstraint(condition=models.Q(('delivery__in', ['', 'letter', 'in_person', 'encrypted_email', 'authority']), models.Q(('delivery', ''), ('delivered_on__isnull', False), _connector='XOR')), name='package_delivery_has_a_day', violation_error_message='Enter how and on which date it was delivered.')],
            },
        ),
        migrations.CreateModel(
            name='PendingRule',
            fields=[
                ('id', models.UUIDField(default=lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('code', models.CharField(choices=[('contact', 'contacts'), ('ended_role', 'ended roles of contacts'), ('attendance', 'names of contacts who attended meetings'), ('meeting_texts', 'notes of meetings'), ('concern_texts', 'facts of concerns'), ('follow_up_texts', 'texts of follow-ups'), ('incident_texts', 'notes of incidents'), ('declaration', 'ended declarations of community'), ('request', 'data requests'), ('breach_texts', 'texts of breaches'), ('trail', 'activity log')], editable=False, max_length=20, unique=True)),
                ('number', models.PositiveIntegerField(editable=False)),
                ('days', models.PositiveIntegerField()),
                ('basis', models.CharField(max_length=300)),
                ('asked_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('asked_by', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('code__in', ['contact', 'ended_role', 'attendance', 'meeting_texts', 'concern_texts', 'follow_up_texts', 'incident_texts', 'declaration', 'request', 'breach_texts', 'trail']), ('days__gte', 30), ('days__lte', 36500), models.Q(('basis', ''), _negated=True)), name='pending_rule_is_whole', violation_error_message='Enter the days and the reason for this period.')],
            },
        ),
        migrations.CreateModel(
            name='RegisterText',
            fields=[
                ('part', models.CharField(choices=[('controller', 'Controller: name and address'), ('dpo', 'Data protection officer'), ('joint_controllers', 'Joint controllers'), ('processors', 'Processors, such as the hosting company'), ('transfers', 'Transfers to other countries'), ('authority', 'Supervisory authority: name and address'), ('court', 'Court: name and address')], max_length=20, primary_key=True, serialize=False)),
                ('text', models.CharField(max_length=1000)),
                ('updated_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('updated_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('part__in', ['controller', 'dpo', 'joint_controllers', 'processors', 'transfers', 'authority', 'court'])), name='register_part_is_known', violation_error_message='Choose from the list.')],
            },
        ),
        migrations.CreateModel(
            name='Restriction',
            fields=[
                ('id', models.UUIDField(default=lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('contact_id', models.UUIDField(editable=False, null=True)),
                ('ground', models.CharField(choices=[('accuracy_contested', 'the person says that the data is wrong'), ('unlawful_but_kept', 'unlawful, but the person wants it kept'), ('needed_by_person', 'the person needs it for a legal claim'), ('objection_pending', 'objection not decided yet'), ('evidence', 'needed as evidence')], max_length=30, verbose_name='ground')),
                ('since', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('until', models.DateField(blank=True, null=True, verbose_name='review on')),
                ('lifted_at', models.DateTimeField(editable=False, null=True)),
                ('lifted_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('request', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='restrictions', to='privacy.datarequest')),
                ('set_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.UniqueConstraint(condition=models.Q(('lifted_at__isnull', True)), fields=('contact_id',), name='restriction_once_at_a_time', violation_error_message='This contact is already restricted.'), models.CheckConstraint(condition=models.Q(('ground__in', ['accuracy_contested', 'unlawful_but_kept', 'needed_by_person', 'objection_pending', 'evidence'])), name='restriction_ground_is_known', violation_error_message='Choose from the list.')],
            },
        ),
        migrations.CreateModel(
            name='HiddenText',
            fields=[
                ('id', models.UUIDField(default=lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('model', models.CharField(max_length=60)),
                ('object_id', models.CharField(max_length=64)),
                ('field', models.CharField(max_length=60)),
                ('text', lib.encrypted_fields.EncryptedTextField(blank=True)),
                ('since', models.DateTimeField(auto_now_add=True)),
                ('restriction', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='hidden_texts', to='privacy.restriction')),
            ],
            options={
                'indexes': [models.Index(fields=['model', 'object_id', 'field'], name='hidden_text_of')],
                'constraints': [models.UniqueConstraint(fields=('restriction', 'model', 'object_id', 'field'), name='hidden_text_once_in_a_restriction', violation_error_message='This text is already restricted.')],
            },
        ),
        migrations.CreateModel(
            name='RetentionRule',
            fields=[
                ('id', models.UUIDField(default=lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('code', models.CharField(choices=[('contact', 'contacts'), ('ended_role', 'ended roles of contacts'), ('attendance', 'names of contacts who attended meetings'), ('meeting_texts', 'notes of meetings'), ('concern_texts', 'facts of concerns'), ('follow_up_texts', 'texts of follow-ups'), ('incident_texts', 'notes of incidents'), ('declaration', 'ended declarations of community'), ('request', 'data requests'), ('breach_texts', 'texts of breaches'), ('trail', 'activity log')], editable=False, max_length=20)),
                ('number', models.PositiveIntegerField(editable=False)),
                ('days', models.PositiveIntegerField(validators=[django.core.validators.MinValueValidator(30), django.core.validators.MaxValueValidator(36500)], verbose_name='days')),
                ('basis', models.CharField(help_text='The law, guideline or decision of the city. No names of people.', max_length=300, verbose_name='reason for this period')),
                ('in_force_since', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('removed_on', models.DateField(editable=False, null=True)),
                ('removed_count', models.PositiveIntegerField(db_default=0, default=0, editable=False)),
                ('ended_at', models.DateTimeField(editable=False, null=True)),
                ('approved_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('confirmed_by', models.ForeignKey(db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('ended_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('code', 'number'), name='retention_rule_version_once', violation_error_message='Someone else has just changed this rule. Read it again.'), models.UniqueConstraint(condition=models.Q(('ended_at__isnull', True)), fields=('code',), name='retention_rule_in_force_once', violation_error_message='This rule is already in force.'), models.CheckConstraint(condition=models.Q(('code__in', ['contact', 'ended_role', 'attendance', 'meeting_texts', 'concern_texts', 'follow_up_texts', 'incident_texts', 'declaration', 'request', 'breach_texts', 'trail'])), name='retention_rule_is_known', violation_error_message='Choose from the list.'), models.CheckConstraint(condition=models.Q(('days__gte', 30), ('days__lte', 36500), models.Q(('basis', ''), _negated=True)), name='retention_rule_is_whole', violation_error_message='Enter the days and the reason for this period.'), models.CheckConstraint(condition=models.Q(('ended_at__isnull', True), ('ended_at__gte', models.F('in_force_since')), _connector='OR'), name='retention_rule_ends_after_it_began', violation_error_message='A rule ends after it began.')],
            },
        ),
        migrations.CreateModel(
            name='RetentionDecision',
            fields=[
                ('id', models.UUIDField(default=lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('object_type', models.CharField(max_length=20)),
                ('object_id', models.UUIDField()),
                ('decision', models.CharField(choices=[('keep', 'kept'), ('blank', 'text removed'), ('erase', 'erased')], max_length=10)),
                ('reason', models.CharField(blank=True, choices=[('in_touch', 'we work with this person or organisation now'), ('open_matter', 'a follow-up, concern or incident is open'), ('asked_to_stay', 'the person asked to stay on record'), ('complaint', 'a complaint or legal claim is pending'), ('law', 'a law requires it')], max_length=20, verbose_name='why it is still needed')),
                ('sentence', models.CharField(blank=True, help_text='At least 20 characters, and no names of people.', max_length=300, verbose_name='in your own words')),
                ('due_on', models.DateField(editable=False)),
                ('until', models.DateField(blank=True, null=True, verbose_name='keep until')),
                ('decided_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('undone_at', models.DateTimeField(editable=False, null=True)),
                ('decided_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('rule', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='decisions', to='privacy.retentionrule')),
            ],
            options={
                'indexes': [models.Index(fields=['object_type', 'object_id'], name='retention_decision_of'), models.Index(fields=['decided_by', '-decided_at'], name='retention_decision_by')],
                'constraints': [models.CheckConstraint(condition=models.Q(('decision__in', ['keep', 'blank', 'erase']), ('reason__in', ['', 'in_touch', 'open_matter', 'asked_to_stay', 'complaint', 'law'])), name='retention_decision_is_known', violation_error_message='Choose from the list.'), models.CheckConstraint(condition=models.Q(models.Q(('decision', 'keep'), ('until__isnull', False), models.Q(('reason', ''), _negated=True)), models.Q(models.Q(('decision', 'keep'), _negated=True), ('reason', ''), ('until__isnull', True)), _connector='OR'), name='retention_keep_has_reason_and_end', violation_error_message='Choose why the record is still needed, and until when.')],
            },
        ),
    ]
