"""The public site: files of HTML, CSS, iCalendar and JSON. The same rows give the same bytes."""

from publishing.site.building import build_site
from publishing.site.data import write_json
from publishing.site.directory import listing_service

__all__ = ["build_site", "listing_service", "write_json"]
