"""Canonical JSON: one spelling for each value, and no value whose spelling is in doubt."""

import json

import pytest

from lib.canonical import canonical, digest_of


def test_equal_values_have_equal_bytes() -> None:
    said = {"b": [1, True, None], "a": 'é\n\x07\x7f\u2028😀"\\/', "": {}}
    expected = '{"":{},"a":"é\\n\\u0007\x7f\u2028😀\\"\\\\/","b":[1,true,null]}'  # RFC 8785, section 3.2.2.2
    assert canonical(said) == canonical(dict(reversed(said.items()))) == expected.encode()
    assert json.loads(canonical(said)) == said
    assert digest_of({}) == "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"


@pytest.mark.parametrize("value", [0.5, 1.0, {"a": [float("nan")]}, b"", {1}])
def test_fractions_and_other_types_are_refused(value: object) -> None:
    with pytest.raises(TypeError):
        canonical(value)


@pytest.mark.parametrize("value", [{"é": 1}, {1: 1}, [2**53], "\ud800"])
def test_what_readers_sort_or_read_differently_is_refused(value: object) -> None:
    with pytest.raises(ValueError):
        canonical(value)
