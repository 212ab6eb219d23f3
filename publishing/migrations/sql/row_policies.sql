-- Which entries, listings, public meetings and registrations a statement may see (contacts,
-- row_policies.sql).

CREATE POLICY rows_in_context ON publishing_publicentry USING (
    approved_at IS NOT NULL OR district_id = ANY ((SELECT context_districts())::uuid[])
    OR '00000000-0000-0000-0000-000000000000' = ANY ((SELECT context_districts())::uuid[])
);

CREATE POLICY rows_in_context ON publishing_publiclisting USING (
    '00000000-0000-0000-0000-000000000000' = ANY ((SELECT context_districts())::uuid[])
    OR EXISTS (SELECT FROM contacts_organisation parent WHERE parent.id = organisation_id)
);

CREATE POLICY rows_in_context ON publishing_publicmeeting USING (
    '00000000-0000-0000-0000-000000000000' = ANY ((SELECT context_districts())::uuid[])
    OR EXISTS (SELECT FROM meetings_meeting parent WHERE parent.id = meeting_id)
);

CREATE POLICY rows_in_context ON publishing_registration USING (
    district_id = ANY ((SELECT context_districts())::uuid[])
    OR '00000000-0000-0000-0000-000000000000' = ANY ((SELECT context_districts())::uuid[])
);
