"""The worker finds the addenda that wait for the key's signature."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("reviews", "0009_signed_addenda_stay")]

    operations = [
        AddIndexConcurrently(
            model_name="addendum",
            index=models.Index(condition=models.Q(('signature', ''), models.Q(('statement', ''), _negated=True)), fields=['id'], name='addendum_waiting'),
        ),
    ]
