"""Who had an open step before the upgrade was told when the incident opened, except whoever opened it."""

from django.db import migrations

FILL = """
DO $$
BEGIN
    UPDATE incidents_incidentstep step SET given_at = incident.created_at
    FROM incidents_incident incident
    WHERE incident.id = step.incident_id AND step.given_at IS NULL AND step.status = 'open'
      AND step.owner_id IS DISTINCT FROM incident.duty_id;
END $$
"""


class Migration(migrations.Migration):
    dependencies = [("incidents", "0005_given_at")]

    operations = [migrations.RunSQL(FILL, migrations.RunSQL.noop)]
