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


def day(text: str, what: str) -> date:
    """2026-11-25, or day, month and year as in most of Europe: 25.11.2026, 25/11/2026."""
    return moment(text, what).astimezone(city_zone()).date()


def time_left_out(text: str, what: str) -> list[Note]:
    """Say of a cell that only its day counts, where it has a time besides midnight."""
    at = moment(text, what).astimezone(city_zone()).time()
    if at in (time(0), time(12)):
        return []
    said = _("%(what)s: the time in “%(text)s” is skipped") % {"what": what, "text": squash(text)[:40]}
    return [(NoteKind.LEFT_OUT.value, said)]


def moment(text: str, what: str) -> datetime:
    """A moment by the city's clock; a day alone is its noon."""
    plain = given(text, what)
    try:
        if found := _DAY_FIRST.fullmatch(plain):
            on = date(int(found[3]), int(found[2]), int(found[1]))
            return _at(on, time(int(found[4]), int(found[5])) if found[4] else time(12), plain, what)
        if on_day := parse_date(plain):
            return moment_at(on_day, time(12))
        if parsed := parse_datetime(plain):
            return parsed if parsed.tzinfo else _at(parsed.date(), parsed.time(), plain, what)
    except ValueError:
        pass
    raise ValidationError(
        _("%(what)s: “%(text)s” is not a date. Use a format such as 25.11.2026.")
        % {"what": what, "text": plain[:40]}
    )


def _at(on: date, clock: time, text: str, what: str) -> datetime:
    """Raises for what no clock has shown: nothing is moved to another hour unsaid."""
    at = moment_at(on, clock)
    if at.astimezone(city_zone()).time() != clock:
        said = _("%(what)s: %(text)s does not exist, because the clocks go forward that night.")
        raise ValidationError(said % {"what": what, "text": text[:40]})
    return at


def given(text: str, what: str) -> str:
    """What a cell that must not be empty says."""
    if not (plain := squash(text)):
        raise ValidationError(_("%(what)s is missing.") % {"what": what})
    return plain


def code(text: str, known: Collection[str], what: str) -> str:
    """One of the codes; raises for another, and for none."""
    if given(text, what) not in known:
        said = _("%(what)s: “%(text)s” is not an accepted value.")
        raise ValidationError(said % {"what": what, "text": text[:40]})
    return text


def district(actor: Actor, text: str) -> District:
    """One the actor covers, by its code."""
    text = given(text, _("District"))
    found = District.objects.covered_by(actor).active().filter(code=text).first()
    if found is None or not actor.covers(found.pk):
        said = _("District: you cannot add records in “%(text)s”.")
        raise ValidationError(said % {"text": text[:40]})
    return found


def organisations(actor: Actor, text: str, source: str) -> list[Organisation]:
    """Those named, parted by semicolons or bars: by the source's id, or by a name that only one has.

    A comma is part of a name where there is one called so, else it parts as well.
    """
    rows: list[Organisation] = []
    for name in parted(text):
        found = _called(actor, name, source)
        if found is None and "," in name:
            each = [_called(actor, one, source) for one in name.split(",") if one.strip()]
            rows += [one for one in each if one]
            if all(each):
                continue
        if found is None:
            raise ValidationError(_("No organisation is called “%(name)s”.") % {"name": name[:60]})
        rows.append(found)
    return list({row.pk: row for row in rows}.values())


def parted(text: str) -> list[str]:
    """What a cell lists, by semicolons, bars or lines."""
    return [squash(one) for one in _BETWEEN.split(text) if one.strip()]


def _called(actor: Actor, name: str, source: str) -> Organisation | None:
    """The only one of that id or name, None where there is none; raises where several are called so."""
    seen = Organisation.objects.visible_to(actor)
    known = OrganisationExternalId.objects.filter(source=source, external_id=squash(name))
    if found := seen.filter(pk__in=known.values("organisation")).first():
        return found
    clue = name_clue(name)
    called = list(among_candidates(seen.filter(clues__contains=[clue]), sharing=[clue])[:2])
    exactly = [row for row in called if fold(row.name) == fold(name)]
    if len(called) == 1 or len(exactly) == 1:
        return exactly[0] if exactly else called[0]
    if called:
        said = _("More than one organisation is called “%(name)s”. Use its reference instead.")
        raise ValidationError(said % {"name": squash(name)[:60]})
    return None


def colleague(actor: Actor, text: str, district: District | None = None) -> User:
    """Who works here now, by e-mail or name; with `district` only those who cover it."""
    people = User.objects.visible_to(actor).active().with_role(*WRITES)
    people = people.covering(district) if district else people
    found: list[User] = list(people.with_address(text)) or list(people.filter(name__iexact=squash(text))[:2])
    if len(found) != 1:
        several, none = (
            _("More than one colleague is called “%(name)s”. Use an email address instead."),
            _("No colleague is called “%(name)s”."),
        )
        raise ValidationError((several if found else none) % {"name": squash(text)[:60]})
    return found[0]


def ids(rows: Collection[Organisation]) -> list[str]:
    return sorted(str(row.pk) for row in rows)


def found(keys: Collection[str]) -> list[Organisation]:
    """The organisations of `ids`, which the actor has seen already."""
    return list(Organisation.objects.filter(pk__in=[UUID(key) for key in keys]).order_by("pk"))
