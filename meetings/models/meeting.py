"""Meeting: a talk on patrol, a call, a group meeting, with attendance and outcome."""

from datetime import datetime
from typing import Final, Self
from uuid import UUID

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q, Value
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from contacts.models import Contact, Organisation
from districts.models import District
from lib.acting import Acting
from lib.candidates import FoundBy
from lib.encrypted_fields import EncryptedTextField
from lib.field_limits import OF_LIMITS
from lib.id_lists import id_in
from lib.matching import matching
from lib.records import Noun
from meetings import rules
from meetings.codes import Attendance, Initiator, Level, MeetingKind, MeetingStatus, Outcome, TimePrecision
from meetings.models.series import Series

_MINUTES: Final = _("Enter a length between 1 and 1,440 minutes.")


class MeetingQuerySet(models.QuerySet["Meeting"]):
    def visible_to(self, actor: Acting) -> Self:
        """Meetings in the actor's districts, or with an organisation based there."""
        if actor.sees_everywhere:
            return self.all()
        if not actor.district_ids:
            return self.none()
        links_in_districts = MeetingOrganisation.objects.filter(
            id_in("organisation__home_district", actor.district_ids), meeting_id=models.OuterRef("pk")
        )
        return self.filter(id_in("district", actor.district_ids) | models.Exists(links_in_districts))

    def of_officer(self, user_id: UUID | None) -> Self:
        return self.filter(self._taking_part(user_id)) if user_id else self.none()

    @staticmethod
    def _taking_part(user_id: UUID) -> models.Exists:
        officers = Meeting.officers.through.objects
        return models.Exists(officers.filter(meeting_id=models.OuterRef("pk"), user_id=user_id))

    def next_of(
        self,
        user_id: UUID | None,
        since: datetime,
        until: datetime,
        limit: int,
        *,
        latest_first: bool = False,
    ) -> Self:
        """Planned meetings of an officer between two moments, in order of time.

        An officer has few of a city's planned meetings. So the officer is tested first, before the visibility
        of all the others. PostgreSQL makes no join of a condition in COALESCE, and tests the cheapest
        condition first. Under row policies, a function of the database owner keeps this order
        (docs/adr/0046).
        """
        if not user_id:
            return self.none()
        taking_part: models.Func = Coalesce(self._taking_part(user_id), Value(False))
        if settings.ROW_SECURITY:
            taking_part = FoundBy("context_planned", user_id, since, until, latest_first, limit)
        return self.filter(taking_part).near(since, until, limit, latest_first=latest_first)

    def near(self, since: datetime, until: datetime, limit: int, *, latest_first: bool = False) -> Self:
        """Planned meetings between two moments, in order of time."""
        rows = self.planned().filter(starts_at__gte=since, starts_at__lt=until)
        return rows.order_by("-starts_at" if latest_first else "starts_at", "pk")[:limit]

    def planned(self) -> Self:
        return self.filter(status=MeetingStatus.PLANNED)

    def held(self) -> Self:
        return self.filter(status=MeetingStatus.HELD)

    def substantive(self) -> Self:
        """Held meetings with an outcome that counts: substantive for the organisations that attended."""
        counting = [code for code in Outcome.values if code not in rules.NOT_SUBSTANTIVE]
        return self.held().filter(outcomes__overlap=counting)

    def matching(self, q: str) -> Self:
        """Search by words of subject or place: best match first, then newest."""
        return matching(self, q, tie_order=("-starts_at", "-pk"))


class Meeting(Noun):
    """A planned or held meeting. `facts` and `assessment` stay separate everywhere (LED Art. 7)."""

    subject = models.CharField(_("subject"), max_length=200)
    kind = models.CharField(_("kind"), max_length=30, choices=MeetingKind)
    level = models.CharField(
        _("level"),
        max_length=12,
        choices=Level,
        blank=True,
        help_text=_("Leave empty if you are not sure."),
    )
    status = models.CharField(
        _("status"), max_length=12, choices=MeetingStatus, default=MeetingStatus.PLANNED
    )
    starts_at = models.DateTimeField(_("starts at"))
    precision = models.CharField(
        _("precision of the time"),
        max_length=10,
        choices=TimePrecision,
        default=TimePrecision.MINUTE,
        db_default=TimePrecision.MINUTE,
    )
    duration_minutes = models.PositiveSmallIntegerField(
        _("minutes"),
        default=30,
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(1440)],
        error_messages=dict.fromkeys(OF_LIMITS, _MINUTES),
    )
    district = models.ForeignKey(
        District, on_delete=models.PROTECT, related_name="meetings", verbose_name=_("district")
    )
    place = models.CharField(_("place"), max_length=200, blank=True)
    initiated_by = models.CharField(_("initiated by"), max_length=10, choices=Initiator, blank=True)
    organisations = models.ManyToManyField(
        Organisation, through="MeetingOrganisation", related_name="meetings", verbose_name=_("organisations")
    )
    contacts = models.ManyToManyField(
        Contact, through="MeetingContact", related_name="meetings", verbose_name=_("people")
    )
    officers = models.ManyToManyField(
        settings.AUTH_USER_MODEL, related_name="meetings", verbose_name=_("officers"), blank=True
    )
    other_participants = models.TextField(
        _("others who took part"),
        blank=True,
        max_length=1000,
        help_text=_("For example, colleagues and services from other districts."),
    )
    headcount = models.PositiveIntegerField(
        _("number of people"), null=True, blank=True, validators=[MaxValueValidator(1_000_000)]
    )
    agenda = models.TextField(_("agenda"), blank=True, max_length=4000)
    facts = models.TextField(
        _("facts"),
        blank=True,
        max_length=8000,
        help_text=_("What was said and agreed, in words everyone present would accept."),
    )
    assessment = EncryptedTextField(
        _("assessment"),
        blank=True,
        max_length=8000,
        help_text=_("Your opinion, recorded separately from the facts."),
    )
    outcomes = ArrayField(
        models.CharField(max_length=30, choices=Outcome),
        default=list,
        blank=True,
        verbose_name=_("outcome"),
    )
    series = models.ForeignKey(
        Series, on_delete=models.SET_NULL, null=True, blank=True, editable=False, related_name="meetings"
    )
    series_on = models.DateField(
        null=True, editable=False
    )  # the day by the rule, also if the meeting was moved
    # Changed separately, so that changes of its series skip it.
    departs = models.BooleanField(default=False, editable=False)
    logged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    objects = MeetingQuerySet.as_manager()

    class Meta:
        indexes = [
            GinIndex(fields=["folded"], name="meeting_search", opclasses=["gin_trgm_ops"]),
            models.Index(fields=["district", "-starts_at", "id"], name="meeting_of_district"),
            # Figures of meetings: level, reciprocity, activity (reports.queries.meetings).
            models.Index(
                fields=["district", "starts_at"],
                include=["status", "kind", "level", "initiated_by"],
                name="meeting_of_figures",
            ),
            models.Index(fields=["-starts_at", "id"], name="meeting_by_time"),
            models.Index(fields=["starts_at"], name="meeting_planned", condition=Q(status="planned")),
            models.Index(fields=["updated_at", "id"], name="meeting_by_update"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["series", "series_on"],
                condition=Q(series__isnull=False),
                name="meeting_once_in_series",
                violation_error_message=_("The series already has an entry on this date."),
            ),
            models.CheckConstraint(
                condition=Q(duration_minutes__gt=0, duration_minutes__lte=1440),
                name="meeting_has_duration",
                violation_error_message=_MINUTES,
            ),
            models.CheckConstraint(
                condition=Q(kind__in=MeetingKind.values),
                name="meeting_kind_is_known",
                violation_error_message=_("Choose a kind of meeting from the list."),
            ),
            models.CheckConstraint(
                condition=Q(status__in=MeetingStatus.values),
                name="meeting_status_is_known",
                violation_error_message=_("Choose a status from the list."),
            ),
            models.CheckConstraint(
                condition=Q(precision__in=TimePrecision.values),
                name="meeting_precision_is_known",
                violation_error_message=_("Choose a precision from the list."),
            ),
            models.CheckConstraint(
                condition=Q(level__in=["", *Level.values]),
                name="meeting_level_is_known",
                violation_error_message=_("Choose a level from the list."),
            ),
            models.CheckConstraint(
                condition=Q(initiated_by__in=["", *Initiator.values]),
                name="meeting_initiator_is_known",
                violation_error_message=_("Choose who initiated it from the list."),
            ),
            models.CheckConstraint(
                condition=Q(outcomes__contained_by=Outcome.values),
                name="meeting_outcomes_are_known",
                violation_error_message=_("Choose an outcome from the list."),
            ),
        ]

    def __str__(self) -> str:
        return self.subject

    @property
    def has_exact_time(self) -> bool:
        return self.precision == TimePrecision.MINUTE


class MeetingOrganisation(models.Model):
    """An organisation invited to a meeting, and whether it attended.

    `met_at` is the start of the meeting if it was substantive for the organisation. A trigger keeps it up to
    date, so that figures count organisations without reading their meetings.
    """

    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="organisation_links")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="meeting_links")
    present = models.BooleanField(_("attended"), default=True)
    met_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        indexes = [
            models.Index(fields=["organisation", "meeting"], name="meeting_of_organisation"),
            # Coverage, recency, cadence and contact wanted; lists of organisations met in a period.
            models.Index(
                fields=["organisation", "met_at"], name="meeting_met", condition=Q(met_at__isnull=False)
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["meeting", "organisation"],
                name="meeting_organisation_once",
                violation_error_message=_("This organisation is already listed."),
            ),
        ]


class MeetingContact(models.Model):
    """A contact invited to a meeting, and their attendance."""

    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="contact_links")
    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="meeting_links")
    attendance = models.CharField(
        _("attendance"), max_length=10, choices=Attendance, default=Attendance.INVITED
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["meeting", "contact"],
                name="meeting_contact_once",
                violation_error_message=_("This person is already listed."),
            ),
            models.CheckConstraint(
                condition=Q(attendance__in=Attendance.values),
                name="meeting_attendance_is_known",
                violation_error_message=_("Choose an attendance status from the list."),
            ),
        ]


class MeetingExternalId(models.Model):
    """ID of a meeting in another system."""

    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="external_ids")
    source = models.CharField(max_length=60)
    external_id = models.CharField(max_length=200)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["source", "external_id"],
                name="meeting_external_id_once",
                violation_error_message=_("Another meeting already has this ID from that source."),
            ),
        ]
