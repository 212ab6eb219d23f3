import django.contrib.postgres.fields
import django.db.models.deletion
import django.utils.timezone
import lib.encrypted_fields
import lib.ids
from django.db import migrations, models

from lib.first_migration import FirstMigration


class Migration(FirstMigration):

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='ImportDraft',
            fields=[
                ('id', models.UUIDField(default=lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('started_by', models.UUIDField()),
                ('what', models.CharField(max_length=20)),
                ('state', models.CharField(choices=[('mapping', 'columns not matched yet'), ('trying', 'checking'), ('tried', 'checked'), ('importing', 'importing'), ('imported', 'imported'), ('undoing', 'undoing'), ('undone', 'undone'), ('failed', 'failed')], default='mapping', max_length=10)),
                ('source', models.CharField(max_length=60)),
                ('file_name', models.CharField(max_length=200)),
                ('digest', models.CharField(max_length=64)),
                ('purpose', models.CharField(max_length=200)),
                ('content', lib.encrypted_fields.EncryptedBinaryField(null=True)),
                ('encoding', models.CharField(max_length=20)),
                ('encodings', models.JSONField(db_default=[], default=list)),
                ('delimiter', models.CharField(max_length=1)),
                ('heading_row', models.PositiveSmallIntegerField(db_default=1, default=1)),
                ('first_rows', lib.encrypted_fields.EncryptedJSONField(db_default=[], default=list)),
                ('left_out', models.JSONField(db_default={}, default=dict)),
                ('headings', models.JSONField(default=list)),
                ('sample', lib.encrypted_fields.EncryptedJSONField(default=dict)),
                ('columns', models.JSONField(default=dict)),
                ('also', models.JSONField(db_default={}, default=dict)),
                ('identify', models.JSONField(default=list)),
                ('fixed', models.JSONField(default=dict)),
                ('values', models.JSONField(default=dict)),
                ('names', lib.encrypted_fields.EncryptedJSONField(db_default={}, default=dict)),
                ('counted', lib.encrypted_fields.EncryptedJSONField(db_default={}, default=dict)),
                ('joins', models.JSONField(db_default={}, default=dict)),
                ('job_id', models.UUIDField(null=True)),
                ('report', models.JSONField(default=dict)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('imported_at', models.DateTimeField(null=True)),
            ],
            options={
                'indexes': [models.Index(fields=['started_by', '-created_at'], name='import_of_starter')],
                'constraints': [models.CheckConstraint(condition=models.Q(('state__in', ['mapping', 'trying', 'tried', 'importing', 'imported', 'undoing', 'undone', 'failed'])), name='import_state_is_known', violation_error_message='Choose a status from the list.')],
            },
        ),
        migrations.CreateModel(
            name='ImportedRow',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('object_type', models.CharField(max_length=30)),
                ('source', models.CharField(max_length=60)),
                ('external_id', models.CharField(max_length=200)),
                ('fingerprints', models.JSONField(default=dict)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('object_type', 'source', 'external_id'), name='imported_row_once', violation_error_message='This row is already saved.')],
            },
        ),
        migrations.CreateModel(
            name='ImportStep',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('rows', lib.encrypted_fields.EncryptedJSONField()),
                ('draft', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='steps', to='exchange.importdraft')),
            ],
        ),
        migrations.CreateModel(
            name='SavedMapping',
            fields=[
                ('id', models.UUIDField(default=lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('owner', models.UUIDField()),
                ('what', models.CharField(max_length=20)),
                ('source', models.CharField(max_length=60)),
                ('district_ids', django.contrib.postgres.fields.ArrayField(base_field=models.UUIDField(), db_default=[], default=list, size=None)),
                ('columns', models.JSONField(default=dict)),
                ('also', models.JSONField(db_default={}, default=dict)),
                ('identify', models.JSONField(default=list)),
                ('fixed', models.JSONField(default=dict)),
                ('values', models.JSONField(default=dict)),
                ('saved_at', models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('owner', 'what', 'source'), name='mapping_once_for_source', violation_error_message='This source already has a mapping.')],
            },
        ),
        migrations.CreateModel(
            name='WatchedRegister',
            fields=[
                ('id', models.UUIDField(default=lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('owner', models.UUIDField()),
                ('what', models.CharField(max_length=20)),
                ('source', models.CharField(max_length=60)),
                ('purpose', models.CharField(max_length=200)),
                ('url', models.CharField(max_length=500, verbose_name='address of the file')),
                ('every_days', models.PositiveSmallIntegerField(choices=[(1, 'every day'), (7, 'every week'), (30, 'every 30 days')], default=7, verbose_name='how often')),
                ('next_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('lease_until', models.DateTimeField(null=True)),
                ('read_at', models.DateTimeField(null=True)),
                ('digest', models.CharField(blank=True, max_length=64)),
                ('problem', models.CharField(blank=True, choices=[('address', 'The address can no longer be used. Enter the new one.'), ('connection', 'The server did not answer. We will try again next time.'), ('status', 'The server did not send the file. Check the address.'), ('redirect', 'The address points to another one. Enter that one.'), ('too_large', 'The file is larger than 50 MB.'), ('unreadable', 'The address has no table. It may lead to a web page instead of the file.'), ('columns', 'The columns have changed. Open the file and match them.'), ('rights', 'Your account can no longer import.')], max_length=12)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('draft', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='exchange.importdraft')),
            ],
            options={
                'indexes': [models.Index(fields=['next_at'], name='watched_register_due')],
                'constraints': [models.UniqueConstraint(fields=('owner', 'what', 'source'), name='watched_register_once', violation_error_message='This source already has an address.'), models.CheckConstraint(condition=models.Q(('every_days__in', [1, 7, 30])), name='watched_register_rhythm_is_known', violation_error_message='Choose how often from the list.')],
            },
        ),
    ]
