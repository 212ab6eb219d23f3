"""An audit keeps names, codes and definitions as they were: a district that is renamed empties none."""

import django.core.serializers.json
from django.db import migrations, models

# A signed audit stays. The name of who signed can be erased, as a person's name can be; it cannot be changed.
KEEP_REVIEW = """
CREATE OR REPLACE FUNCTION reviews_keep_review() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    erased reviews_review;
BEGIN
    IF OLD.signed_at IS NOT NULL THEN
        IF TG_OP = 'UPDATE' THEN
            erased := OLD;
            erased.signed_by_name := '';
            IF NEW IS NOT DISTINCT FROM erased THEN
                RETURN NEW;
            END IF;
        END IF;
        RAISE EXCEPTION 'a signed audit stays as it is: % refused', TG_OP USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF TG_OP = 'DELETE' THEN
        RETURN OLD;
    END IF;
    IF (NEW.id, NEW.district_id, NEW.since, NEW.until, NEW.as_of, NEW.meetings_held, NEW.organisations_met,
        NEW.district_code, NEW.district_name, NEW.definitions)
        IS DISTINCT FROM
       (OLD.id, OLD.district_id, OLD.since, OLD.until, OLD.as_of, OLD.meetings_held, OLD.organisations_met,
        OLD.district_code, OLD.district_name, OLD.definitions) THEN
        RAISE EXCEPTION 'what an audit is of stays as it is' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$
"""
KEPT_BEFORE = """
CREATE OR REPLACE FUNCTION reviews_keep_review() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.signed_at IS NOT NULL THEN
        RAISE EXCEPTION 'a signed audit stays as it is: % refused', TG_OP USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF TG_OP = 'DELETE' THEN
        RETURN OLD;
    END IF;
    IF (NEW.id, NEW.district_id, NEW.since, NEW.until, NEW.as_of, NEW.meetings_held, NEW.organisations_met)
        IS DISTINCT FROM
       (OLD.id, OLD.district_id, OLD.since, OLD.until, OLD.as_of, OLD.meetings_held, OLD.organisations_met) THEN
        RAISE EXCEPTION 'what an audit is of stays as it is' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$
"""
AS_JSON = django.core.serializers.json.DjangoJSONEncoder


class Migration(migrations.Migration):
    dependencies = [("reviews", "0003_figures_of_parts")]

    operations = [
        migrations.AddField(
            "review",
            "district_code",
            models.CharField(blank=True, db_default="", default="", editable=False, max_length=20),
        ),
        migrations.AddField(
            "review",
            "district_name",
            models.CharField(blank=True, db_default="", default="", editable=False, max_length=120),
        ),
        migrations.AddField(
            "review",
            "signed_by_name",
            models.CharField(blank=True, db_default="", default="", editable=False, max_length=200),
        ),
        migrations.AddField(
            "review",
            "definitions",
            models.JSONField(db_default={}, default=dict, editable=False, encoder=AS_JSON),
        ),
        migrations.AddField(
            "frozenfigure",
            "name",
            models.CharField(blank=True, db_default="", default="", max_length=200),
        ),
        migrations.RunSQL(KEEP_REVIEW, KEPT_BEFORE),
    ]
