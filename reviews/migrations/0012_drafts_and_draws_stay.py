"""What an audit was drawn from stays, and a discarded draft stays as it was discarded: by trigger."""

from django.db import migrations

FUNCTION = """
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
        RAISE EXCEPTION 'a signed audit stays as it is: %% refused', TG_OP USING ERRCODE = 'insufficient_privilege';
    END IF;
%(discarded)s    IF TG_OP = 'DELETE' THEN
        RETURN OLD;
    END IF;
    IF (NEW.id, NEW.district_id, NEW.since, NEW.until, NEW.as_of, NEW.meetings_held, NEW.organisations_met,
        NEW.district_code, NEW.district_name, NEW.definitions, NEW.parts, NEW.made_with%(seed_new)s)
        IS DISTINCT FROM
       (OLD.id, OLD.district_id, OLD.since, OLD.until, OLD.as_of, OLD.meetings_held, OLD.organisations_met,
        OLD.district_code, OLD.district_name, OLD.definitions, OLD.parts, OLD.made_with%(seed_old)s)
%(emptied)s        THEN
        RAISE EXCEPTION 'what an audit is of stays as it is' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$
"""
DISCARDED = """    IF OLD.discarded_at IS NOT NULL THEN
        RAISE EXCEPTION 'a discarded draft stays as it is: %% refused', TG_OP USING ERRCODE = 'insufficient_privilege';
    END IF;
"""
EMPTIED = """        OR NEW.discarded_at IS NULL AND
       (NEW.blind_spots, NEW.candidate_meetings, NEW.candidate_organisations) IS DISTINCT FROM
       (OLD.blind_spots, OLD.candidate_meetings, OLD.candidate_organisations)
"""
KEEP_REVIEW = FUNCTION % {
    "discarded": DISCARDED % (),
    "seed_new": ", NEW.seed",
    "seed_old": ", OLD.seed",
    "emptied": EMPTIED,
}
KEPT_BEFORE = FUNCTION % {
    "discarded": "",
    "seed_new": ", NEW.blind_spots",
    "seed_old": ", OLD.blind_spots",
    "emptied": "",
}


def keep(apps, schema_editor):
    schema_editor.execute(KEEP_REVIEW, params=None)


def keep_as_before(apps, schema_editor):
    schema_editor.execute(KEPT_BEFORE, params=None)


class Migration(migrations.Migration):
    dependencies = [("reviews", "0011_drafts_and_draws")]

    operations = [migrations.RunPython(keep, keep_as_before)]
