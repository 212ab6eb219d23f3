"""The register of processing (GDPR, Article 30; Directive 2016/680, Article 24), made from the inventory.

`docs/register.json` has the part that is the same in each city. In a code review, its diff shows new data.
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
    """An activity with its purpose, people, data, recipients and retention periods."""

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
    """A changed part of the register."""

    part: str
    name: str
    before: str
    after: str


def entries(in_force: Mapping[str, int] | None = None) -> Iterator[Entry]:
    """Yield the entries of all activities about people, in the order of the inventory.

    Args:
        in_force: days of the rules in force in this city. Without it, periods are the proposed ones.
    """
    fields_by_activity: dict[str, list[inventory.Field]] = defaultdict(list)
    for field in inventory.fields().values():
        fields_by_activity[field.activity.name].append(field)
    for name, fields in fields_by_activity.items():
        personal = [field for field in fields if field.is_personal]
        if not personal:
            continue
        rules = {field.rule for field in personal}
        yield Entry(
            activity=name,
            purpose=str(words.PURPOSES[name]),
            basis=str(words.BASES[personal[0].activity.basis]),
            people=[str(words.PEOPLE[code]) for code in words.PEOPLE if code in {f.about for f in personal}],
            categories=_texts_of_codes(words.CATEGORIES, {field.category for field in personal}),
            is_special=any(field.is_special for field in personal),
            recipients=_texts_of_codes(
                words.RECIPIENTS, {recipient for field in personal for recipient in field.recipients}
            ),
            periods=sorted(
                words.period(then=rule.then, counts_from=rule.counts_from, days=rule.days)
                if in_force is None
                else period_of(rule, in_force)
                for rule in rules
            ),
            tables=sorted({field.model for field in personal}),
        )


def period_of(rule: inventory.Rule, in_force: Mapping[str, int]) -> str:
    """Return the retention period in this city. `in_force`: days of the rules in force, by code."""
    days = in_force.get(rule.code, rule.days)
    period = words.period(then=rule.then, counts_from=rule.counts_from, days=days)
    is_planned = rule.acts == "decided" and rule.code not in in_force
    return _("%(period)s (planned)") % {"period": period} if is_planned else period


def committed() -> str:
    """Return the content of `docs/register.json`, in English."""
    with translation.override(settings.LANGUAGE_CODE):
        content = {"entries": [asdict(entry) for entry in entries()]}
    return json.dumps(content, ensure_ascii=False, indent=2) + "\n"


def content(actor: Actor) -> dict[str, Any]:
    """Return today's register of this city, with its own texts and the keys of other systems."""
    texts = RegisterText.objects.visible_to(actor).by_part()
    in_force = RetentionRule.objects.in_force().days()
    return {
        "city": settings.CITY_NAME,
        "day": f"{city_today()}",
        "laws": list(settings.REGIMES),
        "texts": [{"title": str(part.label), "text": texts.get(part, "")} for part in RegisterPart],
        "systems": list(key_names().active()),
        "entries": [asdict(entry) for entry in entries(in_force)],
    }


def keep_state() -> bool:
    """Store today's register if it differs from the last stored one. Return whether it changed."""
    with translation.override(settings.LANGUAGE_CODE):
        current = content(SYSTEM)
    del current["day"]
    latest = RegisterState.objects.on(city_today())
    if latest is not None and latest.content == current:
        return False
    RegisterState.objects.update_or_create(day=city_today(), defaults={"content": current})
    return True


def changes_since(actor: Actor, day: date) -> list[Difference]:
    """Return the changes of the register since a day, in the language of the deployment."""
    state = RegisterState.objects.visible_to(actor).on(day)
    with translation.override(settings.LANGUAGE_CODE):
        before, after = _lines(state.content if state else {}), _lines(content(actor))
    return [
        Difference(*key, before.get(key, ""), after.get(key, ""))
        for key in dict.fromkeys([*after, *before])
        if before.get(key, "") != after.get(key, "")
    ]


def _lines(register: Mapping[str, Any]) -> dict[tuple[str, str], str]:
    """Return the content of the register as texts by part and name."""
    lines = {(_("Texts of the city"), part["title"]): part["text"] for part in register.get("texts", ())}
    lines[_("Other systems"), _("Names")] = ", ".join(register.get("systems", ()))
    names = [column.heading for column in columns()]
    for entry in register.get("entries", ()):
        [row] = rows({"entries": [entry]})
        lines |= {(entry["purpose"], name): text for name, text in zip(names[1:], row[1:], strict=True)}
        lines[entry["purpose"], _("Tables")] = ", ".join(entry["tables"])
    return lines


def write(actor: Actor, extension: str, out: BinaryIO) -> None:
    """Write the register as one of TYPES. Raises JobRefused if the machine cannot print."""
    register = content(actor)
    if extension == "json":
        out.write((json.dumps(register, ensure_ascii=False, indent=2) + "\n").encode())
    elif extension == "csv":
        write_csv(out, Sheet(_("Register of processing"), columns(), rows(register)))
    else:
        context = {"register": register, "rows": list(rows(register)), "columns": columns(), "face": FACE}
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


def rows(register: Mapping[str, Any]) -> Iterator[list[str]]:
    for entry in register["entries"]:
        yield [
            entry["purpose"],
            entry["basis"],
            ", ".join(entry["people"]),
            ", ".join(entry["categories"]),
            _("yes") if entry["is_special"] else _("no"),
            ", ".join(entry["recipients"]),
            "; ".join(entry["periods"]),
        ]


def _texts_of_codes(label_by_code: Mapping[str, Any], codes: set[str]) -> list[str]:
    return [str(text) for code, text in label_by_code.items() if code in codes]
