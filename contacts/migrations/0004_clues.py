"""Clues to who may be the same. Rows that are there get theirs from `manage.py recount --fix`."""

import django.contrib.postgres.fields
import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("contacts", "0004_period_verified_on")]

    operations = [
        migrations.CreateModel(
            name="NotADuplicate",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("object_type", models.CharField(max_length=30)),
                ("one", models.UUIDField()),
                ("other", models.UUIDField()),
                ("said_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("said_by", models.UUIDField(null=True)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("object_type", "one", "other"), name="not_a_duplicate_once"),
                    models.CheckConstraint(
                        condition=models.Q(("one__lt", models.F("other"))), name="not_a_duplicate_in_order"
                    ),
                ],
            },
        ),
        migrations.AddField(
            model_name="organisation",
            name="clues",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.TextField(), default=list, editable=False, size=None
            ),
        ),
        migrations.AddField(
            model_name="contact",
            name="clues",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.TextField(), default=list, editable=False, size=None
            ),
        ),
    ]
