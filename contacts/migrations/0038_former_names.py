from django.db import migrations

import lib.encrypted_fields


class Migration(migrations.Migration):
    dependencies = [
        ("contacts", "0037_erased_ids"),
    ]

    operations = [
        migrations.AddField(
            model_name="contact",
            name="former_names",
            field=lib.encrypted_fields.EncryptedJSONField(
                editable=False, null=True, verbose_name="former names"
            ),
        ),
    ]
