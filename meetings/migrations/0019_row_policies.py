"""Which meetings, follow-ups and concerns a statement may see (contacts, 0027_row_policies)."""

from django.db import migrations

HERE = "= ANY ((SELECT context_districts())::uuid[])"
EVERYWHERE = f"'00000000-0000-0000-0000-000000000000' {HERE}"

VIEWS = """
CREATE VIEW guard.meeting_home AS SELECT meeting_id, home_district_id AS district_id
FROM meetings_meetingorganisation JOIN contacts_organisation organisation ON organisation.id = organisation_id;

CREATE VIEW guard.follow_up_home AS SELECT follow_up_id, home_district_id AS district_id
FROM meetings_followuporganisation JOIN contacts_organisation organisation ON organisation.id = organisation_id;
"""

NO_VIEWS = "DROP VIEW guard.follow_up_home, guard.meeting_home"


def of(parent, key):
    """Rows of the rows of `parent` that are seen."""
    return f"{EVERYWHERE} OR EXISTS (SELECT FROM {parent} parent WHERE parent.id = {key})"


POLICIES = {
    "meetings_meeting": f"""
        district_id {HERE}
        OR {EVERYWHERE}
        OR EXISTS (
            SELECT FROM guard.meeting_home home
            WHERE home.meeting_id = meetings_meeting.id AND home.district_id {HERE}
        )
    """,
    "meetings_meetingexternalid": of("meetings_meeting", "meeting_id"),
    "meetings_followup": f"""
        {EVERYWHERE}
        OR owner_id = (SELECT context_actor()) AND cardinality((SELECT context_districts())) > 0
        OR EXISTS (
            SELECT FROM guard.follow_up_home home
            WHERE home.follow_up_id = meetings_followup.id AND home.district_id {HERE}
        )
    """,
    "meetings_followupexternalid": of("meetings_followup", "follow_up_id"),
    "meetings_followupperiod": of("meetings_followup", "follow_up_id"),
    "meetings_concern": f"district_id {HERE} OR {EVERYWHERE}",
    "meetings_concernexternalid": of("meetings_concern", "concern_id"),
    "meetings_concernperiod": of("meetings_concern", "concern_id"),
}


class Migration(migrations.Migration):
    dependencies = [("meetings", "0018_received_in"), ("contacts", "0027_row_policies")]

    operations = [
        migrations.RunSQL(VIEWS, NO_VIEWS),
        *(
            migrations.RunSQL(
                f"CREATE POLICY rows_in_context ON {table} USING ({condition})",
                f"DROP POLICY rows_in_context ON {table}",
            )
            for table, condition in POLICIES.items()
        ),
    ]
