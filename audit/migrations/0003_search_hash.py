"""What was searched for, as a keyed hash: testable by who knows the name, readable by nobody."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("audit", "0002_append_only")]

    operations = [
        migrations.AddField(
            model_name="event",
            name="search_hash",
            field=models.BinaryField(max_length=32, null=True),
        ),
    ]
