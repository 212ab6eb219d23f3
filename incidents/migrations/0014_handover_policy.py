"""Rows of the steps that are seen. The column of the step was read as that of its protocol's step: no row was."""

from django.db import migrations

ALTER = """
ALTER POLICY rows_in_context ON incidents_stephandover USING (
    '00000000-0000-0000-0000-000000000000' = ANY ((SELECT context_districts())::uuid[])
    OR EXISTS (SELECT FROM incidents_incidentstep parent WHERE parent.id = {column})
)
"""


class Migration(migrations.Migration):

    dependencies = [('incidents', '0013_step_handovers')]

    operations = [
        migrations.RunSQL(
            ALTER.format(column="incidents_stephandover.step_id"), ALTER.format(column="step_id")
        ),
    ]
