"""Periods of before the upgrade have the kind that is known today: earlier kinds left no trace.

Rows are filled in a batch at a time. `recount` adds the kind of what the version before writes meanwhile.
"""

from django.db import migrations

FILL = """
DO $$
DECLARE
    here uuid := '00000000-0000-0000-0000-000000000000';
    batch uuid[];
BEGIN
    LOOP
        batch := ARRAY(SELECT id FROM contacts_organisation WHERE id > here ORDER BY id LIMIT 5000);
        EXIT WHEN batch = '{}';
        UPDATE contacts_organisationperiod dated SET kind = organisation.kind
        FROM contacts_organisation organisation
        WHERE dated.organisation_id = ANY(batch) AND organisation.id = dated.organisation_id
          AND dated.kind IS NULL;
        here := batch[cardinality(batch)];
        COMMIT;
    END LOOP;
END $$
"""


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("contacts", "0023_declared_once_at_a_time")]

    operations = [migrations.RunSQL(FILL, migrations.RunSQL.noop)]
