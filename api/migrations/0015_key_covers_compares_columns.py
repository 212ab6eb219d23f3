"""Compare column by column, which PostgreSQL prints alike after migrating and after a restore (verify_audit)."""

from django.db import migrations

COMPARES_ROWS = """
CREATE OR REPLACE TRIGGER api_apikey_covers_otherwise AFTER UPDATE OF status, is_citywide, expires_at ON api_apikey
FOR EACH ROW
WHEN ((OLD.status, OLD.is_citywide, OLD.expires_at) IS DISTINCT FROM (NEW.status, NEW.is_citywide, NEW.expires_at))
EXECUTE FUNCTION guard.follow_key();
"""
COMPARES_COLUMNS = """
CREATE OR REPLACE TRIGGER api_apikey_covers_otherwise AFTER UPDATE OF status, is_citywide, expires_at ON api_apikey
FOR EACH ROW
WHEN (
    OLD.status IS DISTINCT FROM NEW.status
    OR OLD.is_citywide IS DISTINCT FROM NEW.is_citywide
    OR OLD.expires_at IS DISTINCT FROM NEW.expires_at
)
EXECUTE FUNCTION guard.follow_key();
"""


class Migration(migrations.Migration):
    dependencies = [("api", "0014_erase_scope")]

    operations = [migrations.RunSQL(COMPARES_COLUMNS, COMPARES_ROWS)]
