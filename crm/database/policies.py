"""Whether the row-level policies of the database are as the settings expect (docs/adr/0046)."""

from collections.abc import Iterator
from typing import Any, Final

from django.conf import settings
from django.db import OperationalError
from django.db.backends.base.base import BaseDatabaseWrapper

EVERYWHERE: Final = "00000000-0000-0000-0000-000000000000"


class PoliciesWithoutContext(OperationalError):
    """The database refuses every row, because the application sends no context."""


def refuse_without_context(connection: BaseDatabaseWrapper) -> None:
    """Raise PoliciesWithoutContext where pages and lists would be empty, as if there were no records."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT bool_or(row_security_active(polrelid)) FROM pg_policy"
            " WHERE has_table_privilege(polrelid, 'SELECT')"
        )
        if cursor.fetchone()[0]:
            raise PoliciesWithoutContext(
                "The database refuses every row, because row-level policies are on and ROW_SECURITY is 0. "
                "Set ROW_SECURITY=1 and restart, or run prepare_database with ROW_SECURITY=0."
            )


def check_policies(cursor: Any) -> Iterator[str]:
    """Findings about policies and contexts. The caller acts as the system."""
    cursor.execute(
        "SELECT count(*), count(*) FILTER (WHERE relrowsecurity), to_regprocedure('context_districts()')"
        " FROM pg_class WHERE oid IN (SELECT polrelid FROM pg_policy)"
    )
    tables, guarded, function = cursor.fetchone()
    if not tables or function is None:
        yield "The database has no policies of this version. Run prepare_database."
        return
    cursor.execute("SELECT context_districts()")
    if [str(role) for role in cursor.fetchone()[0]] != [EVERYWHERE]:
        yield "The database does not accept contexts signed with this SECRET_KEY. Run prepare_database."
    if settings.ROW_SECURITY and not guarded:
        yield "ROW_SECURITY is 1, but the policies are off. Run prepare_database."
    elif 0 < guarded < tables:
        yield f"Policies are on for {guarded} of {tables} tables. Run prepare_database."
