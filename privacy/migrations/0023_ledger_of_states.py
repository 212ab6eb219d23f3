"""The ledger also has encrypted terms of erasures, corrections, restrictions and opt-outs (docs/adr/0069)."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("privacy", "0022_hidden_texts")]

    operations = [
        migrations.AddField("erasure", "sealed", models.BinaryField(editable=False, null=True)),
        migrations.AddField(
            "ledgerentry",
            "kind",
            models.CharField(
                choices=[
                    ("erasure", "erasure"),
                    ("correction", "correction"),
                    ("marks", "restrictions and opt-outs"),
                ],
                db_default="erasure",
                default="erasure",
                max_length=10,
            ),
        ),
        migrations.AddField("ledgerentry", "marks", models.JSONField(db_default=[], default=list)),
        migrations.AddField("ledgerentry", "sealed", models.BinaryField(null=True)),
    ]
