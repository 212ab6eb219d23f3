"""A row of the trail has its own transaction's number, and numbers and seals follow one another.

For everybody, the owner too. A version that still names `xid` in its INSERT, with the default, goes on.
"""

from django.db import migrations

FUNCTIONS = """
CREATE FUNCTION audit_refuse_xid() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a row of % has the number of the transaction that writes it', TG_TABLE_NAME
        USING ERRCODE = 'insufficient_privilege';
END $$;

CREATE FUNCTION audit_next_in_row() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
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
"""

OWN_XID = """
CREATE TRIGGER {table}_own_xid BEFORE INSERT ON {table} FOR EACH ROW
WHEN (NEW.xid IS DISTINCT FROM pg_current_xact_id()::text::bigint) EXECUTE FUNCTION audit_refuse_xid();
"""

NEXT_IN_ROW = """
CREATE TRIGGER {table}_next_in_row AFTER INSERT ON {table} REFERENCING NEW TABLE AS added
FOR EACH STATEMENT EXECUTE FUNCTION audit_next_in_row('{column}');
"""

FENCES = (
    FUNCTIONS,
    *(OWN_XID.format(table=table) for table in ("audit_event", "audit_change")),
    NEXT_IN_ROW.format(table="audit_numbered", column="seq"),
    NEXT_IN_ROW.format(table="audit_seal", column="number"),
)

TAKEN_AWAY = """
DROP TRIGGER audit_event_own_xid ON audit_event;
DROP TRIGGER audit_change_own_xid ON audit_change;
DROP TRIGGER audit_numbered_next_in_row ON audit_numbered;
DROP TRIGGER audit_seal_next_in_row ON audit_seal;
DROP FUNCTION audit_refuse_xid();
DROP FUNCTION audit_next_in_row();
"""


class Migration(migrations.Migration):
    dependencies = [("audit", "0007_whole_reasons")]

    operations = [migrations.RunSQL("".join(FENCES), TAKEN_AWAY)]
