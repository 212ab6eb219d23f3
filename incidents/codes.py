"""Code lists of protocols and incidents. A code is retired, never deleted."""

from typing import Final

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from incidents.rules.duty import Assignee
from incidents.rules.steps import Each


class ProtocolStatus(models.TextChoices):
    DRAFT = "draft", _("draft")
    IN_FORCE = "in_force", _("in force")
    REPLACED = "replaced", _("replaced")


class StepWho(models.TextChoices):
    """The assignee of a step of a protocol."""

    DUTY = Assignee.DUTY, _("who logged the concern")
    PLACE_LEAD = Assignee.PLACE_LEAD, _("lead officer of the affected place")
    EACH_LEAD = Assignee.EACH_LEAD, _("lead officer of each organisation")
    SUPERVISOR = Assignee.SUPERVISOR, _("supervisor of the district")
    CITY_SUPERVISOR = Assignee.CITY_SUPERVISOR, _("supervisor of the whole city")


class StepEach(models.TextChoices):
    """The number of times a step is done: once, or for organisations."""

    ONCE = Each.ONCE, _("once")
    THE_PLACE = Each.THE_PLACE, _("for the affected place")
    EACH_ORGANISATION = Each.EACH_ORGANISATION, _("for each organisation affected")


class Proof(models.TextChoices):
    """The record that shows that a step is done."""

    TICK = "tick", _("marked as done")
    REPORTED_BACK = "reported_back", _("a report back to them")
    CASE_REFERENCE = "case_reference", _("a case number, or the unit it was handed to")
    REASSURANCE = "reassurance", _("a call or visit that reached them")
    VISIT = "visit", _("a visit that reached them")
    WORDS = "words", _("an agreed statement")
    ASSESSMENT = "assessment", _("a tension assessment")
    DEBRIEF = "debrief", _("a debrief")


# Proofs that are a record of their own, so that no one can tick the step.
OF_A_RECORD: Final = frozenset({Proof.REASSURANCE, Proof.VISIT, Proof.WORDS, Proof.ASSESSMENT, Proof.DEBRIEF})


# Proofs that only a user who decides in the incident can record.
OF_A_DECISION: Final = frozenset({Proof.WORDS, Proof.ASSESSMENT, Proof.DEBRIEF})
DECIDING: Final = frozenset({StepWho.SUPERVISOR, StepWho.CITY_SUPERVISOR})


class IncidentStatus(models.TextChoices):
    OPEN = "open", pgettext_lazy("status of an incident", "open")
    MONITORING = "watching", _("monitoring")
    CLOSED = "closed", pgettext_lazy("status of an incident", "closed")
    WITHDRAWN = "withdrawn", pgettext_lazy("status of an incident", "withdrawn")


class WithdrawalReason(models.TextChoices):
    """Why an incident is withdrawn. One in which nothing was found is closed instead, and counted."""

    MISTAKE = "mistake", _("opened by mistake")
    SAME_EVENT = "same_event", _("the same event as another incident")


class StepStatus(models.TextChoices):
    OPEN = "open", pgettext_lazy("status of a step", "open")
    DONE = "done", pgettext_lazy("status of a step", "done")
    NOT_NEEDED = "not_needed", _("not needed")
    WITHDRAWN = "withdrawn", pgettext_lazy("status of a step", "withdrawn")


class ReachedBy(models.TextChoices):
    """The channel of a call or visit to an organisation: codes of `meetings.codes.MeetingKind`."""

    PHONE = "phone", _("phone call")
    MESSAGE = "message", _("message")
    EMAIL = "email", _("email")
    VIDEO = "video", _("video call")
    VISIT = "visit", _("visit")
    FOOT_PATROL = "foot_patrol", _("on foot patrol")


IN_PERSON: Final = frozenset({ReachedBy.VISIT, ReachedBy.FOOT_PATROL})


class Result(models.TextChoices):
    """The result of a call or visit to an organisation."""

    REACHED = "reached", _("reached")
    LEFT_MESSAGE = "left_message", _("left a message")
    NO_ANSWER = "no_answer", _("no answer")
    DECLINED = "declined", _("declined")


class Need(models.TextChoices):
    PATROL = "patrol", _("a patrol")
    SITE_SECURITY_ADVICE = "site_security_advice", _("site security advice")
    VICTIM_SUPPORT = "victim_support", _("victim support")
    INTERPRETER = "interpreter", _("an interpreter")
    CLEANING = "cleaning", _("cleaning or repair")
    PUBLIC_STATEMENT = "public_statement", _("a public statement")


class TopicCovered(models.TextChoices):
    """Topics covered in a call or visit to an organisation after an incident."""

    WHAT_HAPPENED = "what_happened", _("what happened")
    PATROLS = "patrols", _("about patrols")
    WHO_TO_CALL = "whom_to_call", _("who to call")
    HOW_TO_REPORT = "how_to_report", _("how to report")
    VICTIM_SUPPORT = "victim_support", pgettext_lazy("what they were told about", "victim support")
    WHEN_WE_CALL_AGAIN = "when_we_call_again", _("when we call again")


class Level(models.IntegerChoices):
    """Four levels of our own, from nothing unusual to disorder that has begun or is expected in 48 hours."""

    CALM = 1, _("calm")
    UNEASY = 2, _("uneasy")
    TENSE = 3, _("tense")
    ACUTE = 4, _("acute")


def levels() -> list[tuple[int, str, str]]:
    """Return each level with its label, and its name on the national scale (TENSION_SCALE) or “”."""
    national = settings.TENSION_SCALE or ("",) * len(Level)
    return [(level.value, str(level.label), name) for level, name in zip(Level, national, strict=True)]


CALM_ENOUGH: Final = Level.UNEASY  # an incident is closed at this level or below


class Trend(models.TextChoices):
    FALLING = "falling", _("falling")
    STEADY = "steady", _("steady")
    RISING = "rising", _("rising")


class Heard(models.TextChoices):
    """Whether an organisation says that it was reached in time."""

    YES = "yes", _("yes")
    NO = "no", _("no")
    UNSURE = "unsure", _("not sure")
