"""Labels in plainer words."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('publishing', '0006_registration_functions'),
    ]

    operations = [
        migrations.AlterField(
            model_name='publiclisting',
            name='withdrawn_on',
            field=models.DateField(blank=True, null=True, verbose_name='removed on'),
        ),
        migrations.AlterField(
            model_name='registration',
            name='is_home',
            field=models.BooleanField(default=False, verbose_name='the address is someone’s home'),
        ),
    ]
