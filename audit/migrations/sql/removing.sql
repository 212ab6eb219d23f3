-- Reasons and recipients can be removed while every seal holds (docs/adr/0069): the content hash of an event
-- covers salted digests, text and salt stand beside it, and only a function of the owner removes them. It
-- writes an event that names the events whose texts it removed.

CREATE OR REPLACE FUNCTION audit_remove_reasons(
    events uuid[], reason text, request_id text, OUT id uuid, OUT removed integer
)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
DECLARE
    whose uuid;
    found_ids uuid[];
    written record;
BEGIN
    SELECT context.actor INTO whose FROM guard.verified_context() AS context;
    IF NOT FOUND OR (whose IS NOT NULL AND NOT EXISTS (
        SELECT FROM public.accounts_user AS account
         WHERE account.id = whose AND account.is_active AND account.role = 'privacy_officer'
    )) THEN
        RAISE EXCEPTION 'only a privacy officer removes reasons' USING ERRCODE = 'insufficient_privilege';
    END IF;
    -- The digest of a signed audit or of kept figures is not a reason: they are checked with it.
    found_ids := ARRAY(
        SELECT kept.event_id FROM public.audit_reason AS kept
        JOIN public.audit_event AS event ON event.id = kept.event_id
         WHERE kept.event_id = ANY (events) AND kept.removed_at IS NULL
           AND event.object_type NOT IN ('review', 'kept_period')
         ORDER BY kept.event_id FOR UPDATE OF kept
    );
    removed := cardinality(found_ids);
    IF removed = 0 THEN
        RETURN;
    END IF;
    SELECT * INTO written FROM public.audit_write(
        'erase', 'reason', found_ids, '{}', '{}', '', reason, request_id, '', true, NULL
    );
    id := written.id;
    UPDATE public.audit_reason SET text = '', salt = '', removed_at = written.at, removed_by = written.id
     WHERE event_id = ANY (found_ids);
END $$;

REVOKE ALL ON FUNCTION audit_remove_reasons FROM PUBLIC;

CREATE OR REPLACE FUNCTION audit_remove_recipients(
    events uuid[], reason text, request_id text, OUT id uuid, OUT removed integer
)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
DECLARE
    whose uuid;
    found_ids uuid[];
BEGIN
    SELECT context.actor INTO whose FROM guard.verified_context() AS context;
    IF NOT FOUND OR (whose IS NOT NULL AND NOT EXISTS (
        SELECT FROM public.accounts_user AS account
         WHERE account.id = whose AND account.is_active AND account.role = 'privacy_officer'
    )) THEN
        RAISE EXCEPTION 'only a privacy officer removes recipients' USING ERRCODE = 'insufficient_privilege';
    END IF;
    found_ids := ARRAY(
        SELECT event.id FROM public.audit_event AS event
         WHERE event.id = ANY (events) AND event.recipient <> '' ORDER BY event.id FOR UPDATE
    );
    removed := cardinality(found_ids);
    IF removed = 0 THEN
        RETURN;
    END IF;
    SELECT written.id INTO id FROM public.audit_write(
        'erase', 'recipient', found_ids, '{}', '{}', '', reason, request_id, '', true, NULL
    ) AS written;
    UPDATE public.audit_event AS event SET recipient = '', recipient_salt = NULL WHERE event.id = ANY (found_ids);
END $$;

REVOKE ALL ON FUNCTION audit_remove_recipients FROM PUBLIC;
