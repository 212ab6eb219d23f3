"""The public site as it was published; triggers keep it."""

import django.utils.timezone
import lib.ids
from django.db import migrations, models


FENCE = """
CREATE TRIGGER publishing_publicfile_stays BEFORE UPDATE OR DELETE ON publishing_publicfile
    FOR EACH ROW EXECUTE FUNCTION publishing_keep();
CREATE TRIGGER publishing_publication_stays BEFORE UPDATE OR DELETE ON publishing_publication
    FOR EACH ROW EXECUTE FUNCTION publishing_keep();
"""

UNFENCE = """
DROP TRIGGER publishing_publication_stays ON publishing_publication;
DROP TRIGGER publishing_publicfile_stays ON publishing_publicfile;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('publishing', '0004_public_pages'),
    ]

    operations = [
        migrations.CreateModel(
            name='PublicFile',
            fields=[
                ('digest', models.CharField(max_length=64, primary_key=True, serialize=False)),
                ('content', models.BinaryField()),
            ],
        ),
        migrations.CreateModel(
            name='Publication',
            fields=[
                ('id', models.UUIDField(default=lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('number', models.PositiveIntegerField(unique=True)),
                ('as_of', models.DateField()),
                ('made_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('files', models.JSONField(default=dict)),
                ('error', models.CharField(blank=True, max_length=200)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('error', ''), ('files', {}), _connector='OR'), name='publication_failed_or_has_files', violation_error_message='A publication has files or an error.')],
            },
        ),
        migrations.RunSQL(FENCE, UNFENCE),
    ]
