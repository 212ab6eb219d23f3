"""A retention rule is a pending act, and some acts take effect days after they were confirmed (docs/adr/0068)."""

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
    ("retention", "retention rule"),
]


class Migration(migrations.Migration):
    dependencies = [("accounts", "0024_queued_mail"), ("districts", "0009_planned_redraws")]

    operations = [
        # Going back: the version before does not know this kind.
        migrations.RunSQL(
            migrations.RunSQL.noop,
            "DELETE FROM accounts_accountrequest_districts USING accounts_accountrequest act"
            " WHERE accountrequest_id = act.id AND act.kind = 'retention';"
            "DELETE FROM accounts_accountrequest WHERE kind = 'retention'",
        ),
        migrations.AddField("pendingact", "takes_effect_at", models.DateTimeField(null=True)),
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
