"""The night phone and private address of an organisation. Whoever sees the organisation sees the row."""

import django.db.models.deletion
import phonenumber_field.modelfields
from django.db import migrations, models


POLICY = """
CREATE POLICY rows_in_context ON contacts_organisationprivatechannel USING (
    '00000000-0000-0000-0000-000000000000' = ANY ((SELECT context_districts())::uuid[])
    OR EXISTS (SELECT FROM contacts_organisation parent WHERE parent.id = organisation_id)
)
"""
NO_POLICY = "DROP POLICY rows_in_context ON contacts_organisationprivatechannel"


class Migration(migrations.Migration):

    dependencies = [
        ('contacts', '0027_row_policies'),
    ]

    operations = [
        migrations.CreateModel(
            name='OrganisationPrivateChannel',
            fields=[
                ('organisation', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='private_channel', serialize=False, to='contacts.organisation')),
                ('night_phone', phonenumber_field.modelfields.PhoneNumberField(blank=True, help_text='The number on duty there at night, not of one person.', max_length=128, region=None, verbose_name='night phone')),
                ('address', models.CharField(blank=True, help_text='Of a shelter or reception centre.', max_length=300, verbose_name='private address')),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('address', ''), ('night_phone', ''), _negated=True), name='organisation_private_channel_is_something', violation_error_message='Enter a night phone or an address, or delete this entry.')],
            },
        ),
        migrations.RunSQL(POLICY, NO_POLICY),
    ]
