-- One line for each thing that protects records and the activity log. Roles are in angle brackets (audit.queries.catalogue).
WITH tables AS (
    SELECT * FROM pg_class
     WHERE relnamespace = 'public'::regnamespace AND starts_with(relname, 'audit_') AND relkind IN ('r', 'p')
), contexts AS (
    -- What policies ask: keys, covered districts, and the views that show IDs of rows with policies.
    SELECT * FROM pg_class
     WHERE relnamespace = to_regnamespace('guard') AND relkind IN ('r', 'v')
), views AS (
    -- PostgreSQL 15 names the table before each column, later versions only if a view reads several tables.
    SELECT contexts.*, replace(pg_get_viewdef(contexts.oid), alone || '.', '') AS reads
      FROM contexts, LATERAL (
          SELECT CASE WHEN count(DISTINCT read.oid) = 1 AND min(nspname::text) = 'public' THEN min(read.relname::text) ELSE '.' END
            FROM pg_rewrite
            JOIN pg_depend ON objid = pg_rewrite.oid AND refclassid = 'pg_class'::regclass
            JOIN pg_class read ON read.oid = refobjid AND read.oid <> ev_class
            JOIN pg_namespace ON pg_namespace.oid = read.relnamespace
           WHERE ev_class = contexts.oid
      ) AS single (alone)
     WHERE relkind = 'v'
), functions AS (
    SELECT *, oid::regprocedure::text AS named FROM pg_proc
     WHERE pronamespace IN ('public'::regnamespace, to_regnamespace('guard'))
       AND NOT EXISTS (SELECT FROM pg_depend WHERE objid = pg_proc.oid AND deptype = 'e')
), triggers AS (
    SELECT pg_trigger.*, relname,
           tgname = 'written_in_context' AND tgenabled = 'O' AND tgqual IS NULL
           AND tgtype = 30 -- before each statement that inserts, updates or deletes
           AND tgfoid = to_regprocedure('guard.refuse_without_context()') AS refuses
      FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid
     WHERE relnamespace = 'public'::regnamespace
), rights (kind, name, owner, acl) AS (
    SELECT 'table', relname::text, relowner, relacl FROM tables
    UNION ALL
    SELECT 'table', oid::regclass::text, relowner, relacl FROM contexts
    UNION ALL
    SELECT 'schema', nspname::text, nspowner, nspacl FROM pg_namespace WHERE nspname = 'guard'
    UNION ALL
    SELECT 'column', relname || '.' || attname, relowner, attacl
      FROM tables JOIN pg_attribute ON attrelid = tables.oid
    UNION ALL
    SELECT 'function', named, proowner, coalesce(proacl, acldefault('f', proowner)) FROM functions
)
SELECT format('table %s of <%s>', relname, relowner::regrole) FROM tables
UNION ALL
SELECT format('table %s of <%s>', contexts.oid::regclass, relowner::regrole) FROM contexts WHERE relkind = 'r'
UNION ALL
SELECT format(
           'view %s of <%s>: %s', views.oid::regclass, relowner::regrole,
           encode(sha256(convert_to(reads, 'UTF8')), 'hex')
       )
  FROM views
UNION ALL
-- A check is written in another way after a restore, so its name stands for it.
SELECT format(
           'constraint %s of %s: %s', conname, relname,
           CASE contype WHEN 'c' THEN 'CHECK' ELSE pg_get_constraintdef(pg_constraint.oid) END
       )
  FROM pg_constraint JOIN tables ON tables.oid = conrelid WHERE contype <> 'n' AND convalidated
UNION ALL
SELECT format(
           'row security of %s of <%s>%s', relname, relowner::regrole,
           CASE WHEN relforcerowsecurity THEN ', forced' ELSE '' END
       )
  FROM pg_class
 WHERE relnamespace = 'public'::regnamespace AND (relrowsecurity OR relforcerowsecurity)
UNION ALL
SELECT format(
           'policy %s of %s: %s %s to %s: %s', policyname, tablename, lower(permissive), cmd,
           array_to_string(roles, ', '),
           encode(sha256(convert_to(concat(qual, ' CHECK ', with_check), 'UTF8')), 'hex')
       )
  FROM pg_policies WHERE schemaname = 'public'
UNION ALL
SELECT format('rule %s of %s', rulename, tablename) FROM pg_rules WHERE schemaname = 'public'
UNION ALL
SELECT format(
           'right %s on %s %s to <%s>', privilege_type, kind, name,
           CASE grantee WHEN 0 THEN 'everybody' ELSE grantee::regrole::text END
       )
  FROM rights, aclexplode(acl)
 WHERE grantee <> owner AND (grantee = 0 OR name NOT IN ('public_register(jsonb)', 'public_confirm(bytea)'))
UNION ALL
SELECT CASE tgenabled WHEN 'O' THEN '' ELSE 'off: ' END || pg_get_triggerdef(oid)
  FROM triggers
 WHERE NOT refuses AND (NOT tgisinternal OR tgenabled <> 'O' AND starts_with(relname, 'audit_'))
UNION ALL
-- Almost every table has the trigger that refuses these (crm.database.roles), so the others are listed.
SELECT format('table %s is written without a context', relname) FROM pg_class
 WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND NOT starts_with(relname, 'audit_')
   AND oid NOT IN (SELECT tgrelid FROM triggers WHERE refuses)
UNION ALL
SELECT format(
           'function %s of <%s>, as its %s, %s: %s', named, proowner::regrole,
           CASE WHEN prosecdef THEN 'owner' ELSE 'caller' END, array_to_string(proconfig, ' '),
           encode(sha256(convert_to(prosrc, 'UTF8')), 'hex')
       )
  FROM functions
