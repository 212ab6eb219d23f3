
import django.db.models.deletion
import django.utils.timezone
import lib.ids
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('contacts', '0004_clues'),
    ]

    operations = [
        migrations.CreateModel(
            name='ImportDraft',
            fields=[
                ('id', models.UUIDField(default=lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('started_by', models.UUIDField()),
                ('what', models.CharField(max_length=20)),
                ('state', models.CharField(choices=[('mapping', 'columns to be named'), ('trying', 'being tried out'), ('tried', 'tried out'), ('importing', 'being imported'), ('imported', 'imported'), ('undoing', 'being undone'), ('undone', 'undone'), ('failed', 'failed')], default='mapping', max_length=10)),
                ('source', models.CharField(max_length=60)),
                ('file_name', models.CharField(max_length=200)),
                ('digest', models.CharField(max_length=64)),
                ('purpose', models.CharField(max_length=200)),
                ('content', models.BinaryField(null=True)),
                ('encoding', models.CharField(max_length=20)),
                ('delimiter', models.CharField(max_length=1)),
                ('headings', models.JSONField(default=list)),
                ('sample', models.JSONField(default=dict)),
                ('columns', models.JSONField(default=dict)),
                ('identify', models.JSONField(default=list)),
                ('fixed', models.JSONField(default=dict)),
                ('values', models.JSONField(default=dict)),
                ('job_id', models.UUIDField(null=True)),
                ('report', models.JSONField(default=dict)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('imported_at', models.DateTimeField(null=True)),
            ],
            options={
                'indexes': [models.Index(fields=['started_by', '-created_at'], name='import_of_starter')],
                'constraints': [models.CheckConstraint(condition=models.Q(('state__in', ['mapping', 'trying', 'tried', 'importing', 'imported', 'undoing', 'undone', 'failed'])), name='import_state_is_known', violation_error_message='Choose a state from the list.')],
            },
        ),
        migrations.CreateModel(
            name='ImportStep',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('rows', models.JSONField()),
                ('draft', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='steps', to='contacts.importdraft')),
            ],
        ),
        migrations.CreateModel(
            name='SavedMapping',
            fields=[
                ('id', models.UUIDField(default=lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('owner', models.UUIDField()),
                ('what', models.CharField(max_length=20)),
                ('source', models.CharField(max_length=60)),
                ('columns', models.JSONField(default=dict)),
                ('identify', models.JSONField(default=list)),
                ('fixed', models.JSONField(default=dict)),
                ('values', models.JSONField(default=dict)),
                ('saved_at', models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('owner', 'what', 'source'), name='mapping_once_for_source', violation_error_message='This source has a mapping already.')],
            },
        ),
    ]
