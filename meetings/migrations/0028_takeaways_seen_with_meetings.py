"""Who sees a meeting sees its takeaways (docs/adr/0065).

The view has IDs only and is read as its owner, as those of 0019: so `context_candidates()`, which asks the
policy as the owner, finds the same rows. The kind is asked twice: beside EXISTS, so that few rows ask for
their meeting, and inside, where a column of the follow-up keeps PostgreSQL from listing every meeting first.
"""

from django.db import migrations

HERE = "= ANY ((SELECT context_districts())::uuid[])"

VIEW = """
CREATE VIEW guard.meeting_ground AS
SELECT id AS meeting_id, district_id FROM meetings_meeting
UNION ALL SELECT meeting_id, district_id FROM guard.meeting_home
"""

# At once for whoever reads the views of 0019: the policy asks this one from the next statement on.
GRANT = """
DO $$
DECLARE
    reader text;
BEGIN
    FOR reader IN SELECT grantee FROM information_schema.role_table_grants
        WHERE table_schema = 'guard' AND table_name = 'follow_up_home' AND privilege_type = 'SELECT'
    LOOP
        EXECUTE format('GRANT SELECT ON guard.meeting_ground TO %I', reader);
    END LOOP;
END $$
"""

ALTER = f"""
ALTER POLICY rows_in_context ON meetings_followup USING (
    '00000000-0000-0000-0000-000000000000' {HERE}
    OR owner_id = (SELECT context_actor()) AND cardinality((SELECT context_districts())) > 0
    OR EXISTS (
        SELECT FROM guard.follow_up_home home
        WHERE home.follow_up_id = meetings_followup.id AND home.district_id {HERE}
    )
    {{taken_home}}
)
"""
TAKEN_HOME = f"""
    OR kind = 'try_out' AND EXISTS (
        SELECT FROM guard.meeting_ground ground
        WHERE ground.meeting_id = meetings_followup.meeting_id AND ground.district_id {HERE}
        AND meetings_followup.kind = 'try_out'
    )
"""


class Migration(migrations.Migration):
    dependencies = [("meetings", "0027_follow_up_name")]

    operations = [
        migrations.RunSQL(VIEW, "DROP VIEW guard.meeting_ground"),
        migrations.RunSQL(GRANT, migrations.RunSQL.noop),
        migrations.RunSQL(
            ALTER.format(taken_home=TAKEN_HOME), ALTER.format(taken_home="")
        ),
    ]
