"""Incidents that are closed have a time when they were, and every call the codes that are known."""

from django.contrib.postgres.operations import ValidateConstraint
from django.db import migrations

CLOSED = """
INSERT INTO incidents_incidentclosing (incident_id, closed_at)
SELECT id, closed_at FROM incidents_incident WHERE closed_at IS NOT NULL
ON CONFLICT DO NOTHING
"""


class Migration(migrations.Migration):
    dependencies = [("incidents", "0003_closings_and_calls")]

    operations = [
        migrations.RunSQL(CLOSED, migrations.RunSQL.noop),
        ValidateConstraint("reassurance", "reassurance_told_is_known"),
    ]
