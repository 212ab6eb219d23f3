"""Imports are the app `exchange`'s now (exchange, migration 0001): the state moves, the tables stay."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("contacts", "0014_choices_of_an_import"), ("exchange", "0001_imports")]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.DeleteModel(name="ImportStep"),
                migrations.DeleteModel(name="ImportDraft"),
                migrations.DeleteModel(name="SavedMapping"),
                migrations.DeleteModel(name="ImportedRow"),
            ]
        )
    ]
