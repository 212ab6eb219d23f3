from django.db import migrations, models


class Migration(migrations.Migration):
    """A reason of 200 letters stays whole beside a relief's. PostgreSQL rewrites no row for it."""

    dependencies = [
        ("audit", "0006_inquiries"),
    ]

    operations = [
        migrations.AlterField(
            model_name="event",
            name="purpose",
            field=models.CharField(blank=True, max_length=500),
        ),
    ]
