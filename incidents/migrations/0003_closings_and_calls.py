"""When incidents were closed, what organisations were told, and when to call and to reassess again."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.contrib.postgres.operations import AddConstraintNotValid
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('contacts', '0026_known_since'),
        ('incidents', '0002_in_force_stays'),
        ('meetings', '0017_duration_not_known'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='IncidentClosing',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('closed_at', models.DateTimeField()),
                ('reopened_at', models.DateTimeField(null=True)),
            ],
        ),
        migrations.AddField(
            model_name='incident',
            name='place_refused',
            field=models.BooleanField(db_default=False, default=False, editable=False, help_text='Whether the affected place asked not to be contacted.'),
        ),
        migrations.AddField(
            model_name='incident',
            name='refused',
            field=models.PositiveSmallIntegerField(db_default=0, default=0, editable=False, help_text='Organisations affected that asked not to be contacted.'),
        ),
        migrations.AddField(
            model_name='reassurance',
            name='call_again_on',
            field=models.DateField(blank=True, null=True, verbose_name='call again on'),
        ),
        migrations.AddField(
            model_name='reassurance',
            name='follow_up',
            field=models.OneToOneField(editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='reassurance', to='meetings.followup'),
        ),
        migrations.AddField(
            model_name='reassurance',
            name='told',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('what_happened', 'what happened'), ('patrols', 'about patrols'), ('whom_to_call', 'who to call'), ('how_to_report', 'how to report'), ('victim_support', 'victim support'), ('when_we_call_again', 'when we call again')], max_length=24), blank=True, db_default=[], default=list, size=None, verbose_name='topics covered'),
        ),
        migrations.AddField(
            model_name='tensionassessment',
            name='look_again_at',
            field=models.DateTimeField(blank=True, null=True, verbose_name='reassess on'),
        ),
        AddConstraintNotValid(
            model_name='reassurance',
            constraint=models.CheckConstraint(condition=models.Q(('told__contained_by', ['what_happened', 'patrols', 'whom_to_call', 'how_to_report', 'victim_support', 'when_we_call_again'])), name='reassurance_told_is_known', violation_error_message='Choose topics from the list.'),
        ),
        migrations.AddField(
            model_name='incidentclosing',
            name='incident',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='closings', to='incidents.incident'),
        ),
        migrations.AddConstraint(
            model_name='incidentclosing',
            constraint=models.UniqueConstraint(condition=models.Q(('reopened_at__isnull', True)), fields=('incident',), name='incident_closed_once', violation_error_message='This incident is already closed.'),
        ),
        migrations.AddConstraint(
            model_name='incidentclosing',
            constraint=models.CheckConstraint(condition=models.Q(('reopened_at__isnull', True), ('reopened_at__gte', models.F('closed_at')), _connector='OR'), name='incident_reopened_after', violation_error_message='An incident is reopened after it was closed.'),
        ),
    ]
