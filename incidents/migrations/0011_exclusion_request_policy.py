"""Who may see a request to exclude a supervisor: who decides it (contacts, 0027_row_policies)."""

from django.db import migrations

EVERYWHERE = (
    "'00000000-0000-0000-0000-000000000000' = ANY ((SELECT context_districts())::uuid[])"
)

POLICY = f"""
CREATE POLICY rows_in_context ON incidents_exclusionrequest USING (
    {EVERYWHERE}
    OR decided_at IS NULL AND (
        SELECT role = 'confirmer' AND is_active FROM accounts_user WHERE id = (SELECT context_actor())
    )
)
"""


class Migration(migrations.Migration):
    dependencies = [("incidents", "0010_left_out"), ("accounts", "0015_pending_acts")]

    operations = [
        migrations.RunSQL(POLICY, "DROP POLICY rows_in_context ON incidents_exclusionrequest"),
    ]
