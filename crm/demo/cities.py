"""Two invented cities with their comparison files. Westmark counts otherwise; Sunderholm does not sign."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from accounts.actors import actor_for
from contacts.codes import NOT_COUNTED, Kind
from crm.demo.records import Book
from lib.days import city_day
from plans.services import file_format
from plans.services.cities import receive_file, trust_city
from plans.services.comparison_document import as_decimal_text
from practices.codes import Strand
from reports.indicators.catalogue import REPORTS
from reports.queries.periods import Period, quarter_of

#: Figure, title, direction, n of N of the baseline and of the latest quarter.
FIGURES: Final = (
    ("coverage", "Organisations met", (41, 96), (70, 101)),
    ("cadence", "Agreed frequency kept", (30, 62), (47, 66)),
    ("concerns", "Concerns answered in time", (22, 37), (31, 35)),
    ("follow-ups", "Follow-ups done in time", (60, 88), (77, 93)),
    ("loop-closed", "Reported back", (14, 33), (33, 40)),
)


def write_cities(book: Book) -> None:
    """Read the files as a supervisor would, and trust Westmark as an administrator would."""
    actor = actor_for(book.users["supervisor.city@demo.example"])
    quarter = quarter_of(city_day(book.now) - timedelta(days=125))
    key = Ed25519PrivateKey.from_private_bytes(b"Westmark is invented: demo key..")
    westmark = _document(quarter, "Westmark", "NL", "Westmark: from incident to answer", months=30)
    westmark["context"] |= {"response_limit_hours": 48, "kinds_left_out": [Kind.SCHOOL.value]}
    for indicator in westmark["indicators"]:
        indicator["definition"]["version"] = 2
    signed = file_format.write(westmark, *file_format.sign(westmark, key))
    city = receive_file(actor=actor, content=signed)[0].city
    admin = actor_for(book.users["admin@demo.example"])
    trust_city(actor=admin, city_id=city.pk, key=city.key, note="Demonstration: compared by telephone.")
    sunderholm = _document(quarter, "Sunderholm", "SE", "Sunderholm for everyone", months=18)
    receive_file(actor=actor, content=file_format.write(sunderholm, "", ""))


def _document(quarter: Period, name: str, country: str, title: str, *, months: int) -> dict[str, Any]:
    year = quarter.since.year - 1
    before = quarter.back(months // 3 - 1)
    return {
        "format": file_format.FORMAT,
        "version": file_format.VERSION,
        "city": {"name": name, "country": country, "contact": f"plans@{name.lower()}.example"},
        "made_at": f"{quarter.until.isoformat()}T09:00:00Z",
        "period": _days(quarter),
        "plan": {
            "title": title,
            "language": "en",
            "starts_on": f"{year}-01-01",
            "ends_on": f"{year + 3}-01-01",
            "adopted_on": f"{year - 1}-12-10",
            "strands": [Strand.PREVENT.value, Strand.VICTIMS.value],
        },
        "goals": [
            {"title": "Meet before anything happens", "strand": "prevent", "eccar_point": 9},
            {"title": "Tell victims what became of it", "strand": "victims", "eccar_point": 3},
        ],
        "actions": [
            _action("Two officers for each community", "prevent", (4, 4, 0)),
            _action("A letter after every report", "victims", (5, 3, 1)),
        ],
        "indicators": [
            {
                "title": text,
                "source": "book",
                "slug": slug,
                "definition": {"version": REPORTS[slug].version, "settings": "0" * 64},
                "unit": "share",
                "direction": "up",
                "baseline": _numbers(before, *earlier_count),
                "latest": _numbers(quarter, *now),
                "target": None,
            }
            for slug, text, earlier_count, now in FIGURES
        ],
        "context": {
            "organisations_counted": 101,
            "population": None,
            "months_of_data": months,
            "response_limit_hours": 72,
            "kinds_left_out": sorted(kind.value for kind in NOT_COUNTED),
        },
    }


def _action(title: str, strand: str, milestones: tuple[int, int, int]) -> dict[str, Any]:
    counted = dict(zip(("due", "done", "moved"), milestones, strict=True))
    return {
        "title": title,
        "strand": strand,
        "status": "under_way",
        "practice_code": None,
        "milestones": counted,
    }


def _numbers(period: Period, n: int, base: int) -> dict[str, Any]:
    return {
        "period": _days(period),
        "n": n,
        "of": base,
        "value": as_decimal_text(n / base),
        "hidden": False,
        "vintage": 1,
    }


def _days(period: Period) -> Mapping[str, str]:
    since, until = period.as_text
    return {"since": since, "until": until}
