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
        ('accounts', '0001_initial'),
        ('districts', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='KeptPeriod',
            fields=[
                ('id', models.UUIDField(default=lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('district', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='districts.district')),
                ('since', models.DateField()),
                ('until', models.DateField()),
                ('final_at', models.DateTimeField(null=True)),
                ('checked_at', models.DateTimeField()),
                ('salt', models.BinaryField(max_length=32, null=True)),
            ],
            options={
                'indexes': [models.Index(fields=['until'], name='kept_period_by_end')],
                'constraints': [models.UniqueConstraint(fields=('district', 'since', 'until'), name='kept_period_once', violation_error_message='The figures of this period are already kept.'), models.CheckConstraint(condition=models.Q(('until__gt', models.F('since'))), name='kept_period_has_days', violation_error_message='The period must end after it starts.')],
            },
        ),
        migrations.CreateModel(
            name='KeptFigure',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kept_period', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='figures', to='reports.keptperiod')),
                ('kept_at', models.DateTimeField()),
                ('n', models.FloatField()),
                ('total', models.FloatField()),
                ('vintage', models.PositiveSmallIntegerField()),
                ('definition', models.PositiveSmallIntegerField()),
                ('reason', models.CharField(choices=[('known_then', 'as known then'), ('final', 'final'), ('counted', 'counted later'), ('revised', 'revised'), ('corrected', 'corrected')], max_length=10)),
                ('indicator', models.CharField(max_length=30)),
                ('split', models.CharField(blank=True, choices=[('', 'all'), ('kind', 'by kind'), ('focus', 'by community'), ('own', 'in no part')], max_length=7)),
                ('key', models.CharField(blank=True, max_length=40)),
                ('columns', models.JSONField(default=dict, encoder=django.core.serializers.json.DjangoJSONEncoder)),
                ('digest', models.BinaryField(max_length=16)),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('split', ''), ('vintage__gt', 1)), fields=['kept_at'], name='kept_figure_revised')],
                'constraints': [models.UniqueConstraint(fields=('kept_period', 'indicator', 'split', 'key', 'vintage'), name='kept_figure_once', violation_error_message='This vintage of the figure is already kept.'), models.CheckConstraint(condition=models.Q(('reason__in', ['known_then', 'final', 'counted', 'revised', 'corrected'])), name='kept_figure_reason_is_known', violation_error_message='Choose a reason from the list.'), models.CheckConstraint(condition=models.Q(('split__in', ['', 'kind', 'focus', 'own'])), name='kept_figure_split_is_known', violation_error_message='Choose a kind of group from the list.')],
            },
        ),
        migrations.CreateModel(
            name='FigureChange',
            fields=[
                ('figure', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='change', serialize=False, to='reports.keptfigure')),
                ('came', django.contrib.postgres.fields.ArrayField(base_field=models.UUIDField(), default=list, size=None)),
                ('went', django.contrib.postgres.fields.ArrayField(base_field=models.UUIDField(), default=list, size=None)),
                ('came_in_total', django.contrib.postgres.fields.ArrayField(base_field=models.UUIDField(), default=list, size=None)),
                ('went_from_total', django.contrib.postgres.fields.ArrayField(base_field=models.UUIDField(), default=list, size=None)),
                ('events', django.contrib.postgres.fields.ArrayField(base_field=models.UUIDField(), default=list, size=None)),
            ],
        ),
        migrations.CreateModel(
            name='KeptMembers',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kept_period', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='members', to='reports.keptperiod')),
                ('kept_at', models.DateTimeField()),
                ('noun', models.CharField(max_length=20)),
                ('indicators', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=30), size=None)),
                ('ids', models.BinaryField()),
                ('marks', models.BinaryField()),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('kept_period', 'noun', 'kept_at'), name='kept_members_once', violation_error_message='The members of these figures are already kept.')],
            },
        ),
        migrations.CreateModel(
            name='KeptRecord',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kept_period', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='records', to='reports.keptperiod')),
                ('kept_at', models.DateTimeField()),
                ('content', models.BinaryField()),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('kept_period', 'kept_at'), name='kept_record_once', violation_error_message='This record is already kept.')],
            },
        ),
        migrations.CreateModel(
            name='RecountCursor',
            fields=[
                ('id', models.PositiveSmallIntegerField(default=1, primary_key=True, serialize=False)),
                ('seq', models.BigIntegerField(default=0)),
                ('counted_on', models.DateField(null=True)),
                ('all_counted_on', models.DateField(null=True)),
                ('lease_until', models.DateTimeField(null=True)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('id', 1)), name='recount_cursor_is_one', violation_error_message='There is only one cursor.')],
            },
        ),
        migrations.CreateModel(
            name='RevisionLook',
            fields=[
                ('user', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='+', serialize=False, to=settings.AUTH_USER_MODEL)),
                ('looked_at', models.DateTimeField(default=django.utils.timezone.now)),
            ],
        ),
        *run_files(__file__, "kept_stays", "row_policies"),
    ]
