"""A register may say that an organisation wants no contact. That is never skipped or weakened by chance."""

import pytest

from contacts.models import Organisation
from contacts.services.organisations import edit_organisation
from lib.days import city_today
from tests.exchange.test_import_wizard import imported, mapped, send, sums, supervisor_of_n1
from tests.factories import make_actor

pytestmark = pytest.mark.django_db

REGISTER = "Nombre;Tipo;Distrito;Wish\nCasa Roma;ngo;N1;{}\nCasa Luna;ngo;N1;{}\nCasa Sol;ngo;N1;{}\n"


def wishes() -> dict[str, tuple[str, str]]:
    rows = Organisation.objects.values_list("name", "contact_wish", "contact_wish_by")
    return {name: (wish, by) for name, wish, by in rows}


def test_words_are_mapped_and_a_row_with_another_word_is_refused_by_it() -> None:
    user = supervisor_of_n1()
    draft = imported(user, REGISTER.format("no", "", "perhaps"))
    assert sums(draft) == {"created": 2, "refused": 1}
    assert "“perhaps” is not in the mapping" in str(draft.report["lines"]["refused"])
    assert wishes() == {"Casa Roma": ("none", "register"), "Casa Luna": ("welcome", "")}
    assert Organisation.objects.get(name="Casa Roma").contact_wish_on == city_today()


def test_a_stricter_wish_is_written_and_a_milder_one_only_over_the_registers_own_word() -> None:
    user = supervisor_of_n1()
    assert sums(imported(user, REGISTER.format("no", "yes", "yes"))) == {"created": 3}
    sol = Organisation.objects.get(name="Casa Sol")
    actor = make_actor(sol.home_district)
    refusal = {"contact_wish": "none", "contact_wish_by": "The chair", "contact_wish_on": city_today()}
    edit_organisation(actor=actor, organisation_id=sol.pk, **refusal)
    before = wishes()
    newer = send(user, mapped(user, REGISTER.format("yes", "no", "only if they ask")), "run")
    assert sums(newer) == {"updated": 2, "unchanged": 1}
    assert wishes() == {
        "Casa Roma": ("welcome", "register"),
        "Casa Luna": ("none", "register"),
        "Casa Sol": ("none", "The chair"),
    }
    assert "kept as edited by a colleague" in str(newer.report["lines"])
    assert send(user, newer, "undo").state == "undone"
    assert wishes() == before
