"""Numbers of organisations in registers: set by the writer of organisations."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from contacts.models import OrganisationNumber
from contacts.rules.numbers import Number, is_of_a_person, numbers_in, read_number
from contacts.services.changes import Change
from lib.error_texts import at
from lib.id_lists import id_in
from lib.limits import refuse_more

NUMBERS: Final = "numbers"
Numbers = Mapping[UUID, Sequence[OrganisationNumber]]  # by the organisation's ID


def numbers_of(rows: Collection[Any]) -> dict[UUID, list[OrganisationNumber]]:
    """Return the numbers of organisations, by the organisation's ID."""
    by_owner: dict[UUID, list[OrganisationNumber]] = defaultdict(list)
    for number in OrganisationNumber.objects.filter(id_in("organisation", [row.pk for row in rows])):
        by_owner[number.organisation_id].append(number)
    return by_owner


def values_in(text: str) -> list[dict[str, str]]:
    """Return the numbers of a text with one on each line, as a change of an organisation takes them."""
    return [{"register": register, "as_written": number} for register, number in numbers_in(text)]


def read_numbers(numbers: Iterable[Mapping[str, str]]) -> list[Number]:
    """Read numbers as a change of an organisation takes them. Without a country, it is the city's country."""
    return [
        read_number(
            values["as_written"],
            register=values.get("register") or "",
            country=values.get("country") or settings.PHONENUMBER_DEFAULT_REGION,
        )
        for values in numbers
    ]


def plan_numbers(changes: Iterable[Change]) -> dict[UUID, list[OrganisationNumber]]:
    """Return the unsaved numbers that changes ask for, by the organisation's ID.

    Raises ValidationError at `numbers` for an invalid number or the number of a person.
    """
    return {
        change.row.pk: _read(change.row, change.fields[NUMBERS])
        for change in changes
        if change.fields.get(NUMBERS) is not None
    }


def _read(row: Any, numbers: Sequence[Mapping[str, str]]) -> list[OrganisationNumber]:
    refuse_more(NUMBERS, numbers)
    by_key = {}
    for number in read_numbers(numbers):
        if is_of_a_person(number):
            raise ValidationError({NUMBERS: _("This is a person's number. Enter the organisation's number.")})
        planned = OrganisationNumber(organisation=row, **number._asdict())
        try:
            planned.clean_fields(exclude=["organisation"])
        except ValidationError as error:
            raise at(NUMBERS, error) from error
        by_key[_key(planned)] = planned
    return list(by_key.values())


def store_numbers(changes: Iterable[Change], planned: Numbers) -> None:
    """Replace the numbers of saved organisations, and note `numbers` in the changes of those that differ."""
    by_id = {change.row.pk: change for change in changes if change.row.pk in planned}
    stored = numbers_of([change.row for change in by_id.values() if not change.is_new])
    dropped, added = [], []
    for pk, change in by_id.items():
        before = {_key(number): number for number in stored.get(pk, ())}
        after = {_key(number): number for number in planned[pk]}
        ended_ids = [number.pk for key, number in before.items() if key not in after]
        new = [number for key, number in after.items() if key not in before]
        if (ended_ids or new) and not change.is_new:
            change.names.append(NUMBERS)
        dropped += ended_ids
        added += new
    OrganisationNumber.objects.filter(pk__in=dropped).delete()
    OrganisationNumber.objects.bulk_create(added)


def _key(number: OrganisationNumber) -> tuple[str, str, str]:
    return number.country, number.register, number.compact
