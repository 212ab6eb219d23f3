"""Text of a page for tests, regardless of line breaks in templates."""

import re


def joined(html: str) -> str:
    """Return the text without line breaks: nothing beside a tag, a space between words."""
    return re.sub(r"\s*\n\s*", " ", re.sub(r"(?<=>)\s*\n\s*|\s*\n\s*(?=<)", "", html))
