"""A phone field holds one number: a second number or an extension is rejected, not dropped."""

import pytest
from django.core.exceptions import ValidationError

from accounts.actors import SYSTEM
from contacts.models import Organisation
from contacts.rules.phones import find_phones, one_phone
from contacts.services.contacts import create_contact
from contacts.services.private_channels import set_private_channel
from tests.api.clients import Tool
from tests.contacts.pages import browse, typed
from tests.factories import make_contact, make_district, make_officer

BOTH = ["+34949217792", "+34949010380"]
TWO = [
    "949217792, 949010380",
    "949217792; 949010380",
    "949217792 / 949010380",
    "949217792/949010380",
    "949217792|949010380",
    "949217792\n949010380",
    "949217792\r\n949010380",
    "949217792 y 949010380",
    "949217792 o 949010380",
    "949217792 och 949010380",
    "949 21 77 92 949 01 03 80",
    "949217792-949010380",
    "949217792 ext 949010380",
    "949 21 77 92 x 949 01 03 80",
    "Tel. 949217792 Móvil: 949010380",
    "+34949217792 +34949010380",
]


@pytest.mark.parametrize("text", TWO)
def test_two_numbers_in_one_text_are_two_however_they_are_listed(text: str) -> None:
    found = find_phones(text, "ES")
    assert (found.numbers, found.other_text, found.extensions) == (BOTH, [], {})
    assert one_phone(text, "ES") is None


@pytest.mark.parametrize(
    "text",
    ["949217792 ext. 12", "949217792, ext 12", "949217792x12", "949217792 #12"]
    + [
        f"949217792 {word} 12"
        for word in ("int.", "ramal", "poste", "sise", "wew.", "iekš.", "вътр.", "alanumero", "anknytning")
    ],
)
def test_an_extension_stays_one(text: str) -> None:
    found = find_phones(text, "ES")
    assert (found.numbers, found.other_text, found.extensions) == (BOTH[:1], [], {BOTH[0]: "12"})


@pytest.mark.parametrize(
    ("text", "numbers", "rest", "faxes"),
    [
        ("949217792,12", BOTH[:1], ["12"], []),
        ("949217792 (Ana)", BOTH[:1], ["Ana"], []),
        ("949217792 Fax 949010380", BOTH[:1], [], BOTH[1:]),
        ("Tel/Fax: 949217792", BOTH[:1], [], []),
        ("Fax: none", [], ["Fax:", "none"], []),
        ("949217792 (9-14h)", BOTH[:1], ["9-14h"], []),
        ("949217792 lunes a viernes 10:00-13:00", BOTH[:1], ["lunes a viernes 10:00-13:00"], []),
        ("Sala 2: 949217792", BOTH[:1], ["Sala 2:"], []),
        ("949 21 77 92 9 (Ana)", [], ["949 21 77 92 9 (Ana)"], []),
        ("Ana 61786233 2026", [], ["Ana 61786233 2026"], []),
        ("91/885 29 65", ["+34918852965"], [], []),
        ("617 ABC DEF", [], ["617 ABC DEF"], []),
        ("ext. 12", [], ["12"], []),
    ],
)
def test_what_is_no_number_is_told(text: str, numbers: list[str], rest: list[str], faxes: list[str]) -> None:
    found = find_phones(text, "ES")
    assert (found.numbers, found.other_text, found.faxes) == (numbers, rest, faxes)


SOFIA, MOBILE = "+35929669740", "+359886581960"


@pytest.mark.parametrize(
    ("text", "numbers", "rest", "faxes"),
    [
        ("02/966 97 40; 0886581960", [SOFIA, MOBILE], [], []),
        ("0886581960; 02/966 97 40", [MOBILE, SOFIA], [], []),
        ("02/966 97 40 / 0886581960", [SOFIA, MOBILE], [], []),
        ("02/966-97-40, 359886581960", [SOFIA, MOBILE], [], []),
        ("02; 9669740", [SOFIA], [], []),
        ("тел. 02/966 97 40, факс 02/966 97 41", [SOFIA], [], ["+35929669741"]),
        ("tel 02/966 97 40 fax 02/9669741", [SOFIA], [], ["+35929669741"]),
        # A remainder would be dialled in another town.
        ("02/966 97 40, 966 97 41", [SOFIA], ["966 97 41"], []),
        ("02/966 97 40/41", [SOFIA], ["41"], []),
        ("12/0886581960", [MOBILE], ["12"], []),
        ("02 9669740 9669741", [], ["02 9669740 9669741"], []),
        ("зала 12, 9669740", [], ["зала 12", "9669740"], []),
    ],
)
def test_an_area_code_belongs_to_its_number_and_a_remainder_is_no_number(
    text: str, numbers: list[str], rest: list[str], faxes: list[str]
) -> None:
    found = find_phones(text, "BG")
    assert (found.numbers, found.other_text, found.faxes) == (numbers, rest, faxes)


@pytest.mark.parametrize(
    ("region", "text", "numbers", "rest"),
    [
        ("DE", "0221/123456; 0221 / 654321", ["+49221123456", "+49221654321"], []),
        ("DE", "0221/123456/654321", ["+49221123456"], ["654321"]),
        ("CH", "044/668 18 00; 079 123 45 67", ["+41446681800", "+41791234567"], []),
        ("CH", "044/668 18 00/01", ["+41446681800"], ["01"]),
        ("AT", "01/58858-0; 0664/1234567", ["+431588580", "+436641234567"], []),
        ("IT", "06/67101; 06 0606", ["+390667101", "+39060606"], []),
        ("ES", "91/885/29/65", ["+34918852965"], []),
    ],
)
def test_a_slash_after_an_area_code_in_other_countries(
    region: str, text: str, numbers: list[str], rest: list[str]
) -> None:
    found = find_phones(text, region)
    assert (found.numbers, found.other_text) == (numbers, rest)


def test_a_cell_is_read_to_500_characters_and_the_rest_is_told() -> None:
    found = find_phones("949217792" + " " * 600 + "949010380", "ES")
    assert (found.numbers, found.other_text) == (BOTH[:1], ["949010380"])


@pytest.mark.django_db
@pytest.mark.parametrize("text", ["949217792, 949010380", "949217792;949010380", "949217792 ext. 12"])
def test_a_form_a_tool_and_a_service_refuse_more_than_one_number(text: str) -> None:
    north = make_district()
    fields = typed(name="Casa Roma", kind="ngo", home_district=north.pk, phone=text)
    answer = browse(make_officer(north)).post("/organisations/new/", fields)
    assert answer.status_code == 422
    assert "Enter one phone number" in answer.content.decode()
    tool = Tool(north)
    body = {"name": "Casa Roma", "kind": "ngo", "home_district": north.code, "phone": text}
    answer = tool.post("/organisations/", body)
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (400, "/phone")
    with pytest.raises(ValidationError, match="Enter one phone number"):
        create_contact(actor=SYSTEM, family_name="Saar", home_district=north, phone=text)
    with pytest.raises(ValidationError, match="Enter one phone number"):
        set_private_channel(actor=SYSTEM, contact_id=make_contact(north).pk, phone=text)
    assert not Organisation.objects.exists()
    one = tool.post("/organisations/", body | {"phone": "949 21 77 92"})
    assert (one.status_code, one.json()["phone"]) == (201, "+34949217792")
