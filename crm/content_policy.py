"""The content security policy: pages load only files of this site, and no code or style inside the HTML."""

from typing import Any

from csp.constants import NONE, SELF


def directives(reports: str, *, is_secure: bool) -> dict[str, Any]:
    """Return the directives of the content security policy. Browsers send `reports` of what they blocked."""
    return {
        "default-src": [NONE],
        "object-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "manifest-src": [SELF],
        "report-uri": reports,
        # Newer browsers prefer this one, which works over HTTPS only (pages.middleware.HeadersMiddleware).
        "report-to": "csp" if is_secure else None,
    }
