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
from contacts.policies import home_of
from districts.models import District
from meetings.codes import BiasGround, ConcernKind
from meetings.guide.first import indicators_first, ranks_of
from meetings.guide.indicators import GUIDANCE, Guidance
from meetings.guide.reviews import REVIEWS, is_reviewed
from meetings.guide.words import WORDS
from meetings.models import Concern
from meetings.rules.communities import communities_of, plain_grounds
from pages.forms.base import ROWS, VersionedForm
from pages.forms.fields import fields_of
from pages.forms.picks import OrganisationPicks
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


@fields_of(
    Concern,
    *("kinds", "site_organisation", "find", "bias_grounds", "affected_focuses", "bias_indicators"),
    *("received_at", "occurred_on", "district", "place", "facts"),
    kinds={
        "label": _("What happened?"),
        "error_messages": {"required": _("Choose what happened from the list.")},
    },
    site_organisation={
        "label": _("Whose place or event was targeted?"),
        "widget": forms.RadioSelect(attrs=ROWS),
    },
    bias_indicators={
        "label": _("What points to bias?"),
        "help_text": _("The perception of a victim or witness is enough. Select only what you know."),
    },
    received_at={"label": _("Received")},
    district={"empty_label": _("Choose a district")},
)
class ConcernFields(OrganisationPicks, DraftForm):
    """Fields of both forms. `first_kinds` and similar properties are the options shown at once."""

    picks = "site_organisation"
    find = forms.CharField(label=_("Find an organisation"), required=False, max_length=200)

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        covered = District.objects.covered_by(actor).active().order_by("name", "pk")
        self.fields["district"].queryset = covered  # type: ignore[attr-defined]  # a field of models
        self.offer(actor, [self["site_organisation"].value()], str(self["find"].value() or ""))

    def values(self) -> dict[str, Any]:
        left_out = {"find", "version", "communities_for"}
        return {name: value for name, value in self.cleaned_data.items() if name not in left_out}

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

    With temporary access, the district has none: it may be the one at home, and is more often the other.

    `communities_for` are the bias grounds for which communities were already suggested. The user's choice
    since then is kept.
    """

    communities_for = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, actor: Actor, own_districts: Sequence[District], **kwargs: Any) -> None:
        super().__init__(*args, actor=actor, **kwargs)
        self.actor = actor
        self.fields["affected_focuses"].help_text = _(
            "If you select none, we use the communities that the bias targets."
        )
        self.fields["received_at"].required = False
        self.fields["district"].required = False
        district: Any = self.fields["district"]
        self.own_districts = [] if actor.relief_ids else own_districts
        district.empty_label = _("Organisation’s home district")
        if len(self.own_districts) == 1:
            district.empty_label = str(self.own_districts[0])

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        data["received_at"] = data.get("received_at") or timezone.now()
        grounds = plain_grounds(data.get("bias_grounds") or [BiasGround.UNKNOWN])
        data["bias_grounds"] = grounds
        if not data.get("affected_focuses") and data.get("communities_for") != ",".join(grounds):
            data["affected_focuses"] = communities_of(grounds)
        if "district" not in self.errors and not data.get("district"):
            data["district"] = self._default_district(data.get("site_organisation"))
            if data["district"] is None:
                self.add_error("district", ValidationError(_("Choose a district."), code="required"))
        return data

    @property
    def asks_for_district(self) -> bool:
        """Whether the district is asked at once, because nothing but the user knows it."""
        return bool(self.actor.relief_ids)

    def _default_district(self, site: Organisation | None) -> District | None:
        home = home_of(self.actor, [site] if site else [])
        return home or (self.own_districts[0] if len(self.own_districts) == 1 else None)


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
