"""A city whose plan can be compared, and files of other cities, for tests."""

from datetime import date
from pathlib import Path
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from pytest_django import Settings

from audit.signing import make_key
from plans.models import ComparisonFile, Indicator, IndicatorValue
from plans.services import file_format
from plans.services.comparison import confirm_file, prepare_file, sign_files
from reports.queries.periods import Period
from tests.plans.making import BOOK, Planned

BASELINE: Final = Period(date(2024, 10, 1), date(2025, 1, 1))
QUARTER: Final = Period(date(2026, 7, 1), date(2026, 10, 1))
NEXT: Final = Period(date(2026, 4, 1), date(2026, 7, 1))
DEFINITION: Final = {"slug": "concerns", "version": 1, "settings": "ab" * 32, "has_interval": True}


def use_city_key(settings: Settings, folder: Path) -> Path:
    key = folder / "city-key.pem"
    make_key(key)
    settings.CITY_KEY_FILE = str(key)
    settings.CITY_NAME, settings.CITY_COUNTRY = "Alderport", "IE"
    return key


def freeze(indicator: Any, period: Period, n: float, of: float, **fields: Any) -> IndicatorValue:
    """A value as the beat would freeze it of such records."""
    definition = DEFINITION | {"slug": indicator.slug}
    numbers = {"n": n, "of": of, "value": n / of if of else None, "definition": definition}
    return IndicatorValue.objects.create(
        indicator=indicator, period_start=period.since, period_end=period.until, **(numbers | fields)
    )


class Compared(Planned):
    """An adopted plan with a share of concerns and a survey, each with a baseline and a latest value."""

    def __init__(self, n: int = 32, of: int = 41, **fields: Any) -> None:
        super().__init__(**fields)
        self.share = self.indicator(
            **(dict.fromkeys(("where_from",), "") | BOOK | {"frequency_months": None})
        )
        IndicatorValue.objects.filter(indicator=self.share).delete()
        freeze(self.share, BASELINE, 19, 31, is_baseline=True)
        freeze(self.share, QUARTER, n, of)
        self.adopt()
        Indicator.objects.filter(pk=self.share.pk).update(recorded_since=None)

    def prepared(self, period: Period = QUARTER, contact: str = "plans@alderport.example") -> Any:
        return prepare_file(**self.about, period=period, contact=contact)

    def confirmed(self, period: Period = QUARTER, **said: Any) -> ComparisonFile:
        contact = "plans@alderport.example"
        digest = self.prepared(period, contact).digest
        given = {"recipient": "Westmark", "contact": contact, "names_nobody": True, "digest": digest}
        return confirm_file(**self.about, period=period, **(given | said))

    def signed(self) -> ComparisonFile:
        row = self.confirmed()
        sign_files()
        row.refresh_from_db()
        return row


def bytes_of(row: ComparisonFile) -> bytes:
    return file_format.write(row.document, row.key, row.signature)


def file_of(document: dict[str, Any], key: Ed25519PrivateKey | None = None, **changed: Any) -> bytes:
    """Another city's file: signed by `key`, else unsigned."""
    changed = document | changed
    return file_format.write(changed, *(file_format.sign(changed, key) if key else ("", "")))
