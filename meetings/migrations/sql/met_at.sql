-- When an organisation was met, kept beside its link to the meeting, so that figures need not open meetings.
-- `met_at` is the meeting's start where it was substantive for the organisation (docs/method.md), else null. The
-- database keeps it whoever writes, and sees rows that the writer's context would not: a figure that counts
-- a stale copy would be wrong without anybody seeing.

CREATE OR REPLACE FUNCTION meetings_link_met_at() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.met_at := (SELECT starts_at FROM meetings_meeting
                   WHERE id = NEW.meeting_id AND NEW.present AND status = 'held'
                      AND NOT outcomes <@ ARRAY['information_shared', 'no_change', 'declined', 'relationship_paused']::varchar[]);
    RETURN NEW;
END $$;

CREATE OR REPLACE FUNCTION meetings_meeting_met_at() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE meetings_meetingorganisation link
    SET met_at = CASE WHEN link.present AND heard.heard THEN NEW.starts_at END
    FROM (SELECT NEW.status = 'held'
          AND NOT NEW.outcomes <@ ARRAY['information_shared', 'no_change', 'declined', 'relationship_paused']::varchar[]
          AS heard) heard
    WHERE link.meeting_id = NEW.id
      AND link.met_at IS DISTINCT FROM CASE WHEN link.present AND heard.heard THEN NEW.starts_at END;
    RETURN NULL;
END $$;

ALTER FUNCTION meetings_link_met_at() SECURITY DEFINER SET search_path = public, pg_temp;
ALTER FUNCTION meetings_meeting_met_at() SECURITY DEFINER SET search_path = public, pg_temp;

CREATE TRIGGER meetings_link_met_at BEFORE INSERT OR UPDATE OF meeting_id, present
ON meetings_meetingorganisation FOR EACH ROW EXECUTE FUNCTION meetings_link_met_at();

CREATE TRIGGER meetings_meeting_met_at AFTER UPDATE OF status, starts_at, outcomes
ON meetings_meeting FOR EACH ROW
WHEN (
    OLD.status IS DISTINCT FROM NEW.status
    OR OLD.starts_at IS DISTINCT FROM NEW.starts_at
    OR OLD.outcomes IS DISTINCT FROM NEW.outcomes
)
EXECUTE FUNCTION meetings_meeting_met_at();
