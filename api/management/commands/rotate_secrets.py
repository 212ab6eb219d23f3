"""`manage.py rotate_secrets`: re-encrypt secrets under the new SECRET_KEY, and list uses of the old one."""

from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db.models import Q
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from accounts.services import second_factor
from api.models import ApiKey, CalendarFeed
from api.services.feeds import CALENDAR_FEED
from api.services.webhooks import renew_secrets
from audit.models import Event
from audit.rules import name_and_how
from privacy.services.requests import renew_statements


class Command(BaseCommand):
    help = (
        "Encrypts secrets of webhooks and second factors under the current SECRET_KEY. Of API keys and "
        "calendar addresses only hashes are kept: they are moved when they are used next; --since says "
        "which were not."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--since", metavar="MOMENT", help="when it was changed: 2026-11-25T10:00Z")

    def handle(self, *_args: Any, since: str | None, **_options: Any) -> None:
        self.stdout.write(f"Secrets of webhooks encrypted under the current key: {renew_secrets()}")
        self.stdout.write(
            f"Two-factor secrets encrypted under the current key: {second_factor.renew_secrets()}"
        )
        self.stdout.write(f"Statements of requests encrypted under the current key: {renew_statements()}")
        if since is None:
            self.stdout.write("Use --since TIMESTAMP to list what still needs the previous key.")
            return
        keys, feeds = unused(_moment(since))
        for name in keys:
            self.stdout.write(f"  API key not used since: {name}")
        self.stdout.write(f"API keys not used since: {len(keys)}, calendar addresses not read since: {feeds}")
        if not keys and not feeds:
            self.stdout.write(
                "Nothing needs the old SECRET_KEY any longer. Remove it from SECRET_KEY_FALLBACKS."
            )


def unused(since: datetime) -> tuple[list[str], int]:
    """Names of usable API keys and number of calendar feeds created before `since` and unused since then."""
    older = ApiKey.objects.usable(timezone.now()).filter(created_at__lt=since)
    idle = older.filter(Q(last_used_at__isnull=True) | Q(last_used_at__lt=since))
    reads = Event.objects.filter(at__gte=since, recipient__contains=CALENDAR_FEED)
    hows = (name_and_how(text)[1] for text in reads.values_list("recipient", flat=True))
    read_feed_ids = {channel.removeprefix(CALENDAR_FEED) for channel in hows}
    feeds = CalendarFeed.objects.filter(created_at__lt=since, user__is_active=True)
    names = list(idle.order_by("name", "pk").values_list("name", flat=True))
    return names, sum(str(pk) not in read_feed_ids for pk in feeds.values_list("pk", flat=True))


def _moment(text: str) -> datetime:
    moment = parse_datetime(text)
    if moment is None or moment.tzinfo is None:
        raise CommandError("Give a timestamp with an offset, such as 2026-11-25T10:00Z.")
    return moment
