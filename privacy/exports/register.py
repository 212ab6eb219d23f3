"""The register of processing (GDPR, Article 30; Directive 2016/680, Article 24), made from the inventory.

`docs/register.json` has what is the same in each city. It shows in a review what data is kept from now on.
"""

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any, BinaryIO, Final

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _

from accounts.actors import SYSTEM, Actor
from jobs.services.printing import FACE, print_html
from lib.days import city_today
from lib.sheets import CSV_TYPE, Column, Sheet, write_csv
from privacy import inventory
from privacy.codes import RegisterPart
from privacy.inventory import labels as words
from privacy.models import RegisterState, RegisterText, RetentionRule
from privacy.queries.recipients import key_names

COMMITTED: Final = Path(__file__).resolve().parents[2] / "docs" / "register.json"
TYPES: Final[Mapping[str, str]] = {"pdf": "application/pdf", "csv": CSV_TYPE, "json": "application/json"}


@dataclass(frozen=True, slots=True)
class Entry:
    """An activity: whom and what it concerns, why, who receives the data, and how long it is kept."""

    activity: str
    purpose: str
    basis: str
    people: list[str]
    categories: list[str]
    is_special: bool
    recipients: list[str]
    periods: list[str]
    tables: list[str]


@dataclass(frozen=True, slots=True)
class Difference:
    """A part of the register that is not what it was."""

    part: str
    name: str
    before: str
    after: str


def entries(in_force: Mapping[str, int] | None = None) -> Iterator[Entry]:
    """The entries of all activities about people, in the order of the inventory.

    Args:
        in_force: the days of rules in force in this city. Without it, periods are those that are proposed.
    """
    of: dict[str, list[inventory.Field]] = defaultdict(list)
    for one in inventory.fields().values():
        of[one.activity.name].append(one)
    for name, every in of.items():
        personal = [one for one in every if one.is_personal]
        if not personal:
            continue
        rules = {one.rule for one in personal}
        yield Entry(
            activity=name,
            purpose=str(words.PURPOSES[name]),
            basis=str(words.BASES[personal[0].activity.basis]),
            people=[str(words.PEOPLE[one]) for one in words.PEOPLE if one in {f.about for f in personal}],
            categories=_named(words.CATEGORIES, {one.category for one in personal}),
            is_special=any(one.is_special for one in personal),
            recipients=_named(words.RECIPIENTS, {who for one in personal for who in one.recipients}),
            periods=sorted(
                words.period(then=one.then, counts_from=one.counts_from, days=one.days)
                if in_force is None
                else period_of(one, in_force)
                for one in rules
            ),
            tables=sorted({one.model for one in personal}),
        )


def period_of(rule: inventory.Rule, in_force: Mapping[str, int]) -> str:
    """How long data is kept in this city. `in_force`: days of the rules that a privacy officer decided."""
    days = in_force.get(rule.code, rule.days)
    said = words.period(then=rule.then, counts_from=rule.counts_from, days=days)
    is_planned = rule.acts == "decided" and rule.code not in in_force
    return _("%(period)s (planned)") % {"period": said} if is_planned else said


def committed() -> str:
    """The content of `docs/register.json`, in English."""
    with translation.override(settings.LANGUAGE_CODE):
        content = {"entries": [asdict(one) for one in entries()]}
    return json.dumps(content, ensure_ascii=False, indent=2) + "\n"


def content(actor: Actor) -> dict[str, Any]:
    """The register of this city on this day, with its own texts and the keys of other systems."""
    texts = RegisterText.objects.visible_to(actor).by_part()
    in_force = RetentionRule.objects.in_force().days()
    return {
        "city": settings.CITY_NAME,
        "day": f"{city_today()}",
        "laws": list(settings.REGIMES),
        "texts": [{"title": str(part.label), "text": texts.get(part, "")} for part in RegisterPart],
        "systems": list(key_names().active()),
        "entries": [asdict(one) for one in entries(in_force)],
    }


def keep_state() -> bool:
    """Keep what the register says today, if it is not what it said before. Return whether it changed."""
    with translation.override(settings.LANGUAGE_CODE):
        now = content(SYSTEM)
    del now["day"]
    last = RegisterState.objects.on(city_today())
    if last is not None and last.content == now:
        return False
    RegisterState.objects.update_or_create(day=city_today(), defaults={"content": now})
    return True


def changes_since(actor: Actor, day: date) -> list[Difference]:
    """What the register says now and did not say on a day, in the language of the deployment."""
    state = RegisterState.objects.visible_to(actor).on(day)
    with translation.override(settings.LANGUAGE_CODE):
        before, after = _lines(state.content if state else {}), _lines(content(actor))
    return [
        Difference(*key, before.get(key, ""), after.get(key, ""))
        for key in dict.fromkeys([*after, *before])
        if before.get(key, "") != after.get(key, "")
    ]


def _lines(found: Mapping[str, Any]) -> dict[tuple[str, str], str]:
    """What the register says, as texts by part and name."""
    lines = {(_("Texts of the city"), one["title"]): one["text"] for one in found.get("texts", ())}
    lines[_("Other systems"), _("Names")] = ", ".join(found.get("systems", ()))
    names = [column.heading for column in columns()]
    for one in found.get("entries", ()):
        [row] = rows({"entries": [one]})
        lines |= {(one["purpose"], name): text for name, text in zip(names[1:], row[1:], strict=True)}
        lines[one["purpose"], _("Tables")] = ", ".join(one["tables"])
    return lines


def write(actor: Actor, extension: str, out: BinaryIO) -> None:
    """Write the register as one of TYPES. Raises JobRefused where the machine cannot print."""
    found = content(actor)
    if extension == "json":
        out.write((json.dumps(found, ensure_ascii=False, indent=2) + "\n").encode())
    elif extension == "csv":
        write_csv(out, Sheet(_("Register of processing"), columns(), rows(found)))
    else:
        context = {"register": found, "rows": list(rows(found)), "columns": columns(), "face": FACE}
        print_html(render_to_string("privacy/register.html", context), out)


def columns() -> list[Column]:
    return [
        Column(_("Purpose")),
        Column(_("Lawful basis")),
        Column(_("About")),
        Column(_("Data")),
        Column(_("Special category")),
        Column(_("Recipients")),
        Column(_("Periods")),
    ]


def rows(found: Mapping[str, Any]) -> Iterator[list[str]]:
    for one in found["entries"]:
        yield [
            one["purpose"],
            one["basis"],
            ", ".join(one["people"]),
            ", ".join(one["categories"]),
            _("yes") if one["is_special"] else _("no"),
            ", ".join(one["recipients"]),
            "; ".join(one["periods"]),
        ]


def _named(labels: Mapping[str, Any], codes: set[str]) -> list[str]:
    return [str(text) for code, text in labels.items() if code in codes]
