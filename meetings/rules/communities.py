"""Communities that bias grounds suggest, to call and reassure. The officer decides."""

from collections.abc import Collection, Mapping
from typing import Final

COMMUNITIES_OF_GROUND: Final[Mapping[str, tuple[str, ...]]] = {
    "racist_xenophobic": ("ethnic_minority", "migrants"),
    "anti_black": ("african_descent",),
    "anti_roma": ("roma",),
    "antisemitic": ("jewish",),
    "anti_muslim": ("muslim",),
    "anti_christian": ("christian",),
    "other_religion_belief": ("other_religion_belief",),
    "gender_based": ("women",),
    "anti_lgbti": ("lgbti",),
    "anti_trans": ("trans", "lgbti"),
    "disability": ("disability",),
    "poverty": ("homelessness",),
    "language": ("language_minority",),
}


def communities_of(bias_grounds: Collection[str]) -> list[str]:
    """Return the suggested communities, each once, in the order of the grounds.

    >>> communities_of(["anti_trans", "anti_lgbti"])
    ['trans', 'lgbti']
    """
    codes_by_ground = (COMMUNITIES_OF_GROUND.get(ground, ()) for ground in bias_grounds)
    return list(dict.fromkeys(code for codes in codes_by_ground for code in codes))


def plain_grounds(bias_grounds: Collection[str]) -> list[str]:
    """Return the grounds, each once. `unknown` or `none` stays only without other grounds, `unknown` first.

    >>> plain_grounds(["unknown", "anti_roma"])
    ['anti_roma']
    """
    grounds = list(dict.fromkeys(bias_grounds))
    specific_grounds = [ground for ground in grounds if ground not in {"unknown", "none"}]
    return specific_grounds or sorted(grounds, reverse=True)[:1]
