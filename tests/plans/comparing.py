"""A city whose plan can be compared, and files of other cities, for tests."""

from datetime import date
from pathlib import Path
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.utils import timezone
from pytest_django import Settings

from audit.signing import make_key
from plans.models import ComparisonFile, Indicator, IndicatorValue
from plans.services import file_format
from plans.services.comparison import confirm_file, prepare_file, sign_files
from reports.models import KeptFigure, KeptPeriod, Why
from reports.queries.periods import Period
from tests.plans.making import BOOK, Planned

BASELINE: Final = Period(date(2024, 10, 1), date(2025, 1, 1))
QUARTER: Final = Period(date(2026, 7, 1), date(2026, 10, 1))
NEXT: Final = Period(date(2026, 4, 1), date(2026, 7, 1))


def use_city_key(settings: Settings, folder: Path) -> Path:
    key = folder / "city-key.pem"
    make_key(key)
    settings.CITY_KEY_FILE = str(key)
    settings.CITY_NAME, settings.CITY_COUNTRY = "Alderport", "IE"
    return key


def keep(indicator: Any, period: Period, n: float, of: float, vintage: int = 1) -> KeptFigure:
    """The kept figure of an indicator's report, as a night would keep it of such records."""
    moment = timezone.now()
    kept_period, _is_new = KeptPeriod.objects.get_or_create(
        district_id=indicator.district_id,
        since=period.since,
        until=period.until,
        defaults={"final_at": moment, "checked_at": moment, "salt": b"salt"},
    )
    return KeptFigure.objects.create(
        kept_period=kept_period,
        kept_at=moment,
        indicator=indicator.slug,
        vintage=vintage,
        definition=1,
        reason=Why.FINAL if vintage == 1 else Why.REVISED,
        n=n,
        total=of,
        digest=b"",
    )


def enter(indicator: Any, period: Period, n: float, of: float, **fields: Any) -> IndicatorValue:
    """A value by hand of any day."""
    numbers = {"n": n, "of": of, "value": n / of if of else None}
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
        self.numbers = (n, of)
        self._keep()
        self.adopt()
        Indicator.objects.filter(pk=self.share.pk).update(recorded_since=None)

    def _keep(self) -> None:
        keep(self.share, BASELINE, 19, 31)
        keep(self.share, QUARTER, *self.numbers)

    def rename(self, slug: str) -> None:
        """Let the share be of another report, with the same numbers."""
        if slug == self.share.slug:
            return
        self.share.slug = slug
        Indicator.objects.filter(pk=self.share.pk).update(slug=slug)
        self._keep()

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
