"""Phones, emails, web and social addresses besides the first, which stays on the row."""

import django.db.models.deletion
import lib.ids
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('contacts', '0017_texts'),
    ]

    operations = [
        migrations.CreateModel(
            name='ContactDetail',
            fields=[
                ('id', models.UUIDField(default=lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('channel', models.CharField(choices=[('phone', 'phone'), ('email', 'email'), ('website', 'website'), ('social', 'social media page')], max_length=10, verbose_name='type')),
                ('value', models.CharField(help_text='A phone number, an email, or the address of a website or a page.', max_length=300, verbose_name='number or address')),
                ('use', models.CharField(blank=True, choices=[('office', 'office'), ('mobile', 'mobile'), ('reception', 'reception'), ('secretary', 'secretary'), ('press', 'press'), ('out_of_hours', 'out of hours'), ('fax', 'fax')], max_length=20, verbose_name='used for')),
                ('owner', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='other_details', to='contacts.contact')),
            ],
            options={
                'abstract': False,
                'constraints': [models.UniqueConstraint(fields=('owner', 'channel', 'value'), name='contactdetail_once', violation_error_message='This phone or address is already listed.'), models.CheckConstraint(condition=models.Q(('channel__in', ['phone', 'email', 'website', 'social'])), name='contactdetail_channel_is_known', violation_error_message='Choose a type from the list.'), models.CheckConstraint(condition=models.Q(('use__in', ['', 'office', 'mobile', 'reception', 'secretary', 'press', 'out_of_hours', 'fax'])), name='contactdetail_use_is_known', violation_error_message='Choose a use from the list.'), models.CheckConstraint(condition=models.Q(('value', ''), _negated=True), name='contactdetail_is_something', violation_error_message='Enter a phone number or an address.')],
            },
        ),
        migrations.CreateModel(
            name='OrganisationDetail',
            fields=[
                ('id', models.UUIDField(default=lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('channel', models.CharField(choices=[('phone', 'phone'), ('email', 'email'), ('website', 'website'), ('social', 'social media page')], max_length=10, verbose_name='type')),
                ('value', models.CharField(help_text='A phone number, an email, or the address of a website or a page.', max_length=300, verbose_name='number or address')),
                ('use', models.CharField(blank=True, choices=[('office', 'office'), ('mobile', 'mobile'), ('reception', 'reception'), ('secretary', 'secretary'), ('press', 'press'), ('out_of_hours', 'out of hours'), ('fax', 'fax')], max_length=20, verbose_name='used for')),
                ('owner', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='other_details', to='contacts.organisation')),
            ],
            options={
                'abstract': False,
                'constraints': [models.UniqueConstraint(fields=('owner', 'channel', 'value'), name='organisationdetail_once', violation_error_message='This phone or address is already listed.'), models.CheckConstraint(condition=models.Q(('channel__in', ['phone', 'email', 'website', 'social'])), name='organisationdetail_channel_is_known', violation_error_message='Choose a type from the list.'), models.CheckConstraint(condition=models.Q(('use__in', ['', 'office', 'mobile', 'reception', 'secretary', 'press', 'out_of_hours', 'fax'])), name='organisationdetail_use_is_known', violation_error_message='Choose a use from the list.'), models.CheckConstraint(condition=models.Q(('value', ''), _negated=True), name='organisationdetail_is_something', violation_error_message='Enter a phone number or an address.')],
            },
        ),
    ]
