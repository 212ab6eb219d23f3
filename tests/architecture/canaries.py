"""A word of each district in every text of its rows: where it turns up, something of that district is told.

The texts come from the models, so that a new field is planted by itself. What is public ground (districts),
known to all colleagues (accounts) or the administrators' (keys, webhooks) holds none.
"""

from collections.abc import Iterable, Iterator
from typing import Any, Final

from django.apps import apps
from django.contrib.postgres.fields import ArrayField
from django.db import models
from phonenumber_field.modelfields import PhoneNumberField

APPS: Final = (
    "accounts",
    "contacts",
    "districts",
    "exchange",
    "jobs",
    "meetings",
    "privacy",
    "reminders",
    "reports",
    "reviews",
)
NOT_SECRET: Final = {
    "accounts.User",
    "accounts.Session",
    "districts.District",
    "reviews.FrozenFigure",  # its only word is the name of its group; it never changes
}
#: Codes and machinery, not words that somebody wrote; by the field's name.
NOT_WORDS: Final = {
    "by",
    "delimiter",
    "digest",
    "district_code",  # the ground's, as districts are
    "district_name",
    "encoding",
    "group",
    "kind",
    "last_error",  # a mail server's, for administrators
    "languages",
    "list_name",
    "media_type",
    "message_id",
    "noun",
    "object_type",
    "query",
    "report",
    "rule",
    "slug",
    "subject_type",
    "what",
}

#: What is looked for in answers; what is asked for in searches. Neither is like the other.
TOLD: Final = {"north": "zanquivo", "south": "brexoduk"}
ASKED: Final = {"north": "kilimabo", "south": "wertuhaz"}
NOWHERE: Final = "jopexuny"
PHONES: Final = {"north": "+34655998877", "south": "+34655443322"}

Marks = dict[type[models.Model], set[Any]]


def words_of(name: str) -> str:
    return f"{TOLD[name]} {ASKED[name]}"


def planted_models() -> list[type[models.Model]]:
    found = [model for app in APPS for model in apps.get_app_config(app).get_models()]
    return [model for model in found if model._meta.label not in NOT_SECRET]


def texts(model: type[models.Model]) -> Iterator[Any]:
    """The columns in which somebody's words are kept."""
    for field in model._meta.concrete_fields:
        plain = field.base_field if isinstance(field, ArrayField) else field
        is_text = isinstance(plain, models.CharField | models.TextField) and not plain.choices
        if is_text and field.name not in NOT_WORDS and not field.choices:
            yield field


def value(field: Any, name: str, number: int) -> Any:
    """Words of the district as this column takes them; its rows are numbered, as some names are unique."""
    words = f"{words_of(name)} {number}"
    if isinstance(field, ArrayField):
        return [words]
    if isinstance(field, PhoneNumberField):
        return PHONES[name]
    if isinstance(field, models.EmailField):
        return f"{TOLD[name]}@{ASKED[name]}.example"
    if isinstance(field, models.URLField):
        return f"https://{ASKED[name]}.example/{TOLD[name]}"
    return words if (field.max_length or 1000) >= len(words) else TOLD[name]


def rows_now() -> Marks:
    return {model: set(model._default_manager.values_list("pk", flat=True)) for model in planted_models()}


def plant(name: str, before: Marks) -> None:
    """Into all rows made since `before`; what is signed is made with its words (a trigger keeps it)."""
    for model in planted_models():
        rows = model._default_manager.exclude(pk__in=before[model])
        names = {field.name for field in model._meta.concrete_fields}
        if "signed_at" in names:
            rows = rows.filter(signed_at=None)
        elif "review" in names:
            rows = rows.filter(review__signed_at=None)
        fields = list(texts(model))
        for number, pk in enumerate(rows.values_list("pk", flat=True) if fields else ()):
            model._default_manager.filter(pk=pk).update(**{f.name: value(f, name, number) for f in fields})


def leaked(text: str, names: Iterable[str]) -> list[str]:
    """Which districts' words are in a text, however they are written."""
    plain = text.casefold()
    return [
        name for name in names if TOLD[name] in plain or ASKED[name] in plain or PHONES[name][3:] in plain
    ]


def text_of(response: Any) -> str:
    """All that an answer tells: its status line's rest, its headers, its body."""
    body = response.getvalue() if response.streaming else response.content
    return "\n".join(
        [*(f"{key}: {value}" for key, value in response.headers.items()), body.decode(errors="replace")]
    )
