"""The outcome of a call or visit to an organisation."""

from collections.abc import Collection

REACHED = "reached"
DECLINED = "declined"


def was_held(result: str) -> bool:
    """Whether the organisation was reached, so that the call or visit is a held meeting."""
    return result in {REACHED, DECLINED}


def outcomes_of(result: str, needs: Collection[str]) -> list[str]:
    """Return the meeting's outcomes for a call or visit.

    It counts as met only if the organisation has needs, because an attack must not improve coverage.
    """
    match result:
        case "declined":
            return ["declined"]
        case "reached":
            return ["reassurance_given" if needs else "information_shared"]
    return []
