"""Read registers from their address regularly. Each new version is checked, and a person confirms it.

The address is checked and requested like that of a webhook (lib.targets, lib.calling).
"""

from datetime import timedelta
from posixpath import basename
from typing import BinaryIO, Final
from urllib.parse import unquote, urlsplit
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models.functions import Now
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts.actors import NOBODY, Actor, actor_for
from accounts.models import User
from audit.models import Action
from audit.services import record
from exchange.imports.drafts import TRY, check_columns, name_columns, own_draft, queue_step, start_draft
from exchange.imports.reading import digest_and_encoding
from exchange.imports.saved_mappings import save_mapping
from exchange.imports.tables import MOST_BYTES
from exchange.models import DraftState, ImportDraft, Problem, WatchedRegister
from exchange.policies import can_import
from lib.calling import NotDelivered, fetch
from lib.leases import Lease, claim
from lib.target_rules import BadTarget
from lib.targets import Resolve, check_target, resolve, target_problem
from lib.waking import wake, wake_on_commit

FETCH: Final = "exchange.fetch_registers"
_LEASE: Final = timedelta(minutes=3)
_SECONDS: Final = 60.0  # for one file
_UNDECIDED: Final = (DraftState.MAPPING, DraftState.TRIED, DraftState.FAILED)
_UNREACHED: Final = ("unknown_host", "not_public")
_PROBLEMS: Final = {"status": Problem.STATUS, "redirect": Problem.REDIRECT, "too_large": Problem.TOO_LARGE}


@transaction.atomic
def watch_register(
    *, actor: Actor, draft_id: UUID, url: str, every_days: int, resolve: Resolve = resolve
) -> WatchedRegister:
    """Read the address every `every_days` days with the draft's mapping. Each source has one address.

    Raises PermissionDenied, DoesNotExist, ValidationError by field.
    """
    draft = own_draft(actor, draft_id)
    check_columns(draft)
    key = {"owner": draft.started_by, "what": draft.what, "source": draft.source}
    row = WatchedRegister.objects.select_for_update().filter(**key).first() or WatchedRegister(**key)
    is_new = row._state.adding
    row.url, row.every_days, row.purpose = url.strip(), every_days, draft.purpose
    row.next_at, row.digest, row.problem = timezone.now(), "", ""
    row.clean_fields(exclude={"purpose", "lease_until", "read_at", "draft"})
    try:
        check_target(row.url, resolve)
    except BadTarget as error:
        text = ValidationError(target_problem(error.code), code=error.code)
        raise ValidationError({"url": text}) from None
    row.save()
    save_mapping(actor, draft)
    record(
        actor, Action.CREATE if is_new else Action.UPDATE, "watched_register", [row.pk], purpose=row.purpose
    )
    wake_on_commit(FETCH)
    return row


@transaction.atomic
def read_now(*, actor: Actor, watched_id: UUID) -> WatchedRegister:
    """Read the address at once. Raises PermissionDenied, DoesNotExist."""
    row = _lock_own(actor, watched_id)
    WatchedRegister.objects.filter(pk=row.pk).update(next_at=Now())
    wake_on_commit(FETCH)
    return row


@transaction.atomic
def take_over(*, actor: Actor, watched_id: UUID) -> WatchedRegister:
    """Make a colleague's register the actor's own.

    The last version is checked again with the actor's rights. The colleague keeps the earlier imports.

    Raises PermissionDenied, DoesNotExist, and ValidationError if the actor reads the same source already.
    """
    if not can_import(actor, "organisations"):
        raise PermissionDenied
    mine = WatchedRegister.objects.visible_to(actor)
    if own_register := mine.filter(pk=watched_id).first():
        return own_register
    row = WatchedRegister.objects.of_colleagues(actor).select_for_update(of=("self",)).get(pk=watched_id)
    if mine.filter(what=row.what, source=row.source).exists():
        raise ValidationError(_("You already read this source from an address."))
    row.owner, row.draft, row.digest, row.problem = actor.id, None, "", ""  # type: ignore[assignment]  # a supervisor has an account
    row.next_at = timezone.now()
    row.save()
    record(actor, Action.UPDATE, "watched_register", [row.pk], field_names=["owner"], purpose=row.purpose)
    wake_on_commit(FETCH)
    return row


@transaction.atomic
def dismiss_version(*, actor: Actor, watched_id: UUID) -> WatchedRegister:
    """Stop announcing the last version, but announce the next. Raises PermissionDenied, DoesNotExist."""
    row = _lock_own(actor, watched_id)
    if row.draft_id:
        row.draft = None
        row.save(update_fields=["draft"])
        record(actor, Action.UPDATE, "watched_register", [row.pk], field_names=["draft"], purpose=row.purpose)
    return row


@transaction.atomic
def stop_watching(*, actor: Actor, watched_id: UUID) -> WatchedRegister:
    """Stop reading the address. Its imports stay. Raises PermissionDenied, DoesNotExist."""
    row = _lock_own(actor, watched_id)
    record(actor, Action.ERASE, "watched_register", [row.pk], purpose=row.purpose)
    WatchedRegister.objects.filter(pk=row.pk).delete()
    return row


def _lock_own(actor: Actor, watched_id: UUID) -> WatchedRegister:
    if not can_import(actor, "organisations"):
        raise PermissionDenied
    register: WatchedRegister = (
        WatchedRegister.objects.visible_to(actor).select_for_update(of=("self",)).get(pk=watched_id)
    )
    return register


# --- In the worker ------------------------------------------------------------------------------------


def fetch_due(resolve: Resolve = resolve) -> int:
    """Read one address that is due and return the number read. Any number of workers may run at once."""
    for lease in claim(WatchedRegister.objects.due(), _LEASE, 1):
        user = User.objects.filter(pk=lease.row.owner).first()
        with translation.override(user.language if user else translation.get_language()):
            _read_address(lease, actor_for(user) if user else NOBODY, resolve)
        wake(FETCH)  # there may be more
        return 1
    return 0


def _read_address(lease: Lease[WatchedRegister], actor: Actor, resolve: Resolve) -> None:
    """Read the address, and store the result and the next time."""
    row = lease.row
    problem = "" if can_import(actor, "organisations") else Problem.RIGHTS
    file: BinaryIO | None = None
    if not problem:
        try:
            headers = {"user-agent": "Proximity-CRM-Import/1", "accept-encoding": "identity"}
            checked = check_target(row.url, resolve)
            file = fetch(checked, headers, limit_seconds=_SECONDS, most_bytes=MOST_BYTES)
        except BadTarget as error:
            problem = Problem.CONNECTION if error.code in _UNREACHED else Problem.ADDRESS
        except NotDelivered as error:
            problem = _PROBLEMS.get(error.code, Problem.CONNECTION)
    read_at = timezone.now()
    with transaction.atomic():
        if not lease.renew():
            return
        if file is not None:
            problem = _check_version(row, actor, file)
        lease.end(
            problem=problem,
            read_at=read_at,
            next_at=read_at + timedelta(days=row.every_days),
            digest=row.digest,
            draft=row.draft_id,
        )


def _check_version(row: WatchedRegister, actor: Actor, file: BinaryIO) -> str:
    """Queue the check of a new version, or of the last one if it was deleted before a decision.

    Return the problem, or an empty text.
    """
    digest, _encoding = digest_and_encoding(file)
    last_draft = ImportDraft.objects.filter(pk=row.draft_id) if row.draft_id else ImportDraft.objects.none()
    if digest == row.digest and not last_draft.filter(state__in=_UNDECIDED, content__isnull=True).exists():
        waits = row.problem == Problem.COLUMNS and last_draft.filter(state=DraftState.MAPPING).exists()
        return Problem.COLUMNS if waits else ""
    name = unquote(basename(urlsplit(row.url).path)) or row.source
    try:
        with transaction.atomic():
            draft = start_draft(
                actor=actor,
                target_name=row.what,
                file=file,
                file_name=name,
                source=row.source,
                purpose=row.purpose,
            )
    except ValidationError:
        return Problem.UNREADABLE
    row.digest, row.draft = digest, draft
    try:
        with transaction.atomic():
            name_columns(
                actor=actor, draft_id=draft.pk, columns=draft.columns, also=draft.also, fixed=draft.fixed
            )
            queue_step(actor=actor, draft_id=draft.pk, step=TRY)
    except ValidationError:
        return Problem.COLUMNS
    return ""
