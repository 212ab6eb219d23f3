"""Where an incident began, if that district has been redrawn since."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('districts', '0006_successors'),
        ('incidents', '0007_row_policies'),
    ]

    operations = [
        migrations.AddField(
            model_name='incident',
            name='began_in',
            field=models.ForeignKey(db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='districts.district'),
        ),
    ]
