"""The role that an act was asked for, so that nobody changes it after the confirmation (docs/adr/0068)."""

from django.db import migrations, models

ROLES = [
    ("officer", "officer"),
    ("supervisor", "supervisor"),
    ("privacy_officer", "privacy officer"),
    ("administrator", "administrator"),
    ("confirmer", "confirmer"),
]


class Migration(migrations.Migration):
    dependencies = [("accounts", "0026_searches_by_two_people")]

    operations = [
        migrations.AddField(
            "pendingact",
            "role",
            models.CharField(blank=True, choices=ROLES, db_default="", default="", max_length=20),
        ),
        # Requests of the version before are for the role that waits.
        migrations.RunSQL(
            "UPDATE accounts_accountrequest act SET role = account.asked_role FROM accounts_user account"
            " WHERE account.id = act.user_id AND act.kind = 'role' AND act.decided_at IS NULL",
            migrations.RunSQL.noop,
        ),
    ]
