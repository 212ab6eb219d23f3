"""Hide texts of notes under a restriction, if a privacy officer decided that they are about the person.

The writer of the noun replaces the text by a mark, so the search index, change feed and every exit follow.
The text is put back when the last restriction that hides it is lifted. Until then no writer can remove the
mark (`lib.freezing`).
"""

from collections.abc import Iterable, Mapping
from typing import Any, Final
from uuid import UUID

from django.apps import apps
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.actors import Actor
from lib.erasable import Leaving, forget_copies, writers
from lib.freezing import Frozen
from privacy import inventory
from privacy.models import Finding, HiddenText, Restriction
from privacy.rules.erasing import fitting

#: Apps whose texts officers and the public read. Other apps have no notes.
_OFFICERS: Final = frozenset(
    {"contacts", "districts", "incidents", "meetings", "plans", "practices", "publishing", "reviews"}
)
#: Tables of the room contacts that do not belong to a contact.
_OF_ORGANISATIONS: Final = frozenset(
    {
        *("contacts.FocusDeclaration", "contacts.Organisation", "contacts.OrganisationAlias"),
        "contacts.OrganisationDetail",
        "contacts.OrganisationNumber",
        "contacts.OrganisationPrivateChannel",
    }
)
#: Fields in which a mark is not valid: addresses, and codes by which other systems find a row.
_NO_WORDS: Final = (models.EmailField, models.SlugField, models.URLField)
#: Lookup of the record to which a row of a table belongs.
_PARTS: Final = {
    "contacts.FocusDeclaration": "organisation_id",
    "incidents.Debrief": "incident_id",
    "incidents.DebriefVoice": "debrief__incident_id",
    "incidents.IncidentStep": "incident_id",
    "incidents.Reassurance": "incident_id",
    "incidents.TensionAssessment": "incident_id",
    "plans.Action": "goal__plan_id",
    "plans.Goal": "plan_id",
    "plans.Indicator": "goal__plan_id",
    "plans.Milestone": "action__goal__plan_id",
    "practices.Adoption": "practice_id",
    "practices.PracticeText": "practice_id",
}


def hideable(label: str, name: str) -> bool:
    """Whether the texts of a column can be hidden: words of a note, and no unique key."""
    field, entry = _field(label, name), inventory.field_of(label, name)
    if label.partition(".")[0] not in _OFFICERS or label not in writers():
        return False
    is_text = isinstance(field, models.CharField | models.TextField) and not isinstance(field, _NO_WORDS)
    keys = {
        name_in_key
        for constraint in field.model._meta.constraints
        for name_in_key in getattr(constraint, "fields", ())
    }
    is_known_by = field.unique or name in keys
    return is_text and not is_known_by and entry.category in inventory.TEXTS and entry.erasure == "blank"


def can_hide(finding: Finding) -> bool:
    """Whether the text of a finding can be hidden. Signed and released texts stay."""
    label, key = finding.model, finding.object_id
    return hideable(label, finding.field) and key not in writers()[label].kept([key])


def findings_that_stay(findings: Iterable[Finding]) -> list[Finding]:
    """Return findings whose text stays readable. Texts of a contact are restricted with the contact."""
    readable = [
        finding for finding in findings if finding.model.partition(".")[0] in _OFFICERS - {"contacts"}
    ]
    readable += [finding for finding in findings if finding.model in _OF_ORGANISATIONS]
    return [finding for finding in readable if not can_hide(finding)]


def hide_texts(actor: Actor, restriction: Restriction, findings: Iterable[Finding]) -> list[UUID]:
    """Hide the texts of these findings, and return the IDs of their records.

    A text that is already hidden gets another, empty row. Stored files that may contain a text are deleted or
    made again.
    """
    record_ids: list[UUID] = []
    for finding in filter(can_hide, findings):
        model, object_id, field = finding.model, finding.object_id, finding.field
        holder = HiddenText.objects.at(model, object_id, field).first()
        row, is_new = HiddenText.objects.get_or_create(
            restriction=restriction, model=model, object_id=object_id, field=field
        )
        if is_new and holder is None:
            row.text = _replace(actor, row, lambda text: hidden_mark() if text else "")
            row.save(update_fields=["text"])
        record_ids += _records_of(row) if is_new else []
    forget_copies(actor, Leaving(frozenset()))
    return list(dict.fromkeys(record_ids))


def _records_of(row: HiddenText) -> list[UUID]:
    """Return the ID of the record of a text, for the activity log; empty if the record has no ID."""
    rows = apps.get_model(row.model)._base_manager.filter(pk=row.object_id)
    return [pk for pk in rows.values_list(_PARTS.get(row.model, "pk"), flat=True) if isinstance(pk, UUID)]


def show_texts(actor: Actor, restriction: Restriction, finding: Finding | None = None) -> None:
    """Put back the texts of a restriction, or of one finding, unless another restriction hides them, too."""
    rows = HiddenText.objects.of_restriction(restriction).select_for_update(of=("self",), no_key=True)
    if finding is not None:
        rows = rows.filter(model=finding.model, object_id=finding.object_id, field=finding.field)
    for row in rows.order_by("pk"):
        row.delete()
        if row.text:
            heir = HiddenText.objects.at(row.model, row.object_id, row.field).first()
            if heir is not None:
                heir.text = row.text
                heir.save(update_fields=["text"])
            else:
                _put_back(actor, row)


def refuse_replacing(row: models.Model, before: Mapping[str, str]) -> None:
    """Raise Frozen if the new text lacks the mark of a hidden text. Text beside the mark can change."""
    mark = hidden_mark() if any("[" in text for text in before.values()) else ""
    for name in (name for name, text in before.items() if mark and mark in text):
        if mark in getattr(row, name):
            continue
        if HiddenText.objects.at(row._meta.label, str(row.pk), name).exists():
            text = _(
                "A text in “%(field)s” is restricted at a person’s request. Leave “%(mark)s” where it is. "
                "You can write beside it. Ask a privacy officer if the text must change."
            )
            raise Frozen(text % {"field": _field(row._meta.label, name).verbose_name, "mark": mark})


def correct_hidden(label: str, key: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """Correct hidden texts of a row in HiddenText, and return the other values."""
    other_values = dict(values)
    for name in values:
        if (holder := HiddenText.objects.at(label, key, name).first()) is not None:
            holder.text = other_values.pop(name)
            holder.save(update_fields=["text"])
    return other_values


def hidden_mark() -> str:
    """Return the mark of a hidden text, in the language of the deployment."""
    with translation.override(settings.LANGUAGE_CODE):
        return _("[text restricted]")


def _put_back(actor: Actor, row: HiddenText) -> None:
    """Put the text back in place of its mark, or before text that someone wrote since.

    A record that was signed or released with the mark keeps the mark.
    """
    if row.object_id in writers()[row.model].kept([row.object_id]):
        return

    def text_with_hidden(text: str) -> str:
        mark = hidden_mark()
        if mark in text:
            return text.replace(mark, row.text, 1)
        return "\n\n".join(filter(None, (row.text, text)))

    _replace(actor, row, text_with_hidden)


def _field(label: str, name: str) -> Any:
    return apps.get_model(label)._meta.get_field(name)


def _too_long(record: Any, field: Any, letters: int) -> str:
    """Return an error text that says which text must be shortened before the hidden text fits again."""
    text = ngettext(
        "“%(record)s” has new text in “%(field)s”. Shorten the new text by %(n)s character, then lift the "
        "restriction.",
        "“%(record)s” has new text in “%(field)s”. Shorten the new text by %(n)s characters, then lift the "
        "restriction.",
        letters,
    )
    return text % {"record": record, "field": field.verbose_name, "n": letters}


def _replace(actor: Actor, row: HiddenText, rewrite: Any) -> str:
    """Rewrite a text through its writer, and return the old text; empty if the row is gone."""
    field = _field(row.model, row.field)
    before: list[str] = []

    def new_values(record: Any) -> dict[str, str]:
        before.append(getattr(record, row.field))
        after = rewrite(before[-1])
        longest = field.max_length
        if longest and row.text and len(after) > longest:
            raise ValidationError(_too_long(record, field, len(after) - longest))
        return {row.field: fitting(after, longest, hidden_mark())} if after != before[-1] else {}

    writers()[row.model].write(actor, [row.object_id], new_values)
    return before[-1] if before else ""
