"""Papers for the city council; a trigger keeps each version as it was made."""

import django.db.models.deletion
import django.utils.timezone
import lib.ids
from django.conf import settings
from django.db import migrations, models


FENCE = """
CREATE TRIGGER publishing_councilpaper_stays BEFORE UPDATE OR DELETE ON publishing_councilpaper
    FOR EACH ROW EXECUTE FUNCTION publishing_keep();
"""

UNFENCE = "DROP TRIGGER publishing_councilpaper_stays ON publishing_councilpaper;"


class Migration(migrations.Migration):

    dependencies = [
        ('publishing', '0002_releases_stay'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='CouncilPaper',
            fields=[
                ('id', models.UUIDField(default=lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('version', models.PositiveIntegerField(editable=False)),
                ('title', models.CharField(max_length=120, verbose_name='title')),
                ('introduction', models.TextField(blank=True, max_length=800, verbose_name='introduction')),
                ('not_done', models.TextField(max_length=2000, verbose_name='what was not done, and why')),
                ('heard', models.TextField(help_text='Name an organisation only if it agreed to be named.', max_length=2000, verbose_name='what organisations said')),
                ('decisions', models.TextField(help_text='One decision on each line.', max_length=1500, verbose_name='decisions asked of the council')),
                ('figures', models.JSONField(editable=False)),
                ('pdf', models.BinaryField()),
                ('made_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('made_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('release', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='papers', to='publishing.release')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('release', 'version'), name='council_paper_version_once', violation_error_message='This version of the council paper already exists.')],
            },
        ),
        migrations.RunSQL(FENCE, UNFENCE),
    ]
