"""A canary word of each district in every text of its rows, which shows where data of a district leaks.

The text columns come from the models, so new fields are covered. Public rows (districts), rows known to all
colleagues (accounts) and rows of administrators (keys, webhooks) have no canaries.
"""

from collections.abc import Iterable, Iterator
from typing import Any, Final

from django.apps import apps
from django.contrib.postgres.fields import ArrayField
from django.db import models
from phonenumber_field.modelfields import PhoneNumberField

from lib.encrypted_fields import OfRow, RowBound

APPS: Final = (
    "accounts",
    "contacts",
    "disclosure",
    "districts",
    "exchange",
    "incidents",
    "jobs",
    "meetings",
    "oversight",
    "plans",
    "privacy",
    "reminders",
    "reports",
    "reviews",
)
NOT_SECRET: Final = {
    "accounts.User",
    "accounts.Session",
    "districts.District",
    "incidents.Protocol",  # the city's rules, which name nobody and never change once in force
    "incidents.ProtocolStep",
    "plans.City",  # public, and what it tells is for all colleagues
    "plans.CityFile",
    "plans.ComparisonFile",  # signed, and of titles alone, which the plan has too
    "plans.IndicatorValue",  # a number, which never changes, and the survey it is from
    "reports.KeptFigure",  # codes and numbers, which never change
    "reports.KeptMembers",
    "reviews.FrozenFigure",  # its only word is a group name, which never changes
}
#: Field names of codes and technical values, which are not typed by people.
NOT_WORDS: Final = {
    "by",
    "delimiter",
    "digest",
    "district_code",  # public, like districts
    "district_name",
    "encoding",
    "field",  # where a finding is
    "group",
    "kind",
    "last_error",  # written by a mail server, for administrators
    "languages",
    "list_name",
    "media_type",
    "message_id",
    "model",
    "noun",
    "number",  # of a request
    "object_id",
    "object_type",
    "query",
    "report",
    "rule",
    "seed",  # of a draw: random digits
    "slug",
    "subject_type",
    "what",
}

#: Tables whose text is a web address (of the rows in tests.architecture.ground), which their form checks.
PAGES: Final = {"contacts.OrganisationDetail", "contacts.ContactDetail"}

#: The canary that is looked for in responses, and the word for searches. They do not resemble each other.
TOLD: Final = {"north": "zanquivo", "south": "brexoduk"}
ASKED: Final = {"north": "kilimabo", "south": "wertuhaz"}
NOWHERE: Final = "jopexuny"
PHONES: Final = {"north": "+34655998877", "south": "+34655443322"}

Marks = dict[type[models.Model], set[Any]]


def words_of(name: str) -> str:
    return f"{TOLD[name]} {ASKED[name]}"


def of_row(field: Any, value: Any, pk: Any) -> Any:
    """Return the value for an UPDATE of this row alone, which an encrypted field has to know."""
    if not isinstance(field, RowBound):
        return value
    names = [one.attname for one in field.row_fields]
    row = field.row_of(field.model._base_manager.values_list(*names).get(pk=pk))
    return models.Value(OfRow(value, row), output_field=field)


def planted_models() -> list[type[models.Model]]:
    found = [model for app in APPS for model in apps.get_app_config(app).get_models()]
    return [model for model in found if model._meta.label not in NOT_SECRET]


def texts(model: type[models.Model]) -> Iterator[Any]:
    """Return the columns that contain text typed by people."""
    for field in model._meta.concrete_fields:
        plain = field.base_field if isinstance(field, ArrayField) else field
        is_text = isinstance(plain, models.CharField | models.TextField) and not plain.choices
        if is_text and field.name not in NOT_WORDS and not field.choices:
            yield field


def value(field: Any, name: str, number: int) -> Any:
    """Return a canary as a value of this column. Rows are numbered, because some names are unique."""
    words = f"{words_of(name)} {number}"
    if isinstance(field, ArrayField):
        return [words]
    if isinstance(field, PhoneNumberField):
        return PHONES[name]
    if isinstance(field, models.EmailField):
        return f"{TOLD[name]}@{ASKED[name]}.example"
    if isinstance(field, models.URLField):
        return f"https://{ASKED[name]}.example/{TOLD[name]}"
    if field.model._meta.label in PAGES:
        return f"https://{ASKED[name]}.example/{TOLD[name]}-{number}"
    return words if (field.max_length or 1000) >= len(words) else TOLD[name]


def rows_now() -> Marks:
    return {model: set(model._default_manager.values_list("pk", flat=True)) for model in planted_models()}


def plant(name: str, before: Marks) -> None:
    """Write canaries into all rows made since `before`.

    Signed rows are created with them, due to a trigger.
    """
    for model in planted_models():
        rows = model._default_manager.exclude(pk__in=before[model])
        names = {field.name for field in model._meta.concrete_fields}
        if "signed_at" in names:
            rows = rows.filter(signed_at=None)
        elif "review" in names:
            rows = rows.filter(review__signed_at=None)
        fields = list(texts(model))
        for number, pk in enumerate(rows.values_list("pk", flat=True) if fields else ()):
            model._default_manager.filter(pk=pk).update(
                **{f.name: of_row(f, value(f, name, number), pk) for f in fields}
            )


def leaked(text: str, names: Iterable[str]) -> list[str]:
    """Return the districts whose canaries are in a text, in any spelling."""
    plain = text.casefold()
    return [
        name for name in names if TOLD[name] in plain or ASKED[name] in plain or PHONES[name][3:] in plain
    ]


def text_of(response: Any) -> str:
    """Return everything a response tells: reason phrase, headers and body."""
    body = response.getvalue() if response.streaming else response.content
    return "\n".join(
        [*(f"{key}: {value}" for key, value in response.headers.items()), body.decode(errors="replace")]
    )
