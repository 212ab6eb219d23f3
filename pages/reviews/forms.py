"""Forms for audits and for report subscriptions."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.actors import Actor
from accounts.models import User
from accounts.rules import WRITES
from districts.models import District
from lib.days import city_today
from pages.districts.forms import DistrictChoice
from pages.forms.base import DigestForm, VersionedForm
from pages.forms.fields import fields_of, form_field
from pages.reports.period_form import name_of, period_named
from reports.exports.request import SCORECARD
from reports.indicators.catalogue import REPORTS
from reports.queries.periods import Period, month_of, quarter_of, year_of
from reviews.codes import Rhythm
from reviews.models import (
    ActionCheck,
    Addendum,
    AgreedAction,
    FigureComment,
    Review,
    RungOrganisation,
    SampledMeeting,
    Subscription,
)
from reviews.services.freezing import MOST_SAMPLES

SAMPLES = 10
DISTRICT: Final = {"form_class": DistrictChoice, "empty_label": None, "to_field_name": "code"}
NEEDED: Final = {"required": True, "widget": forms.RadioSelect}


class DistrictsMixin(forms.Form):
    """A field for a district that the actor covers."""

    def offer_districts(self, actor: Actor) -> None:
        rows = District.objects.covered_by(actor).active().as_tree()
        self.fields["district"].queryset = rows  # type: ignore[attr-defined]  # a field of models


@fields_of(
    Review,
    *("district", "period", "since", "until", "samples"),
    district=DISTRICT,
    since={"required": False},
    until={"required": False, "help_text": gettext_lazy("The day after the last day of the period.")},
)
class NewReviewForm(DistrictsMixin):
    period = forms.ChoiceField(label=gettext_lazy("Period"), widget=forms.RadioSelect)
    samples = forms.IntegerField(
        label=gettext_lazy("Meetings to sample"),
        min_value=1,
        max_value=MOST_SAMPLES,
        initial=SAMPLES,
        help_text=gettext_lazy("Chosen at random from meetings held in the period, excluding your own."),
    )

    def __init__(self, data: QueryDict | None, *, actor: Actor, parameters: Mapping[str, str]) -> None:
        """`wanted` are the parameters of a scorecard's URL, used as initial values if they can be audited."""
        super().__init__(data, initial={"district": parameters.get("district", "")[:20]})
        self.offer_districts(actor)
        periods = list(_over(city_today()))
        linked_period = period_named(parameters.get("period", "")[:20], city_today())
        if linked_period and linked_period.until <= city_today() and linked_period not in periods:
            periods = [linked_period, *periods]
        choices = [(name_of(period), str(period)) for period in periods]
        self.fields["period"].choices = [*choices, ("pick", _("Other dates"))]  # type: ignore[attr-defined]
        self.fields["period"].initial = (
            name_of(linked_period) if linked_period and linked_period in periods else choices[0][0]
        )
        if "from" in parameters or "to" in parameters:
            self.fields["period"].initial = "pick"
            self.fields["since"].initial, self.fields["until"].initial = (
                parameters.get("from", "")[:10],
                parameters.get("to", "")[:10],
            )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        data["asked"] = self._chosen_period(data)
        return data

    def _chosen_period(self, data: dict[str, Any]) -> Period | None:
        if data.get("period") != "pick":
            return period_named(data.get("period", ""), city_today())
        since, until = data.get("since"), data.get("until")
        for name in ("since", "until"):
            if data.get(name) is None and name not in self.errors:
                self.add_error(name, ValidationError(_("Choose a date."), code="required"))
        if since is None or until is None:
            return None
        if until <= since:
            self.add_error(
                "until", ValidationError(_("The end of the period must be after its start."), code="order")
            )
            return None
        return Period(since, until)


def _over(today: date) -> Iterable[Period]:
    """Usual audit periods that have ended, the last quarter first."""
    quarter, month, year = quarter_of(today), month_of(today), year_of(today)
    return [quarter.back(1), quarter.back(2), month.back(1), month.back(2), year.back(1)]


class CommentForm(DigestForm):
    text = form_field(FigureComment, "text", label=gettext_lazy("Your comment"), required=False)


@fields_of(
    SampledMeeting,
    *("facts_apart", "follow_up_recorded", "note"),
    facts_apart=NEEDED,
    follow_up_recorded=NEEDED,
    note={"rows": 2, "help_text": gettext_lazy("Comment on the record, not on who wrote it.")},
)
class SampleForm(forms.Form):
    pass


@fields_of(RungOrganisation, *("answer", "note"), answer=NEEDED, note={"rows": 2})
class CallForm(forms.Form):
    pass


@fields_of(AgreedAction, *("text", "owner", "due_on"), owner={"empty_label": "—"})
class ActionForm(forms.Form):
    def __init__(self, data: QueryDict | None, *, actor: Actor) -> None:
        super().__init__(data)
        working = User.objects.visible_to(actor).active().with_role(*WRITES).in_order()
        self.fields["owner"].queryset = working  # type: ignore[attr-defined]  # a field of models


@fields_of(ActionCheck, *("answer", "note"), answer={"widget": forms.RadioSelect})
class CheckForm(forms.Form):
    pass


@fields_of(
    Review,
    conclusion={
        "rows": 6,
        "help_text": gettext_lazy("Write about the district and its communities, not individual officers."),
    },
)
class ConclusionForm(DigestForm):
    pass


class SignForm(VersionedForm):
    """Sign an audit. The signature applies only to the version that was shown.

    If the audit `replaces` a signed one, the reason is asked for.
    """

    reason = form_field(Review, "superseding_reason", rows=2)

    def __init__(self, *args: Any, replaces: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if replaces:
            self.fields["reason"].required = True
        else:
            del self.fields["reason"]


@fields_of(Addendum, text={"rows": 5})
class AddendumForm(forms.Form):
    pass


@fields_of(
    Subscription,
    *("report", "district", "rhythm"),
    district=DISTRICT,
    rhythm={
        "initial": Rhythm.MONTHLY,
        "widget": forms.RadioSelect,
        "help_text": gettext_lazy(
            "Sent at 09:00 in your time zone, covering the last full week, month or quarter."
        ),
    },
)
class SubscriptionForm(DistrictsMixin):
    report = forms.ChoiceField(label=gettext_lazy("Report"))

    def __init__(self, data: QueryDict | None, *, actor: Actor, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.offer_districts(actor)
        titles = [(slug, str(report.title)) for slug, report in REPORTS.items()]
        self.fields["report"].choices = [(SCORECARD, _("Scorecard (all indicators)")), *titles]  # type: ignore[attr-defined]

    def clean_report(self) -> str:
        """The report's slug, or an empty text for the scorecard."""
        slug: str = self.cleaned_data["report"]
        return "" if slug == SCORECARD else slug
