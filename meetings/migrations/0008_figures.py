"""Figures are read from indexes alone, of meetings from before `met_at` as well (see 0004_met_at).

Nobody waits: rows are filled in a batch at a time, each meeting of it held still until its links agree with
it, and indexes are built beside running work.
"""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models

# As in 0004_met_at. Each batch is committed before the next.
FILL = """
DO $$
DECLARE
    here uuid := '00000000-0000-0000-0000-000000000000';
    batch uuid[];
BEGIN
    LOOP
        batch := ARRAY(SELECT id FROM meetings_meeting WHERE id > here ORDER BY id LIMIT 5000);
        EXIT WHEN batch = '{}';
        PERFORM FROM meetings_meeting WHERE id = ANY(batch) FOR SHARE;
        UPDATE meetings_meetingorganisation link SET met_at = meeting.starts_at
        FROM meetings_meeting meeting
        WHERE link.meeting_id = ANY(batch) AND meeting.id = link.meeting_id AND link.present
          AND meeting.status = 'held' AND NOT meeting.outcomes <@
              ARRAY['information_shared', 'no_change', 'declined', 'relationship_paused']::varchar[]
          AND link.met_at IS DISTINCT FROM meeting.starts_at;
        here := batch[cardinality(batch)];
        COMMIT;
    END LOOP;
END $$
"""


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("meetings", "0007_follow_up_departs")]

    operations = [
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
        AddIndexConcurrently(
            model_name="meetingorganisation",
            index=models.Index(
                condition=models.Q(("met_at__isnull", False)),
                fields=["organisation", "met_at"],
                name="meeting_met",
            ),
        ),
        AddIndexConcurrently(
            model_name="meeting",
            index=models.Index(
                fields=["district", "starts_at"],
                include=["status", "kind", "level", "initiated_by"],
                name="meeting_of_figures",
            ),
        ),
    ]
