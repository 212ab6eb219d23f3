"""Kinds of organisations and what communities they declared are kept as they were."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("contacts", "0021_contact_wish_holds")]

    operations = [
        migrations.RemoveConstraint(model_name="focusdeclaration", name="focus_declared_once"),
        migrations.AddField(
            model_name="focusdeclaration",
            name="entered_at",
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name="focusdeclaration",
            name="superseded_at",
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name="focusdeclaration",
            name="withdrawn_on",
            field=models.DateField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name="organisationperiod",
            name="entered_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='organisationperiod',
            name='kind',
            field=models.CharField(choices=[('community_group', 'community group'), ('residents_association', 'residents’ association'), ('minority_association', 'minority association'), ('womens_organisation', 'women’s organisation'), ('lgbt_organisation', 'LGBT organisation'), ('ngo', 'NGO'), ('religious_community', 'religious community'), ('youth_organisation', 'youth organisation'), ('parents_association', 'parents’ association'), ('disability_organisation', 'disability organisation'), ('older_people_organisation', 'older people’s organisation'), ('victim_support', 'victim support'), ('shelter', 'shelter'), ('reception_centre', 'reception centre'), ('law_advocacy', 'law and advocacy'), ('trade_union', 'trade union'), ('housing_tenants', 'housing and tenants'), ('environment', 'environment'), ('culture_sport', 'culture and sport'), ('business_association', 'business association'), ('school', 'school'), ('health_service', 'health service'), ('municipal_service', 'municipal service'), ('other_police', 'another police force'), ('prosecution', 'public prosecutor'), ('equality_body', 'equality body'), ('academic', 'academic institution'), ('media', 'media'), ('other', 'other')], max_length=30, null=True),
        ),
    ]
