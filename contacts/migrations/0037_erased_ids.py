from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("contacts", "0036_candidates_by_constant"),
    ]

    operations = [
        migrations.CreateModel(
            name="ErasedId",
            fields=[
                ("digest", models.BinaryField(max_length=32, primary_key=True, serialize=False)),
                ("erased_on", models.DateField()),
            ],
        ),
    ]
