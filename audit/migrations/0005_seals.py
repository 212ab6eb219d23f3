"""Seals over the numbered rows: only ever added to."""

from django.conf import settings
from django.db import migrations, models


def fence(apps, schema_editor):
    """Insert-only, as the rows it seals (0002)."""
    schema_editor.execute(
        "CREATE TRIGGER audit_seal_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_seal "
        "FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse()"
    )
    role = settings.DATABASES["default"]["USER"]
    if role != schema_editor.connection.settings_dict["USER"]:
        quoted = schema_editor.quote_name(role)
        schema_editor.execute(f"REVOKE UPDATE, DELETE, TRUNCATE ON audit_seal FROM {quoted}")


def unfence(apps, schema_editor):
    schema_editor.execute("DROP TRIGGER audit_seal_append_only ON audit_seal")


class Migration(migrations.Migration):

    dependencies = [
        ('audit', '0004_numbers'),
    ]

    operations = [
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
                'constraints': [models.UniqueConstraint(fields=('first_seq',), name='seal_starts_once', violation_error_message='A number of the trail belongs to one seal.'), models.CheckConstraint(condition=models.Q(('last_seq__gte', models.F('first_seq'))), name='seal_is_not_empty', violation_error_message='A seal has rows.')],
            },
        ),
        migrations.RunPython(fence, unfence),
    ]
