"""Requests about accounts become pending acts, which can also be about another row. The table keeps its name."""

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Q

KINDS = [
    ("role", "role"),
    ("districts", "districts"),
    ("email", "email address"),
    ("second_factor", "new two-factor authentication"),
    ("reactivation", "signing in again"),
    ("api_key", "API key"),
    ("archive", "archive of a district"),
    ("export", "export of many contacts"),
]


class Migration(migrations.Migration):
    dependencies = [("accounts", "0014_row_context"), ("districts", "0006_successors")]

    operations = [
        # Names in the code only.
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.RemoveField("accountrequest", "districts"),
                migrations.RenameModel("AccountRequest", "PendingAct"),
                migrations.AlterModelTable("pendingact", "accounts_accountrequest"),
                migrations.CreateModel(
                    name="ActDistrict",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "act",
                            models.ForeignKey(
                                db_column="accountrequest_id",
                                on_delete=django.db.models.deletion.CASCADE,
                                to="accounts.pendingact",
                            ),
                        ),
                        (
                            "district",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE, to="districts.district"
                            ),
                        ),
                    ],
                    options={
                        "db_table": "accounts_accountrequest_districts",
                        "unique_together": {("act", "district")},
                    },
                ),
                migrations.AddField(
                    "pendingact",
                    "districts",
                    models.ManyToManyField(
                        blank=True,
                        related_name="pending_acts",
                        through="accounts.ActDistrict",
                        to="districts.district",
                    ),
                ),
            ]
        ),
        # Going back: the version before knows only acts on accounts.
        migrations.RunSQL(
            migrations.RunSQL.noop, "DELETE FROM accounts_accountrequest WHERE user_id IS NULL"
        ),
        migrations.AlterField(
            "pendingact",
            "user",
            models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="acts",
                to="accounts.user",
            ),
        ),
        migrations.AddField("pendingact", "subject", models.UUIDField(null=True)),
        migrations.AddField("pendingact", "mailed_at", models.DateTimeField(null=True)),
        migrations.AlterField("pendingact", "kind", models.CharField(choices=KINDS, max_length=20)),
        migrations.RemoveConstraint("pendingact", "account_request_kind_is_known"),
        migrations.AddConstraint(
            "pendingact",
            models.CheckConstraint(
                condition=Q(kind__in=[kind for kind, _label in KINDS]),
                name="pending_act_kind_is_known",
                violation_error_message="Choose from the list.",
            ),
        ),
        migrations.AddConstraint(
            "pendingact",
            models.CheckConstraint(
                condition=Q(user__isnull=False) ^ Q(subject__isnull=False),
                name="pending_act_is_about_one",
                violation_error_message="Choose an account or another record.",
            ),
        ),
        migrations.AddConstraint(
            "pendingact",
            models.UniqueConstraint(
                fields=["subject", "kind"],
                condition=Q(decided_at__isnull=True),
                name="pending_act_once",
                violation_error_message="This has already been requested.",
            ),
        ),
    ]
