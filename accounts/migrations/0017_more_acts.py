"""Exclusions from an incident, drafts of protocols and further erasures are pending acts like the others."""

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
    ("exclusion", "exclusion from an incident"),
    ("protocol", "draft of a protocol"),
    ("erasure", "erasure of a contact"),
]


class Migration(migrations.Migration):
    dependencies = [("accounts", "0016_browser_report")]

    operations = [
        # Going back: the version before does not know these kinds.
        migrations.RunSQL(
            migrations.RunSQL.noop,
            "DELETE FROM accounts_accountrequest_districts USING accounts_accountrequest act"
            " WHERE accountrequest_id = act.id AND act.kind IN ('exclusion', 'protocol', 'erasure');"
            "DELETE FROM accounts_accountrequest WHERE kind IN ('exclusion', 'protocol', 'erasure')",
        ),
        migrations.AlterField(
            "user",
            "absent_until",
            models.DateField(
                blank=True,
                help_text="Until then, steps of incidents and reminders go to the deputy. Leave empty when you are here.",
                null=True,
                verbose_name="back on",
            ),
        ),
        migrations.AlterField("pendingact", "kind", models.CharField(choices=KINDS, max_length=20)),
        migrations.RemoveConstraint("pendingact", "pending_act_kind_is_known"),
        migrations.AddConstraint(
            "pendingact",
            models.CheckConstraint(
                condition=Q(kind__in=[kind for kind, _label in KINDS]),
                name="pending_act_kind_is_known",
                violation_error_message="Choose from the list.",
            ),
        ),
    ]
