"""Whether nothing about an organisation may be published, whatever its kind."""

from django.contrib.postgres.operations import AddConstraintNotValid
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('contacts', '0032_restricted'),
    ]

    operations = [
        migrations.AddField(
            model_name='organisation',
            name='location_protected',
            field=models.BooleanField(db_default=False, default=False, help_text='For example, a refuge. Nothing about it is published, and its address is private.', verbose_name='location is protected'),
        ),
        AddConstraintNotValid(
            model_name='organisation',
            constraint=models.CheckConstraint(condition=models.Q(('is_listed_publicly', True), ('location_protected', True), _negated=True), name='organisation_protected_hidden', violation_error_message='An organisation whose location is protected cannot be listed publicly.'),
        ),
    ]
