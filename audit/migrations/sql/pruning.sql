-- Whole months of the activity log can be deleted under a retention rule, while every seal holds
-- (docs/adr/0056). Only a function of the owner deletes rows, and only those that a rule in force no longer
-- allows. The seals stay, and an event names the rule, the seal and its root. Digests of signed audits and
-- decisions about the log stay, too.

CREATE OR REPLACE FUNCTION audit_prune(request_id text, OUT seal bigint, OUT removed bigint)
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
