"""The communities that an organisation declares, now and in the past."""

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
    """Replace the current declarations, one per community. Return whether anything changed.

    `focus`, `declared_by` and `declared_on` are required; `evidence_url` is not. Declarations missing in
    `focuses` are withdrawn today. A community that is declared again counts from its new day. With
    `was_wrong`, or with an earlier day, past figures change.
    """
    declarations = _checked_declarations(row, focuses)
    current = {
        declaration.focus: declaration
        for declaration in FocusDeclaration.objects.current().filter(organisation=row)
    }
    changed = [
        declaration
        for declaration in declarations
        if declaration.focus not in current
        or _declared_values(declaration) != _declared_values(current[declaration.focus])
    ]
    withdrawn_focuses = current.keys() - {declaration.focus for declaration in declarations}
    for focus in withdrawn_focuses:
        _end_declaration(current[focus], city_today(), was_wrong=was_wrong)
    for declaration in changed:
        previous = current.get(declaration.focus)
        if previous and previous.declared_on == declaration.declared_on:
            FocusDeclaration.objects.filter(pk=previous.pk).update(**_declared_values(declaration))
            continue
        if previous:
            _end_declaration(previous, declaration.declared_on, was_wrong=was_wrong)
        _supersede_overlapping(declaration)
        declaration.entered_at = timezone.now()
        declaration.save(force_insert=True)
    return bool(changed or withdrawn_focuses)


def _checked_declarations(row: Organisation, focuses: Sequence[Mapping[str, Any]]) -> list[FocusDeclaration]:
    declarations = [FocusDeclaration(organisation=row) for _focus in focuses]
    for declaration, values in zip(declarations, focuses, strict=True):
        assign(declaration, values)
        declaration.clean_fields(exclude=["organisation"])
    if any(declaration.declared_on > city_today() for declaration in declarations):
        raise ValidationError({"focuses": _("The date must not be in the future.")})
    if len({declaration.focus for declaration in declarations}) < len(declarations):
        raise ValidationError({"focuses": _("Add each community only once.")})
    return declarations


def _end_declaration(old: FocusDeclaration, day: Any, *, was_wrong: bool) -> None:
    """Withdraw a declaration on `day`. If it was wrong, or lasted less than a day, supersede it."""
    if was_wrong or day <= old.declared_on:
        old.superseded_at = timezone.now()
    else:
        old.withdrawn_on = day
    old.save()


def _supersede_overlapping(new: FocusDeclaration) -> None:
    """Supersede earlier declarations that overlap the new one, because their withdrawal was a mistake."""
    earlier = FocusDeclaration.objects.filter(organisation=new.organisation_id, focus=new.focus)
    overlapped = earlier.filter(superseded_at=None, withdrawn_on__gt=new.declared_on)
    overlapped.update(superseded_at=timezone.now())


def _declared_values(declaration: FocusDeclaration) -> dict[str, Any]:
    return {name: getattr(declaration, name) for name in _NAMES}
