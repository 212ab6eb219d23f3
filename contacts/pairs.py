"""Rows that may be the same, the likeliest first: found by the clues that the write keeps.

Two of the book, or one that is about to be in it and those that are there.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.core.exceptions import EmptyResultSet
from django.db import connection, transaction
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.actors import Actor
from contacts.clues import LIKELY, person_clues, score
from contacts.models import Contact, NotADuplicate, Organisation
from contacts.rules import one_phone
from lib.domains import plain_email

SHOWN: Final = 50
TOLD: Final = 5  # of those that a new row may be
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


@dataclass(frozen=True, slots=True)
class Likely:
    """A row of the book that a new one may be: how likely (0 to 1) and why."""

    row: Any
    score: float
    reasons: Sequence[str | Promise]

    def __str__(self) -> str:
        why = ", ".join(map(str, self.reasons))
        return _("looks like %(name)s (%(why)s)") % {"name": self.row, "why": why}


def similar_contacts(
    actor: Actor, *, given_name: str, family_name: str, phone: object = "", email: str = ""
) -> list[Likely]:
    """People the actor sees of the same or a similar name, or with the same phone or e-mail of the role."""
    clues = person_clues(
        given_name=given_name,
        family_name=family_name,
        phone=one_phone(str(phone), settings.PHONENUMBER_DEFAULT_REGION) or "",
        email=plain_email(email),
    )
    return likely_contacts(actor, clues)


def likely_contacts(actor: Actor, clues: Collection[str], exclude: UUID | None = None) -> list[Likely]:
    """People the actor sees who may be the one with these clues (contacts.clues.person_clues)."""
    seen = Contact.objects.visible_to(actor).filter(withdrawn_on__isnull=True)
    if exclude:
        seen = seen.exclude(pk=exclude)
    found = _likeliest(clues, sharing(seen, clues))
    rows = seen.select_related("home_district").in_bulk([pk for _score, pk, _clues in found])
    return [Likely(rows[pk], value, _reasons(shared)) for value, pk, shared in found if pk in rows]


def likely_organisations(actor: Actor, new: Sequence[Organisation]) -> dict[UUID, list[Likely]]:
    """For each of the new ones that may be one the actor sees, or an earlier one of them."""
    seen = Organisation.objects.visible_to(actor)
    holders: dict[str, list[UUID] | None] = {**sharing(seen, {clue for row in new for clue in row.clues})}
    found = {}
    for row in new:
        found[row.pk] = _likeliest(row.clues, holders)
        for clue in row.clues:
            known = holders.setdefault(clue, [])
            if known is not None:
                known.append(row.pk)
    rows = {row.pk: row for row in new}
    wanted = {pk for one in found.values() for _score, pk, _clues in one if pk not in rows}
    rows |= seen.in_bulk(wanted)
    return {
        new_pk: [Likely(rows[pk], value, _reasons(shared)) for value, pk, shared in one if pk in rows]
        for new_pk, one in found.items()
        if one
    }


def sharing(seen: Any, clues: Collection[str]) -> dict[str, list[UUID] | None]:
    """By clue the rows of `seen` that have it; None where so many have it that it says nothing."""
    if not clues:
        return {}
    try:
        rows = seen.filter(clues__overlap=list(clues)).values("pk", "clues")
        sql, parameters = rows.query.sql_with_params()
    except EmptyResultSet:  # whoever covers no district
        return {}
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT clue, CASE WHEN count(*) < %s THEN array_agg(pk) END
            FROM (SELECT pk, unnest(clues) AS clue FROM ({sql}) AS seen (pk, clues)) AS clued
            WHERE clue = ANY(%s)
            GROUP BY clue
            """,  # noqa: S608 (Django's own statement)
            [SHARED_BY_FEW, *parameters, list(clues)],
        )
        return dict(cursor.fetchall())


def _likeliest(
    clues: Iterable[str], holders: Mapping[str, list[UUID] | None]
) -> list[tuple[float, UUID, list[str]]]:
    """A few that share enough of the clues: score, id, and the clues shared."""
    shared: dict[UUID, list[str]] = {}
    for clue in clues:
        known = holders.get(clue) or []
        for pk in known if len(known) < SHARED_BY_FEW else []:
            shared.setdefault(pk, []).append(clue)
    found = [(score(common), pk, common) for pk, common in shared.items()]
    likely = sorted((one for one in found if one[0] >= LIKELY), key=lambda one: (-one[0], one[1]))
    return likely[:TOLD]


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
