"""What tests read in a page, however its templates are broken into lines."""

import re


def joined(html: str) -> str:
    """Without line breaks: beside a tag nothing is left, between words a space."""
    return re.sub(r"\s*\n\s*", " ", re.sub(r"(?<=>)\s*\n\s*|\s*\n\s*(?=<)", "", html))
