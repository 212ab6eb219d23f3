"""The meaning of columns and values in old spreadsheets is guessed in the nine languages of the interface."""

import pytest

from exchange.imports.guessing import guess_columns, guess_values
from exchange.imports.meeting_words import FOLLOW_UP_STATUSES, MEETING_KINDS
from exchange.imports.targets import TARGETS
from meetings.codes import FollowUpStatus, MeetingKind

# en es pt it fi et lv bg sv
ORGANISATION = [
    *("Organisation", "Organización", "Organização", "Organizzazione", "Organisaatio", "Organisatsioon"),
    *(
        "Organizācija",
        "Организация",
        "Organisationen",
        "Asociación",
        "Associação",
        "Associazione",
        "Biedrība",
    ),
    *("Yhdistys", "Ühing", "Сдружение", "Förening", "Name of the organisation", "Nombre de la organización"),
]
KINDS = {
    "visit": [
        "Visit",
        "visita",
        "Visita",
        "Vierailu",
        "Käynti",
        "külastus",
        "apmeklējums",
        "Посещение",
        "Besök",
    ],
    "phone": [
        "phone call",
        "Llamada",
        "Chamada",
        "Telefonata",
        "Puhelu",
        "Telefonikõne",
        "Zvans",
        "Обаждане",
    ],
    "email": ["E-mail", "Correo electrónico", "e-post", "Sähköposti", "E-kiri", "e-pasts", "Имейл"],
    "training": ["Training", "Formación", "Formação", "Formazione", "Koulutus", "Koolitus", "Обучение"],
    "school_session": ["School visit talk", "Colegio", "Escola", "Scuola", "Koulu", "Kool", "Училище"],
    "reassurance_visit": ["Reassurance visit", "Visita de tranquilidad", "Trygghetsbesök"],
    "foot_patrol": ["Foot patrol", "Patrulla a pie", "Patrulha", "Pattuglia", "Partio", "Патрул", "Patrull"],
    "public_meeting": ["Public meeting", "Asamblea", "Assembleia", "Assemblea pubblica", "Offentligt möte"],
}
DONE = ["done", "Hecho", "sí", "Feito", "Fatto", "Tehty", "jah", "pabeigts", "да", "klar"]


@pytest.mark.parametrize("heading", ORGANISATION)
def test_an_organisation_is_known_by_its_heading_in_every_kind_of_table(heading: str) -> None:
    meant = {"organisations": "name", "contacts": "organisation"}
    for what, target in TARGETS.items():
        found = guess_columns({heading: ["x"]}, "ES", target.headings)
        assert found == {heading: meant.get(what, "organisations")}, what


@pytest.mark.parametrize(("code", "said"), KINDS.items())
def test_kinds_of_meetings_are_known_by_what_people_call_them(code: str, said: list[str]) -> None:
    assert guess_values(said, dict(MeetingKind.choices), MEETING_KINDS, {}) == dict.fromkeys(said, code)


def test_what_is_done_is_known_and_what_is_not_stays_open() -> None:
    states = dict(FollowUpStatus.choices)
    assert guess_values(DONE, states, FOLLOW_UP_STATUSES, {}) == dict.fromkeys(DONE, "done")
    assert guess_values(["pendiente", "zz"], states, FOLLOW_UP_STATUSES, {}) == {"pendiente": "open"}


@pytest.mark.parametrize("what", ["organisations", "contacts", "meetings", "follow_ups"])
def test_every_code_that_is_guessed_is_one_of_the_list(what: str) -> None:
    for one in TARGETS[what].fields:
        if one.stems and one.codes:
            assert set(one.stems) <= set(one.codes(None)), one.name


@pytest.mark.parametrize(
    "heading",
    [
        *("Telefoni nr", "Telefoni number", "Phone no", "Phone number", "Tel nr", "Número de teléfono"),
        *("Numero di telefono", "Número de telefone", "Puhelin numero", "Tālruņa numurs", "Telefona nr"),
        *("Номер на телефон", "Telefon nr", "nr_telefon", "Mobiil nr"),
    ],
)
@pytest.mark.parametrize("target", [name for name in TARGETS if "phone" in TARGETS[name].headings])
def test_the_number_of_a_phone_is_no_number_of_a_register(target: str, heading: str) -> None:
    values = {"Name": ["Casa Roma", "Casa Luna"], heading: ["612345678", "612345679"]}
    guessed = guess_columns(values, "ES", TARGETS[target].headings)
    assert guessed[heading] == "phone"
    with_number = guess_columns({heading: ["612345678", "612345679"], "Reg nr": ["1", "2"]}, "ES")
    assert with_number == {heading: "phone", "Reg nr": "external_id"}


@pytest.mark.parametrize("heading", ["Codice postale", "Postcode nr", "Código postal"])
def test_nor_is_a_postcode(heading: str) -> None:
    assert guess_columns({heading: ["28001", "28002"]}, "ES") == {heading: "postcode"}
