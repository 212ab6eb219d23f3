-- Which meetings, follow-ups and concerns a statement may see (contacts, row_policies.sql). Who sees a
-- meeting sees its takeaways (docs/adr/0065): their kind is asked twice, beside EXISTS, so that few rows ask
-- for their meeting, and inside, where a column of the follow-up keeps PostgreSQL from listing every meeting
-- first.

CREATE OR REPLACE VIEW guard.meeting_home AS SELECT meeting_id, home_district_id AS district_id
FROM meetings_meetingorganisation JOIN contacts_organisation organisation ON organisation.id = organisation_id;

CREATE OR REPLACE VIEW guard.follow_up_home AS SELECT follow_up_id, home_district_id AS district_id
FROM meetings_followuporganisation JOIN contacts_organisation organisation ON organisation.id = organisation_id;

CREATE OR REPLACE VIEW guard.meeting_ground AS
SELECT id AS meeting_id, district_id FROM meetings_meeting
UNION ALL SELECT meeting_id, district_id FROM guard.meeting_home;

CREATE POLICY rows_in_context ON meetings_meeting USING (
    district_id = ANY ((SELECT context_districts())::uuid[])
    OR '00000000-0000-0000-0000-000000000000' = ANY ((SELECT context_districts())::uuid[])
    OR EXISTS (
        SELECT FROM guard.meeting_home home
        WHERE home.meeting_id = meetings_meeting.id
          AND home.district_id = ANY ((SELECT context_districts())::uuid[])
    )
);

CREATE POLICY rows_in_context ON meetings_meetingexternalid USING (
    '00000000-0000-0000-0000-000000000000' = ANY ((SELECT context_districts())::uuid[])
    OR EXISTS (SELECT FROM meetings_meeting parent WHERE parent.id = meeting_id)
);

CREATE POLICY rows_in_context ON meetings_followup USING (
    '00000000-0000-0000-0000-000000000000' = ANY ((SELECT context_districts())::uuid[])
    OR owner_id = (SELECT context_actor()) AND cardinality((SELECT context_districts())) > 0
    OR EXISTS (
        SELECT FROM guard.follow_up_home home
        WHERE home.follow_up_id = meetings_followup.id
          AND home.district_id = ANY ((SELECT context_districts())::uuid[])
    )
    OR kind = 'try_out' AND EXISTS (
        SELECT FROM guard.meeting_ground ground
        WHERE ground.meeting_id = meetings_followup.meeting_id
          AND ground.district_id = ANY ((SELECT context_districts())::uuid[])
        AND meetings_followup.kind = 'try_out'
    )
);

CREATE POLICY rows_in_context ON meetings_followupexternalid USING (
    '00000000-0000-0000-0000-000000000000' = ANY ((SELECT context_districts())::uuid[])
    OR EXISTS (SELECT FROM meetings_followup parent WHERE parent.id = follow_up_id)
);

CREATE POLICY rows_in_context ON meetings_followupperiod USING (
    '00000000-0000-0000-0000-000000000000' = ANY ((SELECT context_districts())::uuid[])
    OR EXISTS (SELECT FROM meetings_followup parent WHERE parent.id = follow_up_id)
);

CREATE POLICY rows_in_context ON meetings_formerfollowuporganisation USING (
    '00000000-0000-0000-0000-000000000000' = ANY ((SELECT context_districts())::uuid[])
    OR EXISTS (SELECT FROM meetings_followup parent WHERE parent.id = follow_up_id)
);

CREATE POLICY rows_in_context ON meetings_concern USING (
    district_id = ANY ((SELECT context_districts())::uuid[])
    OR '00000000-0000-0000-0000-000000000000' = ANY ((SELECT context_districts())::uuid[])
);

CREATE POLICY rows_in_context ON meetings_concernexternalid USING (
    '00000000-0000-0000-0000-000000000000' = ANY ((SELECT context_districts())::uuid[])
    OR EXISTS (SELECT FROM meetings_concern parent WHERE parent.id = concern_id)
);

CREATE POLICY rows_in_context ON meetings_concernperiod USING (
    '00000000-0000-0000-0000-000000000000' = ANY ((SELECT context_districts())::uuid[])
    OR EXISTS (SELECT FROM meetings_concern parent WHERE parent.id = concern_id)
);
