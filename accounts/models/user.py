"""Staff accounts, their sessions, saved views and sent forms.

Accounts are deactivated, never deleted, because the activity log names them for years.
"""

import zoneinfo
from datetime import date
from functools import cache
from importlib import import_module
from typing import Any, ClassVar, Self

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
from django.contrib.sessions.base_session import AbstractBaseSession
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from phonenumber_field.modelfields import PhoneNumberField

from accounts import rules
from districts.models import District
from lib.acting import Acting
from lib.days import city_today
from lib.ids import uuid7


class Role(models.TextChoices):
    OFFICER = rules.OFFICER, _("officer")
    SUPERVISOR = rules.SUPERVISOR, _("supervisor")
    PRIVACY_OFFICER = rules.PRIVACY_OFFICER, _("privacy officer")
    ADMINISTRATOR = rules.ADMINISTRATOR, _("administrator")
    CONFIRMER = rules.CONFIRMER, _("confirmer")


class Channel(models.TextChoices):
    """Channels of reminders."""

    EMAIL = "email", _("by email")
    IN_PAGE = "in_page", _("on this site")


class Theme(models.TextChoices):
    AUTO = "auto", _("match my device")
    LIGHT = "light", _("light")
    DARK = "dark", _("dark")


@cache
def time_zones() -> frozenset[str]:
    """Return the names of all time zones, for which Python reads a thousand files."""
    return frozenset(zoneinfo.available_timezones())


def check_time_zone(value: str) -> None:
    if value not in time_zones():
        raise ValidationError(
            _("“%(zone)s” is not a time zone."), params={"zone": value}, code="unknown_zone"
        )


def city_time_zone() -> str:
    return str(settings.TIME_ZONE)


def every_channel() -> list[str]:
    return list(Channel.values)


class UserQuerySet(models.QuerySet["User"]):
    def visible_to(self, actor: Acting) -> Self:
        """All accounts, because staff may know the names, roles and districts of their colleagues."""
        return self.all() if actor.role or actor.kind != "user" else self.none()

    def active(self) -> Self:
        return self.filter(is_active=True)

    def with_role(self, *roles: str) -> Self:
        return self.filter(role__in=roles)

    def away_on(self, day: date) -> Self:
        """Users who are away on this day."""
        return self.filter(absent_until__gt=day)

    def with_address(self, email: str) -> Self:
        """The user who signs in with this address (case-insensitive), or none."""
        return self.filter(email=email.strip().lower())

    def with_districts(self) -> Self:
        """Prefetch the users' own districts, ordered by name."""
        return self.prefetch_related(models.Prefetch("districts", District.objects.in_order()))

    def in_order(self) -> Self:
        """Order for lists."""
        return self.order_by("name", "pk")

    def covering(self, district: District) -> Self:
        """Users whose own districts include `district` or one of its ancestors."""
        own_districts = self.model.districts.through.objects.filter(
            user_id=models.OuterRef("pk"), district_id__in=district.lineage
        )
        return self.filter(models.Exists(own_districts))

    def covering_any_of(self, district: District) -> Self:
        """Users whose own districts include `district`, one of its ancestors or a part of it."""
        through = self.model.districts.through.objects.filter(user_id=models.OuterRef("pk"))
        own_districts = through.filter(
            models.Q(district_id__in=district.lineage) | models.Q(district__lineage__contains=[district.pk])
        )
        return self.filter(models.Exists(own_districts))


class UserManager(BaseUserManager["User"].from_queryset(UserQuerySet)):  # type: ignore[misc]  # dynamic base
    """Manager methods that django-allauth requires of a user model, with the queryset's methods."""

    def get_by_natural_key(self, username: str | None) -> "User":
        user: User = self.get(email__iexact=username)
        return user


class User(AbstractBaseUser):
    """A person who signs in with an email address."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    email = models.EmailField(_("email address"), unique=True)
    name = models.CharField(_("name"), max_length=120)
    role = models.CharField(_("role"), max_length=20, choices=Role, default=Role.OFFICER)
    # A role above officer waits here until a second person confirms it. `role` is the role in effect.
    asked_role = models.CharField(
        _("role awaiting confirmation"), max_length=20, choices=Role, blank=True, default="", editable=False
    )
    districts = models.ManyToManyField(
        District,
        blank=True,
        related_name="users",
        verbose_name=_("districts"),
        help_text=_("Includes all neighbourhoods within them."),
    )
    language = models.CharField(_("language"), max_length=5, choices=settings.LANGUAGES, default="en-gb")
    time_zone = models.CharField(
        _("time zone"), max_length=40, default=city_time_zone, validators=[check_time_zone]
    )
    theme = models.CharField(_("appearance"), max_length=5, choices=Theme, default=Theme.AUTO)
    # Phone for colleagues in the same district, for example at night. Shown on pages only, never by the API.
    phone = PhoneNumberField(_("work phone"), blank=True, default="", db_default="")
    reminder_channels = ArrayField(
        models.CharField(max_length=10, choices=Channel),
        default=every_channel,
        blank=True,
        verbose_name=_("reminders"),
    )
    public_name = models.CharField(
        _("name on public pages"),
        max_length=40,
        blank=True,
        default="",
        db_default="",
        validators=[
            RegexValidator(r"^[^\W\d_][^\d_@<>/]*\Z", _("Enter a name as people call you, in letters only."))
        ],
        help_text=_(
            "Your first name is enough. Shown only if your district names officers. Leave empty if you do "
            "not want to be named: a name that you remove leaves the public page within 5 minutes."
        ),
    )
    # Only the day, never the reason. While a user is away, steps and reminders go to the next in turn.
    absent_until = models.DateField(
        _("back on"),
        null=True,
        blank=True,
        help_text=_(
            "Until then, steps of incidents and reminders go to the deputy. Leave empty when you are here."
        ),
    )
    uses_shortcuts = models.BooleanField(_("keyboard shortcuts"), default=True)
    is_active = models.BooleanField(_("can sign in"), default=True)
    deactivated_at = models.DateTimeField(null=True, editable=False)  # ends links (accounts.sign_in.links)
    version = models.PositiveIntegerField(default=1, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(auto_now=True)

    objects = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    class Meta:
        constraints = [
            models.UniqueConstraint(
                Lower("email"),
                name="user_email_once",
                violation_error_message=_("This email address is already in use."),
            ),
            models.CheckConstraint(
                condition=models.Q(role__in=Role.values),
                name="user_role_is_known",
                violation_error_message=_("Choose a role from the list."),
            ),
            models.CheckConstraint(
                condition=models.Q(asked_role="")
                | models.Q(asked_role__in=sorted(rules.ABOVE_OFFICER), role=rules.OFFICER),
                name="user_asked_role_waits",
                violation_error_message=_("Keep the officer role until the new role is confirmed."),
            ),
            models.CheckConstraint(
                condition=models.Q(reminder_channels__contained_by=Channel.values),
                name="user_channels_are_known",
                violation_error_message=_("Choose channels from the list."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_full_name(self) -> str:
        return self.name

    def get_short_name(self) -> str:
        return self.name.split(" ")[0]

    @property
    def is_away(self) -> bool:
        return self.absent_until is not None and self.absent_until > city_today()

    def has_perm(self, perm: str, obj: Any = None) -> bool:
        """Deny all Django permissions: policies decide, based on the actor."""
        return False


class Session(AbstractBaseSession):
    """A session with its user, its device and the time of its last use."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, null=True, related_name="sessions")
    device = models.CharField(max_length=200, blank=True)  # the User-Agent header
    started_at = models.DateTimeField(null=True)
    seen_at = models.DateTimeField(null=True)

    class Meta(AbstractBaseSession.Meta):
        pass

    @classmethod
    def get_session_store_class(cls) -> Any:
        return import_module(settings.SESSION_ENGINE).SessionStore

    def get_decoded(self) -> dict[str, Any]:
        decoded: dict[str, Any] = self.get_session_store_class().of_row(self).decode(self.session_data)
        return decoded

    def set_decoded(self, data: dict[str, Any]) -> None:
        self.session_data = self.get_session_store_class().of_row(self).encode(data)


class SavedViewQuerySet(models.QuerySet["SavedView"]):
    def visible_to(self, actor: Acting) -> Self:
        """The actor's own views, and those shared with a district that the actor covers."""
        return self.filter(
            models.Q(owner=actor.id, owner__isnull=False)
            | models.Q(shared_with__in=list(actor.district_ids), shared_with__isnull=False)
        )

    def of_list(self, name: str) -> Self:
        return self.filter(list_name=name).order_by("name", "pk")


class SavedView(models.Model):
    """A list's filters saved under a name, for the owner or for all users who cover a district."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    owner = models.ForeignKey(User, on_delete=models.CASCADE, related_name="saved_views")
    list_name = models.CharField(max_length=20)
    name = models.CharField(_("name"), max_length=60)
    query = models.CharField(max_length=1000)  # filters and order, as in the URL
    shared_with = models.ForeignKey(
        District,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("shared with"),
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = SavedViewQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["owner", "list_name", "name"],
                name="saved_view_name_once",
                violation_error_message=_("You already have a view with this name."),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class SentForm(models.Model):
    """A submitted form that changed something.

    Sending the form again leads to the address of the first response. `form` is the ID in the form, `digest`
    a keyed hash of its content. `made` is the URL of the saved object if it differs from `led_to`.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    form = models.UUIDField()
    digest = models.BinaryField(max_length=32)
    led_to = models.TextField(blank=True, default="")
    made = models.TextField(blank=True, default="", db_default="")
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "form"], name="sent_form_once")]
        indexes = [models.Index(fields=["created_at"], name="sent_form_by_age")]
