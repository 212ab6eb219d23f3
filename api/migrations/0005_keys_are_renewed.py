"""Keys are renewed, and administrators are warned before one ends."""

import datetime
import django.db.models.deletion
import django.db.models.expressions
import django.db.models.functions.comparison
import django.utils.timezone
import lib.ids
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('api', '0004_webhook_waiting'),
        ('districts', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='KeyWarning',
            fields=[
                ('id', models.UUIDField(default=lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('ends_at', models.DateTimeField()),
                ('lease_until', models.DateTimeField(null=True)),
                ('attempts', models.PositiveSmallIntegerField(default=0)),
                ('sent_at', models.DateTimeField(null=True)),
                ('failed_at', models.DateTimeField(null=True)),
                ('last_error', models.CharField(blank=True, max_length=500)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
            ],
        ),
        migrations.RemoveConstraint(
            model_name='apikey',
            name='key_expires_in_a_year',
        ),
        migrations.AddField(
            model_name='apikey',
            name='renewed_at',
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.AddConstraint(
            model_name='apikey',
            constraint=models.CheckConstraint(condition=models.Q(('expires_at__lte', django.db.models.expressions.CombinedExpression(django.db.models.functions.comparison.Coalesce(models.F('renewed_at'), models.F('created_at')), '+', models.Value(datetime.timedelta(days=365, seconds=3600))))), name='key_expires_in_a_year', violation_error_message='A key lives for a year at most.'),
        ),
        migrations.AddField(
            model_name='keywarning',
            name='key',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='warnings', to='api.apikey'),
        ),
        migrations.AddField(
            model_name='keywarning',
            name='recipient',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddIndex(
            model_name='keywarning',
            index=models.Index(condition=models.Q(('failed_at__isnull', True), ('sent_at__isnull', True)), fields=['id'], name='key_warning_waiting'),
        ),
        migrations.AddConstraint(
            model_name='keywarning',
            constraint=models.UniqueConstraint(fields=('key', 'ends_at', 'recipient'), name='key_warning_once', violation_error_message='This e-mail is already there.'),
        ),
    ]
