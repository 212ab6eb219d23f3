import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.core.validators
import django.db.models.deletion
import django.utils.timezone
import lib.ids
from django.db import migrations, models

from lib.first_migration import FirstMigration


class Migration(FirstMigration):

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='District',
            fields=[
                ('id', models.UUIDField(default=lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('code', models.CharField(max_length=20, unique=True, validators=[django.core.validators.RegexValidator('^[A-Za-z0-9][A-Za-z0-9._-]*$', 'Use only letters, digits, dots and dashes, such as N1.')], verbose_name='code')),
                ('name', models.CharField(max_length=120, verbose_name='name')),
                ('lineage', django.contrib.postgres.fields.ArrayField(base_field=models.UUIDField(), default=list, editable=False, size=None)),
                ('boundary', models.JSONField(blank=True, null=True, verbose_name='boundary')),
                ('population', models.PositiveIntegerField(blank=True, null=True, verbose_name='population')),
                ('is_active', models.BooleanField(default=True, verbose_name='active')),
                ('opened_on', models.DateField(blank=True, editable=False, null=True, verbose_name='opened on')),
                ('closed_on', models.DateField(blank=True, editable=False, null=True, verbose_name='closed on')),
                ('recorded_since', models.DateField(blank=True, editable=False, null=True, verbose_name='history recorded since')),
                ('redraw_on', models.DateField(blank=True, editable=False, null=True, verbose_name='redrawn on')),
                ('redraw', models.JSONField(blank=True, editable=False, null=True)),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('parent', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='parts', to='districts.district', verbose_name='part of')),
                ('succeeds', models.ManyToManyField(blank=True, related_name='successors', to='districts.district', verbose_name='succeeds')),
            ],
            options={
                'indexes': [django.contrib.postgres.indexes.GinIndex(fields=['lineage'], name='district_under')],
                'constraints': [models.CheckConstraint(condition=models.Q(('code__regex', '^[A-Za-z0-9][A-Za-z0-9._-]*$')), name='district_code_is_plain', violation_error_message='Use only letters, digits, dots and dashes, such as N1.')],
            },
        ),
        migrations.CreateModel(
            name='ExpectedCommunity',
            fields=[
                ('id', models.UUIDField(default=lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('focus', models.CharField(choices=[('ethnic_minority', 'ethnic minority'), ('african_descent', 'people of African descent'), ('language_minority', 'language minority'), ('migrants', 'migrants'), ('refugees', 'refugees'), ('stateless', 'stateless people'), ('roma', 'Roma'), ('travellers', 'Travellers'), ('sami', 'Sámi'), ('jewish', 'Jewish community'), ('muslim', 'Muslim community'), ('christian', 'Christian community'), ('sikh', 'Sikh community'), ('hindu', 'Hindu community'), ('other_religion_belief', 'other religion or belief'), ('women', 'women'), ('lgbti', 'LGBTI people'), ('trans', 'trans people'), ('disability', 'people with disabilities'), ('youth', 'young people'), ('older_people', 'older people'), ('homelessness', 'people experiencing homelessness')], max_length=30, verbose_name='community')),
                ('evidence', models.CharField(max_length=300, verbose_name='how we know')),
                ('source_url', models.URLField(blank=True, verbose_name='source')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('district', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='expected_communities', to='districts.district')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('district', 'focus'), name='expected_once', violation_error_message='This community is already listed for this district.'), models.CheckConstraint(condition=models.Q(('focus__in', ['ethnic_minority', 'african_descent', 'language_minority', 'migrants', 'refugees', 'stateless', 'roma', 'travellers', 'sami', 'jewish', 'muslim', 'christian', 'sikh', 'hindu', 'other_religion_belief', 'women', 'lgbti', 'trans', 'disability', 'youth', 'older_people', 'homelessness'])), name='expected_focus_is_known', violation_error_message='Choose a community from the list.')],
            },
        ),
        migrations.CreateModel(
            name='Move',
            fields=[
                ('id', models.UUIDField(default=lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('part_ids', django.contrib.postgres.fields.ArrayField(base_field=models.UUIDField(), size=None)),
                ('lost_ids', django.contrib.postgres.fields.ArrayField(base_field=models.UUIDField(), default=list, size=None)),
                ('gained_ids', django.contrib.postgres.fields.ArrayField(base_field=models.UUIDField(), default=list, size=None)),
                ('moved_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('step', models.PositiveSmallIntegerField(default=0)),
                ('after', models.UUIDField(null=True)),
                ('told_at', models.DateTimeField(null=True)),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('told_at__isnull', True)), fields=['id'], name='move_untold')],
            },
        ),
        migrations.CreateModel(
            name='PeriodNote',
            fields=[
                ('id', models.UUIDField(default=lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('since', models.DateField(verbose_name='first day')),
                ('until', models.DateField()),
                ('text', models.CharField(max_length=200, verbose_name='note')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('district', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='period_notes', to='districts.district')),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('until__gt', models.F('since'))), name='period_note_has_days', violation_error_message='The last day must not be before the first day.')],
            },
        ),
    ]
