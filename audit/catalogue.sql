-- One line for each thing that protects the activity log. Roles are in angle brackets (audit.catalogue).
WITH tables AS (
    SELECT * FROM pg_class
     WHERE relnamespace = 'public'::regnamespace AND starts_with(relname, 'audit_') AND relkind IN ('r', 'p')
), functions AS (
    SELECT *, oid::regprocedure::text AS named FROM pg_proc
     WHERE (pronamespace = 'public'::regnamespace AND starts_with(proname, 'audit_'))
        OR (pronamespace = 'guard'::regnamespace AND proname = 'verified_context')
), rights (kind, name, owner, acl) AS (
    SELECT 'table', relname::text, relowner, relacl FROM tables
    UNION ALL
    SELECT 'column', relname || '.' || attname, relowner, attacl
      FROM tables JOIN pg_attribute ON attrelid = tables.oid
    UNION ALL
    SELECT 'function', named, proowner, coalesce(proacl, acldefault('f', proowner)) FROM functions
)
SELECT format('table %s of <%s>', relname, relowner::regrole) FROM tables
UNION ALL
-- A check is written in another way after a restore, so its name stands for it.
SELECT format(
           'constraint %s of %s: %s', conname, relname,
           CASE contype WHEN 'c' THEN 'CHECK' ELSE pg_get_constraintdef(pg_constraint.oid) END
       )
  FROM pg_constraint JOIN tables ON tables.oid = conrelid WHERE contype <> 'n' AND convalidated
UNION ALL
SELECT format('row security of %s', relname) FROM tables WHERE relrowsecurity OR relforcerowsecurity
UNION ALL
SELECT format('policy %s of %s: %s %s', policyname, tablename, cmd, qual) FROM pg_policies
 WHERE schemaname = 'public' AND starts_with(tablename, 'audit_')
UNION ALL
SELECT format('rule %s of %s', rulename, tablename) FROM pg_rules
 WHERE schemaname = 'public' AND starts_with(tablename, 'audit_')
UNION ALL
SELECT format(
           'right %s on %s %s to <%s>', privilege_type, kind, name,
           CASE grantee WHEN 0 THEN 'everybody' ELSE grantee::regrole::text END
       )
  FROM rights, aclexplode(acl) WHERE grantee <> owner
UNION ALL
SELECT CASE tgenabled WHEN 'O' THEN '' ELSE 'off: ' END || pg_get_triggerdef(pg_trigger.oid)
  FROM pg_trigger JOIN tables ON tables.oid = tgrelid WHERE NOT tgisinternal OR tgenabled <> 'O'
UNION ALL
SELECT format(
           'function %s of <%s>, as its %s, %s: %s', named, proowner::regrole,
           CASE WHEN prosecdef THEN 'owner' ELSE 'caller' END, array_to_string(proconfig, ' '),
           encode(sha256(convert_to(prosrc, 'UTF8')), 'hex')
       )
  FROM functions
