"""Labelled names: which are of one organisation, and which only look like it."""

import pytest

from contacts.rules.names import likeness, read_name
from tests.contacts.labelled_names import (
    best_quality,
    first_of_all,
    is_found,
    labelled_pairs,
    ours_alike,
    quality,
    short_form_pairs,
    token_set,
)


def test_duplicates_are_found_and_near_misses_left_alone() -> None:
    pairs = labelled_pairs()
    assert sum(pair.is_same for pair in pairs) > 150 <= sum(not pair.is_same for pair in pairs)
    for some in (pairs[::2], pairs[1::2]):
        ours = quality(some, is_found)
        assert min(ours) >= 0.95
        assert min(ours) > min(best_quality(some, token_set))


def test_short_forms_are_found_and_those_of_another_organisation_are_not() -> None:
    pairs = short_form_pairs()
    assert sum(pair.is_same for pair in pairs) > 50 < sum(not pair.is_same for pair in pairs)
    ours = quality(pairs, is_found)
    assert ours.precision >= 0.95
    assert ours.recall >= 0.8  # compounds need an alias


def test_the_original_comes_first() -> None:
    assert first_of_all(labelled_pairs()[1::4], ours_alike) >= 0.97


def test_the_order_of_the_two_names_does_not_matter() -> None:
    for _is_same, _kind, one, other in labelled_pairs() + short_form_pairs():
        left, right = read_name(one), read_name(other)
        assert likeness(left, right) == pytest.approx(likeness(right, left))
        assert likeness(left, left) == 1
