"""Texts for the preview of a merge: rows, fields and references."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any, Final
from uuid import UUID

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from phonenumber_field.phonenumber import PhoneNumber

from accounts.actors import Actor
from accounts.middleware import ActorRequest
from contacts.merging.choices import Choice, Option
from contacts.merging.relations import reference_counts
from contacts.merging.services import object_type
from contacts.models import Affiliation, Contact, Merge, Organisation
from lib.language_choices import language_name
from pages.reach import phone_text
from pages.templatetags.ui import ago, day, moment
from pages.undo import Offer, undo_url

#: Names of the references found by `contacts.merging.relations`. A test requires every one.
REFERRING: Final[Mapping[str, str | Promise]] = {
    "meetings.MeetingOrganisation.organisation": gettext_lazy("meetings"),
    "meetings.MeetingContact.contact": gettext_lazy("meetings"),
    "meetings.FollowUpOrganisation.organisation": gettext_lazy("follow-ups"),
    "meetings.FormerFollowUpOrganisation.organisation": gettext_lazy("past follow-ups"),
    "meetings.FollowUp.contact": gettext_lazy("follow-ups"),
    "meetings.Concern.raised_by_organisation": gettext_lazy("concerns they raised"),
    "meetings.Concern.site_organisation": gettext_lazy("concerns about their site"),
    "meetings.Concern_near.organisation": gettext_lazy("concerns near them"),
    "contacts.Affiliation.organisation": gettext_lazy("people"),
    "contacts.Affiliation.contact": gettext_lazy("roles in organisations"),
    "contacts.PrivateChannel.contact": gettext_lazy("private phone or email"),
    "contacts.OrganisationPrivateChannel.organisation": gettext_lazy("night phone or private address"),
    "contacts.OrganisationDetail.owner": gettext_lazy("other contact details"),
    "contacts.ContactDetail.owner": gettext_lazy("other contact details"),
    "contacts.FocusDeclaration.organisation": gettext_lazy("communities they declared"),
    "contacts.Organisation_also_in.organisation": gettext_lazy("other districts"),
    "contacts.OrganisationAlias.organisation": gettext_lazy("other names"),
    "contacts.OrganisationNumber.organisation": gettext_lazy("registration numbers"),
    "contacts.OrganisationExternalId.organisation": gettext_lazy("IDs in other systems"),
    "contacts.ContactExternalId.contact": gettext_lazy("IDs in other systems"),
    "contacts.OrganisationPeriod.organisation": gettext_lazy("history used in past figures"),
    "contacts.ImportedFields.organisation": gettext_lazy("import sources"),
    "incidents.CallInProgress.organisation": gettext_lazy("calls under way"),
    "incidents.IncidentStep.organisation": gettext_lazy("steps of incidents"),
    "incidents.Reassurance.organisation": gettext_lazy("calls after incidents"),
    "incidents.TensionAssessment_consulted.organisation": gettext_lazy("assessments of tension"),
    "incidents.DebriefVoice.organisation": gettext_lazy("debriefs"),
    "incidents.ProtocolAgreement.organisation": gettext_lazy("protocols agreed with them"),
    "publishing.PublicListing.organisation": gettext_lazy("public listings"),
    "publishing.ReportingRoute.organisation": gettext_lazy("ways to report"),
    "publishing.Registration.organisation": gettext_lazy("registrations"),
    "plans.Partner.organisation": gettext_lazy("actions they take part in"),
    "plans.PlanVoice.organisation": gettext_lazy("reviews of plans"),
}


def tell_apart(actor: Actor, rows: Sequence[Any]) -> dict[UUID, str]:
    """Details that distinguish rows with the same name.

    For contacts the details never name organisations (docs/adr/0013).
    """
    roles = _roles(actor, rows) if rows and isinstance(rows[0], Contact) else {}
    return {row.pk: " · ".join(filter(None, _telling(row, roles.get(row.pk, ())))) for row in rows}


def what_refers_to(rows: Sequence[Any]) -> list[tuple[str, list[int]]]:
    """Names of references with their number for each row."""
    counts = reference_counts(rows)
    counted_names = [name for name in REFERRING if name in counts]
    return [(str(REFERRING[name]), [counts[name][row.pk] for row in rows]) for name in counted_names]


def undo_of_merge(request: ActorRequest, row: Any) -> Offer | None:
    """The latest merge into a row that can still be undone, with its Undo.

    For readers who may edit the row.
    """
    if row.version == 1:  # never changed, so nothing was merged into it
        return None
    merges = Merge.objects.undoable(object_type(type(row)), row)
    if not merges:
        return None
    latest, *earlier = merges
    n = len(latest.gone_ids)
    text = ngettext(
        "%(n)s duplicate was merged into this record %(when)s.",
        "%(n)s duplicates were merged into this record %(when)s.",
        n,
    )
    url = undo_url(request, "merge", merge_id=str(latest.pk))
    return Offer(
        text % {"n": n, "when": moment(latest.merged_at)},
        url,
        [_waits(earlier_merge) for earlier_merge in earlier],
    )


def _waits(merge: Merge) -> str:
    n = len(merge.gone_ids)
    text = ngettext(
        "You can then undo the earlier merge of %(n)s duplicate (%(when)s).",
        "You can then undo the earlier merge of %(n)s duplicates (%(when)s).",
        n,
    )
    return text % {"n": n, "when": moment(merge.merged_at)}


def label_of(model: type[models.Model], choice: Choice) -> str:
    names = [str(model._meta.get_field(name).verbose_name) for name in choice.fields]  # type: ignore[union-attr]  # columns
    return ", ".join([names[0].capitalize(), *names[1:]])


def text_of(model: type[models.Model], choice: Choice, option: Option) -> str:
    values = zip(choice.fields, option.values, strict=True)
    return " · ".join(_text(model._meta.get_field(name), value) or "—" for name, value in values)


def _telling(row: Any, roles: Sequence[str]) -> Iterator[str]:
    yield row.home_district.name
    yield from roles
    yield phone_text(row.phone) if row.phone else ""
    yield row.email
    if isinstance(row, Organisation):
        yield row.address
        yield _("last met: %(when)s") % {"when": ago(row.last_met_at)}
    yield _("added on %(day)s") % {"day": day(row.created_at)}


def _roles(actor: Actor, rows: Sequence[Contact]) -> dict[UUID, list[str]]:
    """Role titles of contacts in organisations that the actor can see."""
    visible = Affiliation.objects.current().filter(
        contact__in=rows, organisation__in=Organisation.objects.visible_to(actor)
    )
    titles: dict[UUID, list[str]] = {}
    for pk, title in visible.order_by("-is_primary", "pk").values_list("contact", "role_title"):
        titles.setdefault(pk, []).append(title)
    return titles


def _text(field: Any, value: Any) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if field.choices:
        return str(dict(field.flatchoices).get(value, value))
    if isinstance(value, list):
        return ", ".join(map(language_name, value))
    if isinstance(value, PhoneNumber):
        return phone_text(value)
    return day(value) if isinstance(value, date) else str(value or "")
