"""PublicDistrict: the public page of a district. PublicText: a text behind its footer."""

from typing import Final, Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from phonenumber_field.modelfields import PhoneNumberField

from districts.models import District
from lib.acting import Acting
from lib.ids import uuid7
from publishing.codes import OfficerNames, TextSlug
from publishing.models.fields import language_field, languages_field

_DEFAULT: Final = "en"


class PublicDistrictQuerySet(models.QuerySet["PublicDistrict"]):
    def visible_to(self, actor: Acting) -> Self:
        """Return all pages, because everyone may read them."""
        return self.all()

    def on(self) -> Self:
        """Return the districts whose page is public, by name."""
        return self.filter(is_on=True, district__is_active=True).order_by("district__name", "district__pk")

    def showing(self, district: District) -> Self:
        """Return the pages that show the district: its own and those of districts above, nearest first."""
        return self.filter(pk__in=district.lineage).order_by("-district__lineage__len")


class PublicDistrict(models.Model):
    """Public page of a district: texts and contact details of the team, and the languages of the page."""

    district = models.OneToOneField(
        District, on_delete=models.PROTECT, primary_key=True, related_name="public_page"
    )
    is_on = models.BooleanField(_("has a public page"), default=False)
    language = language_field(
        default=_DEFAULT, help_text=_("In which the introduction and the hours are written.")
    )
    languages = languages_field(help_text=_("In which the page is published. The first is the main one."))
    intro = models.TextField(_("introduction"), max_length=600, blank=True)
    contact_line = PhoneNumberField(_("contact line"), blank=True)
    contact_email = models.EmailField(
        _("contact email"), blank=True, help_text=_("A mailbox of the team, not of one person.")
    )
    hours = models.CharField(_("hours"), max_length=200, blank=True)
    officer_names = models.CharField(
        _("names of officers"), max_length=12, choices=OfficerNames, default=OfficerNames.NONE
    )
    next_review_on = models.DateField(_("review date"), null=True, blank=True)
    revision = models.PositiveIntegerField(default=1, editable=False)

    objects = PublicDistrictQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(officer_names__in=OfficerNames.values),
                name="public_district_names_are_known",
                violation_error_message=_("Choose from the list whether officers are named."),
            ),
            models.CheckConstraint(
                condition=Q(is_on=False) | Q(languages__len__gt=0),
                name="public_district_has_a_language",
                violation_error_message=_("Choose at least one language."),
            ),
        ]


class PublicTextQuerySet(models.QuerySet["PublicText"]):
    def visible_to(self, actor: Acting) -> Self:
        return self.all()

    def newest_first(self) -> Self:
        return self.order_by("slug", "language", "-version")


class PublicText(models.Model):
    """Version of a text in a language. Earlier versions stay, so that the text of any day is known."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    slug = models.CharField(_("text"), max_length=30, choices=TextSlug)
    language = language_field()
    version = models.PositiveIntegerField(_("version"))
    text = models.TextField(_("text"), max_length=20_000)
    in_force_since = models.DateField(_("in force since"))

    objects = PublicTextQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["slug", "language", "version"],
                name="public_text_version_once",
                violation_error_message=_("This version of the text already exists."),
            ),
            models.CheckConstraint(
                condition=Q(slug__in=TextSlug.values),
                name="public_text_is_known",
                violation_error_message=_("Choose a text from the list."),
            ),
        ]
