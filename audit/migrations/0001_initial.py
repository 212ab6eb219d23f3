import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.db.models.deletion
import lib.ids
from django.db import migrations, models

from lib.first_migration import FirstMigration, run_files


class Migration(FirstMigration):

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='Event',
            fields=[
                ('id', models.UUIDField(default=lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('at', models.DateTimeField()),
                ('actor_kind', models.CharField(max_length=6)),
                ('actor_id', models.UUIDField(null=True)),
                ('actor_role', models.CharField(blank=True, max_length=20)),
                ('login', models.CharField(blank=True, db_default='', max_length=63)),
                ('action', models.CharField(choices=[('view', 'viewed'), ('list', 'listed'), ('search', 'searched'), ('create', 'created'), ('update', 'changed'), ('archive', 'closed'), ('erase', 'erased'), ('merge', 'merged'), ('reveal', 'revealed a private number or address'), ('export', 'exported'), ('share', 'shared'), ('import', 'imported'), ('notify', 'was notified'), ('deny', 'was denied access'), ('inquire', 'checked who viewed a person’s data'), ('keep', 'kept sensitive wording about a person, with a reason'), ('sign_in', 'signed in'), ('sign_out', 'signed out'), ('sign_in_failed', 'failed to sign in')], max_length=20)),
                ('object_type', models.CharField(blank=True, max_length=30)),
                ('object_ids', django.contrib.postgres.fields.ArrayField(base_field=models.UUIDField(), default=list, size=None)),
                ('field_names', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=60), default=list, size=None)),
                ('district_ids', django.contrib.postgres.fields.ArrayField(base_field=models.UUIDField(), default=list, size=None)),
                ('reason_code', models.CharField(blank=True, db_default='', max_length=200)),
                ('reason_digest', models.BinaryField(max_length=32, null=True)),
                ('request_id', models.CharField(blank=True, max_length=64)),
                ('recipient', models.CharField(blank=True, max_length=400)),
                ('recipient_salt', models.BinaryField(max_length=16, null=True)),
                ('recipient_digest', models.BinaryField(max_length=32, null=True)),
                ('allowed', models.BooleanField(default=True)),
                ('search_hash', models.BinaryField(max_length=32, null=True)),
                ('form', models.SmallIntegerField(db_default=1)),
                ('content_hash', models.BinaryField(max_length=32)),
                ('xid', models.BigIntegerField(db_default=models.Func(output_field=models.BigIntegerField(), template='pg_current_xact_id()::text::bigint'), editable=False)),
            ],
            options={
                'indexes': [models.Index(fields=['actor_id', '-at'], name='event_of_actor'), django.contrib.postgres.indexes.GinIndex(fields=['object_ids'], name='event_of_object'), models.Index(fields=['-at'], name='event_by_time'), models.Index(fields=['xid'], name='event_by_transaction'), models.Index(condition=models.Q(('action__in', ['export', 'share'])), fields=['-at'], name='event_of_sharing'), models.Index(condition=models.Q(('search_hash__isnull', False)), fields=['search_hash'], name='event_of_searched_words')],
            },
        ),
        migrations.CreateModel(
            name='Change',
            fields=[
                ('id', models.UUIDField(default=lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('at', models.DateTimeField()),
                ('object_type', models.CharField(max_length=30)),
                ('object_id', models.UUIDField()),
                ('op', models.CharField(choices=[('created', 'created'), ('updated', 'updated'), ('archived', 'archived'), ('erased', 'erased'), ('merged', 'merged'), ('restricted', 'restricted'), ('released', 'released'), ('step_unseen', 'step not seen')], max_length=20)),
                ('version', models.PositiveIntegerField()),
                ('into_id', models.UUIDField(null=True)),
                ('district_ids', django.contrib.postgres.fields.ArrayField(base_field=models.UUIDField(), default=list, size=None)),
                ('form', models.SmallIntegerField(db_default=1)),
                ('content_hash', models.BinaryField(max_length=32)),
                ('xid', models.BigIntegerField(db_default=models.Func(output_field=models.BigIntegerField(), template='pg_current_xact_id()::text::bigint'), editable=False)),
                ('event', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='changes', to='audit.event')),
            ],
            options={
                'indexes': [models.Index(fields=['object_id', '-at'], name='change_of_object'), models.Index(fields=['xid'], name='change_by_transaction')],
            },
        ),
        migrations.CreateModel(
            name='Pruned',
            fields=[
                ('seal', models.BigIntegerField(primary_key=True, serialize=False)),
                ('last_seq', models.BigIntegerField()),
                ('root', models.BinaryField(max_length=32)),
                ('rule', models.PositiveIntegerField()),
                ('days', models.PositiveIntegerField()),
                ('at', models.DateTimeField()),
                ('event_id', models.UUIDField()),
            ],
        ),
        migrations.CreateModel(
            name='Seal',
            fields=[
                ('number', models.BigIntegerField(primary_key=True, serialize=False)),
                ('at', models.DateTimeField()),
                ('first_seq', models.BigIntegerField()),
                ('last_seq', models.BigIntegerField()),
                ('leaves', models.BinaryField()),
                ('previous_root', models.BinaryField(max_length=32)),
                ('root', models.BinaryField(max_length=32)),
                ('key_id', models.CharField(max_length=16)),
                ('public_key', models.BinaryField(max_length=32)),
                ('signature', models.BinaryField(max_length=64)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('first_seq',), name='seal_starts_once', violation_error_message='Each sequence number belongs to one seal.'), models.CheckConstraint(condition=models.Q(('last_seq__gte', models.F('first_seq'))), name='seal_is_not_empty', violation_error_message='A seal must contain at least one row.')],
            },
        ),
        migrations.CreateModel(
            name='TrailPosition',
            fields=[
                ('seq', models.BigIntegerField(primary_key=True, serialize=False)),
                ('below_xid', models.BigIntegerField()),
                ('change', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='numbered', to='audit.change')),
                ('event', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='numbered', to='audit.event')),
            ],
            options={
                'db_table': 'audit_numbered',
                'constraints': [models.CheckConstraint(condition=models.Q(('event__isnull', True), ('change__isnull', True), _connector='XOR'), name='numbered_is_one_row', violation_error_message='Each sequence number belongs to one log entry.')],
            },
        ),
        migrations.CreateModel(
            name='Reason',
            fields=[
                ('event', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='reason', serialize=False, to='audit.event')),
                ('salt', models.BinaryField(max_length=16)),
                ('text', models.CharField(max_length=500)),
                ('removed_at', models.DateTimeField(null=True)),
                ('removed_by', models.UUIDField(null=True)),
            ],
        ),
        *run_files(__file__, "append_only", "writing", "publishing", "removing", "pruning"),
    ]
