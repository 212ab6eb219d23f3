"""Rows that are the same: never with two references, by likeness only with a channel or a user's decision."""

from dataclasses import replace
from io import BytesIO
from typing import Any

import pytest

from accounts.actors import SYSTEM
from contacts.merging.services import merge_organisations, undo_merge
from contacts.models import ImportedFields, Organisation
from contacts.services.organisations import edit_organisation
from districts.models import District
from exchange.imports.mapping import load_mapping
from exchange.imports.outcomes import ImportReport
from exchange.imports.register import import_organisations
from tests.exchange.test_import_organisations import outcomes, reasons
from tests.factories import make_district, make_organisation

pytestmark = pytest.mark.django_db

NUMBERED = """
source = "register"
identify = ["Id"]
region = "ES"
[fields]
name = "Name"
phone = "Phone"
email = "Email"
home_district = "District"
kind = { column = "Kind" }
"""
NAMED = NUMBERED.replace('["Id"]', '["Name"]')
HEADING = "Id;Name;Kind;District;Phone;Email\n"
BLOCKS = (
    HEADING
    + """m1;Vecinos Bloque A Norte;ngo;N1;949217792;
m2;Vecinos Bloque E Norte;ngo;N1;949217792;
m3;Casa de Cuba en España;ngo;N1;949010380;a@casa.example
m4;Casa de España en Cuba;ngo;N1;949010380;a@casa.example
m5;Casa de Cuba en España;ngo;N1;949010380;a@casa.example
"""
)


def run(text: str, mapping: str = NUMBERED, joins: dict[int, str] | None = None) -> ImportReport:
    District.objects.filter(code="N1").exists() or make_district("North", code="N1")
    file = BytesIO(text.encode())
    return import_organisations(
        actor=SYSTEM, file=file, mapping=replace(load_mapping(mapping), joins=joins or {})
    )


def sums(report: ImportReport) -> dict[str, int]:
    return {outcome.value: n for outcome, n in report.sums.items() if n}


def test_different_numbers_of_one_register_are_never_one() -> None:
    report = run(BLOCKS)
    assert (sums(report), report.offers) == ({"created": 5}, [])
    assert sums(run(BLOCKS)) == {"unchanged": 5}


def test_a_number_is_not_one_with_an_organisation_of_another_number() -> None:
    run(HEADING + "m1;Casa Roma;ngo;N1;949217792;\n")
    report = run(HEADING + "m2;Casa Roma;ngo;N1;949217792;\n")
    assert (sums(report), report.offers) == ({"created": 1}, [])


def test_two_numbers_that_are_like_one_organisation_are_offered_it_and_neither_has_it() -> None:
    known = make_organisation(make_district("North", code="N1"), name="Casa Roma", phone="+34949217792")
    text = HEADING + "m1;Casa Roma;ngo;N1;949217792;\nm2;Casa Roma;ngo;N1;949217792;\n"
    report = run(text)
    assert sums(report) == {"created": 2}
    assert [(offer.line, offer.counts_as) for offer in report.offers] == [(2, "new"), (3, "new")]
    Organisation.objects.exclude(pk=known.pk).delete()
    both = {2: f"organisation:{known.pk}", 3: f"organisation:{known.pk}"}
    assert sums(run(text, joins=both)) == {"refused": 2}
    assert outcomes(run(text, joins={3: f"organisation:{known.pk}"})) == {2: "created", 3: "merged"}


ALIKE = (
    HEADING
    + """;Casa Roma;ngo;N1;949217792;
;La Casa de Roma;ngo;N1;;
;Casa de los Roma;ngo;N1;949217792;
;Roma Casa;ngo;N1;949217792;
"""
)


def test_rows_that_are_alike_are_new_unless_a_name_and_a_channel_agree() -> None:
    report = run(ALIKE, NAMED)
    assert outcomes(report) == {2: "created", 3: "created", 4: "merged", 5: "created"}
    offers = {offer.line: (offer.counts_as, [key.key for key in offer.options]) for offer in report.offers}
    assert offers == {
        3: ("new", ["line:2"]),
        4: ("line:2", ["line:2", "line:3"]),
        5: ("new", ["line:2", "line:3", "line:4"]),
    }
    assert "is treated as new but may be Casa Roma of line 2" in reasons(report)[3]
    assert (
        "is treated as a duplicate of Casa Roma of line 2 (similar name, same district" in reasons(report)[4]
    )
    assert sums(run(ALIKE, NAMED)) == {"unchanged": 4}


def test_whoever_imports_decides_which_rows_are_one() -> None:
    report = run(ALIKE, NAMED, joins={3: "line:2", 4: "new", 5: "line:4"})
    assert outcomes(report) == {2: "created", 3: "merged", 4: "created", 5: "merged"}
    assert Organisation.objects.count() == 2
    assert sums(run(ALIKE, NAMED)) == {"unchanged": 4}


def test_an_organisation_of_the_book_is_offered_and_chosen() -> None:
    known = make_organisation(make_district("North", code="N1"), name="Casa Roma", phone="", email="")
    text = HEADING + "m1;La Casa de Roma;ngo;N1;949217792;\n"
    report = run(text)
    assert (sums(report), report.offers[0].counts_as) == ({"created": 1}, "new")
    Organisation.objects.exclude(pk=known.pk).delete()
    assert sums(run(text, joins={2: f"organisation:{known.pk}"})) == {"merged": 1}
    known.refresh_from_db()
    assert str(known.phone) == "+34949217792"


@pytest.mark.parametrize(
    "choice", ["line:9", "organisation:00000000-0000-7000-8000-000000000000", "line:x", "x"]
)
def test_a_choice_that_was_not_offered_joins_nothing(choice: str) -> None:
    report = run(ALIKE, NAMED, joins={3: choice})
    assert outcomes(report)[3] == "refused"
    assert Organisation.objects.count() == 2


TWICE = HEADING + "m1;Casa Roma;ngo;N1;949217792;\nm1;Casa Luna;ngo;N1;949010380;l@luna.example\n"


def test_one_number_twice_in_a_file_is_refused_with_both_lines_and_writes_nothing() -> None:
    report = run(TWICE)
    assert outcomes(report) == {2: "refused", 3: "refused"}
    assert "lines 2, 3 have the same number but different values: name, phone" in reasons(report)[2]
    assert reasons(report)[2] == reasons(report)[3]
    run(HEADING + "m1;Casa Luna;ngo;N1;949010380;l@luna.example\n")
    assert sums(run(TWICE)) == {"refused": 2}
    luna = Organisation.objects.get()
    assert (luna.name, luna.version) == ("Casa Luna", 1)


def test_the_same_row_twice_is_one() -> None:
    row = "m1;Casa Roma;ngo;N1;949217792;\n"
    assert outcomes(run(HEADING + row + row)) == {2: "created", 3: "merged"}


def test_a_number_too_long_to_keep_is_refused_and_no_two_are_cut_to_one() -> None:
    long = "9" * 200
    draft = NUMBERED.replace('identify = ["Id"]', 'identify = ["Id"]')
    mapping = replace(load_mapping(draft), has_numbers=True)
    make_district("North", code="N1")
    text = HEADING + f"{long}1;Casa Roma;ngo;N1;;\n{long}2;Casa Luna;ngo;N1;;\n"
    report = import_organisations(actor=SYSTEM, file=BytesIO(text.encode()), mapping=mapping)
    assert sums(report) == {"refused": 2}


TWO = HEADING + "m1;Casa Roma;ngo;N1;949217792;r@roma.example\nm2;Romaní;school;N1;949010380;\n"


def merged_by_hand(**choices: Any) -> Organisation:
    run(TWO)
    one, other = Organisation.objects.order_by("name")
    versions = {one.pk: 1, other.pk: 1}
    merge_organisations(actor=SYSTEM, kept_id=other.pk, versions=versions, choices=choices)
    return Organisation.objects.get()


def test_after_a_merge_the_same_file_changes_nothing() -> None:
    kept = merged_by_hand()
    report = run(TWO)
    assert sums(report) == {"unchanged": 2}
    again = Organisation.objects.get()
    assert (again.version, again.kind, again.summary) == (kept.version, kept.kind, kept.summary)


def test_what_was_decided_in_a_merge_stays_though_the_file_is_corrected_later() -> None:
    kept = merged_by_hand()
    corrected = TWO.replace("ngo", "shelter").replace("school", "media")
    report = run(corrected)
    now = Organisation.objects.get()
    assert (now.kind, now.version, sums(report)) == (kept.kind, kept.version, {"unchanged": 2})
    assert "kept as edited by a colleague" in reasons(report)[2]


def test_a_field_that_nobody_had_to_decide_is_still_corrected() -> None:
    run(TWO.replace("school", "ngo"))
    one, other = Organisation.objects.order_by("name")
    merge_organisations(actor=SYSTEM, kept_id=one.pk, versions={one.pk: 1, other.pk: 1})
    run(TWO.replace("school", "shelter").replace("ngo", "shelter"))
    assert Organisation.objects.get().kind == "shelter"


def test_an_edit_after_a_merge_is_a_persons_word_too() -> None:
    kept = merged_by_hand()
    edit_organisation(actor=SYSTEM, organisation_id=kept.pk, kind="media", phone="+34612345678")
    before = Organisation.objects.get().version
    assert sums(run(TWO)) == {"unchanged": 2}
    assert Organisation.objects.get().version == before


def test_a_merge_that_is_taken_back_leaves_what_was_imported_as_it_was() -> None:
    run(TWO)
    before = list(ImportedFields.objects.order_by("pk").values("organisation", "fingerprints"))
    one, other = Organisation.objects.order_by("name")
    merge = merge_organisations(actor=SYSTEM, kept_id=other.pk, versions={one.pk: 1, other.pk: 1})
    undo_merge(actor=SYSTEM, merge_id=merge.pk)
    assert list(ImportedFields.objects.order_by("pk").values("organisation", "fingerprints")) == before
    assert sums(run(TWO)) == {"unchanged": 2}


NORTH = ";Casa Roma;ngo;N1;949217792;a@roma.example\n"
SOUTH = ";Casa Roma;ngo;S1;949010380;b@roma.example\n"


def test_rows_that_only_share_their_name_are_offered_and_new_in_one_file() -> None:
    make_district("South", code="S1")
    report = run(HEADING + NORTH + SOUTH, NAMED)
    assert [(offer.line, offer.counts_as, offer.options[0].key) for offer in report.offers] == [
        (3, "new", "line:2")
    ]
    assert sums(report) == {"created": 2}
    assert (
        "is treated as new but may be Casa Roma of line 2 (same name, nothing else in common)"
        in reasons(report)[3]
    )
    for text in (NORTH + SOUTH, NORTH, SOUTH, SOUTH + NORTH):
        again = run(HEADING + text, NAMED)
        assert (sums(again).get("created"), again.offers) == (None, [])
    assert sums(run(HEADING + NORTH + SOUTH, NAMED)) == {"unchanged": 2}
    phones = Organisation.objects.order_by("home_district__code").values_list("home_district__code", "phone")
    assert [(code, str(phone)) for code, phone in phones] == [("N1", "+34949217792"), ("S1", "+34949010380")]


def test_a_row_that_only_shares_a_name_never_overwrites_what_an_earlier_file_brought() -> None:
    make_district("South", code="S1")
    run(HEADING + NORTH, NAMED)
    known = Organisation.objects.get()
    report = run(HEADING + SOUTH, NAMED)
    assert [(offer.counts_as, offer.options[0].key) for offer in report.offers] == [
        ("new", f"organisation:{known.pk}")
    ]
    assert sums(report) == {"created": 1}
    assert sums(run(HEADING + SOUTH, NAMED)) == {"unchanged": 1}
    assert sums(run(HEADING + NORTH, NAMED)) == {"unchanged": 1}
    known.refresh_from_db()
    assert (str(known.phone), known.email) == ("+34949217792", "a@roma.example")


def test_whoever_imports_may_choose_that_namesakes_are_one() -> None:
    make_district("South", code="S1")
    assert sums(run(HEADING + NORTH + SOUTH, NAMED, joins={3: "line:2"})) == {"created": 1, "merged": 1}
    assert sums(run(HEADING + NORTH + SOUTH, NAMED)) == {"unchanged": 2}
    key = f"organisation:{Organisation.objects.get().pk}"
    other = SOUTH.replace("949010380;b@", "949010381;c@")
    assert sums(run(HEADING + other, NAMED, joins={2: key})) == {"merged": 1}
    assert sums(run(HEADING + other, NAMED)) == {"unchanged": 1}


def test_rows_of_a_name_that_agree_in_a_channel_or_have_none_are_one() -> None:
    make_district("South", code="S1")
    text = HEADING + NORTH + ";Casa Roma;ngo;S1;949217792;z@roma.example\n;Casa Roma;ngo;N1;;\n"
    assert sums(run(text, NAMED)) == {"created": 1, "merged": 2}
    assert sums(run(text, NAMED)) == {"unchanged": 3}


def test_one_corrected_channel_in_the_same_district_is_a_correction_and_two_are_somebody_else() -> None:
    run(HEADING + NORTH, NAMED)
    assert sums(run(HEADING + NORTH.replace("949217792", "949217793"), NAMED)) == {"updated": 1}
    other = NORTH.replace("949217792", "949010380").replace("a@", "b@")
    assert sums(run(HEADING + other, NAMED)) == {"created": 1}
    assert sums(run(HEADING + other, NAMED)) == {"unchanged": 1}
