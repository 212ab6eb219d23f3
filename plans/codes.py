"""Code lists of plans. A code is retired, never deleted."""

from typing import Final

from django.db import models
from django.utils.translation import gettext_lazy as _


class PlanStatus(models.TextChoices):
    DRAFT = "draft", _("draft")
    ADOPTED = "adopted", _("adopted")
    CLOSED = "closed", _("closed")


class ActionStatus(models.TextChoices):
    PLANNED = "planned", _("planned")
    UNDER_WAY = "under_way", _("under way")
    DONE = "done", _("done")
    PAUSED = "paused", _("paused")
    DROPPED = "dropped", _("dropped")


#: Statuses of ended actions, whose milestones are no longer due.
ENDED: Final = (ActionStatus.DONE, ActionStatus.DROPPED)


class PartnerRole(models.TextChoices):
    DOES = "does", _("does")
    ADVISES = "advises", _("advises")
    FUNDS = "funds", _("funds")
    CHECKS = "checks", _("checks")


class Source(models.TextChoices):
    """Source of an indicator's values.

    `book` means the records of this system; the code is part of the API.
    """

    BOOK = "book", _("records of this system")
    HAND = "hand", _("entered by hand")


class Direction(models.TextChoices):
    UP = "up", _("higher is better")
    DOWN = "down", _("lower is better")
    NO_TARGET = "no_target", _("no target")


class Unit(models.TextChoices):
    SHARE = "share", _("share")
    COUNT = "count", _("count")
    DAYS = "days", _("days")


class Measure(models.TextChoices):
    """Number that an indicator takes from a report: share, count or median."""

    RATIO = "ratio", _("share")
    N = "n", _("count")
    MEDIAN = "median", _("median")


class ReviewAnswer(models.TextChoices):
    """An organisation's comparison of the situation with the last review."""

    BETTER = "better", _("better")
    SAME = "same", _("the same")
    WORSE = "worse", _("worse")
    CANNOT_SAY = "cannot_say", _("cannot say")


class PlanPart(models.TextChoices):
    """Changed part of a plan."""

    PLAN = "plan", _("plan")
    GOAL = "goal", _("goal")
    ACTION = "action", _("action")
    MILESTONE = "milestone", _("milestone")


class ChangeKind(models.TextChoices):
    """Kind of a change after the adoption of a plan."""

    ADDED = "added", _("added")
    RENAMED = "renamed", _("renamed")
    STARTS = "starts", _("first day changed")
    ENDS = "ends", _("last day changed")
    REDATED = "redated", _("day of completion changed")
    UNDONE = "undone", _("no longer done")
