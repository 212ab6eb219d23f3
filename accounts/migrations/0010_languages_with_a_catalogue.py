from django.db import migrations, models

# Accounts of a language without a catalogue read English texts already; only Django's own words were translated.
ENGLISH = "UPDATE accounts_user SET language = 'en-gb' WHERE language <> 'en-gb'"


class Migration(migrations.Migration):
    dependencies = [("accounts", "0009_texts")]

    operations = [
        migrations.RunSQL(ENGLISH, migrations.RunSQL.noop),
        migrations.AlterField(
            "user",
            "language",
            models.CharField("language", max_length=5, choices=[("en-gb", "English")], default="en-gb"),
        ),
        migrations.AlterField(
            "accountrequest",
            "kind",
            models.CharField(
                max_length=20,
                choices=[
                    ("role", "role"),
                    ("districts", "districts"),
                    ("email", "email address"),
                    ("second_factor", "new two-factor authentication"),
                    ("reactivation", "signing in again"),
                ],
            ),
        ),
    ]
