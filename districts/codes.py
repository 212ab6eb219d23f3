"""Focus: the code list of communities, named as they name themselves. Codes are retired, never deleted."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Focus(models.TextChoices):
    """A community. The list is based on the seed brochure, ODIHR, FRA and Madrid's diversity unit."""

    ETHNIC_MINORITY = "ethnic_minority", _("ethnic minority")
    AFRICAN_DESCENT = "african_descent", _("people of African descent")
    LANGUAGE_MINORITY = "language_minority", _("language minority")
    MIGRANTS = "migrants", _("migrants")
    REFUGEES = "refugees", _("refugees")
    STATELESS = "stateless", _("stateless people")
    ROMA = "roma", _("Roma")
    TRAVELLERS = "travellers", _("Travellers")
    SAMI = "sami", _("Sámi")
    JEWISH = "jewish", _("Jewish community")
    MUSLIM = "muslim", _("Muslim community")
    CHRISTIAN = "christian", _("Christian community")
    SIKH = "sikh", _("Sikh community")
    HINDU = "hindu", _("Hindu community")
    OTHER_RELIGION_BELIEF = "other_religion_belief", _("other religion or belief")
    WOMEN = "women", _("women")
    LGBTI = "lgbti", _("LGBTI people")
    TRANS = "trans", _("trans people")
    DISABILITY = "disability", _("people with disabilities")
    YOUTH = "youth", _("young people")
    OLDER_PEOPLE = "older_people", _("older people")
    HOMELESSNESS = "homelessness", _("people experiencing homelessness")
