"""A community is declared once at a time."""

import django.contrib.postgres.constraints
import django.contrib.postgres.fields.ranges
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("contacts", "0022_kind_and_withdrawal")]

    operations = [
        migrations.AddConstraint(
            model_name='focusdeclaration',
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(condition=models.Q(('superseded_at', None)), expressions=[(models.F('organisation'), '='), (models.F('focus'), '='), (models.Func(models.F('declared_on'), models.F('withdrawn_on'), django.contrib.postgres.fields.ranges.RangeBoundary(), function='DATERANGE', output_field=django.contrib.postgres.fields.ranges.DateRangeField()), '&&')], name='focus_declared_once_at_a_time', violation_error_message='This community is already listed.'),
        ),
    ]
