-- Which organisations and contacts, and which rows of theirs, a statement may see (docs/adr/0046). The
-- policies say what `visible_to` says, and hold once `prepare_database` has enabled row-level security. The
-- views answer what a policy has to ask of another table that has a policy: they have IDs only, they are
-- read as their owner, and PostgreSQL plans them as if they were written there. A function would run once
-- for each row.

CREATE OR REPLACE VIEW guard.organisation_place AS
SELECT organisation_id, district_id FROM contacts_organisation_also_in;

CREATE OR REPLACE VIEW guard.contact_home AS
SELECT id AS contact_id, home_district_id AS district_id, is_restricted FROM contacts_contact;

CREATE OR REPLACE VIEW guard.represented AS
SELECT contact_id, organisation_id, home_district_id AS district_id, until
FROM contacts_affiliation JOIN contacts_organisation organisation ON organisation.id = organisation_id;

CREATE POLICY rows_in_context ON contacts_organisation USING (
    home_district_id = ANY ((SELECT context_districts())::uuid[])
    OR '00000000-0000-0000-0000-000000000000' = ANY ((SELECT context_districts())::uuid[])
    OR EXISTS (
        SELECT FROM guard.organisation_place place
        WHERE place.organisation_id = contacts_organisation.id
          AND place.district_id = ANY ((SELECT context_districts())::uuid[])
    )
);

CREATE POLICY rows_in_context ON contacts_organisationdetail USING (
    '00000000-0000-0000-0000-000000000000' = ANY ((SELECT context_districts())::uuid[])
    OR EXISTS (SELECT FROM contacts_organisation parent WHERE parent.id = owner_id)
);

CREATE POLICY rows_in_context ON contacts_organisationperiod USING (
    '00000000-0000-0000-0000-000000000000' = ANY ((SELECT context_districts())::uuid[])
    OR EXISTS (SELECT FROM contacts_organisation parent WHERE parent.id = organisation_id)
);

CREATE POLICY rows_in_context ON contacts_focusdeclaration USING (
    '00000000-0000-0000-0000-000000000000' = ANY ((SELECT context_districts())::uuid[])
    OR EXISTS (SELECT FROM contacts_organisation parent WHERE parent.id = organisation_id)
);

CREATE POLICY rows_in_context ON contacts_organisationexternalid USING (
    '00000000-0000-0000-0000-000000000000' = ANY ((SELECT context_districts())::uuid[])
    OR EXISTS (SELECT FROM contacts_organisation parent WHERE parent.id = organisation_id)
);

CREATE POLICY rows_in_context ON contacts_organisationalias USING (
    '00000000-0000-0000-0000-000000000000' = ANY ((SELECT context_districts())::uuid[])
    OR EXISTS (SELECT FROM contacts_organisation parent WHERE parent.id = organisation_id)
);

CREATE POLICY rows_in_context ON contacts_organisationnumber USING (
    '00000000-0000-0000-0000-000000000000' = ANY ((SELECT context_districts())::uuid[])
    OR EXISTS (SELECT FROM contacts_organisation parent WHERE parent.id = organisation_id)
);

CREATE POLICY rows_in_context ON contacts_importedfields USING (
    '00000000-0000-0000-0000-000000000000' = ANY ((SELECT context_districts())::uuid[])
    OR EXISTS (SELECT FROM contacts_organisation parent WHERE parent.id = organisation_id)
);

CREATE POLICY rows_in_context ON contacts_contact USING (
    '00000000-0000-0000-0000-000000000000' = ANY ((SELECT context_districts())::uuid[])
    OR NOT is_restricted AND (
        home_district_id = ANY ((SELECT context_districts())::uuid[])
        OR EXISTS (
            SELECT FROM guard.represented role
            WHERE role.contact_id = contacts_contact.id AND (until IS NULL OR until > (SELECT context_today()))
              AND (
                  role.district_id = ANY ((SELECT context_districts())::uuid[])
                  OR EXISTS (
                      SELECT FROM guard.organisation_place place
                      WHERE place.organisation_id = role.organisation_id
                        AND place.district_id = ANY ((SELECT context_districts())::uuid[])
                  )
              )
        )
    )
);

CREATE POLICY rows_in_context ON contacts_contactdetail USING (
    '00000000-0000-0000-0000-000000000000' = ANY ((SELECT context_districts())::uuid[])
    OR EXISTS (SELECT FROM contacts_contact parent WHERE parent.id = owner_id)
);

CREATE POLICY rows_in_context ON contacts_contactexternalid USING (
    '00000000-0000-0000-0000-000000000000' = ANY ((SELECT context_districts())::uuid[])
    OR EXISTS (SELECT FROM contacts_contact parent WHERE parent.id = contact_id)
);

CREATE POLICY rows_in_context ON contacts_privatechannel USING (
    '00000000-0000-0000-0000-000000000000' = ANY ((SELECT context_districts())::uuid[])
    OR EXISTS (SELECT FROM contacts_contact parent WHERE parent.id = contact_id)
);

CREATE POLICY rows_in_context ON contacts_affiliation USING (
    '00000000-0000-0000-0000-000000000000' = ANY ((SELECT context_districts())::uuid[])
    OR (
        EXISTS (SELECT FROM contacts_organisation parent WHERE parent.id = organisation_id)
        OR EXISTS (
            SELECT FROM guard.contact_home home
            WHERE home.contact_id = contacts_affiliation.contact_id
              AND home.district_id = ANY ((SELECT context_districts())::uuid[])
        )
    ) AND NOT
    EXISTS (
        SELECT FROM guard.contact_home home
        WHERE home.contact_id = contacts_affiliation.contact_id AND home.is_restricted
    )
);

CREATE POLICY rows_in_context ON contacts_organisationprivatechannel USING (
    '00000000-0000-0000-0000-000000000000' = ANY ((SELECT context_districts())::uuid[])
    OR EXISTS (SELECT FROM contacts_organisation parent WHERE parent.id = organisation_id)
);
