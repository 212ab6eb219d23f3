-- Which incidents, and which rows of theirs, a statement may see (contacts, row_policies.sql).

CREATE POLICY rows_in_context ON incidents_incident USING (
    '00000000-0000-0000-0000-000000000000' = ANY ((SELECT context_districts())::uuid[])
    OR (district_id = ANY ((SELECT context_districts())::uuid[])
        OR EXISTS (
            SELECT FROM incidents_incident_also_in place
            WHERE place.incident_id = incidents_incident.id
              AND place.district_id = ANY ((SELECT context_districts())::uuid[])
    )) AND NOT EXISTS (
        SELECT FROM incidents_incident_excluded other
        WHERE other.incident_id = incidents_incident.id AND other.user_id = (SELECT context_actor())
    )
);

CREATE POLICY rows_in_context ON incidents_incidentconcern USING (
    '00000000-0000-0000-0000-000000000000' = ANY ((SELECT context_districts())::uuid[])
    OR EXISTS (SELECT FROM incidents_incident parent WHERE parent.id = incident_id)
);

CREATE POLICY rows_in_context ON incidents_incidentclosing USING (
    '00000000-0000-0000-0000-000000000000' = ANY ((SELECT context_districts())::uuid[])
    OR EXISTS (SELECT FROM incidents_incident parent WHERE parent.id = incident_id)
);

CREATE POLICY rows_in_context ON incidents_incidentstep USING (
    '00000000-0000-0000-0000-000000000000' = ANY ((SELECT context_districts())::uuid[])
    OR EXISTS (SELECT FROM incidents_incident parent WHERE parent.id = incident_id)
);

CREATE POLICY rows_in_context ON incidents_reassurance USING (
    '00000000-0000-0000-0000-000000000000' = ANY ((SELECT context_districts())::uuid[])
    OR EXISTS (SELECT FROM incidents_incident parent WHERE parent.id = incident_id)
);

CREATE POLICY rows_in_context ON incidents_callinprogress USING (
    '00000000-0000-0000-0000-000000000000' = ANY ((SELECT context_districts())::uuid[])
    OR EXISTS (SELECT FROM incidents_incident parent WHERE parent.id = incident_id)
);

CREATE POLICY rows_in_context ON incidents_tensionassessment USING (
    '00000000-0000-0000-0000-000000000000' = ANY ((SELECT context_districts())::uuid[])
    OR EXISTS (SELECT FROM incidents_incident parent WHERE parent.id = incident_id)
);

CREATE POLICY rows_in_context ON incidents_debrief USING (
    '00000000-0000-0000-0000-000000000000' = ANY ((SELECT context_districts())::uuid[])
    OR EXISTS (SELECT FROM incidents_incident parent WHERE parent.id = incident_id)
);

CREATE POLICY rows_in_context ON incidents_debriefvoice USING (
    '00000000-0000-0000-0000-000000000000' = ANY ((SELECT context_districts())::uuid[])
    OR EXISTS (SELECT FROM incidents_debrief parent WHERE parent.id = debrief_id)
);

CREATE POLICY rows_in_context ON incidents_exclusionrequest USING (
    '00000000-0000-0000-0000-000000000000' = ANY ((SELECT context_districts())::uuid[])
    OR decided_at IS NULL AND (
        SELECT role = 'confirmer' AND is_active FROM accounts_user WHERE id = (SELECT context_actor())
    )
);

CREATE POLICY rows_in_context ON incidents_stephandover USING (
    '00000000-0000-0000-0000-000000000000' = ANY ((SELECT context_districts())::uuid[])
    OR EXISTS (SELECT FROM incidents_incidentstep parent WHERE parent.id = incidents_stephandover.step_id)
);

CREATE POLICY rows_in_context ON incidents_shifthandover USING (
    '00000000-0000-0000-0000-000000000000' = ANY ((SELECT context_districts())::uuid[])
    OR to_id = (SELECT context_actor())
    OR EXISTS (
        SELECT FROM accounts_dutyshift shift
        WHERE shift.id = shift_id AND shift.user_id = (SELECT context_actor())
    )
);
