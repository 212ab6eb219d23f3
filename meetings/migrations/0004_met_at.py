"""When an organisation was met, kept beside its link to the meeting, so that figures need not open meetings.

`met_at` is the meeting's start where it was substantive for the organisation (domain.md), else null. The
database keeps it, whoever writes: a figure that counts a stale copy would be wrong without anybody seeing.
From here on what is written has it; 0008_figures fills in what is older, and builds the index.
"""

from django.db import migrations, models

# As in meetings.rules.substance on the day of this migration: held, it was there, something was heard.
HEARD = (
    "status = 'held' AND NOT outcomes <@ "
    "ARRAY['information_shared', 'no_change', 'declined', 'relationship_paused']::varchar[]"
)

KEEP = f"""
CREATE FUNCTION meetings_link_met_at() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.met_at := (SELECT starts_at FROM meetings_meeting
                   WHERE id = NEW.meeting_id AND NEW.present AND {HEARD});
    RETURN NEW;
END $$;

CREATE TRIGGER meetings_link_met_at BEFORE INSERT OR UPDATE OF meeting_id, present
ON meetings_meetingorganisation FOR EACH ROW EXECUTE FUNCTION meetings_link_met_at();

CREATE FUNCTION meetings_meeting_met_at() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE meetings_meetingorganisation link
    SET met_at = CASE WHEN link.present AND heard.heard THEN NEW.starts_at END
    FROM (SELECT {HEARD.replace("status", "NEW.status").replace("outcomes", "NEW.outcomes")} AS heard) heard
    WHERE link.meeting_id = NEW.id
      AND link.met_at IS DISTINCT FROM CASE WHEN link.present AND heard.heard THEN NEW.starts_at END;
    RETURN NULL;
END $$;

CREATE TRIGGER meetings_meeting_met_at AFTER UPDATE OF status, starts_at, outcomes
ON meetings_meeting FOR EACH ROW
WHEN ((OLD.status, OLD.starts_at, OLD.outcomes) IS DISTINCT FROM (NEW.status, NEW.starts_at, NEW.outcomes))
EXECUTE FUNCTION meetings_meeting_met_at();
"""

LEAVE = """
DROP TRIGGER meetings_meeting_met_at ON meetings_meeting;
DROP FUNCTION meetings_meeting_met_at();
DROP TRIGGER meetings_link_met_at ON meetings_meetingorganisation;
DROP FUNCTION meetings_link_met_at();
"""


class Migration(migrations.Migration):
    dependencies = [("meetings", "0003_handovers")]

    operations = [
        migrations.AddField(
            model_name="meetingorganisation",
            name="met_at",
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.RunSQL(KEEP, LEAVE),
    ]
