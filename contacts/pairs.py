"""Rows of the book that may be the same, the likeliest first: found by the clues that the write keeps."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.core.exceptions import EmptyResultSet
from django.db import connection, transaction
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.actors import Actor
from contacts.clues import LIKELY, score
from contacts.models import Contact, NotADuplicate, Organisation

SHOWN: Final = 50
SHARED_BY_FEW: Final = 8  # a clue of more rows than that says nothing: a building, a town hall's switchboard

REASONS: Final[dict[str, str | Promise]] = {
    "name": _("same name"),
    "alike": _("similar name"),
    "phone": _("same phone"),
    "email": _("same e-mail"),
    "host": _("same website"),
    "address": _("same address"),
}


@dataclass(frozen=True, slots=True)
class Pair:
    """Two rows the actor sees, how likely they are the same (0 to 1) and why."""

    one: Any
    other: Any
    score: float
    reasons: Sequence[str | Promise]

    @property
    def ids(self) -> tuple[UUID, UUID]:
        return self.one.pk, self.other.pk


def organisation_pairs(actor: Actor) -> tuple[list[Pair], int]:
    """The likeliest pairs of organisations, and how many there are in all."""
    return _pairs(
        "organisation",
        Organisation.objects.visible_to(actor),
        Organisation.objects.select_related("home_district", "lead_officer"),
    )


def contact_pairs(actor: Actor) -> tuple[list[Pair], int]:
    """The likeliest pairs of people, never found through an organisation, and how many there are in all."""
    return _pairs(
        "contact",
        Contact.objects.visible_to(actor).filter(withdrawn_on__isnull=True),
        Contact.objects.select_related("home_district"),
    )


def _pairs(object_type: str, seen: Any, shown: Any) -> tuple[list[Pair], int]:
    try:
        sql, parameters = seen.values("pk", "clues").query.sql_with_params()
    except EmptyResultSet:  # whoever covers no district
        return [], 0
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            WITH clued AS (SELECT pk, unnest(clues) AS clue FROM ({sql}) AS seen (pk, clues)),
            told AS (SELECT clue FROM clued GROUP BY clue HAVING count(*) BETWEEN 2 AND %s)
            SELECT one.pk, other.pk, array_agg(one.clue)
            FROM clued one
            JOIN told USING (clue)
            JOIN clued other ON other.clue = one.clue AND other.pk > one.pk
            WHERE NOT EXISTS (
                SELECT FROM {NotADuplicate._meta.db_table} different
                WHERE different.object_type = %s AND different.one = one.pk AND different.other = other.pk
            )
            GROUP BY one.pk, other.pk
            """,  # noqa: S608 (Django's own statement and a table's name)
            [*parameters, SHARED_BY_FEW, object_type],
        )
        found = [(score(clues), one, other, clues) for one, other, clues in cursor.fetchall()]
    likely = sorted((pair for pair in found if pair[0] >= LIKELY), key=lambda pair: (-pair[0], *pair[1:3]))
    rows = shown.in_bulk({pk for _score, one, other, _clues in likely[:SHOWN] for pk in (one, other)})
    return [
        Pair(rows[one], rows[other], value, _reasons(clues)) for value, one, other, clues in likely[:SHOWN]
    ], len(likely)


def _reasons(clues: Iterable[str]) -> list[str | Promise]:
    kinds = {clue.partition(":")[0] for clue in clues}
    if "name" in kinds:
        kinds.discard("alike")
    return [text for kind, text in REASONS.items() if kind in kinds]


@transaction.atomic
def say_different(*, actor: Actor, object_type: str, ids: tuple[UUID, UUID]) -> None:
    """Remember that two rows the actor sees are not the same. Saying so twice changes nothing.

    Raises DoesNotExist for rows that are not seen.
    """
    model: Any = {"organisation": Organisation, "contact": Contact}[object_type]
    one, other = sorted(ids)
    if model.objects.visible_to(actor).filter(pk__in=[one, other]).count() < 2:
        raise model.DoesNotExist
    NotADuplicate.objects.get_or_create(
        object_type=object_type, one=one, other=other, defaults={"said_by": actor.id}
    )


def forget_different(*, actor: Actor, object_type: str, ids: tuple[UUID, UUID]) -> None:
    """Take `say_different` back."""
    one, other = sorted(ids)
    NotADuplicate.objects.filter(object_type=object_type, one=one, other=other, said_by=actor.id).delete()
