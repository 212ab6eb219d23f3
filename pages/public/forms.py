"""Forms for what a district tells the public."""

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from django import forms
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.actors import Actor
from contacts.models import Organisation
from districts.models import District
from lib.days import city_day, city_today, day_starts_at
from lib.language_choices import language_name
from meetings.codes import ConcernKind
from meetings.models import Concern
from pages.forms.base import ROWS
from pages.forms.fields import CHECKS, fields_of
from pages.forms.languages import language_choices
from publishing.models import (
    PublicDistrict,
    PublicEntry,
    PublicListing,
    PublicMeeting,
    PublicText,
    Registration,
    ReportingRoute,
)
from publishing.rules.bias import SUMMARY_OVER

_LANGUAGE: Final = {"widget": forms.Select, "max_length": None}
LANGUAGES: Final = forms.CheckboxSelectMultiple(attrs={"class": "checks long"})
_TEXTS: Final = ("said", "answer")


class Revised(forms.Form):
    """A form for a row that may exist already. `revision` is the one that was shown."""

    revision = forms.IntegerField(widget=forms.HiddenInput, min_value=1, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "language" in self.fields:
            language = self.get_initial_for_field(self.fields["language"], "language")
            self.fields["language"] = forms.ChoiceField(
                label=self.fields["language"].label,
                help_text=self.fields["language"].help_text,
                choices=language_choices(*filter(None, [language])),
                initial="en",
            )
        if "languages" in self.fields:
            spoken: Any = self.fields["languages"]
            chosen = self.initial.get("languages") or ()
            language = language_choices(*chosen)
            spoken.choices = sorted(language, key=lambda choice: choice[0] not in chosen)  # chosen ones first

    @property
    def values(self) -> dict[str, Any]:
        return {name: value for name, value in self.cleaned_data.items() if name != "revision"}


@fields_of(
    PublicDistrict,
    *("is_on", "languages", "language", "intro", "contact_line", "contact_email", "hours"),
    *("officer_names", "next_review_on"),
    languages={"widget": LANGUAGES},
)
class PageForm(Revised):
    """The public page of a district."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["languages"].help_text = _("In which the page is published.")
        self.fields["language"].help_text = _(
            "In which the introduction and the hours are written. A new choice becomes the main language."
        )

    def clean(self) -> dict[str, Any]:
        """Boxes are sent in the order of their names, but the first language of a page is its main one."""
        cleaned = super().clean() or {}
        changed = [cleaned.get("language")] if "language" in self.changed_data else []
        order = [*changed, *(self.initial.get("languages") or ["en"]), *cleaned.get("languages", [])]
        cleaned["languages"] = [code for code in dict.fromkeys(order) if code in cleaned.get("languages", [])]
        return cleaned


class ConcernsField(forms.ModelMultipleChoiceField):  # type: ignore[type-arg]  # no generic at run time
    """Concerns to choose from, by day, kind, place and the organisation that was hit."""

    def label_from_instance(self, concern: Concern) -> str:
        received = date_format(city_day(concern.received_at))
        kinds = ", ".join(str(ConcernKind(kind).label) for kind in concern.kinds)
        return " · ".join(filter(None, (received, kinds, concern.place)))


@fields_of(PublicEntry, "said", "state", "did", "why", "month", "agreed_by", "agreed_on", said={"rows": 2})
class EntryForm(Revised):
    """An entry with its translations: two texts for each other language of the page."""

    field_order = ("district", "said", "state", "did", "why", "month", "language")

    def __init__(self, *args: Any, actor: Actor, languages: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        covered = District.objects.visible_to(actor).active().filter(pk__in=actor.district_ids).in_order()
        district = forms.ModelChoiceField(
            covered, label=_("District"), widget=forms.Select(attrs=ROWS), empty_label=None
        )
        main, *other_languages = languages or ["en"]
        self.fields = {
            "district": district,
            **self.fields,
            "language": forms.ChoiceField(
                label=_("Language"),
                choices=[(code, language_name(code)) for code in [main, *other_languages]],
            ),
        }
        bias_concerns = (
            Concern.objects.visible_to(actor)
            .with_bias()
            .filter(
                district__in=actor.district_ids, received_at__gte=day_starts_at(city_today() - SUMMARY_OVER)
            )
        )
        self.fields["concerns"] = ConcernsField(
            bias_concerns.order_by("-received_at", "pk"),
            label=_("Concerns that the entry summarises"),
            help_text=_("A summary needs at least 5 concerns of one year, about more than one organisation."),
            required=False,
            widget=CHECKS,
        )
        if self.initial.get("revision") or not bias_concerns.exists():
            del self.fields["concerns"]
        self.fields["month"].required = False
        self.fields["month"].initial = f"{city_today():%Y-%m}"
        self._others = other_languages
        for code in other_languages:
            names = (_("You said (%(language)s)"), _("What was done, or why not (%(language)s)"))
            for part, label, max_length in zip(_TEXTS, names, (300, 500), strict=True):
                self.fields[f"{part}_{code}"] = forms.CharField(
                    label=label % {"language": language_name(code)},
                    required=False,
                    max_length=max_length,
                    widget=forms.Textarea(attrs={"rows": 2, "lang": code, "dir": "auto"}),
                )

    @property
    def folded(self) -> list[forms.BoundField]:
        """Fields that few entries need: who agreed, and other languages."""
        rare = ("agreed_by", "agreed_on", "concerns", "language")
        return [self[name] for name in self.fields if name in rare or name.startswith(("said_", "answer_"))]

    @property
    def opens(self) -> bool:
        """Whether a folded field has something to read."""
        return any(
            bound_field.errors or (bound_field.value() and bound_field.name != "language")
            for bound_field in self.folded
        )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        for code in self._others:
            said_name, answer = f"said_{code}", f"answer_{code}"
            if bool(cleaned.get(said_name)) != bool(cleaned.get(answer)) and not {said_name, answer} & set(
                self.errors
            ):
                text = _("Enter both texts in %(language)s, or neither.") % {"language": language_name(code)}
                self.add_error(answer if cleaned.get(said_name) else said_name, text)
        return cleaned

    @property
    def concern_ids(self) -> set[UUID]:
        """IDs of the concerns that the entry summarises."""
        return {concern.pk for concern in self.cleaned_data.get("concerns", ())}

    @property
    def texts(self) -> dict[str, Any]:
        names = ("said", "did", "why", "state", "month", "language", "agreed_by", "agreed_on")
        return {name: self.cleaned_data[name] for name in names}

    @property
    def translations(self) -> list[dict[str, str]]:
        cleaned = self.cleaned_data
        answers = "why" if cleaned["state"] == "cannot" else "did"
        return [
            {"language": code, "said": cleaned[f"said_{code}"], answers: cleaned[f"answer_{code}"]}
            for code in self._others
            if cleaned[f"said_{code}"] and cleaned[f"answer_{code}"]
        ]


def entry_values(entry: PublicEntry) -> dict[str, Any]:
    """Return the initial values of the form of an entry."""
    names = ("said", "did", "why", "state", "month", "language", "agreed_by", "agreed_on", "revision")
    values = {name: getattr(entry, name) for name in names} | {"district": entry.district_id}
    for translation in entry.translations.all():
        values |= {
            f"said_{translation.language}": translation.said,
            f"answer_{translation.language}": translation.did or translation.why,
        }
    return values


@fields_of(
    PublicEntry,
    *("tells_of_incident", "flag_reason"),
    tells_of_incident={"widget": forms.RadioSelect, "required": True},
)
class ApprovalForm(forms.Form):
    """Whether the text tells of an incident, and the reason for words that are flagged."""

    revision = forms.IntegerField(widget=forms.HiddenInput, min_value=1)

    def __init__(self, *args: Any, entry: PublicEntry, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not entry.flags:
            del self.fields["flag_reason"]


@fields_of(
    ReportingRoute,
    *("name", "kind", "district", "organisation", "phone", "url", "address", "hours", "languages"),
    *("anonymous", "step_free", "note", "language", "agreed_to_tests", "is_public", "sort"),
    languages={"widget": LANGUAGES},
    district={"empty_label": gettext_lazy("Whole city")},
    organisation={"empty_label": gettext_lazy("None")},
)
class RouteForm(Revised):
    """A way to report."""

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chosen: dict[str, Any] = {
            "district": District.objects.visible_to(actor)
            .active()
            .filter(pk__in=actor.district_ids)
            .in_order(),
            "organisation": Organisation.objects.visible_to(actor).active().order_by("folded", "pk"),
        }
        for name, rows in chosen.items():
            field: Any = self.fields[name]
            field.queryset = rows


@fields_of(
    PublicListing,
    *("agreed_by", "agreed_on", "how", "fields", "language", "summary", "focus_words", "review_on"),
    fields={"required": False},
    review_on={"required": False},
)
class ListingForm(Revised):
    """The listing to which an organisation agreed."""

    is_home = forms.BooleanField(
        label=gettext_lazy("This is someone’s home, so do not publish the address"), required=False
    )


@fields_of(PublicText, "text", text={"rows": 20})
class TextForm(Revised):
    """The next version of a text. `revision` is the version that it follows."""

    def __init__(self, *args: Any, language: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["text"].widget.attrs |= {"lang": language, "dir": "auto"}


@fields_of(PublicMeeting, "is_public", "title", "place", "text", "language")
class AnnouncementForm(Revised):
    """The public announcement of a meeting."""


@fields_of(Registration, "reason", reason={"label": gettext_lazy("Reason for rejecting")})
class RegistrationForm(forms.Form):
    """A decision on a registration. `organisation` is the known organisation to join it with."""

    revision = forms.IntegerField(widget=forms.HiddenInput, min_value=1)
    decision = forms.ChoiceField(
        choices=[(code, code) for code in ("accept", "join", "refuse", "word")], widget=forms.HiddenInput
    )
    organisation = forms.UUIDField(required=False, widget=forms.HiddenInput)
    phone = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].required = not self.is_bound or self.data.get("decision") == "refuse"
