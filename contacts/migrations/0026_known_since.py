"""Since when an organisation is known: figures count it from then."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('contacts', '0025_period_of_figures'),
    ]

    operations = [
        migrations.AddField(
            model_name='organisation',
            name='known_since',
            field=models.DateField(blank=True, help_text='Figures count the organisation from this day. Leave empty for the day it was added.', null=True, verbose_name='known since'),
        ),
    ]
