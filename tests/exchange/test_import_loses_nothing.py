"""The content of every cell is stored or listed in the preview, and no content causes a server error."""

import csv
import io
import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contacts.models import Contact, Organisation
from exchange.imports.converting import convert
from exchange.imports.languages import find_languages
from exchange.imports.mapping import FIELDS, Mapping, Origin, load_mapping
from exchange.imports.reading import Line
from exchange.models import ImportDraft
from lib.fold import fold
from tests.examples import examples
from tests.exchange.test_import_joins import NUMBERED
from tests.exchange.test_import_wizard import imported, mapped, send, sums, supervisor_of_n1, workbook
from tests.factories import make_organisation

HEADINGS = [
    "Id",
    "Name",
    "Short name",
    "Kind",
    "District",
    "Phone",
    "Email",
    "Website",
    "Languages",
    "Address",
]
CELLS = [
    *("m1", "Casa Roma", "CR", "ngo", "N1"),
    "949217792, 949010380; fax 949010381 / 612 345 678 ext. 45 ask-for-Ana",
    "first@roma.example; Second <second@roma.example> www.mail.example nonsense",
    "https://one.example/a http://two.example, three@roma.example webwords",
    "castellano, portugués / klingonese",
    "Calle Mayor\n7",
]


def table(*rows: list[str]) -> str:
    text = io.StringIO()
    csv.writer(text, delimiter=";", lineterminator="\n").writerows(rows)
    return text.getvalue()


def said(draft: ImportDraft) -> str:
    return " ".join(str(why) for lines in draft.report["lines"].values() for _line, _name, why in lines)


def pieces(cell: str) -> list[str]:
    """Return the words of a cell, and its numbers without blanks."""
    joined = re.sub(r"(?<=\d) (?=\d)", "", cell)
    return [piece for piece in re.split(r"[\s,;<>/]+", joined) if len(piece) > 1]


def plain(text: str) -> str:
    return fold(re.sub(r"(?<=\d) (?=\d)", "", text)).replace(" ", "")


LABELS = {"fax", "ext"}
CODES = {"castellano": "es", "portugués": "pt"}


@pytest.mark.django_db
def test_every_part_of_every_cell_is_stored_or_named_by_the_trial() -> None:
    user = supervisor_of_n1()
    trial = mapped(user, table(HEADINGS, CELLS))
    told = said(trial)
    draft = send(user, trial, "run")
    assert sums(draft) == {"created": 1}
    row = Organisation.objects.get()
    stored = " ".join(
        [
            *(row.name, row.short_name, row.kind, row.home_district.code, str(row.phone), row.email),
            *(row.website, row.summary, row.address, *row.languages, row.external_ids.get().external_id),
        ]
    )
    for cell in CELLS:
        for piece in pieces(cell):
            if piece not in LABELS:
                there = CODES.get(piece, piece)
                assert plain(there) in plain(stored + told), piece
    assert (str(row.phone), row.email, row.languages) == ("+34949217792", "first@roma.example", ["es", "pt"])
    for number in ("949 01 03 80", "949 01 03 81", "612 34 56 78 ext. 45"):
        assert number in row.summary
    for address in ("second@roma.example", "three@roma.example", "http://two.example"):
        assert address in row.summary
    for lost in ("ask-for-Ana", "nonsense", "webwords", "klingonese"):
        assert lost in told
    assert sums(imported(user, table(HEADINGS, CELLS))) == {"unchanged": 1}
    row.refresh_from_db()
    assert (row.version, row.summary.count("949 01 03 80")) == (1, 1)


@pytest.mark.django_db
@pytest.mark.parametrize("head", [["Email", "Website"], ["Website", "Email"], ["Email"]])
@pytest.mark.parametrize("web", ["", "https://one.example", "n/a"])
def test_a_web_address_in_the_email_cell_is_kept_where_the_trial_says(head: list[str], web: str) -> None:
    user = supervisor_of_n1()
    cells = {"Email": "www.two.example a@roma.example www.three.example", "Website": web}
    text = table(
        ["Name", "Kind", "District", *head], ["Casa Roma", "ngo", "N1", *(cells[name] for name in head)]
    )
    trial = mapped(user, text)
    send(user, trial, "run")
    row = Organisation.objects.get()
    has_own = "Website" in head and web.startswith("https")
    assert (row.email, row.website) == ("a@roma.example", web if has_own else "https://www.two.example")
    assert ("https://www.two.example" in row.summary) == has_own
    assert "https://www.three.example" in row.summary
    assert ("saved as website" in said(trial)) != has_own
    assert sums(imported(user, text)) == {"unchanged": 1}


@pytest.mark.django_db
def test_further_numbers_follow_the_file_and_what_a_person_wrote_stays() -> None:
    user = supervisor_of_n1()
    head = ["Id", "Name", "Kind", "District", "Phone", "Summary"]
    imported(user, table(head, ["m1", "Casa Roma", "ngo", "N1", "949217792, 949010380", "They sing"]))
    row = Organisation.objects.get()
    assert row.summary == "They sing\n\nOther phones: +34 949 01 03 80"
    Organisation.objects.update(
        summary="They sing\n\nOther phones: +34 949 01 03 80, +34 600 000 001\nAsk Ana"
    )
    imported(user, table(head, ["m1", "Casa Roma", "ngo", "N1", "949217792, 949010382", "They sing"]))
    row.refresh_from_db()
    assert row.summary == "They sing\n\nAsk Ana\n\nOther phones: +34 600 000 001, +34 949 01 03 82"
    imported(user, table(head, ["m1", "Casa Roma", "ngo", "N1", "949010382, 949217792", "They sing"]))
    row.refresh_from_db()
    assert str(row.phone) == "+34949010382"
    assert "949 21 77 92" in row.summary
    assert "949 01 03 82" not in row.summary
    Organisation.objects.update(summary="They sing")  # a user removed the numbers
    draft = imported(user, table(head, ["m1", "Casa Roma", "ngo", "N1", "949010382, 949217792", "They sing"]))
    row.refresh_from_db()
    assert (sums(draft), row.summary) == ({"unchanged": 1}, "They sing")


@pytest.mark.django_db
def test_an_import_that_wrote_a_note_is_undone_exactly() -> None:
    user = supervisor_of_n1()
    head = ["Id", "Name", "Kind", "District", "Phone"]
    imported(user, table(head, ["m1", "Casa Roma", "ngo", "N1", "949217792"]))
    Organisation.objects.update(summary="They sing")
    draft = imported(user, table(head, ["m1", "Casa Roma", "ngo", "N1", "949217792, 949010380"]))
    assert Organisation.objects.get().summary == "They sing\n\nOther phones: +34 949 01 03 80"
    assert send(user, draft, "undo").state == "undone"
    assert Organisation.objects.get().summary == "They sing"


@pytest.mark.django_db
def test_a_person_comes_in_though_a_cell_is_odd_and_the_line_says_what_is_left_out() -> None:
    user = supervisor_of_n1()
    head = ["Nombre", "Apellidos", "Cargo", "Teléfono", "Correo", "Distrito", "Aviso"]
    odd = [
        "Ana",
        "Ruiz",
        "tesorera",
        "949217792\n949010380",
        "a@b.example c@d.example",
        "N1",
        "2025-01-02 18:30",
    ]
    fixed = {"fixed_lawful_basis": "public_task", "fixed_purpose": "community_liaison"}
    trial = mapped(user, table(head, odd), what="contacts", **fixed)
    assert sums(send(user, trial, "run")) == {"created": 1}
    person = Contact.objects.get()
    assert (str(person.phone), person.email) == ("+34949217792", "a@b.example")
    told = said(trial)
    for lost in ("949 01 03 80", "c@d.example", "tesorera", "18:30"):
        assert lost in told


@pytest.mark.django_db
def test_a_cell_under_no_heading_is_told_whatever_the_rows_are() -> None:
    user = supervisor_of_n1()
    rows = "".join(f"Ana;Ruiz {n};N1\n" for n in range(4))
    fixed = {"fixed_lawful_basis": "public_task", "fixed_purpose": "community_liaison"}
    draft = mapped(user, f"Nombre;Apellidos;Distrito\n{rows}Eva;Sol;N1;stray\n", what="contacts", **fixed)
    assert "“stray”" in said(draft)


@pytest.mark.django_db
def test_languages_in_words_are_codes_and_others_are_told() -> None:
    user = supervisor_of_n1()
    head = ["Name", "Kind", "District", "Idiomas"]
    texts = [
        "portugués, castellano",
        "español",
        "Castilian",
        "euskera",
        "no",
        "klingonese",
        "ruotsi; viro",
        "x" * 300,
    ]
    draft = imported(user, table(head, *([f"Casa {n}", "ngo", "N1", text] for n, text in enumerate(texts))))
    assert sums(draft) == {"created": len(texts)}
    kept = dict(Organisation.objects.order_by("name").values_list("name", "languages"))
    assert list(kept.values()) == [["es", "pt"], ["es"], ["es"], ["eu"], [], [], ["et", "sv"], []]
    assert "klingonese" in said(draft)


@pytest.mark.parametrize(
    ("text", "codes"),
    [("español", ["es"]), ("испански, гръцки", ["el", "es"]), ("română", ["ro"]), ("ES/pt", ["es", "pt"])],
)
def test_languages_are_known_by_their_names(text: str, codes: list[str]) -> None:
    assert find_languages(text) == (codes, [])


@pytest.mark.django_db
def test_a_workbook_without_its_empty_cells_has_no_short_rows_and_the_rare_warning_is_first() -> None:
    user = supervisor_of_n1()
    rows = [[f"Casa {n}", "ngo", "N1", "949217792, 949010380"] for n in range(120)]
    book = workbook(
        ["Name", "Type", "District", "Phone", "Email"],
        *rows,
        ["Casa Sol", "ngo", "N1", "call me"],
        ["Casa Luna", "ngo", "N1"],
    )
    draft = mapped(user, book)
    assert draft.report["warnings"][0][:2] == ["left_out", 1]
    assert "short" not in {kind for kind, _n, _lines in draft.report["warnings"]}
    assert draft.report["lines"]["created"][0][1] == "Casa Sol"


def mapping_of(**fields: Origin) -> Mapping:
    loaded = load_mapping(NUMBERED)
    every: dict[str, Any] = {name: Origin(columns=(name,)) for name in FIELDS} | fields
    return Mapping(
        **{name: getattr(loaded, name) for name in Mapping.__slots__}
        | {"fields": every, "identify": ("name",)}
    )


@settings(max_examples=examples(120), deadline=None)
@given(st.dictionaries(st.sampled_from(sorted(FIELDS)), st.text(max_size=60), max_size=13))
def test_any_text_in_any_column_is_a_line_never_an_exception(cells: dict[str, str]) -> None:
    row = convert(Line(2, cells), mapping_of())
    assert row.refusal or row.fields["name"]


@settings(max_examples=examples(150), deadline=None)
@given(st.text(alphabet="0123456789 +-/();,.xyoext#\nñ", max_size=40))
def test_no_digit_of_a_phone_cell_is_lost(text: str) -> None:
    row = convert(
        Line(2, {"name": "Casa", "kind": "ngo", "home_district": "N1", "phone": text}), mapping_of()
    )
    kept = " ".join(
        [str(row.fields.get("phone", "")), *(value for _w, value in row.more), *(t for _k, t in row.notes)]
    )
    for run in re.findall(r"\d{6,}", text):
        assert run in re.sub(r"\D", "", kept)


@pytest.mark.django_db
def test_nothing_typed_by_hand_is_overwritten_by_a_note() -> None:
    user = supervisor_of_n1()
    known = make_organisation(user.districts.get(), name="Casa Roma", phone="+34949217792", summary="By hand")
    head = ["Name", "Kind", "District", "Phone"]
    draft = imported(user, table(head, ["Casa Roma", "ngo", "N1", "949217792, 949010380"]))
    known.refresh_from_db()
    assert (sums(draft), known.summary) == ({"merged": 1}, "By hand\n\nOther phones: +34 949 01 03 80")


@pytest.mark.django_db
def test_a_number_that_does_not_replace_the_one_on_record_is_in_the_note() -> None:
    user = supervisor_of_n1()
    make_organisation(
        user.districts.get(),
        name="Casa Roma",
        phone="+34949217792",
        email="a@roma.example",
        summary="By hand",
    )
    text = table(
        ["Name", "Kind", "District", "Phone", "Email"],
        ["Casa Roma", "ngo", "N1", "949010380; 949010381", "a@roma.example"],
    )
    draft = imported(user, text)
    row = Organisation.objects.get()
    assert (sums(draft), str(row.phone)) == ({"merged": 1}, "+34949217792")
    assert row.summary == "By hand\n\nOther phones: +34 949 01 03 80, +34 949 01 03 81"
    assert "the value on record is kept and this value is added to the note" in said(draft)
    assert sums(imported(user, text)) == {"unchanged": 1}
    Organisation.objects.update(summary="By hand")  # a user removed them
    assert sums(imported(user, text)) == {"unchanged": 1}
    assert Organisation.objects.get().summary == "By hand"
