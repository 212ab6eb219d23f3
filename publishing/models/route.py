"""ReportingRoute: a way to report a hate crime. RouteTest: a test whether someone answers there."""

from datetime import date
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from contacts.models import Organisation
from districts.models import District
from lib.acting import Acting
from lib.ids import uuid7
from publishing.codes import Anonymous, RouteAnswer, RouteKind, StepFree
from publishing.models.fields import language_field, languages_field
from publishing.rules import routes as rules


class ReportingRouteQuerySet(models.QuerySet["ReportingRoute"]):
    def visible_to(self, actor: Acting) -> Self:
        """Return all ways to report, because everyone may know them."""
        return self.all()

    def of_districts(self, districts: object) -> Self:
        """Return the ways to report of these districts and of the city, urgent ones first."""
        return self.filter(Q(district__in=districts) | Q(district__isnull=True)).in_order()

    def meant_to_be_public(self) -> Self:
        return self.filter(is_public=True)

    def in_order(self) -> Self:
        return self.order_by("sort", "name", "pk")


class ReportingRoute(models.Model):
    """Way to report a hate crime. The service that records a test refreshes the summary of its tests."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    district = models.ForeignKey(
        District,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="reporting_routes",
        verbose_name=_("district"),
        help_text=_("Leave empty for the whole city."),
    )
    name = models.CharField(_("name"), max_length=120)
    language = language_field(help_text=_("In which the name, the hours and the note are written."))
    kind = models.CharField(_("kind"), max_length=20, choices=RouteKind)
    organisation = models.ForeignKey(
        Organisation,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="reporting_routes",
        verbose_name=_("organisation"),
    )
    url = models.URLField(_("web address"), blank=True, max_length=300)
    # Text, because emergency and short numbers are not in E.164.
    phone = models.CharField(_("phone"), max_length=30, blank=True)
    address = models.CharField(_("address"), max_length=200, blank=True)
    hours = models.CharField(_("hours"), max_length=300, blank=True)
    languages = languages_field(help_text=_("That are spoken there."))
    anonymous = models.CharField(_("anonymous"), max_length=8, choices=Anonymous, default=Anonymous.PARTLY)
    step_free = models.CharField(
        _("step-free access"), max_length=8, choices=StepFree, default=StepFree.UNKNOWN
    )
    note = models.CharField(_("note"), max_length=300, blank=True)
    agreed_to_tests = models.BooleanField(
        _("they agreed to test calls"),
        default=False,
        help_text=_("Tell them that you will ring as a stranger would, and say so at the end of the call."),
    )
    is_public = models.BooleanField(_("shown on the public page"), default=False)
    sort = models.PositiveSmallIntegerField(_("position"), default=100)
    tested_on = models.DateField(_("last tested on"), null=True, editable=False)
    test_result = models.CharField(
        _("last result"), max_length=12, choices=RouteAnswer, blank=True, editable=False
    )
    answered_on = models.DateField(null=True, editable=False)
    failed_on = models.DateField(null=True, editable=False)  # the first failure since an answer
    #: Writer of the number or address. An answer that they report themselves does not count.
    written_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", editable=False
    )
    revision = models.PositiveIntegerField(default=1, editable=False)
    updated_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = ReportingRouteQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=RouteKind.values),
                name="route_kind_is_known",
                violation_error_message=_("Choose a kind from the list."),
            ),
            models.CheckConstraint(
                condition=Q(anonymous__in=Anonymous.values) & Q(step_free__in=StepFree.values),
                name="route_codes_are_known",
                violation_error_message=_("Choose from the lists."),
            ),
            models.CheckConstraint(
                condition=~Q(url="") | ~Q(phone="") | ~Q(address=""),
                name="route_can_be_reached",
                violation_error_message=_("Enter a web address, a phone or an address."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def tests(self) -> rules.Answers:
        """Return the summary of its tests."""
        return rules.Answers(
            is_local=self.kind in rules.LOCAL,
            is_emergency=self.is_known_emergency,
            tested_on=self.tested_on,
            result=self.test_result,
            answered_on=self.answered_on,
            failed_on=self.failed_on,
        )

    @property
    def dialled(self) -> str:
        """Return the number that its button dials, or an empty text if there is not exactly one."""
        return rules.dialled(self.phone, settings.PHONENUMBER_DEFAULT_REGION)

    @property
    def is_known_emergency(self) -> bool:
        """Whether the number is the emergency number itself, the only one that needs no test."""
        number, region = self.dialled, settings.PHONENUMBER_DEFAULT_REGION
        is_known = number == settings.PUBLIC_EMERGENCY_NUMBER or rules.is_emergency_number(number, region)
        return self.kind == RouteKind.EMERGENCY and is_known

    @property
    def is_shown(self) -> bool:
        return self.is_public and rules.works(self.tests)

    def not_tested_since(self, today: date) -> date | None:
        return rules.not_tested_since(self.tests, today)


class RouteTest(models.Model):
    """Test of a way to report by a call as from a stranger."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    route = models.ForeignKey(ReportingRoute, on_delete=models.CASCADE, related_name="test_history")
    tested_on = models.DateField(_("tested on"))
    tested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    result = models.CharField(_("result"), max_length=12, choices=RouteAnswer)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(result__in=RouteAnswer.values),
                name="route_test_result_is_known",
                violation_error_message=_("Choose a result from the list."),
            ),
        ]
