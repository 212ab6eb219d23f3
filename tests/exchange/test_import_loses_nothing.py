"""The content of every cell is stored or listed in the preview, and no content causes a server error."""

import csv
import io
import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contacts.models import Contact, Organisation
from exchange.imports.converting import convert_line
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


def reached(row: Any) -> list[str]:
    """What a row has besides its first phone, email and website."""
    return list(row.other_details.order_by("pk").values_list("value", flat=True))


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
            *(
                row.website,
                row.summary,
                row.address,
                *reached(row),
                *row.languages,
                row.external_ids.get().external_id,
            ),
        ]
    )
    for cell in CELLS:
        for piece in pieces(cell):
            if piece not in LABELS:
                there = CODES.get(piece, piece)
                assert plain(there) in plain(stored + told), piece
    assert (str(row.phone), row.email, row.languages) == ("+34949217792", "first@roma.example", ["es", "pt"])
    assert reached(row) == [
        *("+34949010380", "+34612345678;ext=45", "+34949010381", "http://two.example"),
        *("three@roma.example", "second@roma.example", "https://www.mail.example"),
    ]
    assert [one.use for one in row.other_details.order_by("pk")][:3] == ["", "mobile", "fax"]
    for lost in ("ask-for-Ana", "nonsense", "webwords", "klingonese"):
        assert lost in told
    assert sums(imported(user, table(HEADINGS, CELLS))) == {"unchanged": 1}
    row.refresh_from_db()
    assert (row.version, row.summary, len(reached(row))) == (1, "", 7)


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
    assert ("https://www.two.example" in reached(row)) == has_own
    assert "https://www.three.example" in reached(row)
    assert ("saved as website" in said(trial)) != has_own
    assert sums(imported(user, text)) == {"unchanged": 1}


@pytest.mark.django_db
def test_further_numbers_follow_the_file_and_what_a_person_wrote_stays() -> None:
    user = supervisor_of_n1()
    head = ["Id", "Name", "Kind", "District", "Phone", "Summary"]
    imported(user, table(head, ["m1", "Casa Roma", "ngo", "N1", "949217792, 949010380", "They sing"]))
    row = Organisation.objects.get()
    assert (row.summary, reached(row)) == ("They sing", ["+34949010380"])
    # A user added one, and wrote another one in the text.
    row.other_details.create(channel="phone", value="+34600000001", use="press")
    Organisation.objects.update(summary="They sing\n\nOther phones: +34 600 000 002\nAsk Ana\nFax: ask")
    imported(user, table(head, ["m1", "Casa Roma", "ngo", "N1", "949217792, 949010382", "They sing"]))
    row.refresh_from_db()
    assert row.summary == "They sing\n\nOther phones: +34 600 000 002\nAsk Ana\nFax: ask"
    assert reached(row) == ["+34600000001", "+34949010382"]
    assert row.other_details.get(value="+34600000001").use == "press"
    imported(user, table(head, ["m1", "Casa Roma", "ngo", "N1", "949010382, 949217792", "They sing"]))
    row.refresh_from_db()
    assert str(row.phone) == "+34949010382"
    assert "+34949217792" in reached(row) and "+34949010382" not in reached(row)
    row.other_details.all().delete()  # a user removed the numbers
    draft = imported(user, table(head, ["m1", "Casa Roma", "ngo", "N1", "949010382, 949217792", "They sing"]))
    assert (sums(draft), reached(row)) == ({"unchanged": 1}, [])


@pytest.mark.django_db
def test_an_import_that_added_a_number_is_undone_exactly() -> None:
    user = supervisor_of_n1()
    head = ["Id", "Name", "Kind", "District", "Phone"]
    imported(user, table(head, ["m1", "Casa Roma", "ngo", "N1", "949217792"]))
    row = Organisation.objects.get()
    row.other_details.create(channel="phone", value="+34600000001", use="press")
    draft = imported(user, table(head, ["m1", "Casa Roma", "ngo", "N1", "949010380, 949010381"]))
    assert reached(row) == ["+34600000001", "+34949010381"]
    assert send(user, draft, "undo").state == "undone"
    row.refresh_from_db()
    assert (str(row.phone), reached(row)) == ("+34949217792", ["+34600000001"])
    assert row.other_details.get().use == "press"


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
    assert set(reached(person)) == {"+34949010380", "c@d.example"}
    for lost in ("tesorera", "18:30"):
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
    row = convert_line(Line(2, cells), mapping_of())
    assert row.refusal or row.fields["name"]


@settings(max_examples=examples(150), deadline=None)
@given(st.text(alphabet="0123456789 +-/();,.xyoext#\nñ", max_size=40))
def test_no_digit_of_a_phone_cell_is_lost(text: str) -> None:
    row = convert_line(
        Line(2, {"name": "Casa", "kind": "ngo", "home_district": "N1", "phone": text}), mapping_of()
    )
    kept = " ".join(
        [str(row.fields.get("phone", "")), *(value for _w, value in row.extras), *(t for _k, t in row.notes)]
    )
    for run in re.findall(r"\d{6,}", text):
        assert run in re.sub(r"\D", "", kept)


@pytest.mark.django_db
def test_nothing_typed_by_hand_is_overwritten_by_another_number() -> None:
    user = supervisor_of_n1()
    known = make_organisation(user.districts.get(), name="Casa Roma", phone="+34949217792", summary="By hand")
    head = ["Name", "Kind", "District", "Phone"]
    draft = imported(user, table(head, ["Casa Roma", "ngo", "N1", "949217792, 949010380"]))
    known.refresh_from_db()
    assert (sums(draft), known.summary, reached(known)) == ({"merged": 1}, "By hand", ["+34949010380"])


@pytest.mark.django_db
def test_a_number_that_does_not_replace_the_one_on_record_is_beside_it() -> None:
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
    assert (row.summary, reached(row)) == ("By hand", ["+34949010380", "+34949010381"])
    assert "the value on record is kept and this value is kept beside it" in said(draft)
    assert sums(imported(user, text)) == {"unchanged": 1}
    row.other_details.all().delete()  # a user removed them
    assert sums(imported(user, text)) == {"unchanged": 1}
    assert reached(row) == []


@pytest.mark.django_db
def test_every_column_of_numbers_and_pages_is_understood() -> None:
    user = supervisor_of_n1()
    head = ["Name", "Kind", "District", "Mobile", "phone_2", "Other phones", "E-mail", "Email 2", "Facebook"]
    head += ["Instagram", "Razón social", "Phone of the president"]
    cells = [
        "Casa Roma",
        "ngo",
        "N1",
        "612345678",
        "949010380",
        "949217792",
        "a@roma.example",
        "b@roma.example",
    ]
    cells += ["facebook.com/CasaRoma", "@casaroma", "Casa Roma SL", "949010381"]
    trial = mapped(user, table(head, cells))
    send(user, trial, "run")
    row = Organisation.objects.get()
    assert (str(row.phone), row.email) == ("+34612345678", "a@roma.example")
    assert set(reached(row)) == {
        *("+34949010380", "+34949217792", "b@roma.example", "https://facebook.com/CasaRoma")
    }
    assert row.other_details.get(channel="social").value == "https://facebook.com/CasaRoma"
    assert "@casaroma" in said(trial)


@pytest.mark.django_db
def test_further_numbers_of_people_are_kept_and_what_a_person_listed_stays() -> None:
    user = supervisor_of_n1()
    head = ["Id", "Family name", "District", "Phone", "Email", "Lawful basis", "Purpose"]
    rest = ["a@x.example b@x.example", "public_task", "community_liaison"]
    first = table(head, ["p1", "Roble", "N1", "612345678 / 949010380", *rest])
    draft = send(user, mapped(user, first, what="contacts"), "run")
    row = Contact.objects.get()
    assert (sums(draft), reached(row)) == ({"created": 1}, ["b@x.example", "+34949010380"])
    changed = table(head, ["p1", "Roble", "N1", "612345678 / 949010382", *rest])
    draft = send(user, mapped(user, changed, what="contacts"), "run")
    assert reached(row) == ["b@x.example", "+34949010382"]
    assert send(user, draft, "undo").state == "undone" and "+34949010380" in reached(row)
    row.other_details.all().delete()
    send(user, mapped(user, changed, what="contacts"), "run")
    assert reached(row) == []
