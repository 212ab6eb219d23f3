"""FollowUp: a promise, to whom it was made, and who told them it was kept."""

from collections.abc import Iterable
from datetime import date
from typing import Any, Self
from uuid import UUID

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Q
from django.db.models.sql.compiler import SQLCompiler
from django.utils.translation import gettext_lazy as _

from contacts.models import Contact, Organisation
from lib.acting import Acting
from lib.id_in import as_array, id_in
from lib.noun import Noun
from meetings.codes import FollowUpKind, FollowUpStatus
from meetings.models.concern import Concern
from meetings.models.meeting import Meeting
from meetings.models.series import Series

PENDING = (FollowUpStatus.OPEN, FollowUpStatus.IN_PROGRESS)


class FollowUpQuerySet(models.QuerySet["FollowUp"]):
    def visible_to(self, actor: Acting) -> Self:
        """Follow-ups for organisations of the covered districts, the actor's own, and takeaways of meetings
        that the actor sees (docs/adr/0065)."""
        if actor.sees_everywhere:
            return self.all()
        if not actor.district_ids:
            return self.none()
        to_ours = FollowUpOrganisation.objects.filter(
            id_in("organisation__home_district", actor.district_ids), follow_up_id=models.OuterRef("pk")
        )
        with_meeting = _TakenHomeIn(actor.district_ids)
        return self.filter(Q(owner=actor.id, owner__isnull=False) | models.Exists(to_ours) | with_meeting)

    def takeaways(self) -> Self:
        """Those to try something that a meeting gave."""
        return self.filter(kind=FollowUpKind.TRY_OUT, meeting__isnull=False)

    def pending(self) -> Self:
        return self.filter(status__in=PENDING)

    def overdue(self, today: date) -> Self:
        """Late on `today`, a day of the city."""
        return self.pending().filter(due_on__lt=today)

    def due_on_day(self, today: date) -> Self:
        return self.pending().filter(due_on=today)

    def due_later(self, today: date, until: date) -> Self:
        """Open ones due after today, until a day that is included."""
        return self.pending().filter(due_on__gt=today, due_on__lte=until)

    def of_owner(self, user_id: object) -> Self:
        return self.filter(owner=user_id)

    def own(self, actor: Acting) -> Self:
        """One's own. `visible_to` shows all of them: of these it need not be asked."""
        return self.of_owner(actor.id) if actor.sees_everywhere or actor.district_ids else self.none()

    def with_homes(self) -> Self:
        """Each with `home_ids`: the districts where those it was made to are at home, seen or not."""
        return self.annotate(home_ids=_Homes("pk"))


class _Homes(models.Func):
    """Home districts of a follow-up's organisations, which the actor need not see (docs/adr/0046)."""

    template = "ARRAY(SELECT district_id FROM guard.follow_up_home WHERE follow_up_id = %(expressions)s)"
    output_field = ArrayField(models.UUIDField())


class _TakenHomeIn(models.Func):
    """Whether it is a takeaway of a meeting that `MeetingQuerySet.visible_to` shows to these districts.

    PostgreSQL plans the view of IDs faster than the meetings with their policy. The kind is asked beside
    EXISTS, so that few rows ask for their meeting, and inside, where a column of the follow-up keeps
    PostgreSQL from listing every meeting first.
    """

    output_field = models.BooleanField()

    def __init__(self, district_ids: Iterable[UUID]) -> None:
        super().__init__("kind", "meeting_id")
        self.district_ids = tuple(district_ids)

    def as_sql(  # type: ignore[override]  # Func's further arguments shape a call, and this is none
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **_: Any
    ) -> tuple[str, list[Any]]:
        (kind, _none), (meeting, _none) = map(compiler.compile, self.source_expressions)
        is_takeaway = f"{kind} = '{FollowUpKind.TRY_OUT}'"
        seen = f"ground.meeting_id = {meeting} AND ground.district_id = ANY (%s::uuid[]) AND {is_takeaway}"
        sql = f"({is_takeaway} AND EXISTS (SELECT FROM guard.meeting_ground ground WHERE {seen}))"
        return sql, [as_array(self.district_ids)]


class FollowUp(Noun):
    """`first_due_on` is the day first promised; moving a promise does not make it kept on time."""

    title = models.CharField(_("follow-up"), max_length=200)
    kind = models.CharField(_("kind"), max_length=30, choices=FollowUpKind, default=FollowUpKind.OTHER)
    organisations = models.ManyToManyField(
        Organisation,
        through="FollowUpOrganisation",
        related_name="follow_ups",
        verbose_name=_("organisations"),
    )
    contact = models.ForeignKey(
        Contact,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="follow_ups",
        verbose_name=_("person"),
    )
    meeting = models.ForeignKey(
        Meeting, on_delete=models.SET_NULL, null=True, blank=True, related_name="follow_ups"
    )
    concern = models.ForeignKey(
        Concern, on_delete=models.SET_NULL, null=True, blank=True, related_name="follow_ups"
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="follow_ups",
        verbose_name=_("assigned to"),
    )
    series = models.ForeignKey(
        Series, on_delete=models.SET_NULL, null=True, blank=True, editable=False, related_name="follow_ups"
    )
    series_on = models.DateField(null=True, editable=False)  # the day the rule named
    departs = models.BooleanField(default=False, editable=False)  # changed by itself: the next is as before
    due_on = models.DateField(_("due"))
    first_due_on = models.DateField(editable=False)
    status = models.CharField(_("status"), max_length=12, choices=FollowUpStatus, default=FollowUpStatus.OPEN)
    cancel_reason = models.CharField(_("reason for cancelling"), max_length=300, blank=True)
    result = models.TextField(_("outcome"), blank=True, max_length=4000)
    completed_at = models.DateTimeField(_("done at"), null=True, editable=False)
    home_ids: list[UUID]  # of rows read `with_homes`

    objects = FollowUpQuerySet.as_manager()

    class Meta:
        verbose_name = _("follow-up")
        verbose_name_plural = _("follow-ups")
        indexes = [
            GinIndex(fields=["folded"], name="follow_up_search", opclasses=["gin_trgm_ops"]),
            models.Index(
                fields=["owner", "due_on", "id"],
                name="follow_up_pending_of_owner",
                condition=Q(status__in=["open", "in_progress"]),
            ),
            models.Index(
                fields=["due_on", "id"],
                name="follow_up_pending",
                condition=Q(status__in=["open", "in_progress"]),
            ),
            models.Index(fields=["first_due_on"], name="follow_up_first_due"),
            models.Index(fields=["updated_at", "id"], name="follow_up_by_update"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["series", "series_on"],
                condition=Q(series__isnull=False),
                name="follow_up_once_in_series",
                violation_error_message=_("The series already has an entry on this date."),
            ),
            models.CheckConstraint(
                condition=Q(kind__in=FollowUpKind.values),
                name="follow_up_kind_is_known",
                violation_error_message=_("Choose a kind from the list."),
            ),
            models.CheckConstraint(
                condition=Q(status__in=FollowUpStatus.values),
                name="follow_up_status_is_known",
                violation_error_message=_("Choose a status from the list."),
            ),
            models.CheckConstraint(
                condition=~Q(status="cancelled") | ~Q(cancel_reason=""),
                name="follow_up_cancelled_has_reason",
                violation_error_message=_("Enter a reason for cancelling."),
            ),
            models.CheckConstraint(
                condition=Q(status="done", completed_at__isnull=False)
                | (~Q(status="done") & Q(completed_at__isnull=True)),
                name="follow_up_done_has_moment",
                violation_error_message=_("Enter when the follow-up was completed."),
            ),
        ]

    def __str__(self) -> str:
        return self.title


class FollowUpOrganisation(models.Model):
    """An organisation a promise was made to, and the day it was told of the result."""

    follow_up = models.ForeignKey(FollowUp, on_delete=models.CASCADE, related_name="organisation_links")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="follow_up_links")
    reported_back_on = models.DateField(_("reported back on"), null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["organisation", "follow_up"], name="follow_up_of_organisation")]
        constraints = [
            models.UniqueConstraint(
                fields=["follow_up", "organisation"],
                name="follow_up_organisation_once",
                violation_error_message=_("This organisation is already listed."),
            ),
        ]


class FollowUpExternalId(models.Model):
    """How another system names a follow-up."""

    follow_up = models.ForeignKey(FollowUp, on_delete=models.CASCADE, related_name="external_ids")
    source = models.CharField(max_length=60)
    external_id = models.CharField(max_length=200)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["source", "external_id"],
                name="follow_up_external_id_once",
                violation_error_message=_("Another follow-up already has this ID from that source."),
            ),
        ]
