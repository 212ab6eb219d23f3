"""`Numbered` is called TrailPosition in code. Its table keeps its name, which grants and checks of the trail use."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("audit", "0009_texts")]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.AlterModelTable("numbered", "audit_numbered"),
                migrations.RenameModel("Numbered", "TrailPosition"),
            ]
        ),
    ]
