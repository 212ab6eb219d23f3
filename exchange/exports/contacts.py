"""People as a file. Nothing of the organisations they speak for: a spreadsheet of names beside an
organisation's name or kind would sort persons by what is sensitive of them (domain.md, rule 3).
"""

from typing import Any, Final

from django.db.models import Case, F, TextField, Value, When
from django.db.models.functions import Cast
from django.utils.translation import gettext_lazy as _

from accounts.actors import Actor
from contacts.codes import Agreement, LawfulBasis, PreferredChannel, Purpose
from contacts.filters import ContactFilters
from contacts.models import Contact
from exchange.exports.columns import ListColumn, ListExport, Rows
from lib.sheets import Cell


def _rows(actor: Actor) -> Rows:
    return Contact.objects.visible_to(actor)


def _unless_withdrawn(name: str) -> Any:
    def expression(actor: Actor) -> Any:
        return Case(
            When(withdrawn_on__isnull=True, then=Cast(F(name), TextField())),
            default=Value(""),
            output_field=TextField(),
        )

    return expression


COLUMNS: Final = (
    ListColumn("family_name", _("Family name")),
    ListColumn("given_name", _("Given name")),
    ListColumn(
        "phone",
        _("Phone"),
        _unless_withdrawn("phone"),
        about=_("Of the role, in international form; empty when they withdrew. Private numbers never leave."),
    ),
    ListColumn("email", _("E-mail"), _unless_withdrawn("email"), about=_("Of the role.")),
    ListColumn("languages", _("Languages"), about=_("Codes of ISO 639-1.")),
    ListColumn("preferred_channel", _("Likes to be reached by"), labels=PreferredChannel),
    ListColumn("home_district", _("District"), "home_district__name"),
    ListColumn("lawful_basis", _("Lawful basis"), labels=LawfulBasis),
    ListColumn("purpose", _("Purpose"), labels=Purpose),
    ListColumn("notice_given_on", _("Privacy notice given on"), cell=Cell.DAY),
    ListColumn("notice_version", _("Version of the notice")),
    ListColumn("agreement_how", _("Agreed"), labels=Agreement),
    ListColumn("agreement_on", _("Agreed on"), cell=Cell.DAY),
    ListColumn("withdrawn_on", _("Withdrew on"), cell=Cell.DAY),
    ListColumn("review_on", _("Record to be looked at again on"), cell=Cell.DAY),
    ListColumn("id", _("Id"), about=_("The same in the API."), width=38),
)

EXPORT: Final = ListExport(
    noun="contacts",
    object_type="contact",
    title=_("Contacts"),
    filters=ContactFilters,
    rows=_rows,
    columns=COLUMNS,
    order=("folded", "pk"),
    district="home_district_id",
    formats=("xlsx", "csv", "vcf"),
    refused={
        "organisation": _("People of one organisation are not exported: its own page is the path to them.")
    },
)
