"""Whole months of the activity log can be deleted under a retention rule, while every seal holds (docs/adr/0056).

Only a function of the owner deletes rows, and only those that a rule in force no longer allows. The seals stay, and an
event names the rule, the seal and its root. Digests of signed audits and
decisions about the log stay, too.
"""

from django.db import migrations, models

GUARDS = """
CREATE FUNCTION audit_only_pruned() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    place bigint;
BEGIN
    IF TG_TABLE_NAME = 'audit_numbered' THEN
        place := OLD.seq;
    ELSIF TG_TABLE_NAME = 'audit_change' THEN
        SELECT numbered.seq INTO place FROM public.audit_numbered AS numbered WHERE numbered.change_id = OLD.id;
    ELSIF TG_TABLE_NAME = 'audit_reason' THEN
        SELECT numbered.seq INTO place FROM public.audit_numbered AS numbered WHERE numbered.event_id = OLD.event_id;
    ELSE
        SELECT numbered.seq INTO place FROM public.audit_numbered AS numbered WHERE numbered.event_id = OLD.id;
    END IF;
    IF place <= (SELECT max(pruned.last_seq) FROM public.audit_pruned AS pruned) THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION 'the audit trail is append-only: % on % refused', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'insufficient_privilege';
END $$;

CREATE TRIGGER audit_pruned_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_pruned
FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse();
"""

NO_GUARDS = """
DROP TRIGGER audit_pruned_append_only ON audit_pruned;
DROP FUNCTION audit_only_pruned();
"""

# Rows of an event or reason change in one way only, which has a trigger of its own.
BEFORE = {
    "audit_event": "DELETE OR TRUNCATE",
    "audit_reason": "DELETE OR TRUNCATE",
    "audit_change": "UPDATE OR DELETE OR TRUNCATE",
    "audit_numbered": "UPDATE OR DELETE OR TRUNCATE",
}
TRIGGER = """
DROP TRIGGER {table}_append_only ON {table};
CREATE TRIGGER {table}_append_only BEFORE {refused} ON {table}
FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse();
"""
PRUNED = """
CREATE TRIGGER {table}_only_pruned BEFORE DELETE ON {table}
FOR EACH ROW EXECUTE FUNCTION audit_only_pruned();
"""

PRUNE = """
CREATE FUNCTION audit_prune(request_id text, OUT seal bigint, OUT removed bigint)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
DECLARE
    whose uuid;
    in_force record;
    first_at timestamptz;
    until timestamptz;
    latest record;
    written record;
    leaving uuid[];
    numbers bigint[];
BEGIN
    SELECT context.actor INTO whose FROM guard.verified_context() AS context;
    IF NOT FOUND OR whose IS NOT NULL THEN
        RAISE EXCEPTION 'only the system prunes the activity log' USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF NOT pg_try_advisory_xact_lock(7236003) THEN
        RETURN;
    END IF;
    -- The log itself says for a day which rule a person put in force, and for how many days. A moment in the rule can
    -- lie, and who has a database password alone can write events that name no one.
    SELECT rule.number, rule.days INTO in_force FROM public.privacy_retentionrule AS rule
     WHERE rule.code = 'trail' AND rule.ended_at IS NULL AND rule.days >= 400 AND EXISTS (
        SELECT FROM public.audit_event AS event JOIN public.audit_reason AS reason ON reason.event_id = event.id
         WHERE event.object_type = 'retention_rule' AND event.action = 'create'
           AND event.object_ids = ARRAY[rule.id] AND event.at < now() - interval '1 day'
           AND event.actor_id IS NOT NULL
           AND reason.text = format('trail %s, %s days', rule.number, rule.days)
     )
       FOR SHARE OF rule;
    IF NOT FOUND THEN
        RETURN;
    END IF;
    SELECT pruned.seal AS number, pruned.last_seq INTO latest
      FROM public.audit_pruned AS pruned ORDER BY pruned.seal DESC LIMIT 1;
    FOR turn IN 1..2 LOOP
        -- Signed audits are checked with their digests, and decisions about the log stay in it.
        -- An event with a change under a later seal leaves with that seal.
        leaving := ARRAY(
            SELECT event.id FROM public.audit_numbered AS numbered
              JOIN public.audit_event AS event ON event.id = numbered.event_id
             WHERE numbered.seq <= latest.last_seq
               AND event.object_type NOT IN ('review', 'retention_rule', 'trail')
               AND NOT EXISTS (
                   SELECT FROM public.audit_change AS change
                     LEFT JOIN public.audit_numbered AS later ON later.change_id = change.id
                    WHERE change.event_id = event.id AND (later.seq IS NULL OR later.seq > latest.last_seq)
               )
             ORDER BY numbered.seq LIMIT 5000
        );
        EXIT WHEN cardinality(leaving) > 0;
        IF turn = 2 THEN
            seal := latest.number;
            removed := 0;
            RETURN;
        END IF;
        until := date_trunc('month', now() - make_interval(days => in_force.days));
        SELECT one.at INTO first_at FROM public.audit_seal AS one
         WHERE one.number > coalesce(latest.number, 0) ORDER BY one.number LIMIT 1;
        IF first_at IS NULL OR first_at >= until THEN
            RETURN;
        END IF;
        until := least(until, date_trunc('month', first_at) + interval '1 month');
        -- New numbers follow the last one, so the last seal keeps its rows.
        SELECT one.number, one.last_seq, one.root INTO latest FROM public.audit_seal AS one
         WHERE one.number > coalesce(latest.number, 0) AND one.at < until
           AND one.number < (SELECT max(final.number) FROM public.audit_seal AS final)
         ORDER BY one.number DESC LIMIT 1;
        IF NOT FOUND THEN
            RETURN;
        END IF;
        SELECT * INTO written FROM public.audit_write(
            'erase', 'trail', '{}', '{}', '{}', '',
            format(
                'Retention rule trail %s, %s days; up to seal %s; root %s', in_force.number, in_force.days,
                latest.number, encode(latest.root, 'hex')
            ),
            audit_prune.request_id, '', true, NULL
        );
        INSERT INTO public.audit_pruned (seal, last_seq, root, rule, days, at, event_id)
        VALUES (
            latest.number, latest.last_seq, latest.root, in_force.number, in_force.days, written.at, written.id
        );
    END LOOP;
    numbers := ARRAY(
        SELECT numbered.seq FROM public.audit_numbered AS numbered WHERE numbered.event_id = ANY (leaving)
        UNION ALL
        SELECT numbered.seq FROM public.audit_numbered AS numbered
          JOIN public.audit_change AS change ON change.id = numbered.change_id
         WHERE change.event_id = ANY (leaving)
    );
    DELETE FROM public.audit_change AS change WHERE change.event_id = ANY (leaving);
    DELETE FROM public.audit_reason AS reason WHERE reason.event_id = ANY (leaving);
    DELETE FROM public.audit_event AS event WHERE event.id = ANY (leaving);
    DELETE FROM public.audit_numbered AS numbered WHERE numbered.seq = ANY (numbers);
    removed := cardinality(numbers);
    seal := latest.number;
END $$;
REVOKE ALL ON FUNCTION audit_prune FROM PUBLIC;
"""


def let_prune(apps, schema_editor):
    for table, refused in BEFORE.items():
        kept = refused.replace("DELETE OR ", "")
        schema_editor.execute((TRIGGER + PRUNED).format(table=table, refused=kept))


def refuse_again(apps, schema_editor):
    for table, refused in BEFORE.items():
        schema_editor.execute(f"DROP TRIGGER {table}_only_pruned ON {table}")
        schema_editor.execute(TRIGGER.format(table=table, refused=refused))


class Migration(migrations.Migration):
    dependencies = [("audit", "0019_no_one_else_keeps_it_waiting")]

    operations = [
        migrations.CreateModel(
            "Pruned",
            [
                ("seal", models.BigIntegerField(primary_key=True, serialize=False)),
                ("last_seq", models.BigIntegerField()),
                ("root", models.BinaryField(max_length=32)),
                ("rule", models.PositiveIntegerField()),
                ("days", models.PositiveIntegerField()),
                ("at", models.DateTimeField()),
                ("event_id", models.UUIDField()),
            ],
        ),
        migrations.RunSQL(GUARDS, NO_GUARDS),
        migrations.RunPython(let_prune, refuse_again),
        migrations.RunSQL(PRUNE, "DROP FUNCTION audit_prune"),
    ]
