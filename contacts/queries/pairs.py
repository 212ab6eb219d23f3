"""Likely duplicates, the likeliest first, found by clues that are stored with each row.

Pairs are two stored rows, or a new row and a stored one.
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
from contacts.rules.numbers import have_different_numbers
from contacts.rules.phones import one_phone
from lib.candidates import among_candidates
from lib.domains import plain_email
from lib.id_lists import id_in

Key = TypeVar("Key")

# Two rows and the clues they share. Then the likelihood that they are the same, and the kinds of clues.
Shared = tuple[UUID, UUID, Sequence[str]]
Judged = tuple[float, UUID, UUID, Collection[str]]
Judge = Callable[[Sequence[Shared]], list[Judged]]

SHOWN: Final = 50
MOST_LIKELY: Final = 5  # suggestions for a new row
_FETCHED: Final = 2_000
_COMPARED: Final = 5_000  # pairs, most shared clues first
SHARED_BY_FEW: Final = 8  # a clue of more rows means little, such as a town hall's switchboard


@dataclass(frozen=True, slots=True)
class Pair:
    """Two rows visible to the actor, the likelihood that they are the same (0 to 1), and the reasons."""

    row: Any
    other_row: Any
    score: float
    reasons: Sequence[str | Promise]

    @property
    def ids(self) -> tuple[UUID, UUID]:
        return self.row.pk, self.other_row.pk


def organisation_pairs(actor: Actor) -> tuple[list[Pair], int]:
    """Return the likeliest pairs of organisations, and the number of all pairs."""
    return _likely_pairs(
        "organisation",
        Organisation.objects.visible_to(actor),
        Organisation.objects.select_related("home_district", "lead_officer"),
        _judge_by_name,
    )


def contact_pairs(actor: Actor) -> tuple[list[Pair], int]:
    """Return the likeliest pairs of contacts, and the number of all pairs. Organisations are no clue."""
    return _likely_pairs(
        "contact",
        Contact.objects.visible_to(actor).filter(withdrawn_on__isnull=True),
        Contact.objects.select_related("home_district"),
        _judge_by_clues,
    )


@dataclass(frozen=True, slots=True)
class Likely:
    """A stored row that may be the same as a new one, with the likelihood (0 to 1) and the reasons."""

    row: Any
    score: float
    reasons: Sequence[str | Promise]

    def __str__(self) -> str:
        reasons = ", ".join(map(str, self.reasons))
        return _("looks like %(name)s (%(why)s)") % {"name": self.row, "why": reasons}


def similar_contacts(
    actor: Actor,
    *,
    given_name: str,
    family_name: str,
    phone: object = "",
    email: str = "",
    other_details: Iterable[tuple[str, str]] = (),
) -> list[Likely]:
    """Return visible contacts with the same or a similar name, or the same work phone or email.

    `other_details` are stored as (channel, value).
    """
    clues = person_clues(
        given_name=given_name,
        family_name=family_name,
        phone=one_phone(str(phone), settings.PHONENUMBER_DEFAULT_REGION) or "",
        email=plain_email(email),
    )
    reached = (detail for detail in other_details if detail[0] in ("phone", "email"))
    return likely_contacts(actor, {*clues, *detail_clues(reached)})


def likely_contacts(actor: Actor, clues: Collection[str]) -> list[Likely]:
    """Return visible contacts who share enough of these clues (contacts.rules.clues.person_clues)."""
    visible_contacts = _visible_contacts(actor)
    holders: dict[str, list[UUID]] = {}
    sharing = among_candidates(visible_contacts.filter(clues__overlap=list(clues)), sharing=clues)
    for pk, contact_clues in sharing.values_list("pk", "clues"):
        for clue in set(clues).intersection(contact_clues):
            holders.setdefault(clue, []).append(pk)
    shared: dict[UUID, list[str]] = {}
    for clue, contact_ids in holders.items():
        for pk in contact_ids if len(contact_ids) < SHARED_BY_FEW else []:
            shared.setdefault(pk, []).append(clue)
    ranked = [(score(clues), pk, _kinds_of_clues(clues)) for pk, clues in shared.items()]
    return _likeliest(visible_contacts.select_related("home_district"), {None: ranked}).get(None, [])


def likely_among_contacts(actor: Actor, new: Collection[UUID]) -> dict[UUID, list[Likely]]:
    """Return likely duplicates of newly imported contacts, among those the actor can see, by ID."""
    return _likeliest(
        Contact.objects.all(), _likely_duplicates(_visible_contacts(actor), new, _judge_by_clues)
    )


def likely_among_organisations(actor: Actor, new: Collection[UUID]) -> dict[UUID, list[Likely]]:
    """Return likely duplicates of newly imported organisations, among those the actor can see, by ID."""
    visible_organisations = Organisation.objects.visible_to(actor)
    return _likeliest(
        Organisation.objects.only("name"), _likely_duplicates(visible_organisations, new, _judge_by_name)
    )


def _visible_contacts(actor: Actor) -> Any:
    return Contact.objects.visible_to(actor).filter(withdrawn_on__isnull=True)


def _likely_duplicates(
    visible_rows: Any, new: Collection[UUID], judge: Judge
) -> dict[UUID, list[tuple[float, UUID, Collection[str]]]]:
    """Return the likely duplicates of each new row among `visible_rows`, by the new row's ID.

    Two new rows are paired once. One statement compares a whole file, because one for each row or batch takes
    longer than the import. Its result is fetched in parts, because 100,000 rows can have 300,000 pairs that
    share only an address.
    """
    duplicates_by_row: dict[UUID, list[tuple[float, UUID, Collection[str]]]] = {}
    if not new:
        return duplicates_by_row
    try:
        sql, parameters = visible_rows.values("pk", "clues").query.sql_with_params()
    except EmptyResultSet:  # the actor covers no district
        return duplicates_by_row
    with connection.chunked_cursor() as cursor:
        cursor.execute(
            f"""
            WITH clued AS (SELECT pk, unnest(clues) AS clue FROM ({sql}) AS seen (pk, clues)),
            shared AS (SELECT clue FROM clued GROUP BY clue HAVING count(*) BETWEEN 2 AND %s),
            new_rows AS (SELECT unnest(%s::uuid[]) AS pk)
            SELECT new_row.pk, other.pk, array_agg(new_row.clue)
            FROM clued new_row
            JOIN shared USING (clue)
            JOIN clued other ON other.clue = new_row.clue AND other.pk <> new_row.pk
            WHERE new_row.pk IN (SELECT pk FROM new_rows)
            AND (other.pk < new_row.pk OR other.pk NOT IN (SELECT pk FROM new_rows))
            GROUP BY new_row.pk, other.pk
            HAVING count(*) > 1 OR bool_or(new_row.clue NOT LIKE 'word:%%')
            """,  # noqa: S608 (Django's own statement)
            [*parameters, SHARED_BY_FEW, list(new)],
        )
        while pairs := cursor.fetchmany(_FETCHED):
            for value, new_id, other_id, kinds in judge(pairs):
                if value >= LIKELY:
                    duplicates_by_row.setdefault(new_id, []).append((value, other_id, kinds))
    return duplicates_by_row


def _likeliest(
    rows: Any, sharing: Mapping[Key, Sequence[tuple[float, UUID, Collection[str]]]]
) -> dict[Key, list[Likely]]:
    """Return, by key, up to MOST_LIKELY suggestions that share enough clues, the likeliest first."""
    best = {}
    for key, likely in sharing.items():
        ranked = sorted((-value, pk, kinds) for value, pk, kinds in likely if value >= LIKELY)
        best[key] = ranked[:MOST_LIKELY]
    rows_by_id = rows.in_bulk({pk for ranked in best.values() for _value, pk, _kinds in ranked})
    return {
        key: [
            Likely(rows_by_id[pk], -value, reasons(kinds)) for value, pk, kinds in ranked if pk in rows_by_id
        ]
        for key, ranked in best.items()
        if ranked
    }


def _likely_pairs(
    object_type: str, visible_rows: Any, shown_rows: Any, judge: Judge
) -> tuple[list[Pair], int]:
    """Return the likeliest pairs and the number of all pairs.

    Runs at most three statements: for shared clues, for names, and for the rows shown.
    """
    try:
        sql, parameters = visible_rows.values("pk", "clues").query.sql_with_params()
    except EmptyResultSet:  # the actor covers no district
        return [], 0
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            WITH clued AS (SELECT pk, unnest(clues) AS clue FROM ({sql}) AS seen (pk, clues)),
            shared AS (
                SELECT clue, clue LIKE 'word:%%' AS is_word, array_agg(pk) AS pks
                FROM clued GROUP BY clue HAVING count(*) BETWEEN 2 AND %s
            )
            SELECT one_row.pk, other_row.pk, coalesce(array_agg(clue) FILTER (WHERE NOT is_word), '{{}}')
            FROM shared, unnest(pks) AS one_row (pk), unnest(pks) AS other_row (pk)
            WHERE one_row.pk < other_row.pk AND NOT EXISTS (
                SELECT FROM {NotADuplicate._meta.db_table} different
                WHERE different.object_type = %s
                AND different.one = one_row.pk AND different.other = other_row.pk
            )
            GROUP BY one_row.pk, other_row.pk
            ORDER BY sum(CASE WHEN is_word THEN 1 ELSE 4 END) DESC, one_row.pk, other_row.pk
            LIMIT %s
            """,  # noqa: S608 (Django's own statement and a table's name)
            [*parameters, SHARED_BY_FEW, object_type, _COMPARED],
        )
        judged = judge(cursor.fetchall())
    likely = sorted((pair for pair in judged if pair[0] >= LIKELY), key=lambda pair: (-pair[0], *pair[1:3]))
    rows = shown_rows.in_bulk(
        {
            pk
            for _value, first_id, second_id, _kinds_of_clues in likely[:SHOWN]
            for pk in (first_id, second_id)
        }
    )
    return [
        Pair(rows[first_id], rows[second_id], value, reasons(kinds))
        for value, first_id, second_id, kinds in likely[:SHOWN]
    ], len(likely)


def _judge_by_clues(pairs: Sequence[Shared]) -> list[Judged]:
    return [
        (score(clues), first_id, second_id, _kinds_of_clues(clues)) for first_id, second_id, clues in pairs
    ]


def _judge_by_name(pairs: Sequence[Shared]) -> list[Judged]:
    """Judge organisations by their names and other shared clues. Shared words alone only select pairs.

    Two organisations with different numbers of one register are never the same.
    """
    ids = {pk for first_id, second_id, _clues in pairs for pk in (first_id, second_id)}
    listed = Organisation.objects.filter(id_in("pk", ids)).values_list("pk", "name", "short_name", "clues")
    names, all_clues = {}, {}
    for pk, name, short_name, clues_of_row in listed:
        names[pk], all_clues[pk] = (name, short_name), clues_of_row
    judged: list[Judged] = []
    for first_id, second_id, clues in pairs:
        if have_different_numbers(all_clues[first_id], all_clues[second_id]):
            continue
        value, _alike, kinds = compare(clues, names[first_id], names[second_id])
        judged.append((value, first_id, second_id, kinds))
    return judged


def _kinds_of_clues(clues: Iterable[str]) -> list[str]:
    return [clue.partition(":")[0] for clue in clues]
