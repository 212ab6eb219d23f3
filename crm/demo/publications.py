"""Demo publication: a release grid, two quarters a year apart, a bias table, and a council paper."""

from typing import Final

from accounts.actors import actor_for
from crm.demo.records import Book
from jobs.services.printing import can_write_pdf
from lib.days import city_day
from publishing.queries.paper_figures import figure_choices
from publishing.rules.cells import TOTAL
from publishing.services.bias_tables import can_be_made, make_bias_table
from publishing.services.grids import confirm_grid, propose_grid
from publishing.services.papers import make_paper
from publishing.services.releases import make_release
from reports.queries.periods import quarter_of, year_of
from reports.queries.questions import By
from reports.queries.statuses import Status, status_of

DISTRICTS: Final = 2  # level: the districts of the city, not their neighbourhoods
SPLITS: Final = {
    "coverage": By.DISTRICT,
    "concerns": By.DISTRICT,  # too few in most quarters: the release says that the table is left out
    "level": By.KIND,
    "reciprocity": By.DISTRICT,
    "data-health": By.DISTRICT,
}
FIGURES: Final = 4
TEXTS: Final = {
    "title": "Proximity policing in Alderport",
    "introduction": "Each district has officers who know its organisations and do what they promise.",
    "not_done": (
        "No one met the Travellers’ Forum: two dates fell through.\n\n"
        "We do not know an organisation of the Hindu families in Northgate."
    ),
    "heard": (
        "Shopkeepers ask for the same officer each time. Two congregations asked to be called on the "
        "day after an attack, even if there is nothing new to say."
    ),
    "decisions": "Pay for interpreters at 20 meetings a year\nName a contact in each city office",
}


def write_releases(book: Book) -> None:
    """Publish the last quarter that is final and the same a year before, as a supervisor would.

    The bias table of the last year is made if it is final.
    """
    greta = book.users["supervisor.city@demo.example"]
    greta.districts.add(book.districts["CITY"])  # only now: the incidents are led in their district
    city = actor_for(greta)
    today = city_day(book.now)
    last_quarter = quarter_of(today).previous()
    if status_of(last_quarter, today) != Status.FINAL:
        last_quarter = last_quarter.previous()
    before = last_quarter.a_year_before()
    grid = propose_grid(actor=city, since=before.since, level=DISTRICTS, splits=SPLITS)
    confirm_grid(actor=actor_for(book.users["privacy@demo.example"]), grid_id=grid.pk)
    make_release(actor=city, quarter=before)
    release = make_release(actor=city, quarter=last_quarter)
    if can_be_made(year := year_of(today).previous()):
        make_bias_table(actor=city, year=year)
    keys = [key for rows in figure_choices(release).values() for key, _name in rows]
    totals = [key for key in keys if key.endswith(f":{TOTAL}") and not key.startswith("level:")]
    if totals and can_write_pdf():
        make_paper(actor=city, release_id=release.pk, figures=totals[:FIGURES], texts=TEXTS)
