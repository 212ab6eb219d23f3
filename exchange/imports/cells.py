"""Single cells: days, moments, codes, organisations. Each raises ValidationError in people's words."""

import re
from collections.abc import Collection
from datetime import date, datetime, time
from typing import Final
from uuid import UUID

from django.core.exceptions import ValidationError
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.models import User
from accounts.rules import WRITES
from contacts.models import Organisation, OrganisationExternalId
from contacts.rules.clues import name_clue
from districts.models import District
from exchange.imports.noting import Note, NoteKind
from lib.candidates import among_candidates
from lib.days import city_zone, moment_at
from lib.fold import fold, squash

_DAY_FIRST: Final = re.compile(r"(\d{1,2})[./-](\d{1,2})[./-](\d{4})(?:[ T]+(\d{1,2})[:.](\d{2}))?")
_BETWEEN: Final = re.compile(r"[;|\n]")


def day(text: str, label: str) -> date:
    """2026-11-25, or day, month and year as in most of Europe: 25.11.2026, 25/11/2026."""
    return moment(text, label).astimezone(city_zone()).date()


def time_left_out(text: str, label: str) -> list[Note]:
    """Say of a cell that only its day counts, where it has a time besides midnight."""
    at = moment(text, label).astimezone(city_zone()).time()
    if at in (time(0), time(12)):
        return []
    message = _("%(what)s: the time in “%(text)s” is skipped") % {"what": label, "text": squash(text)[:40]}
    return [(NoteKind.LEFT_OUT.value, message)]


def moment(text: str, label: str) -> datetime:
    """A moment by the city's clock; a day alone is its noon."""
    squashed = required_text(text, label)
    try:
        if day_match := _DAY_FIRST.fullmatch(squashed):
            on = date(int(day_match[3]), int(day_match[2]), int(day_match[1]))
            return _at(
                on, time(int(day_match[4]), int(day_match[5])) if day_match[4] else time(12), squashed, label
            )
        if on_day := parse_date(squashed):
            return moment_at(on_day, time(12))
        if parsed := parse_datetime(squashed):
            return parsed if parsed.tzinfo else _at(parsed.date(), parsed.time(), squashed, label)
    except ValueError:
        pass
    raise ValidationError(
        _("%(what)s: “%(text)s” is not a date. Use a format such as 25.11.2026.")
        % {"what": label, "text": squashed[:40]}
    )


def _at(on: date, clock: time, text: str, label: str) -> datetime:
    """Raises for what no clock has shown: nothing is moved to another hour unsaid."""
    at = moment_at(on, clock)
    if at.astimezone(city_zone()).time() != clock:
        message = _("%(what)s: %(text)s does not exist, because the clocks go forward that night.")
        raise ValidationError(message % {"what": label, "text": text[:40]})
    return at


def required_text(text: str, label: str) -> str:
    """What a cell that must not be empty says."""
    if not (squashed := squash(text)):
        raise ValidationError(_("%(what)s is missing.") % {"what": label})
    return squashed


def code(text: str, codes: Collection[str], label: str) -> str:
    """One of the codes; raises for another, and for none."""
    if required_text(text, label) not in codes:
        message = _("%(what)s: “%(text)s” is not an accepted value.")
        raise ValidationError(message % {"what": label, "text": text[:40]})
    return text


def district(actor: Actor, text: str) -> District:
    """One the actor covers, by its code."""
    text = required_text(text, _("District"))
    covered_district = District.objects.covered_by(actor).active().filter(code=text).first()
    if covered_district is None or not actor.covers(covered_district.pk):
        message = _("District: you cannot add records in “%(text)s”.")
        raise ValidationError(message % {"text": text[:40]})
    return covered_district


def organisations(actor: Actor, text: str, source: str) -> list[Organisation]:
    """Those named, parted by semicolons or bars: by the source's id, or by a name that only one has.

    A comma is part of a name where there is one called so, else it parts as well.
    """
    rows: list[Organisation] = []
    for name in split_cell(text):
        organisation = _find_called(actor, name, source)
        if organisation is None and "," in name:
            matches = [_find_called(actor, part, source) for part in name.split(",") if part.strip()]
            rows += [match for match in matches if match]
            if all(matches):
                continue
        if organisation is None:
            raise ValidationError(_("No organisation is called “%(name)s”.") % {"name": name[:60]})
        rows.append(organisation)
    return list({row.pk: row for row in rows}.values())


def split_cell(text: str) -> list[str]:
    """What a cell lists, by semicolons, bars or lines."""
    return [squash(part) for part in _BETWEEN.split(text) if part.strip()]


def _find_called(actor: Actor, name: str, source: str) -> Organisation | None:
    """The only one of that id or name, None where there is none; raises where several are called so."""
    visible = Organisation.objects.visible_to(actor)
    references = OrganisationExternalId.objects.filter(source=source, external_id=squash(name))
    if organisation := visible.filter(pk__in=references.values("organisation")).first():
        return organisation
    clue = name_clue(name)
    candidates = list(among_candidates(visible.filter(clues__contains=[clue]), sharing=[clue])[:2])
    exact_matches = [row for row in candidates if fold(row.name) == fold(name)]
    if len(candidates) == 1 or len(exact_matches) == 1:
        return exact_matches[0] if exact_matches else candidates[0]
    if candidates:
        message = _("More than one organisation is called “%(name)s”. Use its reference instead.")
        raise ValidationError(message % {"name": squash(name)[:60]})
    return None


def colleague(actor: Actor, text: str, district: District | None = None) -> User:
    """Who works here now, by e-mail or name; with `district` only those who cover it."""
    people = User.objects.visible_to(actor).active().with_role(*WRITES)
    people = people.covering(district) if district else people
    matches: list[User] = list(people.with_address(text)) or list(
        people.filter(name__iexact=squash(text))[:2]
    )
    if len(matches) != 1:
        several, none = (
            _("More than one colleague is called “%(name)s”. Use an email address instead."),
            _("No colleague is called “%(name)s”."),
        )
        raise ValidationError((several if matches else none) % {"name": squash(text)[:60]})
    return matches[0]


def organisation_keys(rows: Collection[Organisation]) -> list[str]:
    return sorted(str(row.pk) for row in rows)


def organisations_by_keys(keys: Collection[str]) -> list[Organisation]:
    """The organisations of `ids`, which the actor has seen already."""
    return list(Organisation.objects.filter(pk__in=[UUID(key) for key in keys]).order_by("pk"))
