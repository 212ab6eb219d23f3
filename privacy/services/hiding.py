"""Texts that a restriction hides: what a request found in notes, and a privacy officer called theirs.

The text leaves its row through the writer of its noun, so that the search index, the change feed and every
exit follow. It comes back when the last restriction that hides it is lifted.
"""

from collections.abc import Iterable
from typing import Any, Final

from django.apps import apps
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.actors import Actor
from lib.erasable import writers
from privacy import inventory
from privacy.models import Finding, HiddenText, Restriction
from privacy.rules.erasing import fitting

#: Tables whose texts officers read. Those of the desk, of jobs and of searches are nobody's note.
HIDDEN_IN: Final = frozenset(
    {
        *("contacts.Affiliation", "contacts.Organisation"),
        *("meetings.Meeting", "meetings.FollowUp", "meetings.Concern"),
        *("incidents.Incident", "incidents.IncidentStep", "incidents.Reassurance"),
        *("incidents.TensionAssessment", "incidents.Debrief", "incidents.DebriefVoice"),
    }
)


def can_hide(finding: Finding) -> bool:
    """Whether the text of a finding can leave its row for a while. Signed and published texts stay."""
    if finding.model not in HIDDEN_IN:
        return False
    field: Any = apps.get_model(finding.model)._meta.get_field(finding.field)
    entry = inventory.fields()[finding.model, finding.field]
    is_text = isinstance(field, models.CharField | models.TextField) and entry.category in inventory.TEXTS
    return is_text and finding.object_id not in writers()[finding.model].kept([finding.object_id])


def hide_texts(actor: Actor, restriction: Restriction, findings: Iterable[Finding]) -> int:
    """Hide the texts of these findings, and return how many. A text that is hidden already is noted again."""
    hidden = 0
    for finding in filter(can_hide, findings):
        model, object_id, field = finding.model, finding.object_id, finding.field
        holder = HiddenText.objects.at(model, object_id, field).first()
        row, is_new = HiddenText.objects.get_or_create(
            restriction=restriction, model=model, object_id=object_id, field=field
        )
        hidden += is_new
        if is_new and holder is None:
            row.text = _replace(actor, row, lambda text: hidden_mark() if text else "")
            row.save(update_fields=["text"])
    return hidden


def show_texts(actor: Actor, restriction: Restriction, finding: Finding | None = None) -> None:
    """Put back what a restriction hid, or one text of it, unless another restriction hides it, too."""
    rows = HiddenText.objects.of(restriction).select_for_update(of=("self",), no_key=True)
    if finding is not None:
        rows = rows.filter(model=finding.model, object_id=finding.object_id, field=finding.field)
    for row in rows.order_by("pk"):
        if row.text:
            others = HiddenText.objects.at(row.model, row.object_id, row.field).exclude(pk=row.pk)
            if (heir := others.first()) is not None:
                heir.text = row.text
                heir.save(update_fields=["text"])
            else:
                _put_back(actor, row)
        row.delete()


def hidden_mark() -> str:
    """What stands in place of a restricted text, in the language of the deployment."""
    with translation.override(settings.LANGUAGE_CODE):
        return _("[text restricted]")


def _put_back(actor: Actor, row: HiddenText) -> None:
    """Put the text in place of its mark, or after what someone wrote meanwhile."""

    def whole(text: str) -> str:
        mark = hidden_mark()
        if mark in text:
            return text.replace(mark, row.text, 1)
        return "\n\n".join(filter(None, (row.text, text)))

    _replace(actor, row, whole)


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
    field: Any = apps.get_model(row.model)._meta.get_field(row.field)
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
