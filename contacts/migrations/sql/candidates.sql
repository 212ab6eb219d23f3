-- IDs of the rows that match a search, found by the indexes of the texts before the policy is asked.
-- Candidates are compared with the districts as a constant, which PostgreSQL hashes: as a subquery they
-- would be compared one by one with each row that was found.

CREATE OR REPLACE FUNCTION context_candidates(of_table text, likes text[], similar_to text[], sharing text[])
RETURNS SETOF uuid LANGUAGE plpgsql STABLE SECURITY DEFINER ROWS 100
SET search_path = public, pg_temp SET enable_seqscan = off AS $$
DECLARE
    policy text;
BEGIN
    SELECT pg_get_expr(polqual, polrelid) INTO policy FROM pg_policy
    WHERE polrelid = to_regclass(format('public.%I', of_table)) AND polname = 'rows_in_context';
    IF policy IS NULL THEN
        RETURN;
    END IF;
    policy := replace(policy, '( SELECT context_districts() AS context_districts)', '$1');

    RETURN QUERY EXECUTE format('SELECT id FROM %I WHERE (%s) AND (%s)', of_table, concat_ws(' OR ',
        (SELECT string_agg(format('folded LIKE %L', one), ' OR ') FROM unnest(likes) AS one),
        (SELECT string_agg(format('folded %%> %L', one), ' OR ') FROM unnest(similar_to) AS one),
        CASE WHEN cardinality(sharing) > 0 THEN format('clues && %L', sharing) ELSE 'false' END
    ), policy) USING context_districts();
END $$;
