"""Data that only the application knows, as JSON: SQL, a key, a session, and the statements per request.

Runs with the environment variables of an installation: `python -m benchmarks.inside`.
"""

import json
import os
import sys
from collections.abc import Sequence
from typing import Any
from uuid import UUID

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crm.settings")
django.setup()

import psycopg  # noqa: E402  # after django.setup()
from django.conf import settings  # noqa: E402  # after django.setup()
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY  # noqa: E402  # after django.setup()
from django.db import connection  # noqa: E402  # after django.setup()
from django.db.models import QuerySet  # noqa: E402  # after django.setup()
from django.test import Client  # noqa: E402  # after django.setup()
from django.test.utils import CaptureQueriesContext, override_settings  # noqa: E402  # after django.setup()

from accounts.actors import SYSTEM  # noqa: E402  # after django.setup()
from accounts.models import User  # noqa: E402  # after django.setup()
from accounts.services.sessions import SessionStore  # noqa: E402  # after django.setup()
from api.models import ApiKey  # noqa: E402  # after django.setup()
from api.organisations import ORGANISATION  # noqa: E402  # after django.setup()
from api.resources.base import BEST  # noqa: E402  # after django.setup()
from api.services.keys import create_key  # noqa: E402  # after django.setup()
from benchmarks import figures  # noqa: E402  # after django.setup()
from benchmarks.seeding import FIRST, ident  # noqa: E402  # after django.setup()
from contacts.models import Organisation  # noqa: E402  # after django.setup()
from districts.models import District  # noqa: E402  # after django.setup()
from lib.keyset import paginate  # noqa: E402  # after django.setup()
from lib.prepared import Statement, join_page  # noqa: E402  # after django.setup()
from lib.row_context import act_as_system  # noqa: E402  # after django.setup()

API = "/api/v1/organisations/"
SOME = 200
HITS, MISS = FIRST[0], "xqzwkv"
PLACEHOLDER = UUID(int=0)
BY_SESSION = ("today", figures.SCORECARD, figures.HISTORY)
NOT_COUNTED = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE", "ROLLBACK")


def facts() -> dict[str, Any]:
    depth = min(90_000, Organisation.objects.count() * 9 // 10)
    headers = {"Authorization": f"Bearer {new_key()}"}
    cookie = f"{settings.SESSION_COOKIE_NAME}={_new_session()}"
    paths = {
        "list": [f"{API}?limit=100"],
        "deep": [f"{API}?limit=100&cursor={_cursor_after(depth)}"],
        "filter": [f"{API}?limit=100&kind=school,ngo"],
        "hits": [f"{API}?q={HITS}"],
        "miss": [f"{API}?q={MISS}"],
        "detail": [f"{API}{pk}/" for pk in _some_ids()],
        "today": ["/"],
        **figures.scorecard_paths(),
        **figures.report_paths(),
    }
    return {
        "key": headers,
        "session": {"Cookie": cookie},
        "paths": paths,
        "depth": depth,
        "sql": _statements() | figures.statements(),
        "counts": {
            name: _count(paths[name][0], {"Cookie": cookie} if name in BY_SESSION else headers)
            for name in (
                "list",
                "hits",
                "detail",
                "today",
                figures.SCORECARD,
                figures.HISTORY,
                "report-coverage",
            )
        },
    }


def new_key() -> str:
    """Create a key for all districts of the city.

    As in reality, the district of each row is then checked.
    """
    ApiKey.objects.filter(source="bench").delete()
    city = District.objects.get(code="C")
    _key, token = create_key(
        actor=SYSTEM,
        name="bench",
        scopes=["organisations:read", "reports:read"],
        purpose="benchmark",
        source="bench",
        districts=[city],
        requests_per_minute=100_000_000,
    )
    return str(token)


def _new_session() -> str:
    user = User.objects.get(pk=UUID(ident(3, 0)))
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.create()
    return str(session.session_key)


def _some_ids() -> Sequence[str]:
    ids = Organisation.objects.order_by("id").values_list("pk", flat=True)
    return [str(pk) for pk in ids[: SOME * 7 : 7]]


def _cursor_after(depth: int) -> str:
    rows = Organisation.objects.order_by("id")
    first = rows[depth - 1]
    cursor = paginate(rows.filter(pk__gte=first.pk), order="id", limit=1).next
    assert cursor is not None  # noqa: S101 (a tenth of the rows lies behind it)
    return cursor


@override_settings(ROW_SECURITY=False)  # the floor reads as the owner, who has no policies
def _statements() -> dict[str, str]:
    rows = Organisation.objects.all()

    def of(queryset: QuerySet[Any]) -> str:
        return _text(_columns(queryset))

    def of_page(page: QuerySet[Any]) -> str:
        """Rank IDs alone, and read the columns of the best, as the application does."""
        compiler = _columns(rows, "pk").query.get_compiler("default")
        columns = Statement(*compiler.as_sql())
        joined = join_page(Statement.of(page.values("pk")), columns, str(compiler.select[-1][2]))
        connection.ensure_connection()
        return psycopg.ClientCursor(connection.connection).mogrify(joined.sql, joined.parameters)

    return {
        "list": of(rows.order_by("id")[:101]),
        "hits": of_page(rows.matching(HITS)[:BEST]),
        "miss": of_page(rows.matching(MISS)[:BEST]),
        "detail": of(rows.filter(pk=PLACEHOLDER))
        .replace("%", "%%")
        .replace(f"'{PLACEHOLDER.hex}'::uuid", "%s"),
    }


def _columns(queryset: QuerySet[Any], *more: str) -> QuerySet[Any]:
    return queryset.values_list(*(column.expression(SYSTEM) for column in ORGANISATION.columns), *more)


def _text(queryset: QuerySet[Any]) -> str:
    """Return a statement as sent, with its values."""
    statement, values = queryset.query.get_compiler("default").as_sql()
    connection.ensure_connection()
    return psycopg.ClientCursor(connection.connection).mogrify(statement, values)


def _count(path: str, headers: dict[str, str]) -> int:
    """Count the statements of one request, without those that begin and end transactions."""
    client = Client(headers=headers, SERVER_NAME="localhost")
    client.get(path)  # statements that run only once, such as for the key's last use
    with CaptureQueriesContext(connection) as captured:
        answer = client.get(path)
    if answer.status_code != 200:
        sys.exit(f"{path} answered {answer.status_code}")
    return sum(not query["sql"].startswith(NOT_COUNTED) for query in captured.captured_queries)


if __name__ == "__main__":
    act_as_system()
    print(json.dumps(facts()))
