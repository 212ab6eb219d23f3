"""Forms for logging a meeting: participants, kind, outcomes and a follow-up."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django import forms
from django.utils.dateparse import parse_datetime
from django.utils.text import capfirst
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from contacts.models import Affiliation, Contact, Organisation
from districts.models import District
from meetings.codes import FollowUpKind, MeetingKind, MeetingStatus
from meetings.models import FollowUp, Meeting
from pages.forms.base import ROWS, VersionedForm
from pages.forms.days import DAYS, day_of
from pages.forms.districts import DistrictOfChoice
from pages.forms.fields import fields_of, form_field
from pages.forms.hints import HintedForm
from pages.log.owed import OwedForm
from pages.meetings.forms import UNSTATED, AtHomeWithThem, DraftForm, WhenAndWhere

SUBJECT_LENGTH: Final = Meeting._meta.get_field("subject").max_length
WHEN: Final = (("none", _("No")), *DAYS)


@dataclass(frozen=True, slots=True)
class Who:
    """A possible participant: an organisation, or a contact with the one organisation they represent."""

    organisation: Organisation | None
    contact: Contact | None = None
    #: The role's title, instead of the organisation, if a reason is needed to show the contact's
    #: organisation.
    role_title: str = ""

    @property
    def value(self) -> str:
        return f"contact:{self.contact.pk}" if self.contact else f"organisation:{self.organisation.pk}"  # type: ignore[union-attr]  # one of the two is set

    @property
    def name(self) -> str:
        """The contact's name and the organisation, because the meeting counts for both."""
        names = [str(self.contact)] if self.contact else []
        if self.organisation:
            names.append(self.organisation.short_name or self.organisation.name)
        elif self.role_title:
            names.append(self.role_title)
        return ", ".join(names)

    @property
    def rows(self) -> list[Organisation | Contact]:
        return [row for row in (self.organisation, self.contact) if row]


@fields_of(
    Meeting,
    *("opened_at", "kind", "outcomes", "subject", "facts", "assessment", "other_participants"),
    *("headcount", "initiated_by", "level"),
    kind={"label": _("How did you meet?"), "widget": forms.RadioSelect, "initial": MeetingKind.VISIT},
    outcomes={"label": _("What was the outcome?")},
    subject={"label": _("What was it about?"), "required": False},
    facts={"label": _("Key facts")},
    other_participants={"rows": 2},
    initiated_by={"label": _("Who initiated it?")} | UNSTATED,
    level=UNSTATED,
)
class TookPlaceForm(HintedForm, OwedForm, WhenAndWhere):
    """Fields of all logged meetings. Defaults never claim more than is known."""

    hinted = ("facts", "assessment", "other_participants", "promise_title")
    opened_at = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.is_bound:
            self.fields["starts_at"].shown = _moment(self.data.get("opened_at", ""))  # type: ignore[attr-defined]  # our own field

    @property
    def where_open(self) -> bool:
        return bool({"starts_at", "duration_minutes", "district", "place"} & set(self.errors))

    @property
    def more_open(self) -> bool:
        return bool(
            {"assessment", "subject", "other_participants", "headcount", "initiated_by", "level"}
            & set(self.errors)
        )


def _moment(text: str) -> datetime | None:
    try:
        moment = parse_datetime(text)
    except ValueError:
        return None
    return moment if moment and moment.tzinfo else None


class HeldMeetingForm(TookPlaceForm):
    """A meeting with one contact or organisation, with an optional follow-up and “No one reached”."""

    not_reached = forms.BooleanField(label=_("No one reached"), required=False)
    promise_when = forms.ChoiceField(
        label=_("Add a follow-up?"), choices=WHEN, widget=forms.RadioSelect, initial="none"
    )
    promise_title = form_field(FollowUp, "title", label=_("What did you promise?"), required=False)
    promise_kind = form_field(FollowUp, "kind", initial=FollowUpKind.CALL_BACK)
    promise_on = form_field(FollowUp, "due_on", label=_("Which date?"), required=False)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("not_reached") and cleaned.get("outcomes"):
            self.add_error("outcomes", _("Choose either “No one reached” or an outcome, not both."))
        if cleaned.get("promise_when") == "pick" and not cleaned.get("promise_on"):
            self.add_error("promise_on", _("Choose a date."))
        return cleaned

    @property
    def status(self) -> str:
        return MeetingStatus.NOT_REACHED if self.cleaned_data["not_reached"] else MeetingStatus.HELD

    def promises(self, organisations: Sequence[Organisation], contact: Contact | None = None) -> list[Any]:
        """The follow-up as arguments for `log_meeting`: a list of one, or empty."""
        cleaned = self.cleaned_data
        if cleaned["promise_when"] == "none":
            return []
        kind = FollowUpKind(cleaned["promise_kind"])
        return [
            {
                "title": cleaned["promise_title"] or title_with(kind, organisations),
                "kind": kind,
                "due_on": day_of(cleaned["promise_when"], cleaned["promise_on"]),
                "organisations": organisations,
                "contact": contact,
            }
        ]


class LogForm(DistrictOfChoice, HeldMeetingForm):
    """Log a meeting with one organisation or contact. The district defaults to their home district."""

    who = forms.ChoiceField(
        label=_("Who did you meet?"),
        widget=forms.RadioSelect(attrs=ROWS),
        error_messages={"required": _("Choose who you met.")},
    )
    people = forms.MultipleChoiceField(
        label=_("Who was there?"), widget=forms.CheckboxSelectMultiple(attrs=ROWS), required=False
    )
    field_order = ("who",)

    def __init__(
        self,
        *args: Any,
        offered: Sequence[Who],
        matches: Sequence[Who] = (),
        people: Sequence[Affiliation] = (),
        **kwargs: Any,
    ) -> None:
        """`offered` are all options of `who`; those in `found` are shown separately.

        `people` represent the chosen organisation.
        """
        super().__init__(*args, **kwargs)
        self.found = {participant.value for participant in matches}
        self.offered = {participant.value: participant for participant in offered}
        self.spokespeople = {str(role.contact_id): role.contact for role in people}
        self.fields["who"].choices = [(participant.value, participant.name) for participant in offered]  # type: ignore[attr-defined]  # a field of choices
        self.fields["people"].choices = [  # type: ignore[attr-defined]  # a field of choices
            (role.contact_id, f"{role.contact}, {role.role_title}") for role in people
        ]
        self.fields["district"].required = False
        if not self.spokespeople:
            del self.fields["people"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        participant = self.offered.get(cleaned.get("who", ""))
        if participant and not cleaned.get("district") and "district" not in self.errors:
            cleaned["district"] = self.chosen_district
            if cleaned["district"] is None:
                self.add_error("district", _("Choose which of your districts it was in."))
        return cleaned

    @property
    def selected(self) -> Sequence[Organisation | Contact]:
        participant = self.offered.get(str(self["who"].value() or ""))
        return participant.rows if participant else []

    @property
    def recent(self) -> list[Any]:
        """Options below the search."""
        return self.rest("who", self.found)

    @property
    def chosen(self) -> Who:
        return self.offered[self.cleaned_data["who"]]

    def service_fields(self) -> dict[str, Any]:
        """Arguments for `log_meeting`."""
        cleaned, participant = self.cleaned_data, self.chosen
        organisations = [participant.organisation] if participant.organisation else []
        present = [self.spokespeople[key] for key in cleaned.get("people", [])]
        if participant.contact and participant.contact not in present:
            present.append(participant.contact)
        return basics(cleaned) | {
            "status": self.status,
            "subject": cleaned["subject"] or subject_with(cleaned["kind"], participant, cleaned["district"]),
            "organisations": [{"organisation": organisation} for organisation in organisations],
            "contacts": [{"contact": person} for person in present],
            "new_follow_ups": self.promises(organisations, participant.contact),
            "done": self.completed(organisations),
        }


class HoldForm(HeldMeetingForm, VersionedForm):
    """Record that a planned meeting took place. The planned details stay unchanged."""

    def __init__(self, *args: Any, began: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["starts_at"].shown = began  # type: ignore[attr-defined]  # our own field
        for name in ("opened_at", "kind", "subject", "district", "place", "initiated_by", "level"):
            del self.fields[name]

    def service_fields(self, attended: Sequence[tuple[Organisation, str]]) -> dict[str, Any]:
        """Arguments for `hold_meeting`, without the contacts."""
        present = present_organisations(attended)
        return basics(self.cleaned_data) | {
            "version": self.cleaned_data["version"],
            "status": self.status,
            "organisations": presence(attended),
            "new_follow_ups": self.promises(present or [organisation for organisation, _answer in attended]),
            "done": self.completed(present),
        }


class AssemblyForm(AtHomeWithThem, TookPlaceForm):
    """Log a group meeting. Attendance comes from the rows, and follow-ups from separate forms."""

    KINDS = (
        MeetingKind.PUBLIC_MEETING,
        MeetingKind.PARTNERSHIP_MEETING,
        MeetingKind.ADVISORY_GROUP,
        MeetingKind.COMMUNITY_EVENT,
        MeetingKind.MUTUAL_LEARNING_WORKSHOP,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].initial = MeetingKind.PUBLIC_MEETING
        self.fields["duration_minutes"].initial = 90

    def service_fields(self, attended: Sequence[tuple[Organisation, str]]) -> dict[str, Any]:
        """Arguments for `log_meeting`, without the follow-ups."""
        cleaned = self.cleaned_data
        return basics(cleaned) | {
            "subject": cleaned["subject"] or subject_of_many(cleaned["kind"], len(attended)),
            "organisations": presence(attended),
            "done": self.completed(present_organisations(attended)),
        }


@fields_of(
    FollowUp,
    *("title", "when", "due_on", "to", "kind"),
    title={"label": _("What did you promise?")},
    due_on={"label": _("Which date?"), "required": False},
)
class PromiseForm(HintedForm, DraftForm):
    """A follow-up for some of the attendees. If none is selected, it is for all."""

    hinted = ("title",)
    when = forms.ChoiceField(label=_("Due date"), choices=DAYS, initial="week", widget=forms.RadioSelect)
    to = forms.MultipleChoiceField(
        label=_("Who to?"),
        help_text=_("If you select no one, the follow-up is for everyone present."),
        widget=forms.CheckboxSelectMultiple(attrs=ROWS),
        required=False,
    )

    def __init__(
        self, *args: Any, organisations: Iterable[Organisation], invited: Collection[UUID], **kwargs: Any
    ) -> None:
        """`invited` are the IDs of organisations that attended or were invited."""
        super().__init__(*args, **kwargs)
        self.organisations = {str(row.pk): row for row in organisations}
        self.invited = {str(pk) for pk in invited}
        names = [(key, row.short_name or row.name) for key, row in self.organisations.items()]
        self.fields["to"].choices = names  # type: ignore[attr-defined]  # a field of choices

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("when") == "pick" and not cleaned.get("due_on") and "due_on" not in self.errors:
            self.add_error("due_on", _("Choose a date."))
        return cleaned

    def clean_to(self) -> list[str]:
        organisation_ids: list[str] = self.cleaned_data["to"]
        if not self.invited.issuperset(organisation_ids):
            raise forms.ValidationError(_("Choose only those who were there or were invited."))
        return organisation_ids

    def promise(self, attended: Sequence[tuple[Organisation, str]]) -> dict[str, Any] | None:
        """The follow-up as an argument for `log_meeting`, or None if the row is empty."""
        cleaned = self.cleaned_data
        if not cleaned.get("title"):
            return None
        present = present_organisations(attended)
        chosen = [self.organisations[key] for key in cleaned["to"]]
        return {
            "title": cleaned["title"],
            "kind": cleaned["kind"],
            "due_on": day_of(cleaned["when"], cleaned["due_on"]),
            "organisations": chosen or present,
        }


def basics(cleaned: dict[str, Any]) -> dict[str, Any]:
    """Basic meeting fields as typed."""
    names = (
        *("kind", "level", "starts_at", "duration_minutes", "district", "place", "initiated_by"),
        *("other_participants", "headcount", "facts", "assessment", "outcomes"),
    )
    return {name: cleaned[name] for name in names if name in cleaned}


def subject_with(kind: str, participant: Who, district: District) -> str:
    """“Visit: Põhjala kool”, or without the name if readers in the district may not see the participant."""
    label = capfirst(str(MeetingKind(kind).label))
    seen_there = not participant.organisation or any(
        district.pk in home.lineage
        for home in (participant.organisation.home_district, *participant.organisation.also_in.all())
    )
    return _subject(label, participant.organisation) if seen_there else label


def title_with(kind: FollowUpKind, organisations: Sequence[Organisation]) -> str:
    """“Call back Põhjala kool”. The name is included only if there is exactly one organisation."""
    only = organisations[0] if len(organisations) == 1 else None
    if kind == FollowUpKind.CALL_BACK and only:
        return (gettext("Call back %(who)s") % {"who": only.name})[:SUBJECT_LENGTH]
    return _subject(capfirst(str(kind.label)), only)


def _subject(label: str, organisation: Organisation | None) -> str:
    """Add the organisation's name.

    Names of contacts are left out, because erasing a contact would not remove them.
    """
    return f"{label}: {organisation.name}"[:SUBJECT_LENGTH] if organisation else label


def subject_of_plan(kind: str, organisations: Sequence[Organisation]) -> str:
    """“Visit: Põhjala kool” or “Visit with 3 organisations”."""
    if len(organisations) == 1:
        return _subject(capfirst(str(MeetingKind(kind).label)), organisations[0])
    return subject_of_many(kind, len(organisations))


def subject_of_many(kind: str, count: int) -> str:
    """“Public meeting with 12 organisations”."""
    label = capfirst(str(MeetingKind(kind).label))
    with_them = ngettext("%(label)s with %(n)d organisation", "%(label)s with %(n)d organisations", count)
    return with_them % {"label": label, "n": count} if count else label


def present_organisations(attended: Sequence[tuple[Organisation, str]]) -> list[Organisation]:
    """Return the organisations that were present."""
    return [organisation for organisation, answer in attended if answer == "present"]


def presence(attended: Sequence[tuple[Organisation, str]]) -> list[Any]:
    """Attendance rows as the services take them."""
    return [{"organisation": row, "present": answer == "present"} for row, answer in attended]
