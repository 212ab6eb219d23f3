"""The list of organisations."""

from typing import Any, Final

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef
from django.utils.translation import gettext_lazy as _

from accounts.actors import Actor
from contacts.models import FocusDeclaration, Organisation, OrganisationDetail
from districts.codes import Focus
from districts.models import District
from exchange.exports.columns import ID, ListColumn, ListExport, Rows, column, columns, other_details
from meetings.filters.organisations import OrganisationFilters


def _visible_organisations(actor: Actor) -> Rows:
    return Organisation.objects.visible_to(actor)


def _also_in(actor: Actor) -> Any:
    visited = District.objects.filter(visiting_organisations=OuterRef("pk")).order_by("name", "pk")
    return ArraySubquery(visited.values("name"))


def _focuses(actor: Actor) -> Any:
    declarations = FocusDeclaration.objects.current().filter(organisation=OuterRef("pk")).order_by("focus")
    return ArraySubquery(declarations.values("focus"))


COLUMNS: Final = columns(
    Organisation,
    column(Organisation, "name", width=40),
    "short_name",
    column(Organisation, "kind", about=_("How it is registered or describes itself.")),
    column(Organisation, "status", width=10),
    column(Organisation, "home_district", heading=_("District")),
    ListColumn("also_in", _("Also active in"), _also_in),
    ListColumn(
        "focuses",
        _("Communities"),
        _focuses,
        labels=dict(Focus.choices),
        about=_("Communities it says it represents."),
    ),
    column(Organisation, "summary", width=40),
    column(Organisation, "phone", about=_("In international format.")),
    *("email", "website"),
    *other_details(OrganisationDetail),
    "address",
    column(Organisation, "postcode", width=10),
    column(Organisation, "languages", about=_("ISO 639-1 codes.")),
    *("access_needs", "lead_officer"),
    column(Organisation, "deputy_officer", heading=_("Deputy")),
    column(
        Organisation,
        "cadence_days",
        heading=_("Agreed frequency (days)"),
        about=_("How often you have agreed to meet. Empty if nothing is agreed."),
    ),
    column(
        Organisation,
        "last_met_at",
        about=_("The last meeting it attended where something was raised, agreed or reported back."),
    ),
    *("contact_wish", "contact_wish_by", "contact_wish_on", "night_calls", "night_agreed_on"),
    *("location_protected", "is_listed_publicly", "is_reporting_centre", "reporting_tested_on"),
    *("verified_on", "review_on", "known_since"),
    column(Organisation, "created_at", heading=_("Added on")),
    column(Organisation, "updated_at", heading=_("Last changed")),
    ID,
)

EXPORT: Final = ListExport(
    noun="organisations",
    object_type="organisation",
    title=_("Organisations"),
    filters=OrganisationFilters,
    rows=_visible_organisations,
    columns=COLUMNS,
    order=("folded", "pk"),
    district="home_district_id",
)
