"""A person who is planted in every text of every table, found by introspection of the models."""

import random
from collections.abc import Iterator, Mapping
from typing import Any, Final
from urllib.parse import unquote_plus, urlencode

from django.apps import apps
from django.contrib.postgres.fields import ArrayField
from django.db import DatabaseError, connection, models, transaction
from django.utils import timezone
from phonenumber_field.modelfields import PhoneNumberField

from lib import erasable
from lib.days import city_today
from lib.ids import uuid7
from privacy import inventory
from privacy.inventory import holds_text, searched_tables
from privacy.queries.text_search import text_of
from tests.architecture.canaries import ASKED, TOLD, of_row

NAME: Final = "Leila Haddad"
ARABIC: Final = "ليلى حداد"
PHONE: Final = "+441144960648"
EMAIL: Final = "leila.haddad@haddad.example"
EXACT: Final = (NAME, "HADDAD, Leila", "Haddad Leila", ARABIC)
#: What a dump is searched for, in small letters: words of the name in both scripts, and digits.
TRACES: Final = ("leila", "haddad", "ليلى", "حداد", "1144960648", "114 496 0648")

#: A value as lib.encryption writes it, as a pattern of PostgreSQL. Its random letters can spell a short word.
CIPHERTEXT: Final = r"(\x01|\\u0001)enc1:\d+:[A-Za-z0-9+/=]*"

NUMBERS: Final = ("4960648", "496-0648", "496.0648")
#: Forms in which a person is written. Each is found.
VARIANTS: Final = (
    *EXACT,
    *("leila haddad", "LEILA HADDAD", "Mrs Leila Haddad", "Leila A. Haddad", "Leïla Haddad", "Leila Haddads"),
    *(f"({NAME})", f"“{NAME}”", "Leila\u00a0Haddad", "Leila\nHaddad", "Лейла Хаддад", "Leyla Hadad"),
    *("+44 114 496 0648", "0114 496 0648", "(0114) 496-0648", "0044 114 4960648", "0114.496.0648"),
    *(EMAIL, EMAIL.upper(), f"<{EMAIL}>", f"mail {EMAIL}, please"),
)

Place = tuple[str, str, str]  # table, key and field


def misspelt(chance: random.Random) -> str:
    """The name with one typo in each word: a letter left out, doubled, exchanged or swapped."""
    return " ".join(_typo(word, chance) for word in NAME.split())


def _typo(word: str, chance: random.Random) -> str:
    at = chance.randrange(1, len(word) - 1)
    before, letter, after = word[:at], word[at], word[at + 1 :]
    other = chance.choice("abdeilmnorstu")
    swapped = before + after[0] + letter + after[1:]
    return chance.choice([before + after, before + 2 * letter + after, before + other + after, swapped])


#: Rows of the person, and rows of the log, which has a test of its own.
APPEND_ONLY: Final = {"contacts.Contact", "audit.Event", "audit.Reason"}


def searched_fields() -> list[inventory.Field]:
    """All columns with text that have no reason against a search."""
    return [inventory.field_of(label, name) for label, names in searched_tables().items() for name in names]


def fill_tables() -> None:
    """Make a row of each table that has none: with the first choices, and references to rows that exist."""
    empty = [apps.get_model(label) for label in searched_tables()]
    empty = [model for model in empty if not model._base_manager.exists()]
    for _round in range(3):  # a row may need one of another empty table
        for model in [model for model in empty if not model._base_manager.exists()]:
            try:
                with transaction.atomic():
                    make_row(model)
            except (DatabaseError, ValueError, LookupError):
                continue


def make_row(model: type[models.Model], **fields: Any) -> Any:
    """Make a row with these fields, and with something in each other field that must have a value."""
    return model._base_manager.create(**dict(_needed(model, fields)) | fields)


def _needed(model: type[models.Model], given: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for field in model._meta.concrete_fields:
        if (
            field.name in given
            or field.null
            or field.has_default()
            or field.has_db_default()
            or isinstance(field, models.AutoField)
        ):
            continue
        if isinstance(field, models.ForeignKey):
            yield field.name, field.related_model._base_manager.order_by("pk")[0]
        elif field.blank and isinstance(field, models.CharField | models.TextField):
            yield field.name, ""
        elif field.choices:
            yield field.name, next(value for value, _label in field.flatchoices if value != "")
        elif isinstance(field, models.UUIDField):
            yield field.name, uuid7()
        elif isinstance(field, models.DateTimeField):
            yield field.name, timezone.now()
        elif isinstance(field, models.DateField):
            yield field.name, city_today()
        elif isinstance(field, models.JSONField):
            yield field.name, {}
        elif isinstance(field, ArrayField):
            yield field.name, []
        elif isinstance(field, models.BinaryField):
            yield field.name, b"x" * 16
        elif isinstance(field, models.IntegerField):
            yield field.name, 1
        elif isinstance(field, models.BooleanField):
            yield field.name, False
        elif isinstance(field, models.CharField | models.TextField):
            yield field.name, "x"


def natural_values() -> Iterator[tuple[str, str, str]]:
    """Each text that the search leaves out for a reason: table and field, the reason and the text."""
    for model in apps.get_models(include_auto_created=True):
        label = model._meta.label
        for field in model._meta.concrete_fields:
            reason = inventory.field_of(label, field.name).unsearched if holds_text(field) else ""
            for value in model._base_manager.values_list(field.name, flat=True) if reason else ():
                for text in text_of(value).splitlines():
                    if not any(word in text for word in (*TOLD.values(), *ASKED.values())):
                        yield f"{label}.{field.name}", reason, text


def places() -> Iterator[tuple[type[models.Model], str, Any]]:
    """Each row, and each of its fields in which a person can be named and erased."""
    for label, names in searched_tables().items():
        model = apps.get_model(label)
        if label in APPEND_ONLY:
            continue
        fields = [name for name in names if inventory.field_of(label, name).erasure != "keep"]
        keys = [str(pk) for pk in model._base_manager.order_by("pk").values_list("pk", flat=True)]
        fixed = set(erasable.writers()[label].kept(keys)) if fields else set(keys)
        for key in keys:
            if key not in fixed:
                yield from ((model, key, model._meta.get_field(name)) for name in fields)


def plant(chance: random.Random, how: str) -> set[Place]:
    """Write the person into all places, by a name ("exact", "misspelt") or by "phone". Return the places."""
    planted: set[Place] = set()
    for number, (model, key, field) in enumerate(list(places())):
        text = {"exact": chance.choice(EXACT), "misspelt": misspelt(chance), "phone": "0114 496 0648"}[how]
        value = _value(field, text, number)
        try:
            with transaction.atomic():
                model._base_manager.filter(pk=key).update(**{field.name: of_row(field, value, key)})
        except DatabaseError:  # a row with a rule of its own, such as a code that must be known
            continue
        planted.add((model._meta.label, key, field.name))
    return planted


def _value(field: Any, text: str, number: int) -> Any:
    if isinstance(field, PhoneNumberField):
        return PHONE
    if isinstance(field, models.EmailField):
        return EMAIL
    if isinstance(field, models.JSONField):
        return {"rows": [[f"{text} came", number]]}
    if isinstance(field, ArrayField):
        return [f"{text} came"]
    if field.name == "query":
        return urlencode({"q": text})
    return f"{text} {number}" if (field.max_length or 1000) > len(text) + 4 else PHONE[3:]


def plant_one(model: type[models.Model], name: str, text: str) -> str | None:
    """Write a text into a column of one row; None if the column has a form that the text has not."""
    field: Any = model._meta.get_field(name)
    for other, key, one in places():
        if other is not model or one.name != name:
            continue
        value: Any = text
        if isinstance(field, ArrayField):
            value = [text]
        elif isinstance(field, models.JSONField):
            value = {"rows": [{text: text}]}
        if isinstance(value, str) and len(value) > (field.max_length or len(value)):
            return None
        if isinstance(field, PhoneNumberField | models.EmailField) or name == "query":
            value = _value(field, text, 1)
        try:
            with transaction.atomic():
                model._base_manager.filter(pk=key).update(**{name: of_row(field, value, key)})
        except DatabaseError:
            return None
        return key
    return None


def left_in(model: type[models.Model], key: str) -> list[str]:
    """What is left of the person in a row: in PostgreSQL's own text of it, and in its decrypted values."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT regexp_replace(row_to_json(t)::text, %s, '', 'g')"  # noqa: S608 (names of tables)
            f' FROM "{model._meta.db_table}" t WHERE "{model._meta.pk.column}"::text = %s',
            [CIPHERTEXT, key],
        )
        raw = "".join(text for (text,) in cursor.fetchall())
    values = [str(value) for row in model._base_manager.filter(pk=key).values() for value in row.values()]
    said = unquote_plus("\n".join([raw, *values]).casefold())
    return [one for one in (*TRACES, *NUMBERS) if one in said]


def fields_of(planted: set[Place]) -> set[tuple[str, str]]:
    return {(label, field) for label, _key, field in planted}


def traces() -> list[str]:
    """Tables and fields of all rows, decrypted as the application reads them, that name the person."""
    found = []
    for model in apps.get_models(include_auto_created=True):
        names = [field.attname for field in model._meta.concrete_fields]
        for row in model._base_manager.values(*names):
            found += [f"{model._meta.label}.{name}" for name in names if _names(row[name])]
    return sorted(set(found))


def _names(value: Any) -> bool:
    if isinstance(value, bytes | memoryview):
        value = bytes(value).decode(errors="replace")
    text = str(value).casefold()
    return any(one in text for one in TRACES)
