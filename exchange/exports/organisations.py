"""Organisations as a file."""

from typing import Any, Final

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef
from django.utils.translation import gettext_lazy as _

from accounts.actors import Actor
from contacts.codes import Kind, OrganisationStatus
from contacts.models import FocusDeclaration, Organisation
from districts.codes import Focus
from districts.models import District
from exchange.exports.columns import ListColumn, ListExport, Rows
from lib.sheets import Cell
from meetings.filters.organisations import OrganisationFilters


def _rows(actor: Actor) -> Rows:
    return Organisation.objects.visible_to(actor)


def _also_in(actor: Actor) -> Any:
    visited = District.objects.filter(visiting_organisations=OuterRef("pk")).order_by("name", "pk")
    return ArraySubquery(visited.values("name"))


def _focuses(actor: Actor) -> Any:
    said = FocusDeclaration.objects.filter(organisation=OuterRef("pk")).order_by("focus")
    return ArraySubquery(said.values("focus"))


COLUMNS: Final = (
    ListColumn("name", _("Name"), width=40),
    ListColumn("short_name", _("Short name")),
    ListColumn("kind", _("Kind"), labels=Kind, about=_("How it is registered or presents itself.")),
    ListColumn("status", _("Status"), labels=OrganisationStatus, width=10),
    ListColumn("home_district", _("District"), "home_district__name"),
    ListColumn("also_in", _("Also active in"), _also_in),
    ListColumn(
        "focuses",
        _("Communities"),
        _focuses,
        labels=Focus,
        about=_("Those it said itself that it speaks for."),
    ),
    ListColumn("summary", _("What they do"), width=40),
    ListColumn("phone", _("Phone"), about=_("In international form.")),
    ListColumn("email", _("E-mail")),
    ListColumn("website", _("Website")),
    ListColumn("address", _("Address")),
    ListColumn("postcode", _("Postcode"), width=10),
    ListColumn("languages", _("Languages"), about=_("Codes of ISO 639-1.")),
    ListColumn("access_needs", _("Access needs")),
    ListColumn("lead_officer", _("Lead officer"), "lead_officer__name"),
    ListColumn("deputy_officer", _("Deputy"), "deputy_officer__name"),
    ListColumn(
        "cadence_days",
        _("How often, in days"),
        cell=Cell.NUMBER,
        about=_("How often it wants to be met, as agreed with it; empty when nothing is agreed."),
    ),
    ListColumn(
        "last_met_at",
        _("Last met"),
        cell=Cell.MOMENT,
        about=_("The last meeting at which it was present and something was heard, agreed or reported back."),
    ),
    ListColumn("is_listed_publicly", _("May be listed publicly"), cell=Cell.FLAG),
    ListColumn("is_reporting_centre", _("Takes reports of hate incidents"), cell=Cell.FLAG),
    ListColumn("reporting_tested_on", _("Reporting last tried out on"), cell=Cell.DAY),
    ListColumn("verified_on", _("Details last checked on"), cell=Cell.DAY),
    ListColumn("review_on", _("Record to be looked at again on"), cell=Cell.DAY),
    ListColumn("created_at", _("In the book since"), cell=Cell.MOMENT),
    ListColumn("updated_at", _("Last changed"), cell=Cell.MOMENT),
    ListColumn("id", _("Id"), about=_("The same in the API."), width=38),
)

EXPORT: Final = ListExport(
    noun="organisations",
    object_type="organisation",
    title=_("Organisations"),
    filters=OrganisationFilters,
    rows=_rows,
    columns=COLUMNS,
    order=("folded", "pk"),
    district="home_district_id",
)
