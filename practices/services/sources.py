"""Sources of a text: a title and an optional https web address each."""

from collections.abc import Iterable
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.utils.translation import gettext as _

from lib.domains import has_user_info, plain_url
from lib.fold import squash

MOST: Final = 20
LONGEST_TITLE: Final = 200
LONGEST_URL: Final = 500
_is_https: Final = URLValidator(schemes=["https"])


def clean_sources(sources: Iterable[Any]) -> list[dict[str, str]]:
    """Validate and normalise sources for storage. Raises ValidationError for `sources`."""
    cleaned = []
    for source in sources:
        if not isinstance(source, dict) or not source.keys() <= {"title", "url"}:
            raise _refused(_("Enter a title and a web address for each source."))
        title, url = squash(str(source.get("title", ""))), squash(str(source.get("url", "")))
        if not title or len(title) > LONGEST_TITLE or len(url) > LONGEST_URL:
            raise _refused(_("Enter a title of at most 200 characters for each source."))
        if url:
            url = plain_url(url)
            try:
                _is_https(url)
            except ValidationError as error:
                raise _refused(_("Enter a web address that begins with https://.")) from error
            if has_user_info(url):
                raise _refused(_("Remove the part before the @."))
        cleaned.append({"title": title, "url": url})
    if len(cleaned) > MOST:
        raise _refused(_("Too many. The limit is %(n)d.") % {"n": MOST})
    return cleaned


def _refused(message: str) -> ValidationError:
    return ValidationError({"sources": message}, code="sources")
