"""IDs of rows with these words or clues, found by indexes that PostgreSQL does not use under a policy.

LIKE, word similarity and overlap could tell of hidden rows by an error or by their time, so PostgreSQL asks
the policy first, of every row. This function of the owner asks the same policy afterwards, in the context of
its caller, and returns IDs only. The rows are then read under the policy.
"""

from django.db import migrations

CANDIDATES = """
CREATE FUNCTION context_candidates(of_table text, likes text[], similar_to text[], sharing text[])
RETURNS SETOF uuid LANGUAGE plpgsql STABLE SECURITY DEFINER ROWS 100 SET search_path = public, pg_temp AS $$
DECLARE
    policy text;
BEGIN
    SELECT pg_get_expr(polqual, polrelid) INTO policy FROM pg_policy
    WHERE polrelid = to_regclass(format('public.%I', of_table)) AND polname = 'rows_in_context';
    IF policy IS NULL THEN
        RETURN;
    END IF;
    RETURN QUERY EXECUTE format('SELECT id FROM %I WHERE (%s) AND (%s)', of_table, concat_ws(' OR ',
        (SELECT string_agg(format('folded LIKE %L', one), ' OR ') FROM unnest(likes) AS one),
        (SELECT string_agg(format('folded %%> %L', one), ' OR ') FROM unnest(similar_to) AS one),
        CASE WHEN cardinality(sharing) > 0 THEN format('clues && %L', sharing) ELSE 'false' END
    ), policy);
END $$;
"""



class Migration(migrations.Migration):
    dependencies = [("contacts", "0028_private_channel_of_organisations")]

    operations = [
        migrations.RunSQL(CANDIDATES, "DROP FUNCTION context_candidates(text, text[], text[], text[])"),
    ]
