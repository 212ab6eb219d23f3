"""A search of the privacy desk for a word about a community is a pending act."""

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
    ("searching", "search for a word about a community"),
    ("retention", "retention rule"),
]


class Migration(migrations.Migration):
    dependencies = [("accounts", "0025_acts_that_take_effect_later")]

    operations = [
        # Going back: the version before does not know this kind. Such an act is about no district.
        migrations.RunSQL(
            migrations.RunSQL.noop, "DELETE FROM accounts_accountrequest WHERE kind = 'searching'"
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
