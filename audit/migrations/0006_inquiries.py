"""Inquiries, and words that were kept: what the trail can say besides; searches are found by their hash."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('audit', '0005_seals'),
    ]

    operations = [
        migrations.AlterField(
            model_name='event',
            name='action',
            field=models.CharField(choices=[('view', 'looked at'), ('list', 'listed'), ('search', 'searched'), ('create', 'created'), ('update', 'changed'), ('archive', 'closed'), ('erase', 'erased'), ('merge', 'merged'), ('reveal', 'revealed a private number or address'), ('export', 'exported'), ('import', 'imported'), ('notify', 'was told'), ('deny', 'was refused'), ('inquire', 'asked who saw a person’s data'), ('keep', 'kept words about a person, with a reason'), ('sign_in', 'signed in'), ('sign_out', 'signed out'), ('sign_in_failed', 'failed to sign in')], max_length=20),
        ),
        migrations.AddIndex(
            model_name='event',
            index=models.Index(condition=models.Q(('search_hash__isnull', False)), fields=['search_hash'], name='event_of_searched_words'),
        ),
    ]
