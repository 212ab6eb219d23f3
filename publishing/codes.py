"""Codes of published rows. A code is retired, never deleted."""

from typing import Final

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from meetings.codes import MeetingKind


class OfficerNames(models.TextChoices):
    """Whether the public page names officers."""

    NONE = "none", _("no names")
    FIRST_NAMES = "first_names", _("first names of officers who agreed")


class EntryState(models.TextChoices):
    """State of an entry: done, under way or not possible."""

    DONE = "done", pgettext_lazy("of what people asked for", "done")
    UNDER_WAY = "under_way", pgettext_lazy("of what people asked for", "under way")
    CANNOT = "cannot", pgettext_lazy("of what people asked for", "cannot be done")


class RouteKind(models.TextChoices):
    """Kind of a way to report. A centre takes reports, a pathway helps people to report elsewhere."""

    EMERGENCY = "emergency", pgettext_lazy("public page", "emergency number")
    POLICE_ONLINE = "police_online", pgettext_lazy("public page", "online report to the police")
    POLICE_DESK = "police_desk", pgettext_lazy("public page", "police station")
    REPORTING_CENTRE = "reporting_centre", pgettext_lazy("public page", "reporting centre")
    PATHWAY = "pathway", pgettext_lazy("public page", "help with reporting")
    THIRD_PARTY_ONLINE = (
        "third_party_online",
        pgettext_lazy("public page", "online report to another organisation"),
    )
    VICTIM_SUPPORT = "victim_support", pgettext_lazy("public page", "victim support")
    EQUALITY_BODY = "equality_body", pgettext_lazy("public page", "equality body")
    ANONYMOUS_LINE = "anonymous_line", pgettext_lazy("public page", "anonymous line")


class Anonymous(models.TextChoices):
    YES = "yes", pgettext_lazy("public page", "You can stay anonymous")
    PARTLY = (
        "partly",
        pgettext_lazy("public page", "We ask for your name. You can ask us to keep it private."),
    )
    NO = "no", pgettext_lazy("public page", "You must give your name")


class StepFree(models.TextChoices):
    YES = "yes", pgettext_lazy("public page", "step-free")
    NO = "no", pgettext_lazy("public page", "not step-free")
    UNKNOWN = "unknown", pgettext_lazy("public page", "step-free access not known")


class RouteAnswer(models.TextChoices):
    ANSWERED = "answered", _("answered")
    NOT_ANSWERED = "not_answered", _("not answered")
    WRONG = "wrong", _("wrong number or address")


class AgreedHow(models.TextChoices):
    """Form of an organisation's agreement to be listed."""

    FORM = "form", _("on a form")
    LETTER = "letter", _("by letter")
    EMAIL = "email", _("by email")
    ON_SITE = "on_site", _("on site")


class ListedField(models.TextChoices):
    """Detail that a listing can show. The organisation chooses each."""

    NAME = "name", _("name")
    SUMMARY = "summary", _("what they do")
    WEBSITE = "website", _("website")
    EMAIL = "email", _("email")
    PHONE = "phone", _("phone")
    ADDRESS = "address", _("address")
    LANGUAGES = "languages", _("languages")
    KIND = "kind", _("kind")
    FOCUS = "focus", _("communities, in their own words")


class TextSlug(models.TextChoices):
    """Text of the public site: pages that the footer links to, and the agreement of a form."""

    PRIVACY_NOTICE = "privacy_notice", pgettext_lazy("public page", "privacy notice")
    REGISTRATION_CONSENT = (
        "registration_consent",
        pgettext_lazy("public page", "agreement of the registration form"),
    )
    ACCESSIBILITY_STATEMENT = (
        "accessibility_statement",
        pgettext_lazy("public page", "accessibility statement"),
    )
    IMPRINT = "imprint", pgettext_lazy("public page", "imprint")


class Wants(models.TextChoices):
    """Wish of an organisation that registers."""

    CONTACT = "contact", _("to be contacted by the proximity police")
    LISTED = "listed", _("to be listed on the public page as well")


class RegistrationState(models.TextChoices):
    UNCONFIRMED = "unconfirmed", _("waiting for their confirmation")
    CONFIRMED = "confirmed", _("to decide")
    ACCEPTED = "accepted", _("accepted")
    JOINED = "joined", _("joined with a known organisation")
    REFUSED = "refused", _("rejected")
    EXPIRED = "expired", _("expired")


#: Kinds of meetings for everyone, which can be announced.
OPEN_KINDS: Final = frozenset(
    {
        MeetingKind.PUBLIC_MEETING,
        MeetingKind.DROP_IN,
        MeetingKind.COMMUNITY_EVENT,
        MeetingKind.REPORTING_SESSION,
    }
)
