import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.core.validators
import django.db.models.deletion
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
        ('districts', '0001_initial'),
        ('meetings', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='OfferedFile',
            fields=[
                ('id', models.UUIDField(default=lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('city', models.CharField(editable=False, max_length=120, verbose_name='city')),
                ('key', models.CharField(blank=True, default='', editable=False, max_length=64)),
                ('digest', models.CharField(editable=False, max_length=64, unique=True)),
                ('document', models.JSONField(editable=False)),
                ('received_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('received_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='Practice',
            fields=[
                ('id', models.UUIDField(default=lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('folded', models.TextField(default='', editable=False)),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('updated_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('code', models.CharField(editable=False, max_length=60, validators=[django.core.validators.RegexValidator('^[a-z0-9]+(-[a-z0-9]+)*\\Z', 'Use small letters, digits and single hyphens.')])),
                ('origin', models.CharField(blank=True, default='', editable=False, max_length=120, verbose_name='city')),
                ('origin_key', models.CharField(blank=True, default='', editable=False, max_length=64)),
                ('edition', models.PositiveIntegerField(default=1, editable=False)),
                ('phases', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('prevent', 'prevent'), ('detect', 'detect'), ('manage', 'manage')], max_length=10), size=3, verbose_name='what it does')),
                ('strands', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('prevent', 'Prevent'), ('identify_report_act', 'Identify, report, act'), ('coordinate_services', 'Coordinate services'), ('victims', 'Victims'), ('civil_society', 'Civil society'), ('capacity', 'Capacity')], max_length=20), size=6, verbose_name='strands')),
                ('kinds', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('hate_crime_reported', 'reported hate crime'), ('hate_incident', 'hate incident'), ('hate_speech_offline', 'hate speech'), ('hate_speech_online', 'hate speech online'), ('threat', 'threat'), ('harassment', 'harassment'), ('assault', 'assault'), ('property_damage', 'damage to property'), ('attack_on_community_site', 'attack on a community site'), ('graffiti_symbol', 'graffiti or symbol'), ('discrimination', 'discrimination'), ('tension', 'tension around an event'), ('rumour', 'rumour about an event'), ('fear_of_crime', 'fear of crime'), ('antisocial_behaviour', 'antisocial behaviour'), ('event_security', 'event security'), ('bullying', 'bullying'), ('reporting_barrier', 'barrier to reporting'), ('victim_need', 'victim support need'), ('other', 'other')], max_length=30), blank=True, default=list, help_text='Leave this empty if it is for all.', size=None, verbose_name='what happened')),
                ('grounds', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('racist_xenophobic', 'racist or xenophobic'), ('anti_black', 'anti-Black'), ('anti_roma', 'anti-Roma'), ('antisemitic', 'antisemitic'), ('anti_muslim', 'anti-Muslim'), ('anti_christian', 'anti-Christian'), ('other_religion_belief', 'against another religion or belief'), ('gender_based', 'gender-based'), ('anti_lgbti', 'anti-LGBTI'), ('anti_trans', 'anti-trans'), ('disability', 'disability'), ('poverty', 'poverty'), ('ideology', 'ideology'), ('language', 'language'), ('age', 'age'), ('unknown', 'not known yet'), ('none', 'none')], max_length=30), blank=True, default=list, help_text='Leave this empty if it is for all.', size=None, verbose_name='bias')),
                ('size', models.CharField(blank=True, help_text='For example “district of 40,000”.', max_length=120, verbose_name='where it is done')),
                ('people_needed', models.CharField(blank=True, max_length=120, verbose_name='people needed')),
                ('cost_note', models.CharField(blank=True, max_length=200, verbose_name='costs')),
                ('since', models.PositiveSmallIntegerField(blank=True, error_messages={'max_value': 'Enter a year, for example 2019.', 'min_value': 'Enter a year, for example 2019.'}, help_text='The year in which it began.', null=True, validators=[django.core.validators.MinValueValidator(1950), django.core.validators.MaxValueValidator(2200)], verbose_name='since')),
                ('status', models.CharField(choices=[('draft', 'draft'), ('in_review', 'in review'), ('published', 'published'), ('retired', 'retired')], default='draft', editable=False, max_length=10, verbose_name='status')),
                ('retired_reason', models.CharField(blank=True, max_length=300, verbose_name='reason for retiring')),
                ('level', models.CharField(choices=[('described', 'someone does it'), ('plausible', 'the problem and the way it works are clear'), ('tested_here', 'we compared before and after, or asked those concerned'), ('evaluated', 'someone independent evaluated it'), ('reviewed', 'a systematic review covers it')], default='described', max_length=12, verbose_name='evidence')),
                ('level_note', models.CharField(blank=True, max_length=300, verbose_name='note on the evidence')),
                ('contact', models.EmailField(blank=True, help_text='A mailbox of an office, for example prevention@city.example. Do not enter a person’s.', max_length=254, verbose_name='contact')),
                ('licence', models.CharField(choices=[('cc_by_4', 'CC BY 4.0'), ('cc0_1', 'CC0 1.0')], default='cc_by_4', max_length=12, verbose_name='licence')),
                ('submitted_on', models.DateField(editable=False, null=True)),
                ('confirmed_on', models.DateField(editable=False, null=True, verbose_name='confirmed on')),
                ('confirm_by', models.DateField(editable=False, null=True, verbose_name='confirm by')),
                ('retired_on', models.DateField(editable=False, null=True)),
                ('author', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('edited_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'indexes': [django.contrib.postgres.indexes.GinIndex(fields=['folded'], name='practice_search', opclasses=['gin_trgm_ops']), models.Index(fields=['updated_at', 'id'], name='practice_by_update')],
                'constraints': [models.UniqueConstraint(fields=('origin', 'code'), name='practice_once', violation_error_message='Another practice of this city has the same code.'), models.CheckConstraint(condition=models.Q(('phases__contained_by', ['prevent', 'detect', 'manage']), ('phases__len__gt', 0)), name='practice_phases_are_known', violation_error_message='Choose what the practice does from the list.'), models.CheckConstraint(condition=models.Q(('strands__contained_by', ['prevent', 'identify_report_act', 'coordinate_services', 'victims', 'civil_society', 'capacity']), ('strands__len__gt', 0)), name='practice_strands_are_known', violation_error_message='Choose strands from the list.'), models.CheckConstraint(condition=models.Q(('grounds__contained_by', ['racist_xenophobic', 'anti_black', 'anti_roma', 'antisemitic', 'anti_muslim', 'anti_christian', 'other_religion_belief', 'gender_based', 'anti_lgbti', 'anti_trans', 'disability', 'poverty', 'ideology', 'language', 'age', 'unknown', 'none']), ('kinds__contained_by', ['hate_crime_reported', 'hate_incident', 'hate_speech_offline', 'hate_speech_online', 'threat', 'harassment', 'assault', 'property_damage', 'attack_on_community_site', 'graffiti_symbol', 'discrimination', 'tension', 'rumour', 'fear_of_crime', 'antisocial_behaviour', 'event_security', 'bullying', 'reporting_barrier', 'victim_need', 'other'])), name='practice_is_for_known_codes', violation_error_message='Choose what happened and bias grounds from the lists.'), models.CheckConstraint(condition=models.Q(('level__in', ['described', 'plausible', 'tested_here', 'evaluated', 'reviewed']), ('status__in', ['draft', 'in_review', 'published', 'retired'])), name='practice_codes_are_known', violation_error_message='Choose a level of evidence from the list.'), models.CheckConstraint(condition=models.Q(('status__in', ['draft', 'in_review']), ('confirm_by__isnull', False), _connector='OR'), name='practice_is_confirmed', violation_error_message='A published practice needs a date by which it is confirmed.'), models.CheckConstraint(condition=models.Q(models.Q(('status', 'retired'), _negated=True), models.Q(('retired_reason', ''), _negated=True), _connector='OR'), name='practice_retired_for_a_reason', violation_error_message='Enter why the practice is retired.')],
            },
        ),
        migrations.CreateModel(
            name='EditorialReview',
            fields=[
                ('id', models.UUIDField(default=lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('edition', models.PositiveIntegerField(editable=False)),
                ('problem_is_clear', models.CharField(choices=[('yes', 'yes'), ('no', 'no'), ('unsure', 'not sure')], max_length=6, verbose_name='Is the problem clear?')),
                ('mechanism_is_clear', models.CharField(choices=[('yes', 'yes'), ('no', 'no'), ('unsure', 'not sure')], max_length=6, verbose_name='Is it clear how it works?')),
                ('has_evidence', models.CharField(choices=[('yes', 'yes'), ('no', 'no'), ('unsure', 'not sure')], max_length=6, verbose_name='Is there an evaluation of results, or a plausible theory?')),
                ('can_be_repeated', models.CharField(choices=[('yes', 'yes'), ('no', 'no'), ('unsure', 'not sure')], max_length=6, verbose_name='Is there enough information to repeat it?')),
                ('level', models.CharField(choices=[('described', 'someone does it'), ('plausible', 'the problem and the way it works are clear'), ('tested_here', 'we compared before and after, or asked those concerned'), ('evaluated', 'someone independent evaluated it'), ('reviewed', 'a systematic review covers it')], max_length=12, verbose_name='evidence')),
                ('note', models.CharField(blank=True, max_length=500, verbose_name='note')),
                ('signed_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('reviewer', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('practice', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='reviews', to='practices.practice')),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('can_be_repeated__in', ['yes', 'no', 'unsure']), ('has_evidence__in', ['yes', 'no', 'unsure']), ('level__in', ['described', 'plausible', 'tested_here', 'evaluated', 'reviewed']), ('mechanism_is_clear__in', ['yes', 'no', 'unsure']), ('problem_is_clear__in', ['yes', 'no', 'unsure'])), name='editorial_review_is_known', violation_error_message='Choose an answer to each question.')],
            },
        ),
        migrations.CreateModel(
            name='Adoption',
            fields=[
                ('id', models.UUIDField(default=lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('city', models.CharField(blank=True, default='', editable=False, max_length=120, verbose_name='city')),
                ('started_on', models.DateField(verbose_name='started on')),
                ('what_we_changed', models.TextField(blank=True, max_length=800, verbose_name='what we changed')),
                ('came_of_it', models.CharField(choices=[('helped', 'It helped'), ('no_difference', 'It made no difference'), ('made_worse', 'It made things worse'), ('too_early', 'It is too early to say')], max_length=15, verbose_name='result')),
                ('asked_communities', models.BooleanField(default=False, verbose_name='we asked the communities concerned')),
                ('asked_how', models.CharField(blank=True, max_length=300, verbose_name='how we asked them')),
                ('would_again', models.CharField(choices=[('yes', 'yes'), ('with_changes', 'with changes'), ('no', 'no')], max_length=12, verbose_name='would you do it again?')),
                ('written_on', models.DateField(default=lib.days.city_today, editable=False)),
                ('district', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='districts.district', verbose_name='district')),
                ('follow_up', models.OneToOneField(editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='adoption', to='meetings.followup')),
                ('written_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('practice', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='adoptions', to='practices.practice')),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('came_of_it__in', ['helped', 'no_difference', 'made_worse', 'too_early']), ('would_again__in', ['yes', 'with_changes', 'no'])), name='adoption_is_known', violation_error_message='Choose an answer to each question.'), models.CheckConstraint(condition=models.Q(models.Q(('city', ''), ('district__isnull', False)), models.Q(models.Q(('city', ''), _negated=True), ('district__isnull', True)), _connector='OR'), name='adoption_is_somewhere', violation_error_message='Choose a district.')],
            },
        ),
        migrations.CreateModel(
            name='PracticeFile',
            fields=[
                ('id', models.UUIDField(default=lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('recipient', models.CharField(max_length=120, verbose_name='city that receives it')),
                ('practices', django.contrib.postgres.fields.ArrayField(base_field=models.UUIDField(), editable=False, size=None)),
                ('document', models.JSONField(editable=False)),
                ('key', models.CharField(blank=True, default='', editable=False, max_length=64)),
                ('signature', models.CharField(blank=True, default='', editable=False, max_length=128)),
                ('confirmed_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('confirmed_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('key', ''), ('signature', '')), models.Q(models.Q(('key', ''), _negated=True), models.Q(('signature', ''), _negated=True)), _connector='OR'), name='practice_file_signature_is_whole', violation_error_message='A signature must have its key.')],
            },
        ),
        migrations.CreateModel(
            name='PracticeText',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('language', models.CharField(max_length=12, validators=[django.core.validators.RegexValidator('^[a-z]{2,3}(-[a-z0-9]{2,8})*$', 'Choose a language from the list.')], verbose_name='language')),
                ('title', models.CharField(max_length=120, verbose_name='title')),
                ('problem', models.TextField(blank=True, help_text='What is so now, and how this is known.', max_length=1000, verbose_name='problem')),
                ('how_it_works', models.TextField(blank=True, max_length=1500, verbose_name='how it works')),
                ('why', models.TextField(blank=True, max_length=800, verbose_name='why it should help')),
                ('steps', models.TextField(blank=True, help_text='One step on each line.', max_length=2000, verbose_name='steps')),
                ('where_it_works', models.TextField(blank=True, help_text='What has to be so for it to help, and what stops it.', max_length=800, verbose_name='where it works')),
                ('went_wrong', models.TextField(blank=True, help_text='Required. “Nothing known yet” is an answer.', max_length=800, verbose_name='what went wrong')),
                ('results', models.TextField(blank=True, max_length=800, verbose_name='results')),
                ('sources', models.JSONField(blank=True, default=list, verbose_name='sources')),
                ('translated', models.CharField(choices=[('original', 'original'), ('by_person', 'translated by a person'), ('by_machine', 'translated by a machine')], default='original', max_length=10, verbose_name='translation')),
                ('practice', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='texts', to='practices.practice')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('practice', 'language'), name='practice_text_once', violation_error_message='This practice already has a text in this language.'), models.CheckConstraint(condition=models.Q(('translated__in', ['original', 'by_person', 'by_machine'])), name='practice_text_is_known', violation_error_message='Choose how the text was translated.')],
            },
        ),
        migrations.CreateModel(
            name='Takeaway',
            fields=[
                ('follow_up', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='takeaway', serialize=False, to='meetings.followup')),
                ('taken_on', models.DateField(default=lib.days.city_today, editable=False)),
                ('practice', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='takeaways', to='practices.practice', verbose_name='practice')),
            ],
        ),
        *run_files(__file__, "signed_stays"),
    ]
