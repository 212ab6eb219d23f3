"""What every noun of the book has: an id, a version, and constraints that are asked in one statement."""

from collections.abc import Collection, Iterable

from django.core.exceptions import ValidationError
from django.db import models, router
from django.db.models.functions import Coalesce
from django.utils import timezone

from lib.ids import uuid7


class Noun(models.Model):
    """A row that people write, through its writer, which raises the version."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    folded = models.TextField(editable=False, default="")  # what it is found by
    version = models.PositiveIntegerField(default=1, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        abstract = True

    def validate_constraints(self, exclude: Collection[str] | None = None) -> None:
        """One by one only where something is wrong, which then is named, or left out.

        Django asks for each by itself, between two savepoints: twenty statements to save a meeting.
        """
        using = router.db_for_write(type(self), instance=self)
        try:
            if not exclude:
                for constraint in _together(self._meta.constraints):
                    constraint.validate(type(self), self, using=using)
                return
        except ValidationError:
            pass
        super().validate_constraints(exclude)


def _together(constraints: Iterable[models.BaseConstraint]) -> list[models.BaseConstraint]:
    """Return all checks as one expression. NULL passes, as in the database."""
    meets: list[Coalesce] = []
    others: list[models.BaseConstraint] = []
    for one in constraints:
        if isinstance(one, models.CheckConstraint):
            meets.append(Coalesce(models.Q(one.condition), True, output_field=models.BooleanField()))
        else:
            others.append(one)
    return [models.CheckConstraint(condition=models.Q(*meets), name="all"), *others]
