"""Registers whose address is read again and again."""

import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models

import lib.ids


class Migration(migrations.Migration):
    dependencies = [("exchange", "0004_mappings_of_a_team")]

    operations = [
        migrations.CreateModel(
            name="WatchedRegister",
            fields=[
                ("id", models.UUIDField(default=lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ("owner", models.UUIDField()),
                ("what", models.CharField(max_length=20)),
                ("source", models.CharField(max_length=60)),
                ("purpose", models.CharField(max_length=200)),
                ("url", models.CharField(max_length=500, verbose_name="address of the file")),
                ("every_days", models.PositiveSmallIntegerField(choices=[(1, "every day"), (7, "every week"), (30, "every 30 days")], default=7, verbose_name="how often")),
                ("next_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("lease_until", models.DateTimeField(null=True)),
                ("read_at", models.DateTimeField(null=True)),
                ("digest", models.CharField(blank=True, max_length=64)),
                ("problem", models.CharField(blank=True, choices=[("address", "The address can no longer be used. Enter the new one."), ("connection", "The server did not answer. We will try again next time."), ("status", "The server did not send the file. Check the address."), ("redirect", "The address points to another one. Enter that one."), ("too_large", "The file is larger than 50 MB."), ("unreadable", "The address has no table. It may lead to a web page instead of the file."), ("columns", "The columns have changed. Open the file and match them."), ("rights", "Your account can no longer import.")], max_length=12)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ("draft", models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to="exchange.importdraft")),
            ],
            options={
                "indexes": [models.Index(fields=["next_at"], name="watched_register_due")],
                "constraints": [
                    models.UniqueConstraint(fields=("owner", "what", "source"), name="watched_register_once", violation_error_message="This source already has an address."),
                    models.CheckConstraint(condition=models.Q(("every_days__in", [1, 7, 30])), name="watched_register_rhythm_is_known", violation_error_message="Choose how often from the list."),
                ],
            },
        ),
    ]
