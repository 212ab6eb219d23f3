"""The public site: files of HTML, CSS, iCalendar and JSON, the same bytes for the same rows."""

from publishing.site.building import build_site

__all__ = ["build_site"]
