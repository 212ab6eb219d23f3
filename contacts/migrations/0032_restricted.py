"""A restricted contact is seen only by those who see every district, as `visible_to` says (docs/adr/0046)."""

from django.db import migrations, models

HERE = "= ANY ((SELECT context_districts())::uuid[])"
EVERYWHERE = f"'00000000-0000-0000-0000-000000000000' {HERE}"
SPEAKS_HERE = f"""
    EXISTS (
        SELECT FROM guard.represented role
        WHERE role.contact_id = contacts_contact.id AND (until IS NULL OR until > (SELECT context_today()))
          AND (role.district_id {HERE} OR EXISTS (
              SELECT FROM guard.organisation_place place
              WHERE place.organisation_id = role.organisation_id AND place.district_id {HERE}
          ))
    )
"""
BEFORE = f"home_district_id {HERE} OR {EVERYWHERE} OR {SPEAKS_HERE}"
AFTER = f"{EVERYWHERE} OR NOT is_restricted AND (home_district_id {HERE} OR {SPEAKS_HERE})"


class Migration(migrations.Migration):
    dependencies = [("contacts", "0031_encrypted_fields")]

    operations = [
        migrations.AddField(
            model_name="contact",
            name="is_restricted",
            field=models.BooleanField(db_default=False, default=False, editable=False),
        ),
        migrations.RunSQL(
            f"ALTER POLICY rows_in_context ON contacts_contact USING ({AFTER})",
            f"ALTER POLICY rows_in_context ON contacts_contact USING ({BEFORE})",
        ),
    ]
