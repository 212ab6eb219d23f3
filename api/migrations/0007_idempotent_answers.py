"""Of answered requests ids and versions are kept, in a column of their own."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("api", "0006_people_read_by_sessions")]

    operations = [migrations.AddField("idempotentrequest", "answer", models.JSONField(null=True))]
