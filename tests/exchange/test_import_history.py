"""Contacts, meetings and follow-ups from old spreadsheets are imported once, corrected, and undone."""

from datetime import timedelta
from typing import Any

import pytest

from accounts.actors import SYSTEM, actor_for
from audit.models import Action, Event
from contacts.models import Contact, Organisation
from contacts.services.contacts import edit_contact
from exchange.models import ImportDraft
from lib.days import city_today
from meetings.models import FollowUp, Meeting
from meetings.queries.portfolio import is_in_portfolio
from tests.contacts.pages import browse
from tests.exchange.test_import_wizard import mapped, send, sums, upload
from tests.factories import make_contact, make_district, make_officer, make_organisation, make_supervisor

pytestmark = [pytest.mark.django_db, pytest.mark.long]

PEOPLE = """Nombre;Apellidos;Asociación;Cargo;Correo
Ana;García;Casa Roma;presidenta;ana@roma.example
Luis;Pérez;Casa Roma;;
Eva;Núñez;No such house;;
"""
BATCH = {"fixed_lawful_basis": "public_task", "fixed_purpose": "community_liaison"}
MEETINGS = """Fecha;Tipo;Asociación;Asunto;Notas
03.02.2025 10:30;visit;Casa Roma| Puente Verde;Opening;They need a lamp
04/02/2025;phone call;Casa Roma;;
31.02.2025;visit;Casa Roma;;
"""
PROMISES = """Compromiso;Plazo;Asociación;Hecho;Terminado
Repair the lamp;2025-03-01;Casa Roma;done;2025-02-20
Call them;2025-04-01;Casa Roma;;
"""


def city() -> Any:
    north = make_district("North", code="N1")
    for name in ("Casa Roma", "Puente Verde"):
        make_organisation(north, name=name)
    return make_supervisor(north)


def bring(user: Any, what: str, content: str, **typed: Any) -> ImportDraft:
    return send(user, mapped(user, content, what=what, **typed), "run")


def test_people_come_in_with_whom_they_speak_for() -> None:
    draft = bring(city(), "contacts", PEOPLE, **BATCH)
    assert sums(draft) == {"created": 2, "refused": 1}
    ana = Contact.objects.get(given_name="Ana")
    assert (ana.family_name, ana.email, ana.purpose) == ("García", "ana@roma.example", "community_liaison")
    assert ana.affiliations.get().role_title == "presidenta"
    assert ana.home_district.code == "N1"
    assert "No such house" in draft.report["lines"]["refused"][0][2]


def test_nobody_comes_in_without_a_lawful_basis_and_a_purpose() -> None:
    user = city()
    answer = upload(user, PEOPLE, what="contacts")
    sent = {"column_0": "given_name", "column_1": "family_name"}
    refused = browse(user).post(answer["location"], sent)
    assert refused.status_code == 422
    assert "Lawful basis, Purpose" in refused.content.decode()
    with_basis = PEOPLE.replace("Correo", "Correo;Base jurídica")
    with_basis = with_basis.replace("ana@roma.example", "ana@roma.example;public_task")
    draft = bring(user, "contacts", with_basis, fixed_purpose="training")
    assert sums(draft) == {"created": 1, "refused": 2}


def test_the_same_people_again_change_nothing_and_a_persons_word_stays() -> None:
    user = city()
    bring(user, "contacts", PEOPLE, **BATCH)
    assert sums(bring(user, "contacts", PEOPLE, **BATCH)) == {"unchanged": 2, "refused": 1}
    ana = Contact.objects.get(given_name="Ana")
    edit_contact(actor=SYSTEM, contact_id=ana.pk, email="mine@roma.example")
    corrected = PEOPLE.replace("ana@", "new@").replace("presidenta", "portavoz")
    assert sums(bring(user, "contacts", corrected, **BATCH)) == {"updated": 1, "unchanged": 1, "refused": 1}
    ana.refresh_from_db()
    assert (ana.email, ana.affiliations.get().role_title) == ("mine@roma.example", "portavoz")


NAMESAKES = """Nombre;Apellidos;Asociación;Correo
María;García López;Casa Roma;maria@roma.example
María;García López;Puente Verde;maria@verde.example
María;García López;;maria@home.example
María;García López;;other@home.example
"""


def test_people_of_one_name_and_different_organisations_stay_apart() -> None:
    user = city()
    typed = BATCH | {"fixed_home_district": "N1"}
    draft = bring(user, "contacts", NAMESAKES, **typed)
    assert sums(draft) == {"created": 3, "refused": 1}
    assert (
        draft.report["lines"]["refused"][0][2]
        == "Line 4 looks like the same record but has different values: Work email. "
        "Give each line its own reference."
    )
    assert set(Contact.objects.values_list("email", flat=True)) == {
        "maria@roma.example",
        "maria@verde.example",
        "maria@home.example",
    }
    assert sums(bring(user, "contacts", NAMESAKES, **typed)) == {"unchanged": 3, "refused": 1}


def test_people_who_may_be_there_are_pointed_out_by_the_trial() -> None:
    user = city()
    bring(user, "contacts", PEOPLE, **BATCH)
    make_contact(make_district("South"), given_name="Pía", family_name="Sol", email="pia@sol.example")
    text = """Nombre;Apellidos;Asociación;Correo
Eva;Vila;Casa Roma;
Ana María;Garcia;Puente Verde;ANA@roma.example
Pía;Sol;Casa Roma;pia@sol.example
Luis;Pérez;Puente Verde;
"""
    trial = mapped(user, text, what="contacts", source="another list", **BATCH)
    assert sums(trial) == {"created": 4}
    assert trial.report["lines"]["created"] == [
        [3, "Ana María Garcia", "looks like Ana García (same email)"],
        [5, "Luis Pérez", "looks like Luis Pérez (same name)"],
        [2, "Eva Vila", ""],
        [4, "Pía Sol", ""],
    ]
    looked_at = Event.objects.get(action=Action.SEARCH, object_type="contact", actor_id=user.pk)
    assert len(looked_at.object_ids) == 2
    assert looked_at.purpose
    assert Contact.objects.count() == 3


def test_people_are_taken_back() -> None:
    user = city()
    first = bring(user, "contacts", PEOPLE, **BATCH)
    assert send(user, first, "undo").state == "undone"
    assert Contact.objects.count() == 0
    assert sums(bring(user, "contacts", PEOPLE, **BATCH)) == {"created": 2, "refused": 1}


def test_meetings_of_the_past_were_held_and_count() -> None:
    user = city()
    draft = bring(user, "meetings", MEETINGS, fixed_outcome="concern_raised")
    assert sums(draft) == {"created": 2, "refused": 1}
    first = Meeting.objects.get(subject="Opening")
    assert (first.status, first.facts, first.organisations.count()) == ("held", "They need a lamp", 2)
    assert Organisation.objects.get(name="Casa Roma").last_met_at is not None
    assert "31.02.2025" in draft.report["lines"]["refused"][0][2]
    assert sums(bring(user, "meetings", MEETINGS, fixed_outcome="concern_raised")) == {
        "unchanged": 2,
        "refused": 1,
    }
    assert send(user, draft, "undo").state == "undone"
    assert Meeting.objects.count() == 0
    assert Organisation.objects.get(name="Casa Roma").last_met_at is None


def test_meetings_of_one_day_with_different_organisations_are_different_meetings() -> None:
    user = city()
    text = (
        "Fecha;Tipo;Asociación\n01/03/2024;visit;Casa Roma\n01/03/2024;visit;Puente Verde\n"
        "01/03/2024 18:00;visit;Casa Roma\n"
    )
    assert sums(bring(user, "meetings", text)) == {"created": 3}
    assert sorted(Meeting.objects.values_list("organisations__name", flat=True)) == [
        "Casa Roma",
        "Casa Roma",
        "Puente Verde",
    ]
    assert sums(bring(user, "meetings", text)) == {"unchanged": 3}


def test_a_row_that_reads_as_an_earlier_one_and_says_otherwise_is_refused() -> None:
    user = city()
    text = (
        "Fecha;Tipo;Asociación;Notas\n01/03/2024;visit;Casa Roma;A lamp\n01/03/2024;visit;Casa Roma;A dog\n"
        "01/03/2024;visit;Casa Roma;A lamp\n"
    )
    draft = bring(user, "meetings", text)
    assert sums(draft) == {"created": 1, "merged": 1, "refused": 1}
    assert draft.report["lines"]["refused"][0] == [
        3,
        "Visit",
        "Line 2 looks like the same record but has different values: Facts. "
        "Give each line its own reference.",
    ]
    assert draft.report["lines"]["merged"][0][2] == "the same as line 2"
    assert Meeting.objects.get().facts == "A lamp"
    assert sums(bring(user, "meetings", text)) == {"unchanged": 2, "refused": 1}


NUMBERED = """Número;Fecha;Tipo;Asociación;Asunto
7;01/03/2024;visit;Casa Roma;The square
7;01/03/2024;visit;Puente Verde;The square
7;;;Casa Roma;
8;03/03/2024;visit;Nobody;The square
8;03/03/2024;visit;Casa Roma;The square
"""


def test_rows_of_one_number_are_one_meeting_with_all_who_were_there() -> None:
    user = city()
    draft = bring(user, "meetings", NUMBERED)
    assert sums(draft) == {"created": 1, "merged": 2, "refused": 2}
    assert set(Meeting.objects.get().organisations.values_list("name", flat=True)) == {
        "Casa Roma",
        "Puente Verde",
    }
    reasons = {line: why for line, _name, why in draft.report["lines"]["refused"]}
    assert "Nobody" in reasons[5]
    assert reasons[6] == "Same reference as line 5, which was rejected."
    assert sums(bring(user, "meetings", NUMBERED)) == {"unchanged": 3, "refused": 2}
    assert Meeting.objects.get().version == 1
    contradicted = f"{NUMBERED}7;02/03/2024;visit;Puente Verde;The square\n"
    draft = bring(user, "meetings", contradicted)
    assert sums(draft) == {"refused": 6}
    reasons = {line: why for line, _name, why in draft.report["lines"]["refused"]}
    said = "Lines 2, 3, 4, 7 have the same number but different values: When."
    assert [reasons[line] for line in (2, 3, 4, 7)] == [said] * 4
    assert Meeting.objects.get().version == 1


def test_promises_of_one_number_are_one_promise_to_all_of_them() -> None:
    user = city()
    text = "Número;Compromiso;Plazo;Asociación\n1;Lamp;2030-03-01;Casa Roma\n1;Lamp;2030-03-01;Puente Verde\n"
    assert sums(bring(user, "follow_ups", text)) == {"created": 1, "merged": 1}
    assert FollowUp.objects.get().organisations.count() == 2
    assert sums(bring(user, "follow_ups", text)) == {"unchanged": 2}


def test_those_whom_the_file_names_were_there_and_nobody_else() -> None:
    user = city()
    north = user.districts.get()
    ana = make_officer(north, name="Ana Ruiz", email="ana@police.example")
    make_officer(make_district("South"), name="Luis Far")
    yesterday = f"{city_today() - timedelta(days=1):%d/%m/%Y}"
    text = f"""Fecha;Tipo;Asociación;Agentes
{yesterday};visit;Casa Roma;ana ruiz
{yesterday};phone;Casa Roma;
{yesterday};email;Casa Roma;Luis Far
{yesterday};drop_in;Casa Roma;ANA@police.example|{user.email}
"""
    draft = bring(user, "meetings", text)
    assert sums(draft) == {"created": 3, "refused": 1}
    assert "Luis Far" in draft.report["lines"]["refused"][0][2]
    there = {row.kind: set(row.officers.all()) for row in Meeting.objects.all()}
    assert there == {"visit": {ana}, "phone": set(), "drop_in": {ana, user}}
    assert sums(bring(user, "meetings", text)) == {"unchanged": 3, "refused": 1}


def test_whoever_imports_works_with_nobody_by_it() -> None:
    user = city()
    bring(user, "contacts", PEOPLE, **BATCH)
    recent = f"Fecha;Tipo;Asociación\n{city_today() - timedelta(days=1):%d/%m/%Y};visit;Casa Roma\n"
    bring(user, "meetings", recent)
    bring(user, "contacts", PEOPLE.replace("ana@", "new@"), **BATCH)
    ana = Contact.objects.get(given_name="Ana")
    assert not is_in_portfolio(actor_for(user), ana.pk)
    edit_contact(actor=actor_for(user), contact_id=ana.pk, email="mine@roma.example")
    assert is_in_portfolio(actor_for(user), ana.pk)


def test_meetings_to_come_are_planned() -> None:
    day = city_today() + timedelta(days=9)
    text = f"Fecha;Tipo;Asociación\n{day:%d.%m.%Y} 10:00;visit;Casa Roma\n"
    assert sums(bring(city(), "meetings", text)) == {"created": 1}
    assert Meeting.objects.get().status == "planned"


def test_promises_kept_long_ago_were_kept_then() -> None:
    user = city()
    draft = bring(user, "follow_ups", PROMISES)
    assert sums(draft) == {"created": 2}
    kept = FollowUp.objects.get(title="Repair the lamp")
    assert kept.completed_at
    assert (kept.status, kept.completed_at.date().isoformat()) == ("done", "2025-02-20")
    assert kept.first_due_on.isoformat() == "2025-03-01"
    assert FollowUp.objects.get(title="Call them").owner == user
    assert sums(bring(user, "follow_ups", PROMISES)) == {"unchanged": 2}
    assert send(user, draft, "undo").state == "undone"
    assert FollowUp.objects.count() == 0


def reasons(draft: ImportDraft) -> dict[str, str]:
    return {name: why for _line, name, why in draft.report["lines"]["refused"]}


def test_a_promise_is_made_to_somebody_and_kept_by_now() -> None:
    user = city()
    text = """Compromiso;Plazo;Asociación;Terminado
Lamp;2025-03-01;;
Bench;2025-03-01;" ; ";
Tree;2025-03-01;Casa Roma;2190-02-20
;2025-03-01;Casa Roma;
Fence;;Casa Roma;
Kept;2025-03-01;Casa Roma;2025-02-20
"""
    draft = bring(user, "follow_ups", text)
    assert sums(draft) == {"created": 1, "refused": 5}
    assert reasons(draft) == {
        "Lamp": "Promised to is missing.",
        "Bench": "Promised to is missing.",
        "Tree": "Done on: 2190-02-20 is in the future.",
        "": "Follow-up is missing.",
        "Fence": "Due is missing.",
    }


def test_a_time_that_no_clock_showed_is_refused_not_moved() -> None:
    user = city()
    text = """Fecha;Tipo;Asociación;Asunto
29.03.2026 02:30;visit;Casa Roma;Skipped
2026-03-29T02:30;visit;Casa Roma;Skipped as well
29.03.2026 03:30;visit;Casa Roma;Shown
25.10.2026 02:30;visit;Casa Roma;Shown twice
"""
    draft = bring(user, "meetings", text)
    assert sums(draft) == {"created": 2, "refused": 2}
    why = "When: 29.03.2026 02:30 does not exist, because the clocks go forward that night."
    assert next(iter(reasons(draft).values())) == why
    assert Meeting.objects.get(subject="Shown twice").starts_at.isoformat() == "2026-10-25T00:30:00+00:00"


def test_a_comma_belongs_to_a_name_that_has_one() -> None:
    user = city()
    make_organisation(user.districts.get(), name="Vecinos, Madres y Padres")
    text = """Fecha;Tipo;Asociación;Asunto
01.02.2025;visit;Vecinos, Madres y Padres;One
01.02.2025;visit;"Vecinos, Madres y Padres; Casa Roma";Two
01.02.2025;visit;Casa Roma | Vecinos, Madres y Padres;Two and the bar
01.02.2025;visit;Casa Roma, Puente Verde;Two by a comma
01.02.2025;visit;Casa Roma, Nobody;Refused
"""
    draft = bring(user, "meetings", text)
    assert sums(draft) == {"created": 4, "refused": 1}
    there = {row.subject: row.organisations.count() for row in Meeting.objects.all()}
    assert there == {"One": 1, "Two": 2, "Two and the bar": 2, "Two by a comma": 2}
    assert list(reasons(draft).values()) == ["Choose the organisation that “Casa Roma, Nobody” means."]


def test_what_is_refused_says_which_row_and_which_column() -> None:
    user = city()
    text = """Nombre;Apellidos;Asociación;Correo;Teléfono
;;Casa Roma;;
Ana;Ruiz;;;
Eva;Ruiz;Casa Roma;not an address;
Luz;Ruiz;Casa Roma;;call me
"""
    draft = bring(user, "contacts", text, **BATCH)
    assert reasons(draft) == {
        "": "Family name is missing.",
        "Ana Ruiz": "District is missing.",
    }
    assert {name: why for _line, name, why in draft.report["lines"]["created"]} == {
        "Eva Ruiz": "Work email: “not an address” is skipped",
        "Luz Ruiz": "Work phone: “call me” is skipped (not a number)",
    }
    text = "Fecha;Tipo;Asociación;Asunto\n32.01.2025;visit;Casa Roma;Day\n01.02.2025;dance;Casa Roma;How\n"
    assert list(reasons(bring(user, "meetings", text)).values()) == [
        "When: “32.01.2025” is not a day of the calendar.",
        "How: “dance” is not an accepted value.",
    ]


def test_an_organisation_of_another_district_is_nobody_to_meet() -> None:
    user = city()
    make_organisation(make_district("South", code="S1"), name="Far House")
    make_officer(make_district())
    text = "Fecha;Tipo;Asociación;Distrito\n03.02.2025;visit;Far House;N1\n03.02.2025;visit;Casa Roma;S1\n"
    assert sums(bring(user, "meetings", text)) == {"refused": 2}


TWO_KINDS = """Fecha;Asociación;Tipo;Modo
03.02.2025 10:30;Casa Roma;visit;phone call
04.02.2025 10:30;Casa Roma;;phone call
05.02.2025 10:30;Casa Roma;zz;phone call
06.02.2025 10:30;Casa Roma;zz;
"""


def test_of_two_columns_of_one_list_the_first_that_is_known_counts() -> None:
    draft = bring(city(), "meetings", TWO_KINDS, column_2="kind", column_3="kind")
    assert list(Meeting.objects.order_by("starts_at").values_list("kind", flat=True)) == [
        "visit",
        "phone",
        "phone",
    ]
    assert sums(draft) == {"created": 3, "refused": 1}
    assert "zz" in draft.report["lines"]["refused"][0][2]
