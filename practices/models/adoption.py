"""Adoption: a trial of a practice, with its result. Takeaway: a follow-up to try a practice."""

from typing import Self

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from districts.models import District
from lib.acting import Acting
from lib.days import city_today
from lib.ids import uuid7
from meetings.models import FollowUp
from practices.codes import Again, CameOfIt
from practices.models.practice import Practice


class AdoptionQuerySet(models.QuerySet["Adoption"]):
    def visible_to(self, actor: Acting) -> Self:
        """Adoptions of visible practices in all districts, because failures matter to each of them."""
        return self.filter(practice__in=Practice.objects.visible_to(actor))


class Adoption(models.Model):
    """The result of a practice. `city` is empty for this city; another city has no district."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    practice = models.ForeignKey(Practice, on_delete=models.CASCADE, related_name="adoptions")
    city = models.CharField(_("city"), max_length=120, blank=True, default="", editable=False)
    district = models.ForeignKey(
        District,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("district"),
    )
    follow_up = models.OneToOneField(
        FollowUp, on_delete=models.SET_NULL, null=True, editable=False, related_name="adoption"
    )
    started_on = models.DateField(_("started on"))
    what_we_changed = models.TextField(_("what we changed"), max_length=800, blank=True)
    came_of_it = models.CharField(_("result"), max_length=15, choices=CameOfIt)
    asked_communities = models.BooleanField(_("we asked the communities concerned"), default=False)
    asked_how = models.CharField(_("how we asked them"), max_length=300, blank=True)
    would_again = models.CharField(_("would you do it again?"), max_length=12, choices=Again)
    written_on = models.DateField(default=city_today, editable=False)
    written_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, editable=False, related_name="+"
    )

    objects = AdoptionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(came_of_it__in=CameOfIt.values, would_again__in=Again.values),
                name="adoption_is_known",
                violation_error_message=_("Choose an answer to each question."),
            ),
            models.CheckConstraint(
                condition=Q(city="", district__isnull=False) | ~Q(city="") & Q(district__isnull=True),
                name="adoption_is_somewhere",
                violation_error_message=_("Choose a district."),
            ),
        ]

    def clean(self) -> None:
        since = self.practice.since
        if since and self.started_on and self.started_on.year < since:
            message = _("The practice began in %(year)d. Enter a later date.")
            raise ValidationError({"started_on": ValidationError(message, params={"year": since})})


class TakeawayQuerySet(models.QuerySet["Takeaway"]):
    def visible_to(self, actor: Acting) -> Self:
        return self.filter(follow_up__in=FollowUp.objects.visible_to(actor))


class Takeaway(models.Model):
    """The practice of a follow-up of kind `try_out`; empty if the library does not have it yet."""

    follow_up = models.OneToOneField(
        FollowUp, on_delete=models.CASCADE, primary_key=True, related_name="takeaway"
    )
    practice = models.ForeignKey(
        Practice,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="takeaways",
        verbose_name=_("practice"),
    )
    taken_on = models.DateField(default=city_today, editable=False)

    objects = TakeawayQuerySet.as_manager()

    def __str__(self) -> str:
        return str(self.follow_up)
