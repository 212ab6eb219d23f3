"""FollowUp: a commitment to organisations or a contact, and the day of reporting back."""

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
from lib.id_lists import as_array, id_in
from lib.records import Noun
from meetings.codes import FollowUpKind, FollowUpStatus
from meetings.models.concern import Concern
from meetings.models.meeting import Meeting
from meetings.models.series import Series

PENDING = (FollowUpStatus.OPEN, FollowUpStatus.IN_PROGRESS)


class FollowUpQuerySet(models.QuerySet["FollowUp"]):
    def visible_to(self, actor: Acting) -> Self:
        """Follow-ups of the actor, for organisations of the actor's districts, and visible takeaways.

        A takeaway is visible with its meeting (docs/adr/0065).
        """
        if actor.sees_everywhere:
            return self.all()
        if not actor.district_ids:
            return self.none()
        links_in_districts = FollowUpOrganisation.objects.filter(
            id_in("organisation__home_district", actor.district_ids), follow_up_id=models.OuterRef("pk")
        )
        is_visible_takeaway = _IsTakeawayVisibleIn(actor.district_ids)
        return self.filter(
            Q(owner=actor.id, owner__isnull=False) | models.Exists(links_in_districts) | is_visible_takeaway
        )

    def takeaways(self) -> Self:
        """Follow-ups of a meeting of the kind “try out”."""
        return self.filter(kind=FollowUpKind.TRY_OUT, meeting__isnull=False)

    def pending(self) -> Self:
        return self.filter(status__in=PENDING)

    def overdue(self, today: date) -> Self:
        """Pending follow-ups due before `today`, a day in the city's time zone."""
        return self.pending().filter(due_on__lt=today)

    def due_on_day(self, today: date) -> Self:
        return self.pending().filter(due_on=today)

    def due_later(self, today: date, until: date) -> Self:
        """Pending follow-ups due after `today` and up to `until`."""
        return self.pending().filter(due_on__gt=today, due_on__lte=until)

    def of_owner(self, user_id: object) -> Self:
        return self.filter(owner=user_id)

    def owned_by(self, actor: Acting) -> Self:
        """Follow-ups that the actor owns. `visible_to` includes all of them, so it is not needed."""
        return self.of_owner(actor.id) if actor.sees_everywhere or actor.district_ids else self.none()

    def with_homes(self) -> Self:
        """Annotate `home_ids`: home districts of all its organisations, also of hidden ones."""
        return self.annotate(home_ids=_Homes("pk"))


class _Homes(models.Func):
    """Home districts of a follow-up's organisations, also of hidden ones (docs/adr/0046)."""

    template = "ARRAY(SELECT district_id FROM guard.follow_up_home WHERE follow_up_id = %(expressions)s)"
    output_field = ArrayField(models.UUIDField())


class _IsTakeawayVisibleIn(models.Func):
    """Whether a follow-up is a takeaway of a meeting that is visible to these districts.

    PostgreSQL plans the view of IDs faster than the meetings with their policy. The condition on the kind
    appears twice. Beside EXISTS it limits the rows that look up their meeting. Inside EXISTS, as a column of
    the follow-up, it keeps PostgreSQL from listing all meetings first.
    """

    output_field = models.BooleanField()

    def __init__(self, district_ids: Iterable[UUID]) -> None:
        super().__init__("kind", "meeting_id")
        self.district_ids = tuple(district_ids)

    def as_sql(  # type: ignore[override]  # Func's further arguments are for function calls
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **_: Any
    ) -> tuple[str, list[Any]]:
        (kind, _none), (meeting, _none) = map(compiler.compile, self.source_expressions)
        is_takeaway = f"{kind} = '{FollowUpKind.TRY_OUT}'"
        visible_meeting = (
            f"ground.meeting_id = {meeting} AND ground.district_id = ANY (%s::uuid[]) AND {is_takeaway}"
        )
        sql = f"({is_takeaway} AND EXISTS (SELECT FROM guard.meeting_ground ground WHERE {visible_meeting}))"
        return sql, [as_array(self.district_ids)]


class FollowUp(Noun):
    """A commitment with owner and due day.

    `first_due_on` is the original due day: a follow-up that was postponed does not count as done on time.
    """

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
    series_on = models.DateField(null=True, editable=False)  # the day by the rule
    departs = models.BooleanField(
        default=False, editable=False
    )  # changed separately: the next one is a copy of earlier ones
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

    @property
    def is_pending(self) -> bool:
        return self.status in PENDING

    def __str__(self) -> str:
        return self.title


class FollowUpOrganisation(models.Model):
    """An organisation that a follow-up is for, and the day of reporting back to it.

    `since` is the moment when it was added to an existing follow-up. If empty, it was there from the start.
    """

    follow_up = models.ForeignKey(FollowUp, on_delete=models.CASCADE, related_name="organisation_links")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="follow_up_links")
    reported_back_on = models.DateField(_("reported back on"), null=True, blank=True)
    since = models.DateTimeField(null=True, editable=False)

    class Meta:
        indexes = [models.Index(fields=["organisation", "follow_up"], name="follow_up_of_organisation")]
        constraints = [
            models.UniqueConstraint(
                fields=["follow_up", "organisation"],
                name="follow_up_organisation_once",
                violation_error_message=_("This organisation is already listed."),
            ),
        ]


class FormerFollowUpOrganisation(models.Model):
    """An organisation that a follow-up was for until it was removed. Figures of that time count it."""

    follow_up = models.ForeignKey(
        FollowUp, on_delete=models.CASCADE, related_name="former_organisation_links"
    )
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    reported_back_on = models.DateField(null=True)
    since = models.DateTimeField(null=True)  # empty: from the start
    until = models.DateTimeField()


class FollowUpExternalId(models.Model):
    """ID of a follow-up in another system."""

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
