"""The two questions an orchestrator asks: is the process there, and does the whole system work?"""

from collections.abc import Callable
from contextlib import closing

from celery import current_app
from django.contrib.auth.decorators import login_not_required
from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe

from crm import heartbeat

TIMEOUT_SECONDS = 2


def database_answers() -> bool:
    """Ask over a connection of its own, which gives up soon."""
    probe = connection.copy()
    probe.settings_dict["OPTIONS"] = {**probe.settings_dict["OPTIONS"], "connect_timeout": TIMEOUT_SECONDS}
    with closing(probe), probe.cursor() as cursor:
        cursor.execute("SELECT 1")
        return bool(cursor.fetchone() == (1,))


def broker_answers() -> bool:
    options = {"socket_connect_timeout": TIMEOUT_SECONDS, "socket_timeout": TIMEOUT_SECONDS}
    with current_app.connection_for_write(
        connect_timeout=TIMEOUT_SECONDS, transport_options=options
    ) as broker:
        broker.ensure_connection(max_retries=1, timeout=TIMEOUT_SECONDS)
        return bool(broker.default_channel.client.ping())


CHECKS: dict[str, Callable[[], bool]] = {
    "database": database_answers,
    "broker": broker_answers,
    "worker": lambda: heartbeat.is_alive(heartbeat.WORKER),
    "beat": lambda: heartbeat.is_alive(heartbeat.BEAT),
}


def passes(check: Callable[[], bool]) -> bool:
    try:
        return check()
    except Exception:
        return False


@login_not_required
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """200 where database, broker, a worker and beat are alive, else 503; each one's state in the body."""
    states = {name: "up" if passes(check) else "down" for name, check in CHECKS.items()}
    healthy = all(state == "up" for state in states.values())
    return JsonResponse(
        {"status": "up" if healthy else "down", **states},
        status=200 if healthy else 503,
        headers={"Cache-Control": "no-store"},
    )


@login_not_required
@require_safe
def livez(request: HttpRequest) -> HttpResponse:
    """200 as long as this process answers."""
    return HttpResponse("alive\n", content_type="text/plain", headers={"Cache-Control": "no-store"})
