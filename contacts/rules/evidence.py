"""Evidence that two rows are one organisation."""

from collections.abc import Collection

from contacts.rules.names import exact_name, plain_name

Reached = Collection[tuple[str, str]]  # ("phone", in E.164) and ("email", an address)


def evidence(name: str, district: str, reached: Reached) -> list[tuple[str, str, str]]:
    """What two rows that may be one share: a name's core with a district, a phone or an e-mail."""
    core = plain_name(name)
    return [(core, what, value.casefold()) for what, value in (("district", district), *reached)]


def proof(name: str, reached: Reached) -> list[tuple[str, str, str]]:
    """What makes two rows one unless somebody says otherwise: the name with a phone or an e-mail."""
    exact = exact_name(name) if reached else ""
    return [(exact, what, value.casefold()) for what, value in reached]
