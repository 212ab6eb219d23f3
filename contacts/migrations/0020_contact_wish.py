"""Whether an organisation wants to be contacted, and what is agreed about calls at night."""

from django.contrib.postgres.operations import AddConstraintNotValid
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('contacts', '0019_day_of_a_source'),
    ]

    operations = [
        migrations.AddField(
            model_name='organisation',
            name='contact_wish',
            field=models.CharField(choices=[('welcome', 'welcome'), ('only_if_they_ask', 'only if they ask'), ('none', 'asked not to be contacted')], db_default='welcome', default='welcome', help_text='A refusal holds for calls, visits and invitations, also after an incident.', max_length=16, verbose_name='contact by the police'),
        ),
        migrations.AddField(
            model_name='organisation',
            name='contact_wish_by',
            field=models.CharField(blank=True, db_default='', default='', help_text='A role is enough. No name needed.', max_length=120, verbose_name='who told you'),
        ),
        migrations.AddField(
            model_name='organisation',
            name='contact_wish_on',
            field=models.DateField(blank=True, null=True, verbose_name='told on'),
        ),
        migrations.AddField(
            model_name='organisation',
            name='night_agreed_on',
            field=models.DateField(blank=True, null=True, verbose_name='night calls agreed on'),
        ),
        migrations.AddField(
            model_name='organisation',
            name='night_calls',
            field=models.CharField(choices=[('not_asked', 'not asked yet'), ('never', 'do not call at night'), ('if_our_place', 'only if their place is affected'), ('always', 'call at any hour')], db_default='not_asked', default='not_asked', help_text='Ask in daylight, before anything happens.', max_length=12, verbose_name='night calls'),
        ),
        AddConstraintNotValid(
            model_name='organisation',
            constraint=models.CheckConstraint(condition=models.Q(('contact_wish', 'welcome'), models.Q(('contact_wish__in', ['welcome', 'only_if_they_ask', 'none']), ('contact_wish_on__isnull', False), models.Q(('contact_wish_by', ''), _negated=True)), _connector='OR'), name='organisation_wish_was_said', violation_error_message='Enter who in the organisation told you, and when.'),
        ),
        AddConstraintNotValid(
            model_name='organisation',
            constraint=models.CheckConstraint(condition=models.Q(('night_calls__in', ['not_asked', 'never', 'if_our_place', 'always'])), name='organisation_night_calls_known', violation_error_message='Choose from the list what was agreed about night calls.'),
        ),
    ]
