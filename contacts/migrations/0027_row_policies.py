"""Which organisations and contacts, and which rows of theirs, a statement may see (docs/adr/0046).

The policies say what `visible_to` says, and hold once `prepare_database` has enabled row-level security. The
views answer what a policy has to ask of another table that has a policy: they have ids only, they are read as
their owner, and PostgreSQL plans them as if they were written there. A function would run once for each row.
"""

from django.db import migrations

HERE = "= ANY ((SELECT context_districts())::uuid[])"
EVERYWHERE = f"'00000000-0000-0000-0000-000000000000' {HERE}"

VIEWS = """
CREATE VIEW guard.organisation_place AS
SELECT organisation_id, district_id FROM contacts_organisation_also_in;

CREATE VIEW guard.contact_home AS SELECT id AS contact_id, home_district_id AS district_id FROM contacts_contact;

CREATE VIEW guard.represented AS
SELECT contact_id, organisation_id, home_district_id AS district_id, until
FROM contacts_affiliation JOIN contacts_organisation organisation ON organisation.id = organisation_id;
"""

NO_VIEWS = "DROP VIEW guard.represented, guard.contact_home, guard.organisation_place"

ORGANISATION = f"""
    home_district_id {HERE}
    OR {EVERYWHERE}
    OR EXISTS (
        SELECT FROM guard.organisation_place place
        WHERE place.organisation_id = contacts_organisation.id AND place.district_id {HERE}
    )
"""

CONTACT = f"""
    home_district_id {HERE}
    OR {EVERYWHERE}
    OR EXISTS (
        SELECT FROM guard.represented role
        WHERE role.contact_id = contacts_contact.id AND (until IS NULL OR until > (SELECT context_today()))
          AND (role.district_id {HERE} OR EXISTS (
              SELECT FROM guard.organisation_place place
              WHERE place.organisation_id = role.organisation_id AND place.district_id {HERE}
          ))
    )
"""


def of(parent, key):
    """Rows of the rows of `parent` that are seen."""
    return f"{EVERYWHERE} OR EXISTS (SELECT FROM {parent} parent WHERE parent.id = {key})"


POLICIES = {
    "contacts_organisation": ORGANISATION,
    "contacts_organisationdetail": of("contacts_organisation", "owner_id"),
    "contacts_organisationperiod": of("contacts_organisation", "organisation_id"),
    "contacts_focusdeclaration": of("contacts_organisation", "organisation_id"),
    "contacts_organisationexternalid": of("contacts_organisation", "organisation_id"),
    "contacts_importedfields": of("contacts_organisation", "organisation_id"),
    "contacts_contact": CONTACT,
    "contacts_contactdetail": of("contacts_contact", "owner_id"),
    "contacts_contactexternalid": of("contacts_contact", "contact_id"),
    "contacts_privatechannel": of("contacts_contact", "contact_id"),
    "contacts_affiliation": (
        of("contacts_organisation", "organisation_id")
        + f" OR EXISTS (SELECT FROM guard.contact_home home"
        f" WHERE home.contact_id = contacts_affiliation.contact_id AND home.district_id {HERE})"
    ),
}


class Migration(migrations.Migration):
    dependencies = [("contacts", "0026_known_since"), ("accounts", "0014_row_context")]

    operations = [
        migrations.RunSQL(VIEWS, NO_VIEWS),
        *(
            migrations.RunSQL(
                f"CREATE POLICY rows_in_context ON {table} USING ({condition})",
                f"DROP POLICY rows_in_context ON {table}",
            )
            for table, condition in POLICIES.items()
        ),
    ]
