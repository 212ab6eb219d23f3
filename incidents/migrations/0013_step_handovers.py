"""Who had a step of an incident before. What came before this version is not known."""

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


# Rows of the steps that are seen (incidents, 0007_row_policies).
POLICY = """
CREATE POLICY rows_in_context ON incidents_stephandover USING (
    '00000000-0000-0000-0000-000000000000' = ANY ((SELECT context_districts())::uuid[])
    OR EXISTS (SELECT FROM incidents_incidentstep parent WHERE parent.id = step_id)
)
"""


class Migration(migrations.Migration):

    dependencies = [
        ('incidents', '0012_what_waits'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='StepHandover',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField(default=django.utils.timezone.now)),
                ('after', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('before', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('step', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='handovers', to='incidents.incidentstep')),
            ],
        ),
        migrations.RunSQL(POLICY, "DROP POLICY rows_in_context ON incidents_stephandover"),
    ]
