"""The list of contacts, without the organisations that they represent.

A spreadsheet with an organisation beside each name would sort people by sensitive data (docs/domain.md,
rule 3).
"""

from typing import Any, Final

from django.db.models import Case, F, Q, TextField, Value, When
from django.db.models.functions import Cast
from django.utils.translation import gettext_lazy as _

from accounts.actors import Actor
from contacts.filters import ContactFilters
from contacts.models import Contact, ContactDetail
from exchange.exports.columns import ID, ListExport, Rows, column, columns, other_details


def _visible_contacts(actor: Actor) -> Rows:
    return Contact.objects.visible_to(actor)


def _unless_withdrawn(name: str) -> Any:
    def expression(actor: Actor) -> Any:
        return Case(
            When(withdrawn_on__isnull=True, then=Cast(F(name), TextField())),
            default=Value(""),
            output_field=TextField(),
        )

    return expression


COLUMNS: Final = columns(
    Contact,
    *("family_name", "given_name"),
    column(
        Contact,
        "phone",
        value=_unless_withdrawn("phone"),
        about=_(
            "Work number in international format. Empty if they have opted out. Private "
            "numbers are never exported."
        ),
    ),
    column(Contact, "email", value=_unless_withdrawn("email")),
    *other_details(ContactDetail, Q(owner__withdrawn_on__isnull=True)),
    column(Contact, "languages", about=_("ISO 639-1 codes.")),
    *("preferred_channel", "home_district", "lawful_basis", "purpose", "notice_given_on"),
    *("notice_version", "agreement_how", "agreement_on", "withdrawn_on"),
    column(Contact, "review_on"),
    ID,
)

EXPORT: Final = ListExport(
    noun="contacts",
    object_type="contact",
    title=_("Contacts"),
    filters=ContactFilters,
    rows=_visible_contacts,
    columns=COLUMNS,
    order=("folded", "pk"),
    district="home_district_id",
    formats=("xlsx", "csv", "vcf"),
    refused={
        "organisation": _(
            "You cannot export the contacts of a single organisation. Open its page to see them."
        )
    },
)
