"""Rows that may be the same, the likeliest first: found by the clues that the write keeps.

Two of the book, or one that is about to be in it and those that are there.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeVar
from uuid import UUID

from django.conf import settings
from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.actors import Actor
from contacts.models import Contact, NotADuplicate, Organisation
from contacts.queries.duplicates import reasons
from contacts.rules.clues import LIKELY, compare, detail_clues, person_clues, score
from contacts.rules.phones import one_phone
from lib.candidates import among_candidates
from lib.domains import plain_email
from lib.id_in import id_in

Key = TypeVar("Key")

# Two rows and the clues they share; then the same with how likely they are one, and what they have in common.
Shared = tuple[UUID, UUID, Sequence[str]]
Judged = tuple[float, UUID, UUID, Collection[str]]
Judge = Callable[[Sequence[Shared]], list[Judged]]

SHOWN: Final = 50
TOLD: Final = 5  # of those that a new row may be
_AT_ONCE: Final = 2_000
_COMPARED: Final = 5_000  # pairs, those that share most first
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
        _by_name,
    )


def contact_pairs(actor: Actor) -> tuple[list[Pair], int]:
    """The likeliest pairs of people, never found through an organisation, and how many there are in all."""
    return _pairs(
        "contact",
        Contact.objects.visible_to(actor).filter(withdrawn_on__isnull=True),
        Contact.objects.select_related("home_district"),
        _by_clues,
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
    """People the actor sees who may be the one with these clues (contacts.rules.clues.person_clues)."""
    seen = _people(actor)
    holders: dict[str, list[UUID]] = {}
    sharing = among_candidates(seen.filter(clues__overlap=list(clues)), sharing=clues)
    for pk, known in sharing.values_list("pk", "clues"):
        for clue in set(clues).intersection(known):
            holders.setdefault(clue, []).append(pk)
    shared: dict[UUID, list[str]] = {}
    for clue, known in holders.items():
        for pk in known if len(known) < SHARED_BY_FEW else []:
            shared.setdefault(pk, []).append(clue)
    found = [(score(clues), pk, _kinds(clues)) for pk, clues in shared.items()]
    return _likely(seen.select_related("home_district"), {None: found}).get(None, [])


def likely_among_contacts(actor: Actor, new: Collection[UUID]) -> dict[UUID, list[Likely]]:
    """By id whom of the people the actor sees some that have just come in may be."""
    return _likely(Contact.objects.all(), _sharing(_people(actor), new, _by_clues))


def likely_among_organisations(actor: Actor, new: Collection[UUID]) -> dict[UUID, list[Likely]]:
    """By id which of the organisations the actor sees some that have just come in may be."""
    seen = Organisation.objects.visible_to(actor)
    return _likely(Organisation.objects.only("name"), _sharing(seen, new, _by_name))


def _people(actor: Actor) -> Any:
    return Contact.objects.visible_to(actor).filter(withdrawn_on__isnull=True)


def _sharing(
    seen: Any, new: Collection[UUID], judge: Judge
) -> dict[UUID, list[tuple[float, UUID, Collection[str]]]]:
    """By new row the others of `seen` that are likely the same, of the new ones those before it.

    One statement for a whole file: asked row by row or batch by batch it takes longer than the import. What
    comes of it is read in parts: of 100,000 rows a third of a million pairs may share an address only.
    """
    found: dict[UUID, list[tuple[float, UUID, Collection[str]]]] = {}
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
            HAVING count(*) > 1 OR bool_or(one.clue NOT LIKE 'word:%%')
            """,  # noqa: S608 (Django's own statement)
            [*parameters, SHARED_BY_FEW, list(new)],
        )
        while pairs := cursor.fetchmany(_AT_ONCE):
            for value, one, other, kinds in judge(pairs):
                if value >= LIKELY:
                    found.setdefault(one, []).append((value, other, kinds))
    return found


def _likely(
    rows: Any, sharing: Mapping[Key, Sequence[tuple[float, UUID, Collection[str]]]]
) -> dict[Key, list[Likely]]:
    """A few of those that share enough, the likeliest first."""
    best = {}
    for key, others in sharing.items():
        found = sorted((-value, pk, kinds) for value, pk, kinds in others if value >= LIKELY)
        best[key] = found[:TOLD]
    known = rows.in_bulk({pk for found in best.values() for _value, pk, _kinds in found})
    return {
        key: [Likely(known[pk], -value, reasons(kinds)) for value, pk, kinds in found if pk in known]
        for key, found in best.items()
        if found
    }


def _pairs(object_type: str, seen: Any, shown: Any, judge: Judge) -> tuple[list[Pair], int]:
    """Three statements at most: who shares clues, what they are called, and the rows that are shown."""
    try:
        sql, parameters = seen.values("pk", "clues").query.sql_with_params()
    except EmptyResultSet:  # whoever covers no district
        return [], 0
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            WITH clued AS (SELECT pk, unnest(clues) AS clue FROM ({sql}) AS seen (pk, clues)),
            told AS (
                SELECT clue, clue LIKE 'word:%%' AS is_word, array_agg(pk) AS pks
                FROM clued GROUP BY clue HAVING count(*) BETWEEN 2 AND %s
            )
            SELECT one.pk, other.pk, coalesce(array_agg(clue) FILTER (WHERE NOT is_word), '{{}}')
            FROM told, unnest(pks) AS one (pk), unnest(pks) AS other (pk)
            WHERE one.pk < other.pk AND NOT EXISTS (
                SELECT FROM {NotADuplicate._meta.db_table} different
                WHERE different.object_type = %s AND different.one = one.pk AND different.other = other.pk
            )
            GROUP BY one.pk, other.pk
            ORDER BY sum(CASE WHEN is_word THEN 1 ELSE 4 END) DESC, one.pk, other.pk
            LIMIT %s
            """,  # noqa: S608 (Django's own statement and a table's name)
            [*parameters, SHARED_BY_FEW, object_type, _COMPARED],
        )
        found = judge(cursor.fetchall())
    likely = sorted((pair for pair in found if pair[0] >= LIKELY), key=lambda pair: (-pair[0], *pair[1:3]))
    rows = shown.in_bulk({pk for _value, one, other, _kinds in likely[:SHOWN] for pk in (one, other)})
    return [
        Pair(rows[one], rows[other], value, reasons(kinds)) for value, one, other, kinds in likely[:SHOWN]
    ], len(likely)


def _by_clues(pairs: Sequence[Shared]) -> list[Judged]:
    return [(score(clues), one, other, _kinds(clues)) for one, other, clues in pairs]


def _by_name(pairs: Sequence[Shared]) -> list[Judged]:
    """Organisations by their names beside what else they share: the words only brought them together."""
    ids = {pk for one, other, _clues in pairs for pk in (one, other)}
    listed = Organisation.objects.filter(id_in("pk", ids)).values_list("pk", "name", "short_name")
    names = {pk: called for pk, *called in listed}
    judged: list[Judged] = []
    for one, other, clues in pairs:
        value, _alike, kinds = compare(clues, names[one], names[other])
        judged.append((value, one, other, kinds))
    return judged


def _kinds(clues: Iterable[str]) -> list[str]:
    return [clue.partition(":")[0] for clue in clues]
