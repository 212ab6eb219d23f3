"""Whether the application already sent contexts when the database was last prepared (docs/adr/0046)."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("accounts", "0021_public_name")]

    operations = [
        migrations.RunSQL(
            "ALTER TABLE guard.city ADD COLUMN contexts_sent boolean NOT NULL DEFAULT false",
            "ALTER TABLE guard.city DROP COLUMN contexts_sent",
        ),
    ]
