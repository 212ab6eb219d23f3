"""States of follow-ups and concerns from before the upgrade, as far as their rows and the activity log tell.

When one was done, answered or closed is in its row. When one was cancelled is in the activity log; if it is
not there, it counts as cancelled since it was made. A due date counts as if it had never been moved before.
Rows are filled in a batch at a time. `manage.py recount --fix` adds what the version before writes meanwhile.
"""

from django.db import migrations

ALL = """
DO $$
DECLARE
    here uuid;
    batch uuid[];
BEGIN
    {follow_ups}
    {concerns}
END $$
"""

BATCHES = """
    here := '00000000-0000-0000-0000-000000000000';
    LOOP
        batch := ARRAY(SELECT id FROM {nouns} WHERE id > here ORDER BY id LIMIT 5000);
        EXIT WHEN batch = '{{}}';
        {insert};
        here := batch[cardinality(batch)];
        COMMIT;
    END LOOP;
"""

# Steps of each row: a step that begins no later than one before it takes its place.
STEPS = """
    WITH steps AS ({steps}), kept AS (
        SELECT one.* FROM steps one WHERE NOT EXISTS (
            SELECT FROM steps later WHERE later.id = one.id AND later.nr > one.nr AND later.since <= one.since
        )
    )
    INSERT INTO {table} (id, {noun}_id, since, until, entered_at, {columns})
    SELECT gen_random_uuid(), id, since, lead(since) OVER (PARTITION BY id ORDER BY since), since, {columns}
    FROM kept
    WHERE NOT EXISTS (SELECT FROM {table} known WHERE known.{noun}_id = kept.id)
"""

FOLLOW_UPS = """
    SELECT row.id, 1 AS nr, least(row.created_at, row.first_due_on::timestamp AT TIME ZONE 'UTC') AS since,
           CASE WHEN row.status IN ('done', 'cancelled') THEN 'open' ELSE row.status END AS status,
           row.due_on, NULL::timestamptz AS completed_at
    FROM meetings_followup row WHERE row.id = ANY(batch)
    UNION ALL
    SELECT row.id, 2, row.completed_at, row.status, row.due_on, row.completed_at
    FROM meetings_followup row WHERE row.id = ANY(batch) AND row.status = 'done'
    UNION ALL
    SELECT row.id, 2, coalesce(
               (SELECT max(change.at) FROM audit_change change JOIN audit_event event ON event.id = change.event_id
                WHERE change.object_id = row.id AND change.op = 'updated' AND 'status' = ANY(event.field_names)),
               least(row.created_at, row.first_due_on::timestamp AT TIME ZONE 'UTC')
           ), row.status, row.due_on, NULL
    FROM meetings_followup row WHERE row.id = ANY(batch) AND row.status = 'cancelled'
"""

CONCERNS = """
    SELECT row.id, 1 AS nr, row.received_at AS since, 'open' AS status, NULL::timestamptz AS answered_at,
           NULL::timestamptz AS closed_at
    FROM meetings_concern row WHERE row.id = ANY(batch)
    UNION ALL
    SELECT row.id, 2, row.answered_at, 'answered', row.answered_at, NULL
    FROM meetings_concern row WHERE row.id = ANY(batch) AND row.answered_at IS NOT NULL
    UNION ALL
    SELECT row.id, 3, row.closed_at, 'closed', row.answered_at, row.closed_at
    FROM meetings_concern row WHERE row.id = ANY(batch) AND row.closed_at IS NOT NULL
"""


def inserted(noun, nouns, steps, columns):
    return STEPS.format(steps=steps, table=f"{nouns}period", noun=noun, columns=columns).strip()


def fill(noun, nouns, steps, columns):
    return BATCHES.format(nouns=nouns, insert=inserted(noun, nouns, steps, columns))


OF_FOLLOW_UPS = ("follow_up", "meetings_followup", FOLLOW_UPS, "status, due_on, completed_at")
OF_CONCERNS = ("concern", "meetings_concern", CONCERNS, "status, answered_at, closed_at")


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("meetings", "0015_periods"), ("audit", "0001_initial")]

    operations = [
        migrations.RunSQL(
            ALL.format(follow_ups=fill(*OF_FOLLOW_UPS), concerns=fill(*OF_CONCERNS)), migrations.RunSQL.noop
        ),
    ]
