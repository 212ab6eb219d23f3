"""Roles of a restricted contact are seen only by those who see every district (docs/adr/0046)."""

from django.db import migrations

HERE = "= ANY ((SELECT context_districts())::uuid[])"
EVERYWHERE = f"'00000000-0000-0000-0000-000000000000' {HERE}"
SEEN = f"""
    EXISTS (SELECT FROM contacts_organisation parent WHERE parent.id = organisation_id)
    OR EXISTS (
        SELECT FROM guard.contact_home home
        WHERE home.contact_id = contacts_affiliation.contact_id AND home.district_id {HERE}
    )
"""
RESTRICTED = """
    EXISTS (
        SELECT FROM guard.contact_home home
        WHERE home.contact_id = contacts_affiliation.contact_id AND home.is_restricted
    )
"""
BEFORE = f"{EVERYWHERE} OR {SEEN}"
AFTER = f"{EVERYWHERE} OR ({SEEN}) AND NOT {RESTRICTED}"


class Migration(migrations.Migration):
    dependencies = [("contacts", "0034_candidates_by_index")]

    operations = [
        # The view keeps its rights. Going back leaves the column, which nothing else reads.
        migrations.RunSQL(
            "CREATE OR REPLACE VIEW guard.contact_home AS"
            " SELECT id AS contact_id, home_district_id AS district_id, is_restricted FROM contacts_contact",
            migrations.RunSQL.noop,
        ),
        migrations.RunSQL(
            f"ALTER POLICY rows_in_context ON contacts_affiliation USING ({AFTER})",
            f"ALTER POLICY rows_in_context ON contacts_affiliation USING ({BEFORE})",
        ),
    ]
