"""Imports were the contact book's: their tables are there, and keep their names. No statement is run."""

import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models

import lib.ids


class Migration(migrations.Migration):
    dependencies = [("contacts", "0014_choices_of_an_import")]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.CreateModel(
                    name="ImportDraft",
                    fields=[
                        ("id", models.UUIDField(default=lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                        ("started_by", models.UUIDField()),
                        ("what", models.CharField(max_length=20)),
                        ("state", models.CharField(choices=[("mapping", "columns to be named"), ("trying", "being tried out"), ("tried", "tried out"), ("importing", "being imported"), ("imported", "imported"), ("undoing", "being undone"), ("undone", "undone"), ("failed", "failed")], default="mapping", max_length=10)),
                        ("source", models.CharField(max_length=60)),
                        ("file_name", models.CharField(max_length=200)),
                        ("digest", models.CharField(max_length=64)),
                        ("purpose", models.CharField(max_length=200)),
                        ("content", models.BinaryField(null=True)),
                        ("encoding", models.CharField(max_length=20)),
                        ("encodings", models.JSONField(db_default=[], default=list)),
                        ("delimiter", models.CharField(max_length=1)),
                        ("heading_row", models.PositiveSmallIntegerField(db_default=1, default=1)),
                        ("first_rows", models.JSONField(db_default=[], default=list)),
                        ("headings", models.JSONField(default=list)),
                        ("sample", models.JSONField(default=dict)),
                        ("columns", models.JSONField(default=dict)),
                        ("identify", models.JSONField(default=list)),
                        ("fixed", models.JSONField(default=dict)),
                        ("values", models.JSONField(default=dict)),
                        ("counted", models.JSONField(db_default={}, default=dict)),
                        ("joins", models.JSONField(db_default={}, default=dict)),
                        ("job_id", models.UUIDField(null=True)),
                        ("report", models.JSONField(default=dict)),
                        ("created_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                        ("imported_at", models.DateTimeField(null=True)),
                    ],
                    options={
                        "db_table": "contacts_importdraft",
                        "indexes": [models.Index(fields=["started_by", "-created_at"], name="import_of_starter")],
                        "constraints": [models.CheckConstraint(condition=models.Q(("state__in", ["mapping", "trying", "tried", "importing", "imported", "undoing", "undone", "failed"])), name="import_state_is_known", violation_error_message="Choose a state from the list.")],
                    },
                ),
                migrations.CreateModel(
                    name="ImportStep",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        ("rows", models.JSONField()),
                        ("draft", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="steps", to="exchange.importdraft")),
                    ],
                    options={"db_table": "contacts_importstep"},
                ),
                migrations.CreateModel(
                    name="SavedMapping",
                    fields=[
                        ("id", models.UUIDField(default=lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                        ("owner", models.UUIDField()),
                        ("what", models.CharField(max_length=20)),
                        ("source", models.CharField(max_length=60)),
                        ("columns", models.JSONField(default=dict)),
                        ("identify", models.JSONField(default=list)),
                        ("fixed", models.JSONField(default=dict)),
                        ("values", models.JSONField(default=dict)),
                        ("saved_at", models.DateTimeField(default=django.utils.timezone.now)),
                    ],
                    options={
                        "db_table": "contacts_savedmapping",
                        "constraints": [models.UniqueConstraint(fields=("owner", "what", "source"), name="mapping_once_for_source", violation_error_message="This source has a mapping already.")],
                    },
                ),
                migrations.CreateModel(
                    name="ImportedRow",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        ("object_type", models.CharField(max_length=30)),
                        ("source", models.CharField(max_length=60)),
                        ("external_id", models.CharField(max_length=200)),
                        ("fingerprints", models.JSONField(default=dict)),
                    ],
                    options={
                        "db_table": "contacts_importedrow",
                        "constraints": [models.UniqueConstraint(fields=("object_type", "source", "external_id"), name="imported_row_once", violation_error_message="This row is already remembered.")],
                    },
                ),
            ]
        )
    ]
