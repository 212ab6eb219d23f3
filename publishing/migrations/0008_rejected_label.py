"""The status is named as its button is, Reject."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('publishing', '0007_plainer_labels'),
    ]

    operations = [
        migrations.AlterField(
            model_name='registration',
            name='state',
            field=models.CharField(choices=[('unconfirmed', 'waiting for their confirmation'), ('confirmed', 'to decide'), ('accepted', 'accepted'), ('joined', 'joined with a known organisation'), ('refused', 'rejected'), ('expired', 'expired')], default='unconfirmed', max_length=12, verbose_name='status'),
        ),
    ]
