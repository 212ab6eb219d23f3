"""What a try to reach an organisation comes to."""

from collections.abc import Collection

REACHED = "reached"
DECLINED = "declined"


def was_held(result: str) -> bool:
    """Whether somebody was spoken to: the try is then a meeting, else an attempt at one."""
    return result in {REACHED, DECLINED}


def outcomes_of(result: str, needs: Collection[str]) -> list[str]:
    """The outcome of the meeting that a try is.

    It counts as met only if they told us something: an attack must not improve coverage.
    """
    match result:
        case "declined":
            return ["declined"]
        case "reached":
            return ["reassurance_given" if needs else "information_shared"]
    return []
