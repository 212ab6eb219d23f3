"""The communities that an organisation declares: as it says now, and as it said before."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from contacts.models import FocusDeclaration, Organisation
from lib.cleaning import assign
from lib.days import city_today

_NAMES: Final = ("focus", "declared_by", "declared_on", "evidence_url")


def set_focuses(row: Organisation, focuses: Sequence[Mapping[str, Any]], *, was_wrong: bool = False) -> bool:
    """Make the current declarations those given, one per community; return whether anything changed.

    `focus`, `declared_by` and `declared_on` are required; `evidence_url` is not. Declarations that
    `focuses` lacks are withdrawn today. A community that is declared again counts from its new day. With
    `was_wrong`, or an earlier day, figures of the past change.
    """
    given = _checked(row, focuses)
    known = {one.focus: one for one in FocusDeclaration.objects.current().filter(organisation=row)}
    changed = [one for one in given if one.focus not in known or _said(one) != _said(known[one.focus])]
    gone = known.keys() - {one.focus for one in given}
    for focus in gone:
        _end(known[focus], city_today(), was_wrong=was_wrong)
    for one in changed:
        old = known.get(one.focus)
        if old and old.declared_on == one.declared_on:
            FocusDeclaration.objects.filter(pk=old.pk).update(**_said(one))
            continue
        if old:
            _end(old, one.declared_on, was_wrong=was_wrong)
        _make_way(one)
        one.entered_at = timezone.now()
        one.save(force_insert=True)
    return bool(changed or gone)


def _checked(row: Organisation, focuses: Sequence[Mapping[str, Any]]) -> list[FocusDeclaration]:
    given = [FocusDeclaration(organisation=row) for _focus in focuses]
    for one, values in zip(given, focuses, strict=True):
        assign(one, values)
        one.clean_fields(exclude=["organisation"])
    if any(one.declared_on > city_today() for one in given):
        raise ValidationError({"focuses": _("The date must not be in the future.")})
    if len({one.focus for one in given}) < len(given):
        raise ValidationError({"focuses": _("Add each community only once.")})
    return given


def _end(old: FocusDeclaration, day: Any, *, was_wrong: bool) -> None:
    """Withdraw a declaration on `day`. What was wrong, or never held for a day, is superseded."""
    if was_wrong or day <= old.declared_on:
        old.superseded_at = timezone.now()
    else:
        old.withdrawn_on = day
    old.save()


def _make_way(new: FocusDeclaration) -> None:
    """Supersede earlier declarations that the new one overlaps: it was withdrawn by mistake."""
    earlier = FocusDeclaration.objects.filter(organisation=new.organisation_id, focus=new.focus)
    overlapped = earlier.filter(superseded_at=None, withdrawn_on__gt=new.declared_on)
    overlapped.update(superseded_at=timezone.now())


def _said(one: FocusDeclaration) -> dict[str, Any]:
    return {name: getattr(one, name) for name in _NAMES}
