"""Files of practices for other cities: prepare, let a person confirm, and sign by the worker."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actors import Actor
from audit.models import Action, Op
from audit.services import Changed, record_changes
from audit.signing import read_city_key
from contacts.services.public_texts import flags_of, refuse_protected
from lib import city_files
from lib.canonical import canonical, digest_of
from lib.cleaning import assign
from lib.waking import wake_on_commit
from practices.models import Practice, PracticeFile
from practices.policies import can_exchange_practices
from practices.services.file_format import MOST_BYTES, MOST_PRACTICES, build

OBJECT: Final = "practice_file"
SIGN: Final = "practices.sign_files"


@dataclass(frozen=True, slots=True)
class Prepared:
    """A file with the current contents. `flags` are words of its texts that may name someone."""

    document: dict[str, Any]
    practices: list[UUID]
    flags: list[str]

    @property
    def digest(self) -> str:
        """Digest of the confirmed contents: all but the moment."""
        return digest_of(self.document | {"made_at": ""})


def prepare_file(*, actor: Actor, practice_ids: Collection[UUID]) -> Prepared:
    """Prepare a file of published practices of this city with the current contents.

    Raises PermissionDenied. Raises ValidationError for other practices, for too many, and for a text that
    names an organisation with a protected location.
    """
    if not can_exchange_practices(actor):
        raise PermissionDenied
    requested_ids = set(practice_ids)
    rows = list(
        Practice.objects.visible_to(actor)
        .published()
        .of_this_city()
        .filter(pk__in=requested_ids)
        .order_by("code")
    )
    if not rows or len(rows) != len(requested_ids):
        raise ValidationError({"practices": _("Choose published practices of this city.")}, code="practices")
    document = build(city=settings.CITY_NAME, made_at=timezone.now(), rows=rows)
    if len(rows) > MOST_PRACTICES or len(canonical(document)) > MOST_BYTES:
        raise ValidationError(
            {"practices": _("This file is too large. Choose fewer practices.")}, code="size"
        )
    texts = list(_texts(document))
    refuse_protected(texts)
    return Prepared(document, sorted(row.pk for row in rows), flags_of(texts))


@transaction.atomic
def confirm_file(
    *, actor: Actor, practice_ids: Collection[UUID], recipient: str, names_nobody: bool, digest: str
) -> PracticeFile:
    """Store the file that the actor was shown (`digest`), for signing and sending to a city.

    Raises as `prepare_file`, and ValidationError if the texts are not confirmed or the file has changed.
    """
    prepared = prepare_file(actor=actor, practice_ids=practice_ids)
    if not names_nobody:
        raise ValidationError({"names_nobody": _("Read all texts and confirm that they name no one.")})
    if digest != prepared.digest:
        raise ValidationError(_("The file has changed since you read it. Read it again."), code="changed")
    row = PracticeFile(practices=prepared.practices, document=prepared.document, confirmed_by_id=actor.id)
    assign(row, {"recipient": recipient})
    row.full_clean(exclude=["confirmed_by"])
    row.save(force_insert=True)
    changed = Changed(OBJECT, row.pk, Op.CREATED, 1, [])
    record_changes(
        actor, Action.EXPORT, [changed], purpose=f"sha256:{digest_of(row.document)}", recipient=row.recipient
    )
    wake_on_commit(SIGN)
    return row


def sign_files() -> int:
    """Sign the waiting files with the city's key, and return their number. Raises NoKey."""
    waiting = PracticeFile.objects.waiting()
    return city_files.sign_waiting(waiting, read_city_key()) if waiting.exists() else 0


def _texts(value: Any) -> Iterator[str]:
    """Yield all texts of a document, including codes, without city and licence."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for name, member in value.items():
            if name not in ("city", "licence"):
                yield from _texts(member)
    elif isinstance(value, list):
        for member in value:
            yield from _texts(member)
