"""Building of all files of the site."""

from datetime import date
from pathlib import Path
from typing import Final

from publishing.site.calendars import calendar_name, write_calendar
from publishing.site.data import district_data, figures_files, write_json
from publishing.site.directory import directory_files
from publishing.site.pages import Pages
from publishing.site.reading import Site, read_site

TEXTS: Final = "texts.json"
STYLE: Final = Path(__file__).with_name("style.css")


def build_site(today: date, stated_day: date | None = None) -> dict[str, bytes]:
    """Build the site of a day: content by path. Its pages show the date `stated_day`."""
    site = read_site(today, stated_day or today)
    files = {"style.css": STYLE.read_bytes(), **figures_files(site), **_district_files(site)}
    files |= directory_files(site)
    pages = Pages(site)
    files[TEXTS] = write_json(pages.text_versions())
    return files | pages.write()


def _district_files(site: Site) -> dict[str, bytes]:
    files: dict[str, bytes] = {}
    for place in site.places:
        code = place.district.code
        files[f"{code}.json"] = write_json(district_data(site, place))
        for notice in place.meetings:
            files[f"calendar/{calendar_name(notice)}"] = write_calendar([notice], site.as_of)
    return files
