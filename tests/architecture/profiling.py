"""Checks for the rules against profiling people (docs/domain.md, rules 2, 3 and 4).

The tests run the checks on the project, and on forbidden examples that the checks must reject.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Any

from django import forms
from django.db import models
from rest_framework import serializers

from contacts.codes import Kind
from contacts.models import Affiliation, Contact, ContactDetail, ContactExternalId, PrivateChannel
from districts.codes import Focus
from lib.filters import FilterSet

#: Rows about a single person. A link row (of a meeting or follow-up) belongs to the meeting or follow-up.
PERSON = (Contact, ContactDetail, PrivateChannel, Affiliation, ContactExternalId)

# Whole words of a name or their beginnings: `race` matches, `trace` does not.
_WORDS = re.compile(
    r"(?:^|_)(?:ethnic|nationalit|citizenship|religi|belie|faith|confession|church|orientation|sexual|gender|"
    r"sex(?:_|$)|pronoun|health|disab|illness|diagnos|politic|party(?:_|$)|union|race(?:_|$)|racial|origin|skin|"
    r"communit|focus|minorit|migra|birth|born|age(?:_|$)|age_group|minor(?:_|$)|child|photo|picture|portrait|avatar|"
    r"biometr|fingerprint|passport|identity|id_(?:card|number)|national_id|social_security|relative|famil(?:y|ies)(?:_of|_members?|$)|"
    r"parent|spouse|partner|sibling|mother|father|friend|knows|cadence|score|rank|rating|risk|threat|tag|label|custom|"
    r"attribute|extra|metadata)"
)
# Attributes of an organisation that must not lead to a person.
_ORGANISATIONS = re.compile(r"(?:^|__|_)(?:focus\w*|kind|kinds|declarations?|cadence\w*)(?:$|__|_)")
_FREE_SHAPES = (models.JSONField,)
# Written by the contact's writer from the columns of the name alone, and in no form.
_OF_ONE_SHAPE = frozenset({"Contact.former_names"})
CODES = frozenset([*Focus.values, *Kind.values])


def model_faults(model: type[models.Model]) -> Iterator[str]:
    """Return the problems with the fields of a model whose rows are about one person."""
    for field in (*model._meta.concrete_fields, *model._meta.many_to_many):
        name = f"{model.__name__}.{field.name}"
        if describes(field.name):
            yield f"{name} says who a person is"
        if isinstance(field, _FREE_SHAPES) and name not in _OF_ONE_SHAPE:
            yield f"{name} can hold anything about a person"
        if isinstance(field, models.FileField):
            yield f"{name} can hold a person's picture"
        if field.choices and not CODES.isdisjoint(_values(field.choices)):
            yield f"{name} takes an organisation's codes"
        if field.is_relation and field.related_model is Contact and model is Contact:
            yield f"{name} ties a person to a person"


def is_of_a_person(model: type[models.Model]) -> bool:
    """Whether the model is a person or belongs to a person and to nothing else."""
    if model is Contact or issubclass(model, Contact):
        return True
    relations = [field for field in model._meta.concrete_fields if field.is_relation]
    return any(
        field.related_model is Contact and (field.one_to_one or len(relations) == 1) for field in relations
    )


def ties_people(model: type[models.Model]) -> bool:
    """Whether a row names two people, such as a contact and a relative."""
    to_people = [
        field for field in model._meta.concrete_fields if field.is_relation and field.related_model is Contact
    ]
    return len(to_people) > 1


def form_faults(form: forms.BaseForm) -> Iterator[str]:
    """Return the problems with the fields of a form about a person."""
    yield from _fields_faults(type(form).__name__, form.fields.items())


def filter_faults(filterset: type[FilterSet]) -> Iterator[str]:
    """Return the problems with filter parameters for people: names, columns and choices."""
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
    """Return the problems with an API shape: its columns, and those of nested rows."""
    fields = list(fields)
    yield from _fields_faults(name, fields)
    for column, shape in fields:
        inner = getattr(shape, "child", shape)
        if hasattr(inner, "fields"):
            yield from serializer_faults(f"{name}.{column}", inner.fields.items())


def expansion_faults(name: str, columns: Iterable[str]) -> Iterator[str]:
    """Return the problems with an expansion of a person: only the organisation's name is allowed."""
    for column in set(columns) - {"id", "name", "version"}:
        yield f"{name} tells an organisation's {column}"


def describes(name: str) -> bool:
    """Whether a field with this name would describe who a person is."""
    return _WORDS.search(name.lower()) is not None


def _fields_faults(owner: str, fields: Iterable[tuple[str, Any]]) -> Iterator[str]:
    for name, field in fields:
        if describes(name) or _ORGANISATIONS.search(name):
            yield f"{owner}.{name} asks who a person is"
        elif not CODES.isdisjoint(_values(_choices(field))):
            yield f"{owner}.{name} takes an organisation's codes"


def _choices(field: Any) -> Any:
    """Return fixed choices only, because the choices of a query are rows."""
    if isinstance(field, forms.ModelChoiceField | serializers.RelatedField):
        return ()
    return getattr(field, "choices", None) or ()


def _values(choices: Any) -> set[str]:
    pairs = choices.items() if isinstance(choices, dict) else choices
    return {str(value) for value, _label in pairs if value} - {"other"}
