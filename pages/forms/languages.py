"""Languages that people speak with the police, by code, with names in the reader's language."""

from lib.language_choices import SPOKEN, language_name


def language_choices(*also: str) -> list[tuple[str, str]]:
    """All offered languages and those in `also`, by name."""
    codes = {*SPOKEN, *also}
    return sorted(((code, language_name(code)) for code in codes), key=lambda pair: pair[1].casefold())
