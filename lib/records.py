"""Common base of all records: an ID, a version, and constraints checked in one statement."""

from collections.abc import Collection, Iterable

from django.core.exceptions import ValidationError
from django.db import models, router
from django.db.models.functions import Coalesce
from django.utils import timezone

from lib.ids import uuid7


class Noun(models.Model):
    """A record with an ID and a version. The service that changes a record increases its version."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    folded = models.TextField(editable=False, default="")  # normalised search text
    version = models.PositiveIntegerField(default=1, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        abstract = True

    def validate_constraints(self, exclude: Collection[str] | None = None) -> None:
        """Validate all check constraints in one statement.

        If it fails, or if fields are excluded, validate each constraint separately, as Django always does.
        That takes 20 statements for a meeting, because each check is between savepoints.
        """
        using = router.db_for_write(type(self), instance=self)
        try:
            if not exclude:
                for constraint in _merge_checks(self._meta.constraints):
                    constraint.validate(type(self), self, using=using)
                return
        except ValidationError:
            pass
        super().validate_constraints(exclude)


def _merge_checks(constraints: Iterable[models.BaseConstraint]) -> list[models.BaseConstraint]:
    """Return the constraints, with all check constraints merged into one. NULL passes, as in the database."""
    conditions: list[Coalesce] = []
    other_constraints: list[models.BaseConstraint] = []
    for constraint in constraints:
        if isinstance(constraint, models.CheckConstraint):
            conditions.append(
                Coalesce(models.Q(constraint.condition), True, output_field=models.BooleanField())
            )
        else:
            other_constraints.append(constraint)
    return [models.CheckConstraint(condition=models.Q(*conditions), name="all"), *other_constraints]
