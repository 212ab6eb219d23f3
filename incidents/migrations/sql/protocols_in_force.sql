-- A protocol stays as it was approved, with its steps: by trigger, for everybody. It can only be replaced.

CREATE OR REPLACE FUNCTION incidents_keep_protocol() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.status = 'draft' THEN
        RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
    END IF;
    IF TG_OP = 'UPDATE' AND NEW.status IN (OLD.status, 'replaced')
        AND to_jsonb(NEW) - '{status,version,updated_at}'::text[]
          = to_jsonb(OLD) - '{status,version,updated_at}'::text[] THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'a protocol in force stays as it is: % refused', TG_OP
        USING ERRCODE = 'insufficient_privilege';
END $$;

CREATE OR REPLACE FUNCTION incidents_keep_protocol_step() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    ids uuid[];
BEGIN
    IF TG_OP <> 'INSERT' THEN
        ids := array_append(ids, OLD.protocol_id);
    END IF;
    IF TG_OP <> 'DELETE' THEN
        ids := array_append(ids, NEW.protocol_id);
    END IF;
    IF EXISTS (SELECT FROM incidents_protocol WHERE id = ANY (ids) AND status <> 'draft') THEN
        RAISE EXCEPTION 'a protocol in force stays as it is: % of a step refused', TG_OP
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
END $$;

CREATE TRIGGER incidents_protocol_stays
    BEFORE UPDATE OR DELETE ON incidents_protocol
    FOR EACH ROW EXECUTE FUNCTION incidents_keep_protocol();

CREATE TRIGGER incidents_protocolstep_stays
    BEFORE INSERT OR UPDATE OR DELETE ON incidents_protocolstep
    FOR EACH ROW EXECUTE FUNCTION incidents_keep_protocol_step();
