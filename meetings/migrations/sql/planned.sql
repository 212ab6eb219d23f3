-- The next planned meetings in which a user takes part, found in the order of their time. PostgreSQL asks a
-- policy before it asks who takes part, because that could tell of hidden rows. Of 3,500 planned meetings of
-- a city, 20 are an officer's. This function of the owner asks in the other order, in the context of its
-- caller, and returns IDs only (as contacts, candidates.sql).

CREATE OR REPLACE FUNCTION context_planned(
    of_user uuid, since timestamptz, until timestamptz, latest_first boolean, most integer
) RETURNS SETOF uuid LANGUAGE plpgsql STABLE SECURITY DEFINER ROWS 20 SET search_path = public, pg_temp AS $$
DECLARE
    policy text;
BEGIN
    SELECT pg_get_expr(polqual, polrelid) INTO policy FROM pg_policy
    WHERE polrelid = 'meetings_meeting'::regclass AND polname = 'rows_in_context';
    IF policy IS NULL THEN
        RETURN;
    END IF;
    policy := replace(policy, '( SELECT context_districts() AS context_districts)', '$4');
    -- COALESCE keeps the question from becoming a join, and the cheapest condition is asked first.
    RETURN QUERY EXECUTE format(
        'SELECT id FROM meetings_meeting WHERE status = ''planned'' AND starts_at >= $1 AND starts_at < $2'
        ' AND coalesce(EXISTS (SELECT FROM meetings_meeting_officers taking_part'
        ' WHERE taking_part.meeting_id = meetings_meeting.id AND taking_part.user_id = $5), false)'
        ' AND (%s) ORDER BY starts_at %s, id LIMIT $3',
        policy, CASE WHEN latest_first THEN 'DESC' ELSE 'ASC' END
    ) USING since, until, most, context_districts(), of_user;
END $$;
