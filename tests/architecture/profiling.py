"""The rules against profiling people (domain.md, rules 2, 3 and 4), as a check of what it is given.

A test shows it what there is, and what must not be, and sees it object.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Any

from django import forms
from django.db import models
from rest_framework import serializers

from contacts.codes import Kind
from contacts.models import Affiliation, Contact, ContactExternalId, PrivateChannel
from districts.codes import Focus
from lib.filters import FilterSet

#: Rows that are of one person; a link (a meeting's, a promise's) is of the meeting or promise.
PERSON = (Contact, PrivateChannel, Affiliation, ContactExternalId)

# Whole words of a name, or its beginning: `race` is one, `trace` is not.
_WORDS = re.compile(
    r"(?:^|_)(?:ethnic|nationalit|citizenship|religi|belie|faith|confession|church|orientation|sexual|gender|"
    r"sex(?:_|$)|pronoun|health|disab|illness|diagnos|politic|party(?:_|$)|union|race(?:_|$)|racial|origin|skin|"
    r"communit|focus|minorit|migra|birth|born|age(?:_|$)|age_group|minor(?:_|$)|child|photo|picture|portrait|avatar|"
    r"biometr|fingerprint|passport|identity|id_(?:card|number)|national_id|social_security|relative|famil(?:y|ies)(?:_of|_members?|$)|"
    r"parent|spouse|partner|sibling|mother|father|friend|knows|cadence|score|rank|rating|risk|threat|tag|label|custom|"
    r"attribute|extra|metadata)"
)
# What an organisation is, and must not become a way to a person.
_ORGANISATIONS = re.compile(r"(?:^|__|_)(?:focus\w*|kind|kinds|declarations?|cadence\w*)(?:$|__|_)")
_FREE_SHAPES = (models.JSONField,)
CODES = frozenset([*Focus.values, *Kind.values])


def model_faults(model: type[models.Model]) -> Iterator[str]:
    """What is wrong with the fields of a model that holds rows of one person."""
    for field in (*model._meta.concrete_fields, *model._meta.many_to_many):
        name = f"{model.__name__}.{field.name}"
        if describes(field.name):
            yield f"{name} says who a person is"
        if isinstance(field, _FREE_SHAPES):
            yield f"{name} can hold anything about a person"
        if isinstance(field, models.FileField):
            yield f"{name} can hold a person's picture"
        if field.choices and not CODES.isdisjoint(_values(field.choices)):
            yield f"{name} takes an organisation's codes"
        if field.is_relation and field.related_model is Contact and model is Contact:
            yield f"{name} ties a person to a person"


def is_of_a_person(model: type[models.Model]) -> bool:
    """A model that is a person's own: it is one, or belongs to one and to nothing else."""
    if model is Contact or issubclass(model, Contact):
        return True
    relations = [field for field in model._meta.concrete_fields if field.is_relation]
    return any(
        field.related_model is Contact and (field.one_to_one or len(relations) == 1) for field in relations
    )


def ties_people(model: type[models.Model]) -> bool:
    """Whether a row of it names two people side by side, such as a relative and whose."""
    to_people = [
        field for field in model._meta.concrete_fields if field.is_relation and field.related_model is Contact
    ]
    return len(to_people) > 1


def form_faults(form: forms.BaseForm) -> Iterator[str]:
    """What is wrong with the fields of a form about a person."""
    yield from _fields_faults(type(form).__name__, form.fields.items())


def filter_faults(filterset: type[FilterSet]) -> Iterator[str]:
    """What is wrong with the parameters people are filtered by: names, columns and choices."""
    for name, one in filterset.base_filters.items():
        where = f"{filterset.__name__}.{name}"
        path = str(one.field_name or "")
        if describes(name) or _ORGANISATIONS.search(name) or _ORGANISATIONS.search(path):
            yield f"{where} finds people by what an organisation or a person is"
        elif "organisation__" in path or path.startswith("affiliations__"):
            yield f"{where} looks through an organisation"
        elif not CODES.isdisjoint(_values(one.extra.get("choices") or ())):
            yield f"{where} takes an organisation's codes"


def ordering_faults(orderings: Iterable[str]) -> Iterator[str]:
    for column in orderings:
        if describes(column) or _ORGANISATIONS.search(column) or "__" in column:
            yield f"people are ordered by {column}"


def serializer_faults(name: str, fields: Iterable[tuple[str, Any]]) -> Iterator[str]:
    """Of an API shape: its columns, and those of the rows inside it."""
    fields = list(fields)
    yield from _fields_faults(name, fields)
    for column, shape in fields:
        inner = getattr(shape, "child", shape)
        if hasattr(inner, "fields"):
            yield from serializer_faults(f"{name}.{column}", inner.fields.items())


def expansion_faults(name: str, columns: Iterable[str]) -> Iterator[str]:
    """Of what a person's row expands to: an organisation's name, and nothing that says what it is."""
    for column in set(columns) - {"id", "name", "version"}:
        yield f"{name} tells an organisation's {column}"


def describes(name: str) -> bool:
    """Whether a field of this name would say who a person is."""
    return _WORDS.search(name.lower()) is not None


def _fields_faults(owner: str, fields: Iterable[tuple[str, Any]]) -> Iterator[str]:
    for name, field in fields:
        if describes(name) or _ORGANISATIONS.search(name):
            yield f"{owner}.{name} asks who a person is"
        elif not CODES.isdisjoint(_values(_choices(field))):
            yield f"{owner}.{name} takes an organisation's codes"


def _choices(field: Any) -> Any:
    """Fixed ones only: those of a query are rows, not codes."""
    if isinstance(field, forms.ModelChoiceField | serializers.RelatedField):
        return ()
    return getattr(field, "choices", None) or ()


def _values(choices: Any) -> set[str]:
    pairs = choices.items() if isinstance(choices, dict) else choices
    return {str(value) for value, _label in pairs if value} - {"other"}
