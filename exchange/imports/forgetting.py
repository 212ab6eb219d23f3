"""Delete files and fingerprints of imports that name a person who is erased."""

from typing import Final
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.actors import Actor
from contacts.models import ContactExternalId
from exchange.imports.content import content_of
from exchange.imports.drafts import clear_draft
from exchange.models import ImportDraft, ImportedRow, ImportStep, SavedMapping, WatchedRegister
from jobs.models import Job
from jobs.services.kinds import JobRefused
from lib import erasable
from lib.erasable import Keys, Leaving, Rewrite, Writer
from lib.row_context import Opened, opened

_CONTENT = ("first_rows", "sample", "values", "counted", "joins")


def forget_drafts_of(_actor: Actor, keys: Keys, rewrite: Rewrite) -> None:
    """Forget the files of these imports. Raises JobRefused while one is running."""
    for key in keys:
        _forget(UUID(key), rewrite)


def forget_steps(_actor: Actor, keys: Keys, _rewrite: Rewrite) -> None:
    """Delete the undo data of imports that wrote the person, so that they cannot be undone."""
    drafts = ImportStep.objects.filter(pk__in=keys).values_list("draft", flat=True).distinct()
    for pk in list(drafts):
        _forget(pk, lambda _draft: {})


@opened(Opened.WRITER)
def forget_rows(_actor: Actor, leaving: Leaving) -> None:
    """Forget what sources said about contacts, and files in which they are named."""
    for source, external_id in ContactExternalId.objects.filter(contact__in=leaving.ids).values_list(
        "source", "external_id"
    ):
        ImportedRow.objects.filter(object_type="contact", source=source, external_id=external_id).delete()
    for draft in ImportDraft.objects.with_content().defer("content"):
        if leaving.is_named(_text_of(draft)):
            _forget(draft.pk, lambda _draft: {})


def _text_of(draft: ImportDraft) -> str:
    with content_of(draft) as content:
        return content.read().decode(draft.encoding or "utf-8", errors="replace")


@transaction.atomic
def _forget(pk: UUID, rewrite: Rewrite) -> None:
    rows = ImportDraft.objects.select_for_update(no_key=True).filter(pk=pk)
    if not rows:
        return
    draft: ImportDraft = rows[0]
    if draft.job_id and Job.objects.under_way().filter(pk=draft.job_id).exists():
        raise JobRefused(_("An import that names this person is running. Try again when it has ended."))
    values = rewrite(draft)
    for name, value in values.items():
        if name not in _CONTENT:
            setattr(draft, name, value)
    clear_draft(draft)
    draft.save()


WRITERS: Final = (
    Writer(ImportDraft, forget_drafts_of),
    Writer(ImportStep, forget_steps),
    *erasable.whole_rows(ImportedRow),
    *erasable.texts(SavedMapping, WatchedRegister),
)
