"""Typed names: sure ones are not asked, likely ones are looked over, and all others are chosen."""

import pytest

from exchange.rules.names import KnownName, NameIndex, Sureness, pieces

NAMES = [
    *("Associação de Moradores da Serafina", "Associação de Moradores da Boavista", "Clube Oriental"),
    *("Clube Oriental de Lisboa", "Mesquita Central, Associação", "Escola 12", "Escola 13"),
    *("Associação Portuguesa de Apoio à Vítima", "Pais e Mães de Chelas", "Casa do Brasil", "Rádio Aurora"),
]


def index() -> NameIndex:
    names = [KnownName(str(at), text, frozenset({"N1"})) for at, text in enumerate(NAMES)]
    alias = KnownName("7", "APAV", frozenset({"N1"}), is_alias=True)
    namesake = KnownName("99", "Casa do Brasil", frozenset({"S1"}))
    return NameIndex([*names, alias, namesake])


@pytest.mark.parametrize(
    ("text", "districts", "sureness", "name"),
    [
        ("ASSOCIACAO DE MORADORES DA SERAFINA", ["N1"], "sure", "Associação de Moradores da Serafina"),
        ("associação de moradores da serafina", ["S1"], "likely", "Associação de Moradores da Serafina"),
        ("Associação de Moradores da Serafna", ["N1"], "likely", "Associação de Moradores da Serafina"),
        ("Associação de Moradores", ["N1"], "open", ""),
        ("Clube Oriental", ["N1"], "likely", "Clube Oriental"),  # may be cut
        ("Mesquita Central", ["N1"], "likely", "Mesquita Central, Associação"),
        ("Escola 12", ["N1"], "sure", "Escola 12"),
        ("Escola 14", ["N1"], "open", ""),
        ("apav", ["S1"], "sure", "Associação Portuguesa de Apoio à Vítima"),
        ("Casa do Brasil", ["N1"], "likely", "Casa do Brasil"),  # a namesake elsewhere
        ("Casa do Brasil", ["W1"], "open", ""),
        ("Casa do Brazil", ["N1"], "open", ""),  # two are alike
        ("Rádio Aurorra", ["N1"], "likely", "Rádio Aurora"),
        ("", ["N1"], "open", ""),
    ],
)
def test_a_typed_name_is_sure_likely_or_open(
    text: str, districts: list[str], sureness: str, name: str
) -> None:
    match = index().match(text, districts)
    assert (match.sureness, NAMES[int(match.key)] if match.key else "") == (Sureness(sureness), name)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("APAV, Casa Nova", ["APAV, Casa Nova"]),  # a piece is open: asked
        ("APAV / Escola 12", ["APAV", "Escola 12"]),
        ("Pais e Mães de Chelas", ["Pais e Mães de Chelas"]),
        ("Pais e Mães de Chelas e Escola 13", ["Pais e Mães de Chelas e Escola 13"]),
        ("Escola 12, Mesquita Central e APAV", ["Escola 12", "Mesquita Central", "APAV"]),
        ("Mesquita Central, Associação", ["Mesquita Central, Associação"]),
    ],
)
def test_a_cell_is_split_only_into_names_that_are_known(text: str, names: list[str]) -> None:
    assert index().split(text, ["N1"]) == names


def test_the_right_one_is_among_the_nearest_five() -> None:
    names = index()
    for text, right in {
        "A. M. Serafina": 0,
        "Apoio Vitima": 7,
        "Radio Aurora FM": 10,
        "Oriental Lx": 2,
    }.items():
        assert str(right) in names.nearest(text, ["N1"]), text
    assert pieces("a; b") == ["a; b"]
