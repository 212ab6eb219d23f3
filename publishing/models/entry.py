"""PublicEntry: an entry of “You said, we did”, written for the public and approved by a second person."""

from datetime import date
from typing import Final, Self
from uuid import UUID

from django.conf import settings
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Role
from districts.models import District
from lib.acting import Acting
from lib.days import city_day
from lib.id_lists import id_in
from lib.ids import uuid7
from lib.row_context import Opened, opened
from meetings.models import Concern, FollowUp
from publishing.codes import EntryState
from publishing.models.fields import language_field
from publishing.rules import bias

MONTH: Final = r"^[0-9]{4}-(0[1-9]|1[0-2])$"
_WHY: Final = _("Explain why it cannot be done.")


class PublicEntryQuerySet(models.QuerySet["PublicEntry"]):
    def visible_to(self, actor: Acting) -> Self:
        """Return approved entries, and drafts of the districts that the actor covers."""
        if actor.sees_everywhere:
            return self.all()
        return self.filter(Q(approved_at__isnull=False) | id_in("district", actor.district_ids))

    def approvable_by(self, actor: Acting) -> Self:
        """Return the entries that the actor can read for approval. A confirmer can read all drafts."""
        return self.drafts() if actor.role == Role.CONFIRMER else self.visible_to(actor)

    def drafts(self) -> Self:
        """Return drafts, oldest first."""
        return self.filter(approved_at__isnull=True, withdrawn_at__isnull=True).order_by("written_at", "pk")

    def shown_on(self, today: date) -> Self:
        """Return the entries that the public reads on a day: approved, not withdrawn and not too early.

        This checks the current concerns, because a bias ground may be found after the approval.
        """
        rows = self.filter(approved_at__isnull=False, withdrawn_at__isnull=True)
        rows = rows.exclude(pk__in=held_back(today))
        return rows.filter(Q(not_before__isnull=True) | Q(not_before__lte=today))

    def with_texts(self) -> Self:
        """Load the related rows that a page about one entry shows."""
        return self.select_related("district", "written_by", "approved_by").prefetch_related("translations")

    def newest_first(self) -> Self:
        return self.order_by("-month", "-approved_at", "-pk")


class PublicEntry(models.Model):
    """Public entry: what people said, and what was done in a month.

    `concerns` and `follow_up` are never published. A draft can be changed. An approved entry cannot change,
    but it can be withdrawn. `tells_of_incident` is the answer of the person who approved the entry. Entries
    older than this question have no answer.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    district = models.ForeignKey(
        District, on_delete=models.PROTECT, related_name="public_entries", verbose_name=_("district")
    )
    language = language_field()
    said = models.TextField(_("you said"), max_length=300)
    did = models.TextField(_("we did"), max_length=500, blank=True)
    state = models.CharField(_("status"), max_length=10, choices=EntryState, default=EntryState.DONE)
    why = models.TextField(_("why it cannot be done"), max_length=300, blank=True)
    month = models.CharField(
        _("month"), max_length=7, validators=[RegexValidator(MONTH, _("Enter a month, such as 2026-11."))]
    )
    follow_up = models.ForeignKey(
        FollowUp, on_delete=models.SET_NULL, null=True, blank=True, related_name="public_entries"
    )
    concerns = models.ManyToManyField(Concern, related_name="public_entries", blank=True)
    agreed_by = models.CharField(
        _("who agreed to the text"),
        max_length=120,
        blank=True,
        help_text=_("The role of the person in the organisation that was hit. No name needed."),
    )
    agreed_on = models.DateField(_("agreed on"), null=True, blank=True)
    tells_of_incident = models.BooleanField(
        _("Does this text tell of a hate incident that is not public yet?"),
        null=True,
        blank=True,
        choices=[(True, _("yes")), (False, _("no"))],
        help_text=_(
            "An attack, threat or insult against a community, its people or its places. How to report, or "
            "what was done after an incident that everyone knows, is not such an incident."
        ),
    )
    not_before = models.DateField(null=True, editable=False)
    flags = models.JSONField(default=list, editable=False)  # words and names found in the texts
    flag_reason = models.CharField(_("why it can be published"), max_length=300, blank=True)
    written_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, editable=False, related_name="+"
    )
    written_at = models.DateTimeField(default=timezone.now, editable=False)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, editable=False, related_name="+"
    )
    approved_at = models.DateTimeField(null=True, editable=False)
    withdrawn_at = models.DateTimeField(null=True, editable=False)
    revision = models.PositiveIntegerField(default=1, editable=False)

    objects = PublicEntryQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["district", "month"], name="public_entry_of_district")]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=EntryState.values),
                name="public_entry_state_is_known",
                violation_error_message=_("Choose a status from the list."),
            ),
            models.CheckConstraint(
                condition=Q(state=EntryState.CANNOT) & ~Q(why="") | ~Q(state=EntryState.CANNOT) & ~Q(did=""),
                name="public_entry_says_what_became",
                violation_error_message=_("Enter what was done or, if it cannot be done, why."),
            ),
            models.CheckConstraint(
                condition=Q(month__regex=MONTH),
                name="public_entry_month_is_plain",
                violation_error_message=_("Enter a month, such as 2026-11."),
            ),
            models.CheckConstraint(
                condition=Q(approved_at__isnull=True)
                | Q(written_by__isnull=True)
                | Q(approved_by__isnull=True)
                | ~Q(approved_by=F("written_by")),
                name="public_entry_has_two_people",
                violation_error_message=_("Another person must approve the entry."),
            ),
        ]

    def __str__(self) -> str:
        return self.said

    @property
    def first_day(self) -> date:
        """Return the first day of the month."""
        return date.fromisoformat(f"{self.month}-01")

    @property
    def is_agreed(self) -> bool:
        """Whether the organisation that was hit agreed to the text."""
        return bool(self.agreed_by and self.agreed_on)

    @property
    def is_draft(self) -> bool:
        return self.approved_at is None and self.withdrawn_at is None


@opened(Opened.PUBLISHER)
def held_back(today: date) -> list[UUID]:
    """Return the approved entries that the bias rule keeps off the public page, by their current concerns.

    The reader may not be able to see these concerns.
    """
    rows = PublicEntry.concerns.through.objects.filter(
        concern__in=Concern.objects.with_bias(),
        publicentry__approved_at__isnull=False,
        publicentry__withdrawn_at__isnull=True,
    ).select_related("publicentry", "concern")
    sources_by_entry: dict[PublicEntry, list[bias.Source]] = {}
    for row in rows:
        concern = row.concern
        source = bias.Source(city_day(concern.received_at), has_bias=True, site=concern.site_organisation_id)
        sources_by_entry.setdefault(row.publicentry, []).append(source)
    return [
        entry.pk
        for entry, sources in sources_by_entry.items()
        if (bias.needs_agreement(sources) and not entry.is_agreed)
        or (bias.not_before(sources) or today) > today
    ]


class EntryTranslation(models.Model):
    """Translation of an entry, approved together with it."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    entry = models.ForeignKey(PublicEntry, on_delete=models.CASCADE, related_name="translations")
    language = language_field()
    said = models.TextField(_("you said"), max_length=300)
    did = models.TextField(_("we did"), max_length=500, blank=True)
    why = models.TextField(_("why it cannot be done"), max_length=300, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["entry", "language"],
                name="entry_translation_once",
                violation_error_message=_("The entry is already translated into this language."),
            ),
        ]
