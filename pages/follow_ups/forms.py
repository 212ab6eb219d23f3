"""Forms for follow-ups."""

from collections.abc import Collection
from datetime import date
from typing import Any, Final
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext_lazy as _

from accounts.actors import Actor
from accounts.models import User
from accounts.rules import WRITES
from contacts.models import Organisation
from districts.models import District
from meetings.codes import FollowUpKind
from meetings.models import FollowUp
from meetings.models.follow_up import PENDING
from meetings.services.series import ONE
from pages.forms.base import ROWS, VersionedForm
from pages.forms.days import DAYS, day_of
from pages.forms.fields import choices, fields_of, form_field
from pages.forms.hints import HintedForm
from pages.forms.picks import OrganisationPicks
from pages.forms.series import Repeats, scope_field
from pages.meetings.forms import DraftForm

PROMISE: Final = {
    "label": _("What did you promise?"),
    "error_messages": {"required": _("Enter what you promised.")},
}
TO_WHOM: Final = {
    "label": _("Promised to"),
    "required": False,
    "widget": forms.CheckboxSelectMultiple(attrs=ROWS),
}


@fields_of(
    FollowUp,
    *("organisations", "find", "title", "kind", "when", "due_on", "owner"),
    organisations=TO_WHOM,
    title=PROMISE,
    kind={"initial": FollowUpKind.CALL_BACK},
    due_on={"label": _("Which date?"), "required": False},
    owner={"empty_label": None},
)
class PromiseForm(HintedForm, Repeats, OrganisationPicks, DraftForm):
    """A new follow-up. `contact`, `meeting` and `concern` come from the URL, not from the form."""

    hinted = ("title",)
    find = forms.CharField(label=_("Find an organisation"), required=False, max_length=200)
    when = forms.ChoiceField(
        label=_("Due date"),
        choices=DAYS,
        initial="week",
        widget=forms.RadioSelect,
    )

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _offer_colleagues(self, colleagues_of(actor), actor.district_ids)
        self.offer(actor, self["organisations"].value() or [], str(self["find"].value() or ""))

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        picked: date | None = data.get("due_on")
        if data.get("when") == "pick" and not picked and "due_on" not in self.errors:
            self.add_error("due_on", ValidationError(_("Choose a date."), code="required"))
        return data

    def first_day(self) -> date | None:
        try:
            return day_of(self["when"].value(), self.fields["due_on"].clean(self["due_on"].value()))
        except ValidationError:
            return None

    def values(self) -> dict[str, Any]:
        data = self.cleaned_data
        return {
            "title": data["title"],
            "kind": data["kind"],
            "owner": data["owner"],
            "organisations": list(data["organisations"]),
            "due_on": day_of(data["when"], data["due_on"]),
        }


@fields_of(
    FollowUp,
    *("title", "kind", "due_on", "owner", "status", "organisations", "find", "result"),
    title=PROMISE,
    owner={"empty_label": None},
    status={"choices": choices((s, s.label) for s in PENDING), "widget": forms.RadioSelect},
    organisations=TO_WHOM,
)
class EditPromiseForm(HintedForm, OrganisationPicks, DraftForm, VersionedForm):
    """Edit a follow-up. There is no field `owner` if the actor may not reassign it."""

    hinted = ("title", "result")
    find = PromiseForm.base_fields["find"]

    def __init__(
        self, *args: Any, actor: Actor, follow_up: FollowUp, may_reassign: bool, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        if may_reassign:
            owners = colleagues_of(actor) | User.objects.filter(pk=follow_up.owner_id)
            _offer_colleagues(self, owners, follow_up.home_ids)
        else:
            del self.fields["owner"]
        if follow_up.status not in PENDING:
            del self.fields["status"]
        elif follow_up.series_id:
            self.fields["scope"] = scope_field(all_of=_("All open ones and later ones"))
        self.offer(actor, self["organisations"].value() or [], str(self["find"].value() or ""))

    def values(self) -> dict[str, Any]:
        return {name: value for name, value in super().values().items() if name not in {"find", "scope"}}

    @property
    def scope(self) -> str:
        """The part of the series to change; only this follow-up if there is no series."""
        return str(self.cleaned_data.get("scope", ONE))


@fields_of(FollowUp, "result", "told")
class DoneForm(HintedForm, VersionedForm):
    """Mark a follow-up as done. A row's button sends only the version; the page has the other fields."""

    hinted = ("result",)
    told = forms.ModelMultipleChoiceField(
        Organisation.objects.none(),
        required=False,
        label=_("Who have you reported back to?"),
        widget=forms.CheckboxSelectMultiple(attrs=ROWS),
    )

    def __init__(self, *args: Any, organisations: list[Organisation], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        organisations_field = self.fields["told"]
        organisations_field.queryset = Organisation.objects.filter(pk__in=[o.pk for o in organisations])  # type: ignore[attr-defined]  # a field of models
        if not organisations:
            del self.fields["told"]

    @property
    def told_ids(self) -> list[UUID]:
        return [organisation.pk for organisation in self.cleaned_data.get("told", ())]


class CancelForm(VersionedForm):
    reason = form_field(FollowUp, "cancel_reason", label=_("Why is it being cancelled?"), required=True)


@fields_of(FollowUp, "owner", owner={"label": _("Assign to"), "empty_label": _("Choose a colleague")})
class HandOnForm(VersionedForm):
    """Hand a follow-up on to a colleague."""

    def __init__(self, *args: Any, actor: Actor, follow_up: FollowUp, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        colleagues = colleagues_of(actor).exclude(pk=follow_up.owner_id)
        self.homes = follow_up.home_ids
        _offer_colleagues(self, colleagues, self.homes)

    @property
    def is_near(self) -> bool:
        """Whether the colleague works in a home district of the organisations, if there are any."""
        return not self.homes or self.cleaned_data["owner"].is_near


def colleagues_of(actor: Actor) -> Any:
    """Staff who can own follow-ups: everybody who may write, by name."""
    return User.objects.visible_to(actor).active().with_role(*WRITES).order_by("name", "pk")


def _offer_colleagues(form: forms.Form, colleagues: Any, homes: Collection[UUID]) -> None:
    """Offer those who work in these districts first; other colleagues may not see its organisations."""
    lineages = District.objects.filter(pk__in=homes).values_list("lineage", flat=True)
    near = {pk for lineage in lineages for pk in lineage}
    works_near = User.districts.through.objects.filter(user_id=OuterRef("pk"), district_id__in=near)
    rows = colleagues.annotate(is_near=Exists(works_near))
    field: Any = form.fields["owner"]
    field.queryset = rows
    groups = {True: _("Work in this district"), False: _("Work in other districts")}
    grouped = [
        (label, [(row.pk, row.name) for row in rows if row.is_near == is_near])
        for is_near, label in groups.items()
    ]
    empty = [("", field.empty_label)] if field.empty_label else []
    field.choices = [*empty, *(group for group in grouped if group[1])]
