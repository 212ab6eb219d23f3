"""Code lists of organisations and people. A code is retired, never deleted; a label is translated."""

from typing import Final

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from districts.codes import Focus


class Kind(models.TextChoices):
    """The kind of an organisation, as it is registered or presents itself. Base: seed brochure, ICNPO."""

    COMMUNITY_GROUP = "community_group", _("community group")
    RESIDENTS_ASSOCIATION = "residents_association", _("residents’ association")
    MINORITY_ASSOCIATION = "minority_association", _("minority association")
    WOMENS_ORGANISATION = "womens_organisation", _("women’s organisation")
    LGBT_ORGANISATION = "lgbt_organisation", _("LGBT organisation")
    NGO = "ngo", _("NGO")
    RELIGIOUS_COMMUNITY = "religious_community", _("religious community")
    YOUTH_ORGANISATION = "youth_organisation", _("youth organisation")
    PARENTS_ASSOCIATION = "parents_association", _("parents’ association")
    DISABILITY_ORGANISATION = "disability_organisation", _("disability organisation")
    OLDER_PEOPLE_ORGANISATION = "older_people_organisation", _("older people’s organisation")
    VICTIM_SUPPORT = "victim_support", _("victim support")
    SHELTER = "shelter", _("shelter")
    RECEPTION_CENTRE = "reception_centre", _("reception centre")
    LAW_ADVOCACY = "law_advocacy", _("law and advocacy")
    TRADE_UNION = "trade_union", _("trade union")
    HOUSING_TENANTS = "housing_tenants", _("housing and tenants")
    ENVIRONMENT = "environment", _("environment")
    CULTURE_SPORT = "culture_sport", _("culture and sport")
    BUSINESS_ASSOCIATION = "business_association", _("business association")
    SCHOOL = "school", _("school")
    HEALTH_SERVICE = "health_service", _("health service")
    MUNICIPAL_SERVICE = "municipal_service", _("municipal service")
    OTHER_POLICE = "other_police", _("another police force")
    PROSECUTION = "prosecution", _("public prosecutor")
    EQUALITY_BODY = "equality_body", _("equality body")
    ACADEMIC = "academic", _("academic institution")
    MEDIA = "media", _("media")
    OTHER = "other", _("other")


PARTNERS: Final = frozenset(
    {
        Kind.SCHOOL,
        Kind.HEALTH_SERVICE,
        Kind.MUNICIPAL_SERVICE,
        Kind.OTHER_POLICE,
        Kind.PROSECUTION,
        Kind.EQUALITY_BODY,
        Kind.ACADEMIC,
        Kind.MEDIA,
    }
)
# Kinds whose address is private, so that no one can find a resident by it.
HIDDEN_AWAY: Final = frozenset({Kind.SHELTER, Kind.RECEPTION_CENTRE})
# Kinds that figures count only on request.
NOT_COUNTED: Final = PARTNERS | {Kind.CULTURE_SPORT}

# The community that a kind of organisation represents, for figures and for calls.
FOCUS_OF_KIND: Final = {
    Kind.WOMENS_ORGANISATION: Focus.WOMEN,
    Kind.LGBT_ORGANISATION: Focus.LGBTI,
    Kind.YOUTH_ORGANISATION: Focus.YOUTH,
    Kind.DISABILITY_ORGANISATION: Focus.DISABILITY,
    Kind.OLDER_PEOPLE_ORGANISATION: Focus.OLDER_PEOPLE,
    Kind.MINORITY_ASSOCIATION: Focus.ETHNIC_MINORITY,
}


class OrganisationStatus(models.TextChoices):
    ACTIVE = "active", _("active")
    DORMANT = "dormant", _("dormant")
    CLOSED = "closed", _("closed")


class ContactWish(models.TextChoices):
    """Whether an organisation wants to be contacted at all. A refusal holds everywhere, at night too."""

    WELCOME = "welcome", _("welcome")
    ONLY_IF_THEY_ASK = "only_if_they_ask", _("only if they ask")
    NONE = "none", _("asked not to be contacted")


class NightCalls(models.TextChoices):
    """The agreement about calls between 22:00 and 08:00."""

    NOT_ASKED = "not_asked", _("not asked yet")
    NEVER = "never", _("do not call at night")
    IF_OUR_PLACE = "if_our_place", _("only if their place is affected")
    ALWAYS = "always", _("call at any hour")


class LawfulBasis(models.TextChoices):
    PUBLIC_TASK = "public_task", _("public task")
    LEGAL_OBLIGATION = "legal_obligation", _("legal obligation")
    CONSENT = "consent", _("consent")
    VITAL_INTERESTS = "vital_interests", _("vital interests")
    POLICE_LAW = "police_law", _("police law (LED)")


class Purpose(models.TextChoices):
    COMMUNITY_LIAISON = "community_liaison", _("community liaison")
    INCIDENT_RESPONSE = "incident_response", _("incident response")
    SAFETY_PLANNING = "safety_planning", _("safety planning")
    EVENT_PLANNING = "event_planning", _("event planning")
    TRAINING = "training", _("training")


class PreferredChannel(models.TextChoices):
    PHONE = "phone", _("phone call")
    MESSAGE = "message", _("text message")
    EMAIL = "email", _("email")
    IN_PERSON = "in_person", _("in person")


class Agreement(models.TextChoices):
    """The way in which a person agreed to be contacted."""

    SPOKEN = "spoken", _("verbally")
    WRITTEN = "written", _("in writing")
    EMAIL = "email", _("by email")


class AliasKind(models.TextChoices):
    """The kind of another name of an organisation."""

    TYPED = "typed", pgettext_lazy("kind of name", "as colleagues write it")
    FORMER = "former", pgettext_lazy("kind of name", "former name")
    SHORT = "short", pgettext_lazy("kind of name", "short form")


class NumberCheck(models.TextChoices):
    """The result of checking a registration number by the rules of its register."""

    YES = "yes", pgettext_lazy("number", "valid")
    NO = "no", pgettext_lazy("number", "not valid")
    UNKNOWN = "unknown", pgettext_lazy("number", "not checked")


class Channel(models.TextChoices):
    """The channel of a detail besides the first phone, email and web address."""

    PHONE = "phone", _("phone")
    EMAIL = "email", _("email")
    WEBSITE = "website", _("website")
    SOCIAL = "social", _("social media page")


class ChannelUse(models.TextChoices):
    """The use of a number or address. A code, because a free text could describe a person."""

    OFFICE = "office", pgettext_lazy("use of a phone or address", "office")
    MOBILE = "mobile", pgettext_lazy("use of a phone or address", "mobile")
    RECEPTION = "reception", pgettext_lazy("use of a phone or address", "reception")
    SECRETARY = "secretary", pgettext_lazy("use of a phone or address", "secretary")
    PRESS = "press", pgettext_lazy("use of a phone or address", "press")
    OUT_OF_HOURS = "out_of_hours", pgettext_lazy("use of a phone or address", "out of hours")
    FAX = "fax", pgettext_lazy("use of a phone or address", "fax")


PAGES: Final = frozenset({Channel.WEBSITE, Channel.SOCIAL})  # channels whose values are web addresses
