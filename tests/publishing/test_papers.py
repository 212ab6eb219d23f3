"""The council's paper: published figures beside last year's on two pages, in versions that stay."""

from datetime import date
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import DatabaseError, transaction
from django.test import Client

from accounts.actors import actor_for
from audit.models import Event
from publishing.models import CouncilPaper
from publishing.queries.paper_figures import figure_choices
from publishing.services.papers import make_paper
from tests.factories import make_officer, make_organisation, make_supervisor
from tests.publishing.city import FIRST, City
from tests.tagged import assert_accessible

pytestmark = pytest.mark.django_db

TEXTS = {
    "title": "Proximity policing in Alderport",
    "introduction": "We met more groups than last year.",
    "not_done": "No interpreter for Romani: the tender failed.",
    "heard": "“You come when something has happened.”",
    "decisions": "Fund an interpreter\n\nMeet twice a year",
}
NOW = FIRST.back(-4)  # a year after FIRST


class Released(City):
    """Released twice: the third quarters of 2024 and of 2025; of 2024, five meetings were entered later."""

    def __init__(self) -> None:
        super().__init__()
        self.fix_grid({"coverage": "kind", "data-health": "district"})
        self.first = self.release()
        for organisation in self.organisations[10:15]:
            self.meet(organisation, date(2024, 8, 2))
        for organisation in [*self.organisations[:15], *self.organisations[20:27]]:
            self.meet(organisation, date(2025, 8, 1))
        self.second = self.release(NOW)


@pytest.fixture
def city() -> Released:
    return Released()


def shown_kind(city: Released) -> str:
    """The key of the kind that is shown: another is hidden beside the three of the third kind, by lot."""
    [_total, (key, _name)] = figure_choices(city.second)["Organisations met"]
    return key


def write(city: Released, *figures: str, **texts: str) -> CouncilPaper:
    release = city.second
    keys = figures or ("coverage:", shown_kind(city))
    return make_paper(actor=city.actor, release_id=release.pk, figures=keys, texts=TEXTS | texts)


def test_a_paper_states_published_figures_beside_last_years(city: Released) -> None:
    total, kind = write(city).figures
    assert (total["title"], total["group"]) == ("Organisations met", "")
    assert (total["now"]["n"], total["now"]["of"], total["now"]["share"]) == (22, 35, "63%")
    assert total["now"]["numbers"] == "22 met, out of 35 organisations"
    assert total["before"]["n"] == 16, "as it was first published"
    assert total["change"] == "+17 points", "all organisations are counted, so nothing is left to chance"
    met = {"coverage:ngo": 15, "coverage:youth_organisation": 7}[kind["key"]]
    assert (kind["now"]["share"], kind["now"]["n"], kind["change"]) == ("", met, "too few to compare")
    about: dict[str, Any] = {"actor": city.actor, "figures": ["coverage:"], "texts": TEXTS}
    [figure] = make_paper(release_id=city.first.pk, **about).figures
    assert (figure["before"], figure["missing"], figure["change"]) == (None, "not published", "")


def test_only_what_a_release_shows_can_be_stated(city: Released) -> None:
    wrong: list[tuple[str, ...]] = [
        ("coverage:minority_association",),  # hidden
        ("coverage:womens_organisation",),  # counts nobody
        ("concerns:",),  # not on the grid
        (f"data-health:{city.whole.pk}",),
        ("coverage:", *(f"coverage:{number}" for number in range(5))),
    ]
    for figures in wrong:
        with pytest.raises(ValidationError, match="from the list"):
            write(city, *figures)
    shown = shown_kind(city)
    assert [one["key"] for one in write(city, shown).figures] == [shown]


def test_a_paper_does_not_name_a_protected_location(city: Released) -> None:
    make_organisation(city.north, name="Blue Door", location_protected=True)
    with pytest.raises(ValidationError, match="protected"):
        write(city, heard="“They know us”, said the Blue Door.")
    assert write(city, heard="“They know us”, said the blue house.").version == 1


def test_a_paper_is_two_accessible_pages(city: Released) -> None:
    paper = write(city)
    pdf = assert_accessible(bytes(paper.pdf), title=TEXTS["title"])
    assert len(pdf.pages) <= 2
    text = " ".join(" ".join(pdf.pages).split())

    said = ("22 met, out of 35", "Q3 2025", "Q3 2024", "Romani", "Fund an interpreter", "÷ all organisations")
    assert all(words in text for words in said)
    drawn = {"63%: 22 met, out of 35 organisations", "46%: 16 met, out of 35 organisations"}
    assert {str(one["/Alt"]) for one in pdf.of("Figure")} == drawn
    with pytest.raises(ValidationError, match="Shorten the texts until it has 2 pages"):
        write(city, not_done="No.\n\n" * 300)


def test_each_version_stays_as_it_was_made(city: Released) -> None:
    first, second = write(city), write(city, heard="Nothing.")
    assert (first.version, second.version) == (1, 2)
    for change in (lambda: CouncilPaper.objects.update(title="Other"), first.delete):
        with pytest.raises(DatabaseError, match="stays as it is"), transaction.atomic():
            change()
    event = Event.objects.filter(object_type="council_paper").earliest("at")
    assert (event.object_ids, event.recipient) == ([first.pk], "council")
    assert event.purpose.startswith("sha256:")


def test_whoever_publishes_writes_papers_and_all_staff_read_them(city: Released) -> None:
    for user in (make_supervisor(city.north), make_officer(city.whole), city.privacy):
        with pytest.raises(PermissionDenied):
            make_paper(actor=actor_for(user), release_id=city.second.pk, figures=["coverage:"], texts=TEXTS)
    page, officer = Client(), Client()
    page.force_login(city.supervisor)
    officer.force_login(make_officer(city.north))
    form = TEXTS | {"figure_1": "coverage:", "names_nobody": "on"}
    assert officer.post("/publishing/2/paper/", form).status_code == 403
    preview = page.post("/publishing/2/paper/", form | {"preview": "1"}).content.decode()
    assert "Preview." in preview and preview.count("the tender failed") == 2, "typed text stays in the form"
    assert not CouncilPaper.objects.exists()
    long = page.post("/publishing/2/paper/", form | {"heard": "Yes.\n\n" * 300})
    assert long.status_code == 422 and "the tender failed" in long.content.decode()
    assert page.post("/publishing/2/paper/", form | {"names_nobody": ""}).status_code == 422
    made = page.post("/publishing/2/paper/", form)
    assert made.status_code == 302
    address = made.headers["Location"]
    assert TEXTS["not_done"] in page.get("/publishing/2/paper/").content.decode(), (
        "the next version begins so"
    )
    for client in (page, officer):
        assert TEXTS["title"] in client.get("/publishing/papers/").content.decode()
        assert "22 met" in client.get(address).content.decode()
        file = client.get(f"{address}council-paper.pdf")
        assert file.content == bytes(CouncilPaper.objects.get().pdf)
