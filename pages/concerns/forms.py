"""Forms for concerns: a short one for logging at night, and a full one."""

from collections.abc import Sequence
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from accounts.actors import Actor
from contacts.models import Organisation
from districts.models import District
from meetings.codes import BiasGround, ConcernKind, PlaceKind
from meetings.guide.first import indicators_first, ranks_of
from meetings.guide.indicators import GUIDANCE, Guidance
from meetings.guide.reviews import REVIEWS, is_reviewed
from meetings.guide.words import WORDS
from meetings.models import Concern
from meetings.queries.calls import organisations_at
from meetings.rules.communities import communities_of, plain_grounds
from pages.forms.base import ROWS, VersionedForm
from pages.forms.districts import DistrictOfChoice
from pages.forms.fields import fields_of
from pages.forms.hints import HintedForm
from pages.forms.picks import OrganisationPicks, as_uuid
from pages.meetings.forms import DraftForm

# Shown at once. The rest is behind “More”.
KINDS: Final = (
    ConcernKind.GRAFFITI_SYMBOL,
    ConcernKind.ATTACK_ON_COMMUNITY_SITE,
    ConcernKind.PROPERTY_DAMAGE,
    ConcernKind.HATE_INCIDENT,
    ConcernKind.THREAT,
    ConcernKind.HARASSMENT,
    ConcernKind.TENSION,
)
GROUNDS: Final = (
    BiasGround.UNKNOWN,
    BiasGround.NONE,
    BiasGround.RACIST_XENOPHOBIC,
    BiasGround.ANTISEMITIC,
    BiasGround.ANTI_MUSLIM,
    BiasGround.ANTI_ROMA,
    BiasGround.ANTI_LGBTI,
)


RECENT: Final = 5  # organisations shown before one searches
#: Places that are no organisation. Each is an option beside the organisations.
OTHER_PLACES: Final = {
    PlaceKind.BUSINESS.value: _("A shop or business"),
    PlaceKind.PUBLIC_PLACE.value: _("A street or public place"),
    PlaceKind.HOME.value: _("A home"),
    PlaceKind.OTHER.value: _("Another place"),
}


class SiteField(forms.ModelChoiceField):  # type: ignore[type-arg]  # generic only in the stubs
    """An organisation, or the code of a place that is no organisation."""

    def to_python(self, value: Any) -> Any:
        return value if value in OTHER_PLACES else super().to_python(value)


@fields_of(
    Concern,
    *("kinds", "site_organisation", "find", "bias_grounds", "affected_focuses", "bias_indicators"),
    *("received_at", "occurred_on", "district", "place", "near", "facts"),
    kinds={
        "label": _("What happened?"),
        "error_messages": {"required": _("Choose what happened from the list.")},
    },
    site_organisation={
        "label": _("Whose place or event was targeted?"),
        "form_class": SiteField,
        "widget": forms.RadioSelect(attrs=ROWS),
    },
    near={"label": _("Who is near it?"), "widget": forms.CheckboxSelectMultiple(attrs=ROWS)},
    bias_indicators={
        "label": _("What points to bias?"),
        "help_text": _("The perception of a victim or witness is enough. Select only what you know."),
    },
    received_at={"label": _("Received")},
    district={"empty_label": _("Choose a district")},
)
class ConcernFields(OrganisationPicks, DistrictOfChoice, HintedForm, DraftForm):
    """Fields of both forms. `first_kinds` and similar properties are the options shown at once."""

    picks = "site_organisation"
    recent_at_most = RECENT
    other_choices = tuple(OTHER_PLACES.items())
    numbered = ("place", "facts")
    find = forms.CharField(label=_("Find an organisation"), required=False, max_length=200)

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.actor = actor
        fields: Any = self.fields
        fields["district"].queryset = District.objects.covered_by(actor).active().order_by("name", "pk")
        find = str(self["find"].value() or "")
        self.offer(actor, [self.place_value], find)
        self._offer_near(find)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        site = data.get("site_organisation")
        data["place_kind"] = PlaceKind.ORGANISATION.value if site else ""
        if site in OTHER_PLACES:
            data["site_organisation"], data["place_kind"] = None, site
        return data

    def values(self) -> dict[str, Any]:
        left_out = {"find", "version", "communities_for"}
        return {name: value for name, value in self.cleaned_data.items() if name not in left_out}

    @property
    def place_value(self) -> str:
        """The organisation or the kind of place that is selected. Empty if neither is."""
        return str(self["site_organisation"].value() or "")

    @property
    def selected(self) -> list[Organisation]:
        return [row for row in self.shown if str(row.pk) == self.place_value]

    def _offer_near(self, find: str) -> None:
        """Offer organisations at the same place, found ones and chosen ones, if the place is none of them."""
        fields: Any = self.fields
        visible = Organisation.objects.visible_to(self.actor)
        near = [as_uuid(pk) for pk in self["near"].value() or ()]
        rows = {row.pk: row for row in visible.filter(pk__in=near).order_by("folded", "pk")} if near else {}
        if self.place_value in OTHER_PLACES:
            neighbours = organisations_at(self.actor, str(self["place"].value() or ""))[:RECENT]
            matching = visible.active().matching(find)[:RECENT] if find.strip() else []
            rows |= {row.pk: row for row in (*neighbours, *matching) if row.pk not in rows}
        fields["near"].queryset = visible
        fields["near"].widget.choices = [(str(pk), row.short_name or row.name) for pk, row in rows.items()]
        known_ids = {row.pk for row in self.shown}
        self.shown += [row for pk, row in rows.items() if pk not in known_ids]

    @property
    def first_kinds(self) -> Sequence[Any]:
        return self.first("kinds", KINDS)

    @property
    def other_kinds(self) -> Sequence[Any]:
        return self.rest("kinds", KINDS)

    @property
    def opens_kinds(self) -> bool:
        return self.one_of(self.other_kinds)

    @property
    def opens_grounds(self) -> bool:
        return self.one_of(self.other_grounds)

    @property
    def first_grounds(self) -> Sequence[Any]:
        return sorted(self.first("bias_grounds", GROUNDS), key=lambda pill: GROUNDS.index(pill.data["value"]))

    @property
    def other_grounds(self) -> Sequence[Any]:
        return self.rest("bias_grounds", GROUNDS)

    @property
    def chosen_communities(self) -> Sequence[Any]:
        return self.first("affected_focuses", self["affected_focuses"].value() or [])

    @property
    def other_communities(self) -> Sequence[Any]:
        return self.rest("affected_focuses", self["affected_focuses"].value() or [])

    @property
    def first_indicators(self) -> list[tuple[Any, Guidance, list[str]]]:
        """The three to think of first for what happened, each with its part of the guide and its ranks."""
        return self._guided(self.first("bias_indicators", self._indicators_first))

    @property
    def other_indicators(self) -> list[tuple[Any, Guidance, list[str]]]:
        return self._guided(self.rest("bias_indicators", self._indicators_first))

    @property
    def opens_indicators(self) -> bool:
        return self.one_of(pill for pill, *_guide in self.other_indicators)

    @property
    def points_to_bias(self) -> bool:
        """Whether an indicator is selected, so that the folded guide must be open."""
        return bool(self["bias_indicators"].value())

    @property
    def words(self) -> list[Promise]:
        """On words to use and avoid, for the selected bias grounds."""
        return [WORDS[ground].text for ground in self["bias_grounds"].value() or [] if ground in WORDS]

    @property
    def guide_is_reviewed(self) -> bool:
        return is_reviewed(REVIEWS.get(get_language() or "", ()))

    @property
    def _indicators_first(self) -> Sequence[str]:
        return indicators_first(self["kinds"].value() or [])

    @staticmethod
    def _guided(pills: Sequence[Any]) -> list[tuple[Any, Guidance, list[str]]]:
        codes = [(pill, str(pill.data["value"])) for pill in pills]
        return [(pill, GUIDANCE[code], ranks_of(code)) for pill, code in codes]


class LogConcernForm(ConcernFields):
    """Log a concern at night. All fields except the description have a safe default.

    `communities_for` are the bias grounds for which communities were already suggested. The user's choice
    since then is kept.
    """

    communities_for = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["affected_focuses"].help_text = _(
            "If you select none, we use the communities that the bias targets."
        )
        self.fields["received_at"].required = False
        self.fields["district"].required = False

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        data["received_at"] = data.get("received_at") or timezone.now()
        grounds = plain_grounds(data.get("bias_grounds") or [BiasGround.UNKNOWN])
        data["bias_grounds"] = grounds
        if not data.get("affected_focuses") and data.get("communities_for") != ",".join(grounds):
            data["affected_focuses"] = communities_of(grounds)
        if "district" not in self.errors and not data.get("district"):
            data["district"] = self.chosen_district
            if data["district"] is None:
                self.add_error("district", ValidationError(_("Choose a district."), code="required"))
        return data


@fields_of(
    Concern,
    *("perceived_by", "raised_by_organisation", "case_reference"),
    perceived_by={"empty": _("Not stated"), "widget": forms.RadioSelect},
    raised_by_organisation={"empty_label": _("Not stated")},
)
class EditConcernForm(ConcernFields, VersionedForm):
    """All fields, for editing."""

    def __init__(self, *args: Any, actor: Actor, concern: Concern, **kwargs: Any) -> None:
        super().__init__(*args, actor=actor, **kwargs)
        self.fields["received_at"].shown = concern.received_at  # type: ignore[attr-defined]  # our own field
        raised_by: Any = self.fields["raised_by_organisation"]
        raised_by.queryset = Organisation.objects.visible_to(actor)
        offered = {row.pk: row for row in self.shown}
        if raiser := raised_by.queryset.filter(pk=concern.raised_by_organisation_id).first():
            offered[raiser.pk] = raiser
        raised_by.widget.choices = [
            ("", raised_by.empty_label),
            *((pk, str(row)) for pk, row in offered.items()),
        ]
        self.shown = list(offered.values())


def with_communities(data: QueryDict) -> QueryDict:
    """Add the communities suggested by the bias grounds to the sent data, and normalise the grounds."""
    grounds = plain_grounds(data.getlist("bias_grounds"))
    suggested = communities_of(data.get("communities_for", "").split(","))
    chosen = [code for code in data.getlist("affected_focuses") if code not in suggested]
    data = data.copy()
    data.setlist("bias_grounds", grounds)
    data.setlist("affected_focuses", list(dict.fromkeys([*chosen, *communities_of(grounds)])))
    data["communities_for"] = ",".join(grounds)
    return data
