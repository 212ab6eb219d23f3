"""Small words between others, in nine languages and Greek, in Latin letters (`lib.fold.latin`)."""

from typing import Final


def words(text: str) -> frozenset[str]:
    """The words of a text, for tables of words."""
    return frozenset(text.split())


SMALL_WORDS: Final = words(
    "a ai al alla allo and at av by com con d da das de degli dei del della delle der des di die do "
    "dos du e ed el en entre et for fra from gia gli hay i il in ja kai la las le les lo los na nas "
    "no nos och of og oi on os pa para per por s se sobre sti stin sto ta the ths till tis to ton tou "
    "u un una und v ved with y za"
)
