-- The activity log is only ever added to, its rows have the number of their own transaction, and numbers and
-- seals follow one another: by trigger, for everybody, the owner too. Functions of the owner alone remove
-- reasons and recipients (removing.sql) and prune whole months (pruning.sql).

CREATE OR REPLACE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the audit trail is append-only: % on % refused', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'insufficient_privilege';
END $$;

CREATE OR REPLACE FUNCTION audit_refuse_xid() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a row of % has the number of the transaction that writes it', TG_TABLE_NAME
        USING ERRCODE = 'insufficient_privilege';
END $$;

CREATE OR REPLACE FUNCTION audit_next_in_row() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE
    lowest bigint;
    highest bigint;
    many bigint;
    before bigint;
    after bigint;
BEGIN
    EXECUTE format('SELECT min(%1$I), max(%1$I), count(*) FROM added', TG_ARGV[0]) INTO lowest, highest, many;
    EXECUTE format('SELECT max(%1$I) FROM %2$I WHERE %1$I < $1', TG_ARGV[0], TG_TABLE_NAME) INTO before USING lowest;
    EXECUTE format('SELECT min(%1$I) FROM %2$I WHERE %1$I > $1', TG_ARGV[0], TG_TABLE_NAME) INTO after USING highest;
    IF lowest::numeric <> coalesce(before, 0)::numeric + 1
       OR highest::numeric - lowest + 1 <> many
       OR after IS NOT NULL THEN
        RAISE EXCEPTION 'the next % of % is %', TG_ARGV[0], TG_TABLE_NAME, coalesce(before, 0)::numeric + 1
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;

-- The recipient of an event is removed, and nothing else of the event changes.
CREATE OR REPLACE FUNCTION audit_only_without_recipient() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    without record := OLD;
BEGIN
    without.recipient := '';
    without.recipient_salt := NULL;
    IF OLD.recipient <> '' AND NEW IS NOT DISTINCT FROM without AND EXISTS (
        SELECT FROM public.audit_event AS removal
         WHERE removal.object_ids @> ARRAY[OLD.id] AND removal.action = 'erase'
           AND removal.object_type = 'recipient' AND removal.xid = pg_current_xact_id()::text::bigint
    ) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'the audit trail is append-only: % on % refused', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'insufficient_privilege';
END $$;

CREATE OR REPLACE FUNCTION audit_only_removed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.removed_at IS NULL AND NEW.event_id = OLD.event_id AND NEW.text = '' AND NEW.salt = ''
       AND NEW.removed_at IS NOT NULL AND NEW.removed_by IS NOT NULL THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'the text of a reason is removed or stays as it is' USING ERRCODE = 'insufficient_privilege';
END $$;

CREATE OR REPLACE FUNCTION audit_only_pruned() RETURNS trigger LANGUAGE plpgsql AS $$
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

CREATE TRIGGER audit_seal_append_only
    BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_seal
    FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse();

CREATE TRIGGER audit_event_own_xid BEFORE INSERT ON audit_event FOR EACH ROW
WHEN (NEW.xid IS DISTINCT FROM pg_current_xact_id()::text::bigint) EXECUTE FUNCTION audit_refuse_xid();

CREATE TRIGGER audit_change_own_xid BEFORE INSERT ON audit_change FOR EACH ROW
WHEN (NEW.xid IS DISTINCT FROM pg_current_xact_id()::text::bigint) EXECUTE FUNCTION audit_refuse_xid();

CREATE TRIGGER audit_numbered_next_in_row AFTER INSERT ON audit_numbered REFERENCING NEW TABLE AS added
FOR EACH STATEMENT EXECUTE FUNCTION audit_next_in_row('seq');

CREATE TRIGGER audit_seal_next_in_row AFTER INSERT ON audit_seal REFERENCING NEW TABLE AS added
FOR EACH STATEMENT EXECUTE FUNCTION audit_next_in_row('number');

CREATE TRIGGER audit_reason_only_removed BEFORE UPDATE ON audit_reason
FOR EACH ROW EXECUTE FUNCTION audit_only_removed();

CREATE TRIGGER audit_event_only_without_recipient BEFORE UPDATE ON audit_event
FOR EACH ROW EXECUTE FUNCTION audit_only_without_recipient();

CREATE TRIGGER audit_pruned_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_pruned
FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse();

CREATE TRIGGER audit_event_append_only BEFORE TRUNCATE ON audit_event
FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse();

CREATE TRIGGER audit_event_only_pruned BEFORE DELETE ON audit_event
FOR EACH ROW EXECUTE FUNCTION audit_only_pruned();

CREATE TRIGGER audit_reason_append_only BEFORE TRUNCATE ON audit_reason
FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse();

CREATE TRIGGER audit_reason_only_pruned BEFORE DELETE ON audit_reason
FOR EACH ROW EXECUTE FUNCTION audit_only_pruned();

CREATE TRIGGER audit_change_append_only BEFORE UPDATE OR TRUNCATE ON audit_change
FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse();

CREATE TRIGGER audit_change_only_pruned BEFORE DELETE ON audit_change
FOR EACH ROW EXECUTE FUNCTION audit_only_pruned();

CREATE TRIGGER audit_numbered_append_only BEFORE UPDATE OR TRUNCATE ON audit_numbered
FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse();

CREATE TRIGGER audit_numbered_only_pruned BEFORE DELETE ON audit_numbered
FOR EACH ROW EXECUTE FUNCTION audit_only_pruned();
