"""An officer's own year of meetings: names as typed, people, follow-ups, and nothing asked twice."""

from datetime import date, timedelta
from typing import Any

import pytest

from contacts.models import Organisation
from exchange.models import ImportDraft
from jobs.services.running import run_next
from lib.days import city_today
from meetings.models import FollowUp, Meeting
from tests.contacts.pages import browse
from tests.exchange.test_import_wizard import mapped, send, sums, upload
from tests.factories import make_contact, make_district, make_officer, make_organisation, make_supervisor

pytestmark = [pytest.mark.django_db, pytest.mark.long]

YEAR = """Data;Hora;Com quem;Assunto;Pessoas;Combinado;Até
13.01.26;10h;Casa Roma;Luz;3 pessoas;Trocar a lâmpada;{soon}
14.01.26;15h30;Puente Verda;Luz;Ana García e Rui Lima;Ligar;20.01.26
15.01.26;manhã;Puente Verde e Casa Roma;Horta;;Rever as contas;
16.01.26;;APV;Horta;12;;
17.01.26;;Ninguém Sabe;Horta;;;
18.01.26;9h;A Loja Nova;Horta;;;
31.02.26;9h;Casa Roma;Horta;;;
"""
FIXED = {"fixed_kind": "visit", "fixed_already_due": "done"}


def city() -> Any:
    north = make_district("North", code="N1")
    make_organisation(north, name="Associação de Protecção das Vítimas")
    make_contact(north, given_name="Ana", family_name="García")
    for name in ("Casa Roma", "Puente Verde"):
        make_organisation(north, name=name)
    return make_officer(north)


def choices(user: Any, draft: ImportDraft) -> dict[str, str]:
    """Choose as a person would: the right one, a new one, and one to leave out."""
    victims = Organisation.objects.get(name__startswith="Associação de Pro")
    wanted = {"APV": str(victims.pk), "Ninguém Sabe": "leave_out", "A Loja Nova": "new"}
    form = browse(user).get(f"/import/{draft.pk}/names/").context["form"]
    return {f"name_{n}": wanted[text] for n, text in enumerate(form.asked) if text in wanted}


def year() -> str:
    """The file of an officer, with a follow-up that is due in 40 days."""
    return YEAR.replace("{soon}", (city_today() + timedelta(days=40)).strftime("%d.%m.%Y"))


def run(user: Any, content: str) -> ImportDraft:
    draft = mapped(user, content, what="meetings", **FIXED)
    if draft.names and any(entry["sureness"] == "open" for entry in draft.names.values()):
        form = browse(user).get(f"/import/{draft.pk}/names/").context["form"]
        sent = {name: form[name].initial or "" for name in form.fields} | choices(user, draft)
        assert browse(user).post(f"/import/{draft.pk}/names/", sent).status_code == 302
        assert run_next()
    return send(user, draft, "run")


def test_a_year_of_meetings_goes_in_once_with_what_was_agreed() -> None:
    user = city()
    draft = run(user, year())
    assert sums(draft) == {"created": 6, "refused": 1}, draft.report["lines"]
    assert "is not a day of the calendar" in str(draft.report["lines"]["refused"])
    by_day = {row.starts_at.astimezone().date(): row for row in Meeting.objects.all()}
    assert by_day.keys() == {date(2026, 1, day) for day in range(13, 19)}
    first, second, third = (by_day[date(2026, 1, day)] for day in (13, 14, 15))

    assert {name for row in by_day.values() for name in row.organisations.values_list("name", flat=True)} == {
        *("Casa Roma", "Puente Verde", "A Loja Nova", "Associação de Protecção das Vítimas"),
    }
    assert sorted(third.organisations.values_list("name", flat=True)) == ["Casa Roma", "Puente Verde"]
    assert (first.headcount, by_day[date(2026, 1, 16)].headcount) == (3, 12)
    assert [str(row) for row in second.contacts.all()] == ["Ana García"]
    assert second.other_participants == "Rui Lima"
    assert third.facts == "Rever as contas"
    assert set(first.officers.all()) == {user}
    agreed = {row.title: (row.status, row.meeting, row.owner) for row in FollowUp.objects.all()}
    assert agreed == {
        "Trocar a lâmpada": ("open", first, user),
        "Ligar": ("done", second, user),
    }

    victims = Organisation.objects.get(name__startswith="Associação de Pro")
    assert list(victims.aliases.values_list("text", "source")) == [("APV", "register")]
    bridge = Organisation.objects.get(name="Puente Verde")
    assert list(bridge.aliases.values_list("text", flat=True)) == ["Puente Verda"]

    # The same file asks nothing and changes nothing.
    again = mapped(user, year(), what="meetings", **FIXED)
    assert {entry["sureness"] for entry in again.names.values()} == {"sure"}
    assert sums(send(user, again, "run")) == {"unchanged": 6, "refused": 1}
    assert send(user, draft, "undo").state == "undone"
    assert not Meeting.objects.exists()
    assert not FollowUp.objects.exists()
    assert not Organisation.objects.filter(name="A Loja Nova").exists()


def test_an_undecided_name_is_refused_and_an_officer_imports_only_own_meetings() -> None:
    user = city()
    colleague = make_officer(*user.districts.all(), email="other@city.example")
    text = "Data;Hora;Com quem;Oficial\n13.01.26;10h;APV;\n14.01.26;10h;Casa Roma;other@city.example\n"
    draft = mapped(user, text, what="meetings", column_3="officers", fixed_kind="visit")
    assert sums(draft) == {"refused": 2}
    assert "Choose the organisation that “APV” means." in str(draft.report["lines"])
    assert "only meetings at which you were present" in str(draft.report["lines"])
    assert browse(colleague).get(f"/import/{draft.pk}/names/").status_code == 404
    assert upload(user, "Nombre\nCasa\n").status_code == 422  # registers are for supervisors
    supervisor = make_supervisor(*user.districts.all())
    assert sums(mapped(supervisor, text, what="meetings", column_3="officers", fixed_kind="visit")) == {
        "created": 1,
        "refused": 1,
    }


def test_a_search_adds_organisations_and_a_list_can_be_split() -> None:
    user = city()
    text = "Data;Com quem\n13.01.26;Casa Roma, Ninguém Sabe\n"
    draft = mapped(user, text, what="meetings", fixed_kind="visit")
    address = f"/import/{draft.pk}/names/"
    sent = {"name_0": "", "search_0": "vitimas", "keep_0": "on"}
    assert browse(user).post(address, sent)["location"] == address
    victims = Organisation.objects.get(name__startswith="Associação de Pro")
    assert str(victims.pk) in str(browse(user).get(address).context["form"].fields["name_0"].choices)
    assert browse(user).post(address, {"name_0": "several", "keep_0": "on"})["location"] == address
    form = browse(user).get(address).context["form"]
    assert form.asked == ["Casa Roma, Ninguém Sabe", "Ninguém Sabe"]
    assert browse(user).post(address, {"name_0": "nonsense"}).status_code == 422
    sent = {"name_0": "several", "name_1": "leave_out"}
    assert browse(user).post(address, sent)["location"] == f"/import/{draft.pk}/"
    draft.refresh_from_db()
    assert sums(send(user, draft, "try")) == {"created": 1}
