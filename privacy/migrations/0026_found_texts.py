"""A finding holds its text as it was found, so that an edit hides nothing from a request (docs/adr/0070)."""

from django.db import migrations

from lib.encrypted_fields import EncryptedTextField


class Migration(migrations.Migration):
    dependencies = [("privacy", "0025_frozen_contacts")]

    operations = [
        migrations.AddField(
            "finding", "text", EncryptedTextField(default=None, editable=False, null=True)
        ),
    ]
