"""What is frozen, what is signed, and the names in it, which can be erased (docs/adr/0037)."""

import django.contrib.postgres.fields
import django.db.models.deletion
import lib.ids
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('reviews', '0005_texts'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='SignedRecord',
            fields=[
                ('review', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='signed_record', serialize=False, to='reviews.review')),
                ('record', models.TextField()),
                ('inside', models.TextField()),
            ],
        ),
        migrations.AddField(
            model_name='frozenfigure',
            name='rest',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.UUIDField(), null=True, size=None),
        ),
        migrations.AddField(
            model_name='review',
            name='blind_spots',
            field=models.JSONField(db_default=[], default=list, editable=False),
        ),
        migrations.AddField(
            model_name='review',
            name='made_with',
            field=models.JSONField(db_default={}, default=dict, editable=False),
        ),
        migrations.AddField(
            model_name='review',
            name='parts',
            field=models.JSONField(db_default=[], default=list, editable=False),
        ),
        migrations.AddField(
            model_name='review',
            name='supersedes',
            field=models.OneToOneField(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='superseded_by', to='reviews.review'),
        ),
        migrations.AddField(
            model_name='review',
            name='superseding_reason',
            field=models.CharField(blank=True, db_default='', default='', max_length=500, verbose_name='reason for replacing it'),
        ),
        migrations.AddField(
            model_name='sampledmeeting',
            name='starts_at',
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.CreateModel(
            name='KeptName',
            fields=[
                ('id', models.UUIDField(default=lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('object_type', models.CharField(max_length=30)),
                ('object_id', models.UUIDField()),
                ('name', models.CharField(max_length=200)),
                ('salt', models.CharField(max_length=32)),
                ('review', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='kept_names', to='reviews.review')),
            ],
            options={
                'indexes': [models.Index(fields=['object_id'], name='kept_name_of_object')],
                'constraints': [models.UniqueConstraint(fields=('review', 'object_id'), name='kept_name_once', violation_error_message='This name is already saved.')],
            },
        ),
        migrations.CreateModel(
            name='Signature',
            fields=[
                ('id', models.UUIDField(default=lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('position', models.PositiveSmallIntegerField()),
                ('signed_at', models.DateTimeField()),
                ('statement', models.TextField()),
                ('key_id', models.CharField(blank=True, max_length=16)),
                ('public_key', models.CharField(blank=True, max_length=64)),
                ('signature', models.CharField(blank=True, max_length=128)),
                ('review', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='signatures', to='reviews.review')),
                ('signed_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('signature', '')), fields=['id'], name='signature_waiting')],
                'constraints': [models.UniqueConstraint(fields=('review', 'position'), name='signature_once', violation_error_message='This audit already has this signature.'), models.UniqueConstraint(fields=('review', 'signed_by'), name='signature_of_another_person', violation_error_message='A second signature must come from another person.')],
            },
        ),
    ]
