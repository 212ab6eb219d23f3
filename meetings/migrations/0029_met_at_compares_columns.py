"""Compare column by column, which PostgreSQL prints alike after migrating and after a restore (verify_audit)."""

from django.db import migrations

COMPARES_ROWS = """
CREATE OR REPLACE TRIGGER meetings_meeting_met_at AFTER UPDATE OF status, starts_at, outcomes
ON meetings_meeting FOR EACH ROW
WHEN ((OLD.status, OLD.starts_at, OLD.outcomes) IS DISTINCT FROM (NEW.status, NEW.starts_at, NEW.outcomes))
EXECUTE FUNCTION meetings_meeting_met_at();
"""
COMPARES_COLUMNS = """
CREATE OR REPLACE TRIGGER meetings_meeting_met_at AFTER UPDATE OF status, starts_at, outcomes
ON meetings_meeting FOR EACH ROW
WHEN (
    OLD.status IS DISTINCT FROM NEW.status
    OR OLD.starts_at IS DISTINCT FROM NEW.starts_at
    OR OLD.outcomes IS DISTINCT FROM NEW.outcomes
)
EXECUTE FUNCTION meetings_meeting_met_at();
"""


class Migration(migrations.Migration):
    dependencies = [("meetings", "0028_takeaways_seen_with_meetings")]

    operations = [migrations.RunSQL(COMPARES_COLUMNS, COMPARES_ROWS)]
