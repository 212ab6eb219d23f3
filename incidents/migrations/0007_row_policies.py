"""Which incidents a statement may see, and what belongs to them (contacts, 0027_row_policies)."""

from django.db import migrations

HERE = "= ANY ((SELECT context_districts())::uuid[])"
EVERYWHERE = f"'00000000-0000-0000-0000-000000000000' {HERE}"


def of(parent, key):
    """Rows of the rows of `parent` that are seen."""
    return f"{EVERYWHERE} OR EXISTS (SELECT FROM {parent} parent WHERE parent.id = {key})"


POLICIES = {
    "incidents_incident": f"""
        {EVERYWHERE}
        OR (district_id {HERE} OR EXISTS (
            SELECT FROM incidents_incident_also_in place
            WHERE place.incident_id = incidents_incident.id AND place.district_id {HERE}
        )) AND NOT EXISTS (
            SELECT FROM incidents_incident_excluded other
            WHERE other.incident_id = incidents_incident.id AND other.user_id = (SELECT context_actor())
        )
    """,
    "incidents_incidentconcern": of("incidents_incident", "incident_id"),
    "incidents_incidentclosing": of("incidents_incident", "incident_id"),
    "incidents_incidentstep": of("incidents_incident", "incident_id"),
    "incidents_reassurance": of("incidents_incident", "incident_id"),
    "incidents_tensionassessment": of("incidents_incident", "incident_id"),
    "incidents_debrief": of("incidents_incident", "incident_id"),
    "incidents_debriefvoice": of("incidents_debrief", "debrief_id"),
}


class Migration(migrations.Migration):
    dependencies = [("incidents", "0006_given_before"), ("meetings", "0019_row_policies")]

    operations = [
        migrations.RunSQL(
            f"CREATE POLICY rows_in_context ON {table} USING ({condition})",
            f"DROP POLICY rows_in_context ON {table}",
        )
        for table, condition in POLICIES.items()
    ]
