"""EditorialReview: the answers of a second person about an edition. A trigger protects them from changes."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from lib.ids import uuid7
from practices.codes import Answer, Evidence
from practices.models.practice import Practice
from practices.rules import QUESTIONS


def _question(label: Any) -> Any:
    return models.CharField(label, max_length=6, choices=Answer)


class EditorialReview(models.Model):
    """A review, signed when it is written. A review from another city names no reviewer."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    practice = models.ForeignKey(Practice, on_delete=models.PROTECT, related_name="reviews")
    edition = models.PositiveIntegerField(editable=False)
    problem_is_clear = _question(_("Is the problem clear?"))
    mechanism_is_clear = _question(_("Is it clear how it works?"))
    has_evidence = _question(_("Is there an evaluation of results, or a plausible theory?"))
    can_be_repeated = _question(_("Is there enough information to repeat it?"))
    level = models.CharField(_("evidence"), max_length=12, choices=Evidence)
    note = models.CharField(_("note"), max_length=500, blank=True)
    reviewer = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, editable=False, related_name="+"
    )
    signed_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    level__in=Evidence.values, **{f"{name}__in": Answer.values for name in QUESTIONS}
                ),
                name="editorial_review_is_known",
                violation_error_message=_("Choose an answer to each question."),
            ),
        ]

    def answers(self) -> dict[str, str]:
        return {name: getattr(self, name) for name in QUESTIONS}
