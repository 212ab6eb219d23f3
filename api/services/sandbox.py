"""Keys of a sandbox: a separate installation that contains only invented rows (docs/adr/0034)."""

from datetime import timedelta
from typing import Final

from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actors import SYSTEM, actor_for
from accounts.models import Role, User
from api.codes import Scope
from api.models import ApiKey
from api.rules import Token
from api.services.bulk_agreements import agree_to_bulk_reads
from api.services.keys import create_key
from jobs.models import Job, JobStatus
from lib.ids import uuid7

DAYS: Final = 7
MOST_A_DAY: Final = 200
BULK_ROWS: Final = 100_000
#: Scopes of a sandbox key. Anyone can get a key, so it cannot make the sandbox call addresses.
SCOPES: Final = tuple(scope for scope in Scope if scope != Scope.WEBHOOKS_WRITE)


def is_sandbox() -> bool:
    """Whether this installation is a sandbox: the setting is on, and the demo was loaded."""
    return settings.SANDBOX and Job.objects.filter(kind="load_demo", status=JobStatus.DONE).exists()


def create_sandbox_key() -> tuple[ApiKey, Token]:
    """Create a key that reads and writes the whole invented city, and return it with its token.

    Raises PermissionDenied unless this is a sandbox, and ValidationError past MOST_A_DAY.
    """
    if not is_sandbox():
        raise PermissionDenied
    if ApiKey.objects.filter(created_at__gte=timezone.now() - timedelta(days=1)).count() >= MOST_A_DAY:
        raise ValidationError(_("No more sandbox keys today. Try again tomorrow."))
    name = f"sandbox-{uuid7().hex[-8:]}"
    key, token = create_key(
        actor=SYSTEM,
        name=name,
        source=name,
        scopes=SCOPES,
        purpose="sandbox",
        is_citywide=True,
        days=DAYS,
        requests_per_minute=120,
    )
    if privacy := User.objects.filter(role=Role.PRIVACY_OFFICER).order_by("pk").first():
        agree_to_bulk_reads(
            actor=actor_for(privacy), key_id=key.pk, rows=BULK_ROWS, days=DAYS, reason="sandbox"
        )
    return key, token
