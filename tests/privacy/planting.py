"""A person who is planted in every searched text of every table, found by introspection of the inventory."""

import random
from collections.abc import Iterator
from typing import Any, Final
from urllib.parse import urlencode

from django.apps import apps
from django.contrib.postgres.fields import ArrayField
from django.db import DatabaseError, models, transaction
from phonenumber_field.modelfields import PhoneNumberField

from contacts.models import Contact
from lib import erasable
from privacy import inventory
from privacy.searching import searched_tables
from tests.architecture.canaries import of_row

NAME: Final = "Leila Haddad"
ARABIC: Final = "ليلى حداد"
PHONE: Final = "+441144960648"
EMAIL: Final = "leila.haddad@haddad.example"
EXACT: Final = (NAME, "HADDAD, Leila", "Haddad Leila", ARABIC)
#: What a dump is searched for, in small letters: words of the name in both scripts, and digits.
TRACES: Final = ("leila", "haddad", "ليلى", "حداد", "1144960648", "114 496 0648")

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


def places() -> Iterator[tuple[type[models.Model], str, Any]]:
    """Each row, and each of its fields in which a person can be named and erased."""
    for label, names in searched_tables().items():
        model = apps.get_model(label)
        if model is Contact or label == "audit.Reason":  # rows of the person; append-only
            continue
        fields = [name for name in names if inventory.fields()[label, name].erasure != "keep"]
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
    return f"{text} {number}"


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
