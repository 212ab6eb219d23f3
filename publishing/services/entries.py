"""Writing “You said, we did”: a draft, its approval by another person, and immediate withdrawal."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.models import Act
from accounts.services.acts import ask, refuse_same_device, withdraw
from audit.codes import ReasonCode
from audit.models import Action
from audit.services import record
from contacts.services.public_texts import flags_of, refuse_protected
from districts.models import District
from lib.cleaning import assign, refuse_future
from lib.conflicts import check_version, constraints_in_words
from lib.days import city_day, city_today
from lib.row_context import Opened, opened, writes
from lib.sensitive import find_hate
from meetings.models import Concern, FollowUp
from meetings.rules import is_bias_concern
from publishing.models import EntryTranslation, PublicEntry
from publishing.policies import can_approve_entry, can_edit_page, can_write_entry
from publishing.rules import bias
from reminders.services.reminders import refresh_reminders

OBJECT: Final = "public_entry"
_TEXTS: Final = ("said", "did", "why")
_FIELDS: Final = (*_TEXTS, "language", "state", "month", "agreed_by", "agreed_on")


@transaction.atomic
def draft_entry(
    *,
    actor: Actor,
    district_id: UUID,
    follow_up_id: UUID | None = None,
    concern_ids: Collection[UUID] = (),
    translations: Sequence[Mapping[str, str]] = (),
    **fields: Any,
) -> PublicEntry:
    """Create a draft of an entry with its concerns and follow-up, which are never published.

    Raises PermissionDenied if the actor does not write in the district, and DoesNotExist for a source that
    the actor cannot see. Raises ValidationError by field, or for a bias concern without agreement.
    """
    district = District.objects.visible_to(actor).get(pk=district_id)
    if not can_write_entry(actor, district.pk):
        raise PermissionDenied
    entry = PublicEntry(district=district, written_by_id=actor.id)
    sources = _sources(actor, entry, follow_up_id, concern_ids)
    _write_fields(entry, fields, sources, translations)
    entry.save(force_insert=True)
    entry.concerns.set(sources)
    _save_translations(entry, translations)
    ask(actor, Act.PUBLIC_ENTRY, subject=entry.pk, districts=[district])
    _record_change(actor, Action.CREATE, entry, list(fields))
    return entry


@transaction.atomic
def edit_entry(
    *,
    actor: Actor,
    entry_id: UUID,
    version: int | None = None,
    translations: Sequence[Mapping[str, str]] | None = None,
    **fields: Any,
) -> PublicEntry:
    """Change a draft. The actor becomes its writer and so cannot approve it.

    Raises as `draft_entry`, and ValidationError for an entry that is no draft.
    """
    entry = _locked_entry(actor, entry_id, version)
    if not can_write_entry(actor, entry.district_id):
        raise PermissionDenied
    _refuse_decided(entry)
    entry.written_by_id = actor.id
    new_translations = (
        list(entry.translations.values("language", *_TEXTS)) if translations is None else translations
    )
    _write_fields(entry, fields, list(entry.concerns.all()), new_translations)
    entry.revision += 1
    entry.save()
    _save_translations(entry, new_translations)
    withdraw(Act.PUBLIC_ENTRY, subject=entry.pk)
    ask(actor, Act.PUBLIC_ENTRY, subject=entry.pk, districts=[entry.district])
    _record_change(actor, Action.UPDATE, entry, list(fields))
    return entry


@opened(Opened.WRITER)
def entry_to_approve(actor: Actor, entry_id: UUID) -> PublicEntry:
    """Return an entry with its texts, for a person who may approve it. A confirmer covers no district.

    Raises DoesNotExist.
    """
    return PublicEntry.objects.approvable_by(actor).with_texts().get(pk=entry_id)


@writes
def approve_entry(
    *,
    actor: Actor,
    entry_id: UUID,
    version: int | None = None,
    tells_of_incident: bool | None = None,
    flag_reason: str = "",
) -> PublicEntry:
    """Let the next publication show an entry, or one in two weeks if it tells of a hate incident.

    Raises DoesNotExist, PermissionDenied for the writer and for actors who do not supervise the district.
    Raises ValidationError for an entry that is no draft, and for flagged words without a reason. The same
    error is raised without an answer to `tells_of_incident`, and for an incident without the agreement of the
    organisation that was hit.
    """
    rows = PublicEntry.objects.approvable_by(actor).select_for_update(of=("self",))
    entry: PublicEntry = rows.get(pk=entry_id)
    if not can_approve_entry(actor, entry):
        raise PermissionDenied
    refuse_same_device(actor, entry.written_by_id)
    check_version(entry.revision, version)
    _refuse_decided(entry)
    _check_words(entry, list(entry.translations.values("language", *_TEXTS)))
    _take_answer(entry, tells_of_incident)
    assign(entry, {"flag_reason": flag_reason})
    if entry.flags and not entry.flag_reason:
        text = _("Explain why the entry can be published with these words: %(words)s.")
        raise ValidationError({"flag_reason": text % {"words": ", ".join(entry.flags)}}, code="flags")
    entry.clean_fields(exclude=["district", "follow_up"])
    entry.approved_by_id, entry.approved_at = actor.id, timezone.now()
    entry.revision += 1
    with constraints_in_words(PublicEntry):
        entry.save()
    withdraw(Act.PUBLIC_ENTRY, subject=entry.pk)
    answer = ReasonCode.TELLS_OF_INCIDENT if tells_of_incident else ReasonCode.TELLS_OF_NO_INCIDENT
    _record_change(actor, Action.UPDATE, entry, ["approved_at", "tells_of_incident"], purpose=answer.sent)
    return entry


def hints_of_hate(entry: PublicEntry) -> list[str]:
    """Return words of the entry, in any language, to look at before answering `tells_of_incident`."""
    return find_hate(
        _joined_texts(
            entry,
            [
                {name: getattr(translation, name) for name in _TEXTS}
                for translation in entry.translations.all()
            ],
        )
    )


@transaction.atomic
def withdraw_entry(*, actor: Actor, entry_id: UUID, version: int | None = None) -> PublicEntry:
    """Take an entry off the public page, or reject a draft. Copies that others made cannot be recalled.

    Raises DoesNotExist, PermissionDenied: its writer withdraws a draft, a supervisor any.
    """
    entry = _locked_entry(actor, entry_id, version)
    is_own_draft = entry.is_draft and entry.written_by_id == actor.id
    if not is_own_draft and not can_edit_page(actor, entry.district_id):
        raise PermissionDenied
    if entry.withdrawn_at:
        raise ValidationError(_("This entry is already removed."))
    entry.withdrawn_at = timezone.now()
    entry.revision += 1
    entry.save()
    withdraw(Act.PUBLIC_ENTRY, subject=entry.pk)
    _record_change(actor, Action.ARCHIVE, entry, ["withdrawn_at"])
    return entry


def _sources(
    actor: Actor, entry: PublicEntry, follow_up_id: UUID | None, concern_ids: Collection[UUID]
) -> list[Concern]:
    """Return the concerns that the entry is about, with the concern of its follow-up."""
    wanted_ids = set(concern_ids)
    if follow_up_id:
        entry.follow_up = FollowUp.objects.visible_to(actor).get(pk=follow_up_id)
        wanted_ids |= {entry.follow_up.concern_id} if entry.follow_up.concern_id else set()
    concerns = list(Concern.objects.visible_to(actor).filter(pk__in=wanted_ids))
    if len(concerns) < len(wanted_ids):
        raise Concern.DoesNotExist
    return concerns


def _write_fields(
    entry: PublicEntry,
    fields: Mapping[str, Any],
    sources: Sequence[Concern],
    translations: Sequence[Mapping[str, str]],
) -> None:
    assign(entry, {name: value for name, value in fields.items() if name in _FIELDS})
    entry.month = entry.month or f"{city_today():%Y-%m}"
    if entry.month > f"{city_today():%Y-%m}":
        raise ValidationError({"month": _("The month must not be in the future.")})
    refuse_future(entry, ["agreed_on"])
    entry.full_clean(exclude=["written_by", "approved_by", "follow_up"])
    _check_words(entry, translations)
    entry.tells_of_incident = None
    bias_sources = _bias_sources(sources)
    if bias.needs_agreement(bias_sources) and not entry.is_agreed:
        raise ValidationError(
            {
                "agreed_by": _(
                    "The organisation that was hit must agree to a text about a single hate incident. Enter "
                    "who agreed and when, or summarise at least 5 concerns with a bias ground of one year, "
                    "about more than one organisation."
                )
            },
            code="bias",
        )
    entry.not_before = bias.not_before(bias_sources)


def _take_answer(entry: PublicEntry, tells_of_incident: bool | None) -> None:
    """Store the answer of the person who approves. An incident in the text counts as an incident of today."""
    if tells_of_incident is None:
        raise ValidationError(
            {"tells_of_incident": _("Answer whether the text tells of a hate incident.")}, code="required"
        )
    entry.tells_of_incident = tells_of_incident
    bias_sources = _bias_sources(entry.concerns.all())
    if tells_of_incident:
        bias_sources.append(bias.Source(city_today(), has_bias=True))
    if bias.needs_agreement(bias_sources) and not entry.is_agreed:
        raise ValidationError(
            {
                "tells_of_incident": _(
                    "The organisation that was hit must agree to this text first. Ask the writer to enter "
                    "who agreed and when, or remove the entry."
                )
            },
            code="bias",
        )
    entry.not_before = bias.not_before(bias_sources)


def _bias_sources(sources: Iterable[Concern]) -> list[bias.Source]:
    """Return concerns as sources for the bias rule."""
    return [
        bias.Source(
            city_day(concern.received_at), is_bias_concern(concern.bias_grounds), concern.site_organisation_id
        )
        for concern in sources
    ]


def _check_words(entry: PublicEntry, translations: Sequence[Mapping[str, str]]) -> None:
    text = _joined_texts(entry, translations)
    refuse_protected([text])
    entry.flags = flags_of([text], entry.language)


def _joined_texts(entry: PublicEntry, translations: Sequence[Mapping[str, str]]) -> str:
    """Return the texts of an entry in each language, one a line."""
    texts = [getattr(entry, name) for name in _TEXTS]
    texts += [translation.get(name, "") for translation in translations for name in _TEXTS]
    return "\n".join(filter(None, texts))


def _save_translations(entry: PublicEntry, translations: Sequence[Mapping[str, str]]) -> None:
    """Write the translations into the rows of their languages, and delete other rows."""
    rows_by_language = {stored.language: stored for stored in entry.translations.all()}
    for translation in translations:
        row: EntryTranslation = rows_by_language.pop(
            translation.get("language", ""), EntryTranslation(entry=entry)
        )
        assign(row, translation)
        row.full_clean(exclude=["entry"])
        with constraints_in_words(EntryTranslation):
            row.save()
    EntryTranslation.objects.filter(pk__in=[stored.pk for stored in rows_by_language.values()]).delete()


def _locked_entry(actor: Actor, entry_id: UUID, version: int | None) -> PublicEntry:
    rows = PublicEntry.objects.visible_to(actor).select_for_update(of=("self",))
    entry: PublicEntry = rows.get(pk=entry_id)
    check_version(entry.revision, version)
    return entry


def _refuse_decided(entry: PublicEntry) -> None:
    if not entry.is_draft:
        raise ValidationError(
            _("An approved entry does not change. Remove it and write another."), code="not_draft"
        )


def _record_change(
    actor: Actor, action: Action, entry: PublicEntry, names: Sequence[str], purpose: str = ""
) -> None:
    refresh_reminders("entry", entry.pk)
    district_ids = [entry.district_id]
    record(actor, action, OBJECT, [entry.pk], district_ids=district_ids, field_names=names, purpose=purpose)
