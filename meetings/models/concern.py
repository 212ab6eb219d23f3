"""Concern: an issue or incident that affects a community. It names no victim and no suspect."""

from datetime import datetime
from typing import Final, Self

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from contacts.models import Organisation
from districts.codes import Focus
from districts.models import District
from lib.acting import Acting
from lib.encrypted_fields import EncryptedTextField
from lib.id_lists import id_in
from lib.records import Noun
from meetings.codes import (
    BiasGround,
    BiasIndicator,
    ConcernKind,
    ConcernStatus,
    Perceiver,
    PlaceKind,
    ReassuranceAnswer,
)
from meetings.models.meeting import Meeting
from meetings.rules import ANSWER_WITHIN

#: Rows that a concern refers to, and that not everybody who sees it may see.
REFERENCES: Final = ("site_organisation", "raised_by_organisation", "meeting")


class IsHandled(models.Func):
    """Whether a concern that is not closed has an incident that is not withdrawn, also if it is hidden.

    The database answers (incidents/migrations/sql/handled_concerns.sql), only for concerns that the actor
    sees, and with no to users who are excluded from the incident.
    """

    template = "(%(expressions)s = ANY ((SELECT context_handled_concerns())::uuid[]))"
    output_field = models.BooleanField()


class ConcernQuerySet(models.QuerySet["Concern"]):
    def visible_to(self, actor: Acting) -> Self:
        """Concerns in the actor's districts."""
        if actor.sees_everywhere:
            return self.all()
        return self.filter(id_in("district", actor.district_ids))

    def with_bias(self) -> Self:
        """Bias concerns: those with bias grounds other than unknown and none."""
        grounds = [code for code in BiasGround.values if code not in {BiasGround.UNKNOWN, BiasGround.NONE}]
        return self.filter(bias_grounds__overlap=grounds)

    def to_answer(self) -> Self:
        """Open concerns that no incident handles. A withdrawn incident handles none."""
        return self.filter(~Q(IsHandled("pk")), status=ConcernStatus.OPEN)

    def with_site(self, actor: Acting) -> Self:
        """Join district and targeted organisation; `sees_site_organisation`: whether the actor sees it."""
        visible_site = Organisation.objects.visible_to(actor).filter(pk=models.OuterRef("site_organisation"))
        return self.select_related("district", "site_organisation").annotate(
            sees_site_organisation=models.Exists(visible_site)
        )

    def with_references(self, actor: Acting) -> Self:
        """Join what the concern refers to; `sees_meeting` and similar: whether the actor sees it."""
        visible = Organisation.objects.visible_to(actor).filter(pk=models.OuterRef("raised_by_organisation"))
        meetings = Meeting.objects.visible_to(actor).filter(pk=models.OuterRef("meeting"))
        with_rows = self.with_site(actor).select_related(*REFERENCES)
        return with_rows.annotate(
            sees_raised_by_organisation=models.Exists(visible), sees_meeting=models.Exists(meetings)
        )


class Concern(Noun):
    kinds = ArrayField(models.CharField(max_length=30, choices=ConcernKind), verbose_name=_("what happened"))
    bias_grounds = ArrayField(
        models.CharField(max_length=30, choices=BiasGround), default=list, blank=True, verbose_name=_("bias")
    )
    bias_indicators = ArrayField(
        models.CharField(max_length=30, choices=BiasIndicator),
        default=list,
        blank=True,
        verbose_name=_("bias indicators"),
    )
    perceived_by = models.CharField(_("perceived by"), max_length=12, choices=Perceiver, blank=True)
    received_at = models.DateTimeField(_("received at"))
    occurred_on = models.DateField(_("happened on"), null=True, blank=True)
    district = models.ForeignKey(
        District, on_delete=models.PROTECT, related_name="concerns", verbose_name=_("district")
    )
    # Its districts until each was redrawn, oldest first. Figures about that time count it there.
    earlier_district_ids = ArrayField(models.UUIDField(), default=list, editable=False)
    place_kind = models.CharField(_("kind of place"), max_length=12, choices=PlaceKind, blank=True)
    place = models.CharField(
        _("place"),
        max_length=200,
        blank=True,
        help_text=_("Of a home at most the street without its number, or the postcode."),
    )
    near = models.ManyToManyField(
        Organisation,
        blank=True,
        related_name="concerns_near",
        verbose_name=_("organisations near it"),
        help_text=_("They can be told the agreed statement, and nothing else."),
    )
    site_organisation = models.ForeignKey(
        Organisation,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="concerns_at_site",
        verbose_name=_("building or event targeted"),
    )
    raised_by_organisation = models.ForeignKey(
        Organisation,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="concerns_raised",
        verbose_name=_("raised by"),
    )
    meeting = models.ForeignKey(
        Meeting,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="concerns",
        verbose_name=_("meeting"),
    )
    affected_focuses = ArrayField(
        models.CharField(max_length=30, choices=Focus),
        default=list,
        blank=True,
        verbose_name=_("communities affected"),
    )
    facts = EncryptedTextField(
        _("facts"),
        blank=True,
        max_length=8000,
        help_text=_("Do not name victims or suspects. Record them in the case system."),
    )
    case_reference = models.CharField(
        _("case reference"), max_length=60, blank=True, help_text=_("Reference in the case system.")
    )
    status = models.CharField(_("status"), max_length=10, choices=ConcernStatus, default=ConcernStatus.OPEN)
    answered_at = models.DateTimeField(_("answered at"), null=True, blank=True)
    closed_at = models.DateTimeField(_("closed at"), null=True, blank=True)
    reported_back_on = models.DateField(_("reported back on"), null=True, blank=True)
    reassurance_offered_at = models.DateTimeField(_("reassurance offered at"), null=True, blank=True)
    reassurance_answer = models.CharField(
        _("their response"), max_length=10, choices=ReassuranceAnswer, blank=True
    )

    objects = ConcernQuerySet.as_manager()

    class Meta:
        indexes = [
            GinIndex(fields=["folded"], name="concern_search", opclasses=["gin_trgm_ops"]),
            models.Index(fields=["district", "-received_at", "id"], name="concern_of_district"),
            models.Index(fields=["updated_at", "id"], name="concern_by_update"),
            GinIndex(
                fields=["earlier_district_ids"],
                name="concern_redrawn",
                condition=~Q(earlier_district_ids=[]),
            ),
            models.Index(fields=["case_reference"], name="concern_by_case", condition=~Q(case_reference="")),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(kinds__contained_by=ConcernKind.values) & Q(kinds__len__gt=0),
                name="concern_kinds_are_known",
                violation_error_message=_("Choose what happened from the list."),
            ),
            models.CheckConstraint(
                condition=Q(bias_grounds__contained_by=BiasGround.values),
                name="concern_grounds_are_known",
                violation_error_message=_("Choose bias grounds from the list."),
            ),
            models.CheckConstraint(
                condition=Q(bias_indicators__contained_by=BiasIndicator.values),
                name="concern_indicators_are_known",
                violation_error_message=_("Choose bias indicators from the list."),
            ),
            models.CheckConstraint(
                condition=Q(affected_focuses__contained_by=Focus.values),
                name="concern_focuses_are_known",
                violation_error_message=_("Choose communities from the list."),
            ),
            models.CheckConstraint(
                condition=Q(perceived_by__in=["", *Perceiver.values]),
                name="concern_perceiver_is_known",
                violation_error_message=_("Choose who perceived the bias from the list."),
            ),
            models.CheckConstraint(
                condition=Q(place_kind__in=["", *PlaceKind.values]),
                name="concern_place_kind_is_known",
                violation_error_message=_("Choose the kind of place from the list."),
            ),
            models.CheckConstraint(
                condition=Q(site_organisation__isnull=True) | Q(place_kind__in=["", PlaceKind.ORGANISATION]),
                name="concern_site_is_of_organisation",
                violation_error_message=_("Choose an organisation, or another kind of place."),
            ),
            models.CheckConstraint(
                condition=Q(status="open", answered_at__isnull=True, closed_at__isnull=True)
                | Q(status="answered", answered_at__isnull=False, closed_at__isnull=True)
                | Q(status="closed", closed_at__isnull=False),
                name="concern_status_has_moment",
                violation_error_message=_("Enter when the concern was answered or closed."),
            ),
            models.CheckConstraint(
                condition=Q(reassurance_answer="")
                | Q(reassurance_answer__in=ReassuranceAnswer.values, reassurance_offered_at__isnull=False),
                name="concern_answer_follows_offer",
                violation_error_message=_(
                    "Enter when reassurance was offered before recording the response."
                ),
            ),
        ]

    @property
    def answer_by(self) -> datetime:
        """When a concern that is open is to be answered at the latest."""
        return self.received_at + ANSWER_WITHIN


class ConcernExternalId(models.Model):
    """ID of a concern in another system."""

    concern = models.ForeignKey(Concern, on_delete=models.CASCADE, related_name="external_ids")
    source = models.CharField(max_length=60)
    external_id = models.CharField(max_length=200)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["source", "external_id"],
                name="concern_external_id_once",
                violation_error_message=_("Another concern already has this ID from that source."),
            ),
        ]
