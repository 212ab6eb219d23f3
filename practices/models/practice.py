"""Practice: a measure of a city against racism and intolerance, with its texts by language."""

from collections.abc import Sequence
from datetime import date
from typing import Any, Final, Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import Prefetch, Q
from django.utils.translation import gettext_lazy as _

from accounts.rules import READS_OWN_DISTRICTS
from lib.acting import Acting
from lib.days import city_today
from lib.field_limits import OF_LIMITS
from lib.languages import is_known_language
from lib.matching import matching
from lib.records import Noun
from meetings.codes import BiasGround, ConcernKind
from practices import rules
from practices.codes import Evidence, Licence, Phase, PracticeStatus, Strand, Translated

FIRST_YEAR: Final = 1950
LAST_YEAR: Final = 2200
_YEAR_ERROR: Final = _("Enter a year, for example 2019.")
#: Pattern of a language tag (BCP 47) in small letters, such as `es` or `zh-hans`.
LANGUAGE_TAG: Final = r"^[a-z]{2,3}(-[a-z0-9]{2,8})*$"


class PracticeQuerySet(models.QuerySet["Practice"]):
    def visible_to(self, actor: Acting) -> Self:
        """All practices for staff who work with records, published ones for API keys."""
        if actor.kind == "key":
            return self.published()
        return self.all() if actor.sees_everywhere or actor.role in READS_OWN_DISTRICTS else self.none()

    def published(self) -> Self:
        return self.filter(status=PracticeStatus.PUBLISHED)

    def of_this_city(self) -> Self:
        return self.filter(origin="")

    def matching(self, q: str) -> Self:
        return matching(self, q)

    def with_texts(self) -> Self:
        texts = PracticeText.objects.order_by("language")
        return self.prefetch_related(Prefetch("texts", texts, to_attr="all_texts"))


class Practice(Noun):
    """A practice. Changing a published practice begins its next `edition`.

    `origin` names the other city that a practice comes from. `origin_key` is the key that signed its file, if
    any.
    """

    code = models.CharField(
        max_length=60,
        validators=[
            RegexValidator(r"^[a-z0-9]+(-[a-z0-9]+)*\Z", _("Use small letters, digits and single hyphens."))
        ],
        editable=False,
    )
    origin = models.CharField(_("city"), max_length=120, blank=True, default="", editable=False)
    origin_key = models.CharField(max_length=64, blank=True, default="", editable=False)
    edition = models.PositiveIntegerField(default=1, editable=False)
    phases = ArrayField(
        models.CharField(max_length=10, choices=Phase), verbose_name=_("what it does"), size=3
    )
    strands = ArrayField(models.CharField(max_length=20, choices=Strand), verbose_name=_("strands"), size=6)
    kinds = ArrayField(
        models.CharField(max_length=30, choices=ConcernKind),
        default=list,
        blank=True,
        verbose_name=_("what happened"),
        help_text=_("Leave this empty if it is for all."),
    )
    grounds = ArrayField(
        models.CharField(max_length=30, choices=BiasGround),
        default=list,
        blank=True,
        verbose_name=_("bias"),
        help_text=_("Leave this empty if it is for all."),
    )
    size = models.CharField(
        _("where it is done"), max_length=120, blank=True, help_text=_("For example “district of 40,000”.")
    )
    people_needed = models.CharField(_("people needed"), max_length=120, blank=True)
    cost_note = models.CharField(_("costs"), max_length=200, blank=True)
    since = models.PositiveSmallIntegerField(
        _("since"),
        null=True,
        blank=True,
        validators=[MinValueValidator(FIRST_YEAR), MaxValueValidator(LAST_YEAR)],
        error_messages=dict.fromkeys(OF_LIMITS, _YEAR_ERROR),
        help_text=_("The year in which it began."),
    )
    status = models.CharField(
        _("status"), max_length=10, choices=PracticeStatus, default=PracticeStatus.DRAFT, editable=False
    )
    retired_reason = models.CharField(_("reason for retiring"), max_length=300, blank=True)
    level = models.CharField(_("evidence"), max_length=12, choices=Evidence, default=Evidence.DESCRIBED)
    level_note = models.CharField(_("note on the evidence"), max_length=300, blank=True)
    contact = models.EmailField(
        _("contact"),
        blank=True,
        help_text=_("A mailbox of an office, for example prevention@city.example. Do not enter a person’s."),
    )
    licence = models.CharField(_("licence"), max_length=12, choices=Licence, default=Licence.CC_BY)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, editable=False, related_name="+"
    )
    edited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, editable=False, related_name="+"
    )
    submitted_on = models.DateField(null=True, editable=False)
    confirmed_on = models.DateField(_("confirmed on"), null=True, editable=False)
    confirm_by = models.DateField(_("confirm by"), null=True, editable=False)
    retired_on = models.DateField(null=True, editable=False)
    all_texts: "Sequence[PracticeText]"  # set only on rows that `with_texts` read

    objects = PracticeQuerySet.as_manager()

    class Meta:
        indexes = [
            GinIndex(fields=["folded"], name="practice_search", opclasses=["gin_trgm_ops"]),
            models.Index(fields=["updated_at", "id"], name="practice_by_update"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["origin", "code"],
                name="practice_once",
                violation_error_message=_("Another practice of this city has the same code."),
            ),
            models.CheckConstraint(
                condition=Q(phases__contained_by=Phase.values, phases__len__gt=0),
                name="practice_phases_are_known",
                violation_error_message=_("Choose what the practice does from the list."),
            ),
            models.CheckConstraint(
                condition=Q(strands__contained_by=Strand.values, strands__len__gt=0),
                name="practice_strands_are_known",
                violation_error_message=_("Choose strands from the list."),
            ),
            models.CheckConstraint(
                condition=Q(kinds__contained_by=ConcernKind.values, grounds__contained_by=BiasGround.values),
                name="practice_is_for_known_codes",
                violation_error_message=_("Choose what happened and bias grounds from the lists."),
            ),
            models.CheckConstraint(
                condition=Q(status__in=PracticeStatus.values, level__in=Evidence.values),
                name="practice_codes_are_known",
                violation_error_message=_("Choose a level of evidence from the list."),
            ),
            models.CheckConstraint(
                condition=Q(status__in=["draft", "in_review"]) | Q(confirm_by__isnull=False),
                name="practice_is_confirmed",
                violation_error_message=_("A published practice needs a date by which it is confirmed."),
            ),
            models.CheckConstraint(
                condition=~Q(status="retired") | ~Q(retired_reason=""),
                name="practice_retired_for_a_reason",
                violation_error_message=_("Enter why the practice is retired."),
            ),
        ]

    def __str__(self) -> str:
        return self.code.replace("-", " ")

    @property
    def is_ours(self) -> bool:
        return not self.origin

    @property
    def is_published(self) -> bool:
        return self.status == PracticeStatus.PUBLISHED

    @property
    def is_unconfirmed(self) -> bool:
        return self.is_published and rules.is_unconfirmed(self.confirm_by, city_today())

    def text_for(self, *languages: str) -> "PracticeText | None":
        """Return the text in the first of these languages that exists, else the original text.

        The row must come from `with_texts`.
        """
        by_language = {text.language: text for text in self.all_texts}
        preferred_text = next((by_language[code] for code in languages if code in by_language), None)
        return preferred_text or next(iter(sorted(self.all_texts, key=_is_translation)), None)

    def typed_texts(self) -> list[str]:
        """Return all texts typed by people, in every language. The row must come from `with_texts`."""
        typed_fields = (self.size, self.people_needed, self.cost_note, self.level_note)
        return [*typed_fields, *(getattr(text, name) for text in self.all_texts for name in rules.REQUIRED)]


def _is_translation(text: "PracticeText") -> bool:
    return text.translated != Translated.ORIGINAL


def _text_field(label: Any, length: int, help_text: Any = "") -> Any:
    return models.TextField(label, max_length=length, blank=True, help_text=help_text)


class PracticeTextQuerySet(models.QuerySet["PracticeText"]):
    def visible_to(self, actor: Acting) -> Self:
        return self.filter(practice__in=Practice.objects.visible_to(actor))


class PracticeText(models.Model):
    """The texts of a practice in one language: paragraphs without markup."""

    practice = models.ForeignKey(Practice, on_delete=models.CASCADE, related_name="texts")
    language = models.CharField(
        _("language"),
        max_length=12,
        validators=[RegexValidator(LANGUAGE_TAG, _("Choose a language from the list."))],
    )
    title = models.CharField(_("title"), max_length=120)
    problem = _text_field(_("problem"), 1000, _("What is so now, and how this is known."))
    how_it_works = _text_field(_("how it works"), 1500)
    why = _text_field(_("why it should help"), 800)
    steps = _text_field(_("steps"), 2000, _("One step on each line."))
    where_it_works = _text_field(
        _("where it works"), 800, _("What has to be so for it to help, and what stops it.")
    )
    went_wrong = _text_field(_("what went wrong"), 800, _("Required. “Nothing known yet” is an answer."))
    results = _text_field(_("results"), 800)
    sources = models.JSONField(_("sources"), default=list, blank=True)  # [{"title": …, "url": https or ""}]
    translated = models.CharField(
        _("translation"), max_length=10, choices=Translated, default=Translated.ORIGINAL
    )

    objects = PracticeTextQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["practice", "language"],
                name="practice_text_once",
                violation_error_message=_("This practice already has a text in this language."),
            ),
            models.CheckConstraint(
                condition=Q(translated__in=Translated.values),
                name="practice_text_is_known",
                violation_error_message=_("Choose how the text was translated."),
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def clean(self) -> None:
        if not is_known_language(self.language):
            message = _("“%(tag)s” is no language that this system knows.")
            raise ValidationError({"language": ValidationError(message, params={"tag": self.language})})

    @property
    def is_by_machine(self) -> bool:
        return self.translated == Translated.BY_MACHINE

    def lines_of_steps(self) -> list[str]:
        """Return the steps, one string each, without empty lines."""
        return [line.strip() for line in self.steps.splitlines() if line.strip()]


def is_due_to_retire(practice: Practice, today: date) -> bool:
    """Whether the practice has been unconfirmed for so long that it must be retired."""
    return practice.confirm_by is not None and rules.retires_on(practice.confirm_by) <= today
