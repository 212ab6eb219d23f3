"""Forms of plans, their parts and their reviews."""

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.actors import Actor
from accounts.models import User
from accounts.rules import WRITES
from districts.models import District
from meetings.codes import FollowUpStatus
from meetings.models import FollowUp, Meeting
from pages.districts.forms import DistrictChoice
from pages.forms.base import ROWS, DigestForm, VersionedForm
from pages.forms.fields import fields_of, form_field
from pages.forms.picks import OrganisationPicks
from pages.meetings.forms import DraftForm
from pages.templatetags.ui import day
from plans.codes import Measure, Source, Unit
from plans.models import (
    Action,
    Evidence,
    Goal,
    Indicator,
    IndicatorValue,
    Milestone,
    Partner,
    Plan,
    PlanReview,
    PlanVoice,
)
from plans.queries.report_values import measures_of
from plans.services.reviews import KINDS
from reports.indicators.catalogue import REPORTS

PLAN: Final = ("title", "summary", "starts_on", "ends_on", "review_months", "is_public")
SEPARATOR: Final = "/"
HUNDRED: Final = 100
OFFERED: Final = 30  # meetings, and follow-ups, as evidence


def _offer_people(form: forms.Form, name: str, actor: Actor, district: District) -> None:
    """Officers and supervisors who see plans of the district."""
    rows = User.objects.visible_to(actor).active().with_role(*WRITES).covering_any_of(district).in_order()
    form.fields[name].queryset = rows  # type: ignore[attr-defined]  # a field of models


def _offer_dated(form: forms.Form, name: str, rows: QuerySet[Any]) -> None:
    """Meetings or follow-ups with their day, because titles repeat."""
    day_of = "starts_at" if name == "meeting" else "due_on"
    field: Any = form.fields[name]
    field.queryset = rows
    field.label_from_instance = lambda row: (
        _("%(title)s, %(day)s")
        % {
            "title": row,
            "day": day(getattr(row, day_of)),
        }
    )


class _PickForm(OrganisationPicks, DraftForm):
    """A form for one organisation, which is found by its name."""

    picks = "organisation"
    find = forms.CharField(label=_("Find an organisation"), required=False, max_length=200)

    def __init__(self, *args: Any, actor: Actor, offered: Sequence[UUID] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chosen = [self["organisation"].value(), *offered]
        self.offer(actor, [pk for pk in chosen if pk], str(self["find"].value() or ""))

    def values(self) -> dict[str, Any]:
        return {name: value for name, value in self.cleaned_data.items() if name != "find"}


@fields_of(Plan, "district", *PLAN, district={"form_class": DistrictChoice, "empty_label": None})
class NewPlanForm(forms.Form):
    """A draft."""

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = District.objects.covered_by(actor).active().as_tree()
        self.fields["district"].queryset = rows  # type: ignore[attr-defined]  # a field of models


@fields_of(Plan, *PLAN, "keeper")
class PlanForm(VersionedForm):
    def __init__(self, *args: Any, actor: Actor, district: District, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _offer_people(self, "keeper", actor, district)


@fields_of(Plan, "adopted_on", "adopted_by", adopted_on={"required": True}, adopted_by={"required": True})
class AdoptForm(forms.Form):
    pass


@fields_of(Plan, "closed_reason", closed_reason={"required": True})
class CloseForm(forms.Form):
    def values(self) -> dict[str, Any]:
        return {"reason": self.cleaned_data["closed_reason"]}


@fields_of(Goal, "title", "problem", "strand", "eccar_point")
class GoalForm(DigestForm):
    pass


@fields_of(Action, "title", "description", "owner", "starts_on", "ends_on")
class ActionForm(DigestForm):
    def __init__(self, *args: Any, actor: Actor, district: District, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _offer_people(self, "owner", actor, district)


@fields_of(Action, "status", "reason")
class StatusForm(DigestForm):
    pass


@fields_of(Milestone, "title", "due_on")
class MilestoneForm(DigestForm):
    pass


@fields_of(Milestone, "dropped_reason", dropped_reason={"required": True})
class DropForm(forms.Form):
    def values(self) -> dict[str, Any]:
        return {"reason": self.cleaned_data["dropped_reason"]}


@fields_of(
    Partner,
    *("organisation", "role", "contribution"),
    organisation={"widget": forms.RadioSelect(attrs=ROWS)},
)
class PartnerForm(_PickForm):
    pass


@fields_of(Partner, "agreed_on", "agreed_by", agreed_on={"required": True}, agreed_by={"required": True})
class AgreementForm(forms.Form):
    pass


@fields_of(Evidence, "meeting", "follow_up", "url", "note")
class EvidenceForm(forms.Form):
    """Evidence: a meeting, a follow-up or an address. The latest visible rows are offered."""

    shown: list[Any]

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        meetings = Meeting.objects.visible_to(actor).held().order_by("-starts_at", "pk")
        promises = FollowUp.objects.visible_to(actor).filter(status=FollowUpStatus.DONE)
        offered: dict[str, QuerySet[Any]] = {
            "meeting": meetings,
            "follow_up": promises.order_by("-due_on", "pk"),
        }
        self.shown = []
        for name, rows in offered.items():
            latest = list(rows[:OFFERED])
            _offer_dated(self, name, rows.filter(pk__in=[row.pk for row in latest]))
            self.shown += latest


class TakeForm(forms.Form):
    """The goal of a plan that an agreed action of an audit goes to."""

    goal = forms.ModelChoiceField(label=_("Goal"), queryset=Goal.objects.none())

    def __init__(self, *args: Any, goals: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["goal"].queryset = goals  # type: ignore[attr-defined]  # a field of models


@fields_of(Indicator, "title", "direction", "target", "target_on", "target_reason", "note")
class IndicatorForm(DigestForm):
    """The editable fields of an indicator. A target that is a share is typed in per cent."""

    is_share = False

    def __init__(self, *args: Any, unit: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.is_share = unit == Unit.SHARE
        if self.is_share:
            self.fields["target"].help_text = _("Per cent.")

    def values(self) -> dict[str, Any]:
        cleaned = dict(self.cleaned_data)
        if self.is_share and cleaned.get("target") is not None:
            cleaned["target"] /= HUNDRED
        return cleaned


class NewIndicatorForm(forms.Form):
    """A figure of this system, or one that someone counts elsewhere. Its target is set afterwards."""

    title = form_field(Indicator, "title")
    figure = forms.ChoiceField(
        label=_("Figure"), required=False, help_text=_("Leave this empty for values entered by hand.")
    )
    direction = form_field(Indicator, "direction")
    unit = form_field(Indicator, "unit", required=False, help_text=_("Only for values entered by hand."))
    where_from = form_field(Indicator, "where_from")
    frequency_months = form_field(Indicator, "frequency_months")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["figure"].choices = [("", "—"), *_figures()]  # type: ignore[attr-defined]  # a choice field

    def values(self) -> dict[str, Any]:
        cleaned = dict(self.cleaned_data)
        figure = cleaned.pop("figure")
        if not figure:
            return cleaned | {"source": Source.HAND}
        slug, measure = figure.split(SEPARATOR)
        blank_fields = {"where_from": "", "frequency_months": None, "unit": Unit.COUNT}
        return cleaned | blank_fields | {"source": Source.BOOK, "slug": slug, "measure": measure}


def _figures() -> list[tuple[str, str]]:
    return [
        (f"{slug}{SEPARATOR}{measure}", f"{report.title} ({Measure(measure).label})")
        for slug, report in REPORTS.items()
        for measure in measures_of(report)
    ]


@fields_of(
    IndicatorValue,
    *("period_start", "period_end", "n", "of", "value", "where_from"),
)
class ValueForm(forms.Form):
    """A share is a number out of a total, all else a value."""

    def __init__(self, *args: Any, unit: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("value",) if unit == Unit.SHARE else ("n", "of"):
            del self.fields[name]


@fields_of(PlanReview, "held_on", "meeting", "conclusion", "plan_changes")
class ReviewForm(DigestForm):
    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = Meeting.objects.visible_to(actor).filter(kind__in=KINDS).order_by("-starts_at", "pk")
        _offer_dated(self, "meeting", rows)


@fields_of(
    PlanVoice,
    *("organisation", "says", "text", "may_be_quoted"),
    organisation={
        "widget": forms.RadioSelect(attrs=ROWS),
        "help_text": _("Choose “None” if they do not want to be named."),
    },
    says={"widget": forms.RadioSelect},
)
class VoiceForm(_PickForm):
    """The voice of an organisation in a review. `offered` are partners of the plan."""
