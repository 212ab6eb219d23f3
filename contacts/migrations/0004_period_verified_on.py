"""When details were last checked, dated like the rest that figures depend on: data health of last year."""

from django.db import migrations, models

# What is known of the past: the last check stood from its day on. Earlier ones left no trace.
FILL = """
UPDATE contacts_organisationperiod dated SET verified_on = organisation.verified_on
FROM contacts_organisation organisation
WHERE organisation.id = dated.organisation_id AND organisation.verified_on IS NOT NULL
  AND (dated.until IS NULL OR dated.until::date > organisation.verified_on)
"""


class Migration(migrations.Migration):
    dependencies = [("contacts", "0003_merges")]

    operations = [
        migrations.AddField(
            model_name="organisationperiod",
            name="verified_on",
            field=models.DateField(null=True),
        ),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
    ]
