"""Rows that may be the same, the likeliest first: found by the clues that the write keeps.

Two of the book, or one that is about to be in it and those that are there.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeVar
from uuid import UUID

from django.conf import settings
from django.core.exceptions import EmptyResultSet
from django.db import connection, transaction
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.actors import Actor
from contacts.clues import LIKELY, detail_clues, person_clues, score
from contacts.duplicates import reasons
from contacts.models import Contact, NotADuplicate, Organisation
from contacts.rules import one_phone
from lib.domains import plain_email

Key = TypeVar("Key")

SHOWN: Final = 50
TOLD: Final = 5  # of those that a new row may be
_AT_ONCE: Final = 2_000
SHARED_BY_FEW: Final = 8  # a clue of more rows than that says nothing: a building, a town hall's switchboard


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
    actor: Actor,
    *,
    given_name: str,
    family_name: str,
    phone: object = "",
    email: str = "",
    more: Iterable[tuple[str, str]] = (),
) -> list[Likely]:
    """People the actor sees of the same or a similar name, or with the same phone or e-mail of the role.

    `more` are further ones as (channel, value), as they are kept.
    """
    clues = person_clues(
        given_name=given_name,
        family_name=family_name,
        phone=one_phone(str(phone), settings.PHONENUMBER_DEFAULT_REGION) or "",
        email=plain_email(email),
    )
    reached = (one for one in more if one[0] in ("phone", "email"))
    return likely_contacts(actor, {*clues, *detail_clues(reached)})


def likely_contacts(actor: Actor, clues: Collection[str]) -> list[Likely]:
    """People the actor sees who may be the one with these clues (contacts.clues.person_clues)."""
    seen = _people(actor)
    holders: dict[str, list[UUID]] = {}
    for pk, known in seen.filter(clues__overlap=list(clues)).values_list("pk", "clues"):
        for clue in set(clues).intersection(known):
            holders.setdefault(clue, []).append(pk)
    shared: dict[UUID, list[str]] = {}
    for clue, known in holders.items():
        for pk in known if len(known) < SHARED_BY_FEW else []:
            shared.setdefault(pk, []).append(clue)
    return _likely(seen.select_related("home_district"), {None: list(shared.items())}).get(None, [])


def likely_among_contacts(actor: Actor, new: Collection[UUID]) -> dict[UUID, list[Likely]]:
    """By id whom of the people the actor sees some that have just come in may be."""
    return _likely(Contact.objects.all(), _sharing(_people(actor), new))


def likely_among_organisations(actor: Actor, new: Collection[UUID]) -> dict[UUID, list[Likely]]:
    """By id which of the organisations the actor sees some that have just come in may be."""
    seen = Organisation.objects.visible_to(actor)
    return _likely(Organisation.objects.only("name"), _sharing(seen, new))


def _people(actor: Actor) -> Any:
    return Contact.objects.visible_to(actor).filter(withdrawn_on__isnull=True)


def _sharing(seen: Any, new: Collection[UUID]) -> dict[UUID, list[tuple[UUID, list[str]]]]:
    """By new row the others of `seen` that share enough clues with it, of the new ones those before it.

    One statement for a whole file: asked row by row or batch by batch it takes longer than the import. What
    comes of it is read in parts: of 100,000 rows a third of a million pairs may share an address only.
    """
    found: dict[UUID, list[tuple[UUID, list[str]]]] = {}
    if not new:
        return found
    try:
        sql, parameters = seen.values("pk", "clues").query.sql_with_params()
    except EmptyResultSet:  # whoever covers no district
        return found
    with connection.chunked_cursor() as cursor:
        cursor.execute(
            f"""
            WITH clued AS (SELECT pk, unnest(clues) AS clue FROM ({sql}) AS seen (pk, clues)),
            told AS (SELECT clue FROM clued GROUP BY clue HAVING count(*) BETWEEN 2 AND %s),
            fresh AS (SELECT unnest(%s::uuid[]) AS pk)
            SELECT one.pk, other.pk, array_agg(one.clue)
            FROM clued one
            JOIN told USING (clue)
            JOIN clued other ON other.clue = one.clue AND other.pk <> one.pk
            WHERE one.pk IN (SELECT pk FROM fresh)
            AND (other.pk < one.pk OR other.pk NOT IN (SELECT pk FROM fresh))
            GROUP BY one.pk, other.pk
            """,  # noqa: S608 (Django's own statement)
            [*parameters, SHARED_BY_FEW, list(new)],
        )
        while pairs := cursor.fetchmany(_AT_ONCE):
            for one, other, clues in pairs:
                if score(clues) >= LIKELY:
                    found.setdefault(one, []).append((other, clues))
    return found


def _likely(rows: Any, sharing: Mapping[Key, Sequence[tuple[UUID, list[str]]]]) -> dict[Key, list[Likely]]:
    """A few of those that share enough clues, the likeliest first."""
    best = {}
    for key, others in sharing.items():
        found = sorted((-score(clues), pk, clues) for pk, clues in others if score(clues) >= LIKELY)
        best[key] = found[:TOLD]
    known = rows.in_bulk({pk for found in best.values() for _score, pk, _clues in found})
    return {
        key: [Likely(known[pk], -value, _reasons(clues)) for value, pk, clues in found if pk in known]
        for key, found in best.items()
        if found
    }


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
    return reasons(clue.partition(":")[0] for clue in clues)


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
