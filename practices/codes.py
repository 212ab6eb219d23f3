"""Code lists of the library. A code is retired, never deleted."""

from typing import Final

from django.db import models
from django.utils.translation import gettext_lazy as _


class Strand(models.TextChoices):
    """Strand of a goal or practice: prevention, the contents of protocols, and capacity."""

    PREVENT = "prevent", _("Prevent")
    IDENTIFY_REPORT_ACT = "identify_report_act", _("Identify, report, act")
    COORDINATE_SERVICES = "coordinate_services", _("Coordinate services")
    VICTIMS = "victims", _("Victims")
    CIVIL_SOCIETY = "civil_society", _("Civil society")
    CAPACITY = "capacity", _("Capacity")


class Phase(models.TextChoices):
    PREVENT = "prevent", _("prevent")
    DETECT = "detect", _("detect")
    MANAGE = "manage", _("manage")


class PracticeStatus(models.TextChoices):
    DRAFT = "draft", _("draft")
    IN_REVIEW = "in_review", _("in review")
    PUBLISHED = "published", _("published")
    RETIRED = "retired", _("retired")


class Evidence(models.TextChoices):
    """Level of evidence that a practice helps, weakest first."""

    DESCRIBED = "described", _("someone does it")
    PLAUSIBLE = "plausible", _("the problem and the way it works are clear")
    TESTED_HERE = "tested_here", _("we compared before and after, or asked those concerned")
    EVALUATED = "evaluated", _("someone independent evaluated it")
    REVIEWED = "reviewed", _("a systematic review covers it")


#: Short labels of levels, for lists.
BRIEFLY: Final = {
    Evidence.DESCRIBED: _("Described"),
    Evidence.PLAUSIBLE: _("Plausible"),
    Evidence.TESTED_HERE: _("Tested by us"),
    Evidence.EVALUATED: _("Evaluated"),
    Evidence.REVIEWED: _("Reviewed"),
}


class Answer(models.TextChoices):
    YES = "yes", _("yes")
    NO = "no", _("no")
    UNSURE = "unsure", _("not sure")


class Translated(models.TextChoices):
    ORIGINAL = "original", _("original")
    BY_PERSON = "by_person", _("translated by a person")
    BY_MACHINE = "by_machine", _("translated by a machine")


class CameOfIt(models.TextChoices):
    HELPED = "helped", _("It helped")
    NO_DIFFERENCE = "no_difference", _("It made no difference")
    MADE_WORSE = "made_worse", _("It made things worse")
    TOO_EARLY = "too_early", _("It is too early to say")


class Again(models.TextChoices):
    YES = "yes", _("yes")
    WITH_CHANGES = "with_changes", _("with changes")
    NO = "no", _("no")


class Licence(models.TextChoices):
    CC_BY = "cc_by_4", _("CC BY 4.0")
    CC0 = "cc0_1", _("CC0 1.0")
