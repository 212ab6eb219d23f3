"""Texts that a restriction hides: what a request found in notes, and a privacy officer called theirs.

The text leaves its row through the writer of its noun, so that the search index, the change feed and every
exit follow. It comes back when the last restriction that hides it is lifted. Until then its mark stays: no
writer replaces it (`lib.freezing`).
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

#: Apps whose texts officers and the public read. Texts of the desk, of jobs and searches are nobody's note.
_OFFICERS: Final = frozenset(
    {"contacts", "districts", "incidents", "meetings", "plans", "practices", "publishing", "reviews"}
)
#: Tables of the contact book that do not belong to a contact.
_OF_ORGANISATIONS: Final = frozenset(
    {
        *("contacts.FocusDeclaration", "contacts.Organisation", "contacts.OrganisationDetail"),
        "contacts.OrganisationPrivateChannel",
    }
)
#: Fields in which a mark is no value: addresses, and codes by which others know a row.
_NO_WORDS: Final = (models.EmailField, models.SlugField, models.URLField)
#: The record that is written when a row of these tables is: the lookup of its ID.
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
    """Whether the texts of a column can be hidden: words of a note, which no other row is found by."""
    field, entry = _field(label, name), inventory.field_of(label, name)
    if label.partition(".")[0] not in _OFFICERS or label not in writers():
        return False
    is_text = isinstance(field, models.CharField | models.TextField) and not isinstance(field, _NO_WORDS)
    keys = {one for constraint in field.model._meta.constraints for one in getattr(constraint, "fields", ())}
    is_known_by = field.unique or name in keys
    return is_text and not is_known_by and entry.category in inventory.TEXTS and entry.erasure == "blank"


def can_hide(finding: Finding) -> bool:
    """Whether the text of a finding can leave its row for a while. Signed and released texts stay."""
    label, key = finding.model, finding.object_id
    return hideable(label, finding.field) and key not in writers()[label].kept([key])


def staying(findings: Iterable[Finding]) -> list[Finding]:
    """Those findings whose text stays readable. What belongs to a contact leaves with the contact."""
    read = [one for one in findings if one.model.partition(".")[0] in _OFFICERS - {"contacts"}]
    read += [one for one in findings if one.model in _OF_ORGANISATIONS]
    return [one for one in read if not can_hide(one)]


def hide_texts(actor: Actor, restriction: Restriction, findings: Iterable[Finding]) -> list[UUID]:
    """Hide the texts of these findings, and return the IDs of their records.

    A text that is hidden already is noted again. Files that may have it, or the text of a contact who is
    restricted now, are deleted or made again.
    """
    found: list[UUID] = []
    for finding in filter(can_hide, findings):
        model, object_id, field = finding.model, finding.object_id, finding.field
        holder = HiddenText.objects.at(model, object_id, field).first()
        row, is_new = HiddenText.objects.get_or_create(
            restriction=restriction, model=model, object_id=object_id, field=field
        )
        if is_new and holder is None:
            row.text = _replace(actor, row, lambda text: hidden_mark() if text else "")
            row.save(update_fields=["text"])
        found += _records_of(row) if is_new else []
    forget_copies(actor, Leaving(frozenset()))
    return list(dict.fromkeys(found))


def _records_of(row: HiddenText) -> list[UUID]:
    """The record that a text belongs to, as the log knows it; none if it is in no record with an ID."""
    rows = apps.get_model(row.model)._base_manager.filter(pk=row.object_id)
    return [pk for pk in rows.values_list(_PARTS.get(row.model, "pk"), flat=True) if isinstance(pk, UUID)]


def show_texts(actor: Actor, restriction: Restriction, finding: Finding | None = None) -> None:
    """Put back what a restriction hid, or one text of it, unless another restriction hides it, too."""
    rows = HiddenText.objects.of(restriction).select_for_update(of=("self",), no_key=True)
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
    """Raise Frozen if the mark of a hidden text is missing in the new text. Text beside it may change."""
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
    """Correct those of a row's texts that are hidden where they are kept, and return the other values."""
    left = dict(values)
    for name in values:
        if (holder := HiddenText.objects.at(label, key, name).first()) is not None:
            holder.text = left.pop(name)
            holder.save(update_fields=["text"])
    return left


def hidden_mark() -> str:
    """What stands in place of a restricted text, in the language of the deployment."""
    with translation.override(settings.LANGUAGE_CODE):
        return _("[text restricted]")


def _put_back(actor: Actor, row: HiddenText) -> None:
    """Put the text in place of its mark, or after what someone wrote meanwhile.

    What was signed or released with the mark keeps it.
    """
    if row.object_id in writers()[row.model].kept([row.object_id]):
        return

    def whole(text: str) -> str:
        mark = hidden_mark()
        if mark in text:
            return text.replace(mark, row.text, 1)
        return "\n\n".join(filter(None, (row.text, text)))

    _replace(actor, row, whole)


def _field(label: str, name: str) -> Any:
    return apps.get_model(label)._meta.get_field(name)


def _too_long(found: Any, field: Any, letters: int) -> str:
    """Say which text must be shortened before what was hidden fits beside it again."""
    text = ngettext(
        "“%(record)s” has new text in “%(field)s”. Shorten the new text by %(n)s character, then lift the "
        "restriction.",
        "“%(record)s” has new text in “%(field)s”. Shorten the new text by %(n)s characters, then lift the "
        "restriction.",
        letters,
    )
    return text % {"record": found, "field": field.verbose_name, "n": letters}


def _replace(actor: Actor, row: HiddenText, rewrite: Any) -> str:
    """Rewrite the text at a place through its writer, and return what it was; empty if the row is gone."""
    field = _field(row.model, row.field)
    before: list[str] = []

    def values(found: Any) -> dict[str, str]:
        before.append(getattr(found, row.field))
        after = rewrite(before[-1])
        longest = field.max_length
        if longest and row.text and len(after) > longest:
            raise ValidationError(_too_long(found, field, len(after) - longest))
        return {row.field: fitting(after, longest, hidden_mark())} if after != before[-1] else {}

    writers()[row.model].write(actor, [row.object_id], values)
    return before[-1] if before else ""
