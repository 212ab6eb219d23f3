"""A reason can be removed while every seal holds, and reasons of before move out of the sealed events.

Only a function of the owner removes one. It writes an event that names the events whose reasons it removed.
"""

from django.db import migrations, models

GUARDS = """
CREATE FUNCTION audit_only_removed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.removed_at IS NULL AND NEW.event_id = OLD.event_id AND NEW.text = '' AND NEW.salt = ''
       AND NEW.removed_at IS NOT NULL AND NEW.removed_by IS NOT NULL THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'the text of a reason is removed or stays as it is' USING ERRCODE = 'insufficient_privilege';
END $$;

-- The reason of an event moves to audit_reason, and nothing else of the event changes.
CREATE FUNCTION audit_only_moved() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    before record := OLD;
BEGIN
    before.purpose := '';
    IF NEW IS NOT DISTINCT FROM before AND EXISTS (
        SELECT FROM public.audit_reason AS reason WHERE reason.event_id = OLD.id AND reason.text = OLD.purpose
    ) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'the audit trail is append-only: % on % refused', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'insufficient_privilege';
END $$;

DROP TRIGGER audit_reason_append_only ON audit_reason;
CREATE TRIGGER audit_reason_append_only BEFORE DELETE OR TRUNCATE ON audit_reason
FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse();
CREATE TRIGGER audit_reason_only_removed BEFORE UPDATE ON audit_reason
FOR EACH ROW EXECUTE FUNCTION audit_only_removed();

CREATE TRIGGER audit_event_only_moved BEFORE UPDATE ON audit_event
FOR EACH ROW EXECUTE FUNCTION audit_only_moved();
DROP TRIGGER audit_event_append_only ON audit_event;
CREATE TRIGGER audit_event_append_only BEFORE DELETE OR TRUNCATE ON audit_event
FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse();
"""

NO_GUARDS = """
DROP TRIGGER audit_event_append_only ON audit_event;
CREATE TRIGGER audit_event_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_event
FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse();
DROP TRIGGER audit_event_only_moved ON audit_event;
DROP TRIGGER audit_reason_only_removed ON audit_reason;
DROP TRIGGER audit_reason_append_only ON audit_reason;
CREATE TRIGGER audit_reason_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_reason
FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse();
DROP FUNCTION audit_only_moved();
DROP FUNCTION audit_only_removed();
"""

REMOVE = """
CREATE FUNCTION audit_remove_reasons(events uuid[], reason text, request_id text, OUT id uuid, OUT removed integer)
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
    -- The digest of a signed audit is not a reason: its signature is checked with it.
    found_ids := ARRAY(
        SELECT kept.event_id FROM public.audit_reason AS kept JOIN public.audit_event AS event ON event.id = kept.event_id
         WHERE kept.event_id = ANY (events) AND kept.removed_at IS NULL AND event.object_type <> 'review'
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
"""


class Migration(migrations.Migration):
    dependencies = [("audit", "0011_written_by_the_owner")]

    operations = [
        migrations.AddField("reason", "removed_at", models.DateTimeField(null=True)),
        migrations.AddField("reason", "removed_by", models.UUIDField(null=True)),
        migrations.RunSQL(GUARDS, NO_GUARDS),
        migrations.RunSQL(REMOVE, "DROP FUNCTION audit_remove_reasons"),
    ]
