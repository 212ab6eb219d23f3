"""Erasing the data of several people is a pending act."""

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
    ("public_entry", "public entry"),
    ("erasing", "erasure of a person’s data"),
]


class Migration(migrations.Migration):
    dependencies = [("accounts", "0018_public_entries"), ("districts", "0009_planned_redraws")]

    operations = [
        # Going back: the version before does not know this kind.
        migrations.RunSQL(
            migrations.RunSQL.noop,
            "DELETE FROM accounts_accountrequest_districts USING accounts_accountrequest act"
            " WHERE accountrequest_id = act.id AND act.kind = 'erasing';"
            "DELETE FROM accounts_accountrequest WHERE kind = 'erasing'",
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
