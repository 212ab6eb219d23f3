"""Other details: phones and addresses of an organisation or contact besides the first of each channel."""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import URLValidator, validate_email
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from contacts.codes import Channel, ChannelUse
from contacts.models import Contact, ContactDetail, Organisation, OrganisationDetail
from contacts.rules.phones import find_phones
from contacts.services.changes import Change
from contacts.services.phones import example_phone
from lib.cleaning import clean_value
from lib.copying import insert_rows
from lib.domains import plain_email
from lib.error_texts import at
from lib.id_lists import id_in
from lib.limits import refuse_more

OTHER: Final = "other_details"
NAMES: Final = ("channel", "value", "use")
# The column of the row itself that has the first of a channel. A contact has no column for a website.
FIRST: Final = {Channel.PHONE: "phone", Channel.EMAIL: "email", Channel.WEBSITE: "website"}
_LONGEST_EMAIL: Final = 254
_E164: Final = re.compile(r"\+[1-9][0-9]{6,14}")
_MODELS: Final[dict[Any, Any]] = {Organisation: OrganisationDetail, Contact: ContactDetail}
_is_page = URLValidator(schemes=["http", "https"])

Details = Mapping[UUID, Sequence[Any]]  # by the owner's ID, in their order


def details_of(rows: Collection[Any], known_details: Details | None = None) -> dict[UUID, list[Any]]:
    """Return the other details of rows of one model, by ID. `known_details` are not read again."""
    details_by_owner = {pk: list(details) for pk, details in (known_details or {}).items()}
    missing = {row.pk: row for row in rows if row.pk not in details_by_owner}
    if missing:
        details_by_owner |= {pk: [] for pk in missing}
        model = _MODELS[type(next(iter(missing.values())))]
        for detail in model.objects.filter(id_in("owner", missing.keys())).order_by("pk"):
            details_by_owner[detail.owner_id].append(detail)
    return details_by_owner


def clean_detail(values: Mapping[str, Any]) -> dict[str, str]:
    """Return a detail's values in the form that is stored. Raises ValidationError by field."""
    channel, use = _channel_and_use(values)
    read = {Channel.PHONE: _clean_phone, Channel.EMAIL: _clean_email}.get(channel, _clean_website)
    try:
        return {"channel": str(channel), "value": read(values["value"]), "use": str(use)}
    except ValidationError as error:
        raise at("value", error) from error


def _channel_and_use(values: Mapping[str, Any]) -> tuple[Any, Any]:
    channel, use = values["channel"], values.get("use") or ""
    if channel not in Channel.values:
        raise ValidationError({"channel": _("Choose a type from the list.")})
    if use not in {"", *ChannelUse.values}:
        raise ValidationError({"use": _("Choose a use from the list.")})
    return channel, use


def further_channels(organisations: QuerySet[Organisation]) -> dict[UUID, list[tuple[str, str]]]:
    """Return other phones and emails of organisations as (channel, value), by ID. Runs one statement."""
    channels_by_organisation: dict[UUID, list[tuple[str, str]]] = {}
    details = OrganisationDetail.objects.filter(
        owner__in=organisations.values("pk"), channel__in=[Channel.PHONE, Channel.EMAIL]
    )
    for pk, channel, value in details.order_by("pk").values_list("owner", "channel", "value"):
        channels_by_organisation.setdefault(pk, []).append((channel, value))
    return channels_by_organisation


def check_detail(detail: Any) -> None:
    """Raise ValidationError for a detail that no write could have stored in this form.

    Any number in E.164 is accepted, because the ranges in use change over the years.
    """
    values = detail_values(detail)
    channel, _use = _channel_and_use(values)
    if channel == Channel.PHONE and _E164.fullmatch(values["value"]):
        return
    if clean_detail(values) != values:
        raise ValidationError(_("This number or address is not in the standard format."))


def detail_values(detail: Any) -> dict[str, str]:
    """Return a stored detail's values, in the form of `clean_detail`."""
    return {name: getattr(detail, name) for name in NAMES}


def channels_of(row: Any, details: Iterable[Any]) -> set[tuple[str, str]]:
    """Return all phones and addresses of an organisation or contact as (channel, case-folded value)."""
    own_channels = {
        (str(channel), str(getattr(row, name, "") or "").casefold()) for channel, name in FIRST.items()
    }
    return {channel_and_value for channel_and_value in own_channels if channel_and_value[1]} | {
        (channel_and_value.channel, channel_and_value.value.casefold()) for channel_and_value in details
    }


@dataclass(slots=True)
class Plan:
    """Other details of rows after their changes, by the row's ID. `store` writes those that differ."""

    details: dict[UUID, list[Any]] = field(default_factory=dict)
    stale: dict[Any, list[UUID]] = field(default_factory=dict)  # model → owners whose details are replaced
    fresh: dict[Any, list[Any]] = field(default_factory=dict)

    def store(self) -> None:
        """Write the details with at most two statements per model. The rows are in the database by now."""
        for model, owners in self.stale.items():
            model.objects.filter(id_in("owner", owners)).delete()
        for model, details in self.fresh.items():
            insert_rows(model, details)


def plan_details(changes: Iterable[Change], *, is_checked: bool = False) -> Plan:
    """Plan the other details of rows of one model, after the columns were set. Add `OTHER` to changed names.

    If a row has no first phone, email or website, the next one becomes the first. `is_checked` states that
    the values come from `clean_detail`. Raises ValidationError at `other_details`.
    """
    plan = Plan()
    written = [change for change in changes if change.is_new or change.is_changed or OTHER in change.fields]
    details_before = details_of([change.row for change in written if not change.is_new])
    for change in written:
        row, model = change.row, _MODELS[type(change.row)]
        before = details_before.get(row.pk, [])
        requested = change.fields.get(OTHER)
        requested = (
            map(detail_values, before)
            if requested is None
            else requested
            if is_checked
            else _clean_details(requested)
        )
        details_after = _without_own_channels(change, list(requested))
        if details_after == list(map(detail_values, before)):
            plan.details[row.pk] = before
            continue
        refuse_more(OTHER, details_after)
        change.names.append(OTHER)
        plan.details[row.pk] = [model(owner_id=row.pk, **detail) for detail in details_after]
        plan.fresh.setdefault(model, []).extend(plan.details[row.pk])
        if before:
            plan.stale.setdefault(model, []).append(row.pk)
    return plan


def _clean_details(rows: Iterable[Mapping[str, Any]]) -> list[dict[str, str]]:
    try:
        return list(map(clean_detail, rows))
    except ValidationError as error:
        raise at(OTHER, error) from error


def _without_own_channels(change: Change, details: list[dict[str, str]]) -> list[dict[str, str]]:
    """Return `details` without duplicates and without the values in the row's own columns.

    If the row has no value of its own for a channel, the next detail becomes that value.
    """
    row = change.row
    remaining: dict[tuple[str, str], dict[str, str]] = {}
    for detail in details:
        remaining.setdefault((detail["channel"], detail["value"].casefold()), detail)
    for channel, name in FIRST.items():
        if not hasattr(row, name):
            continue
        if not getattr(row, name) and (replacement := _replacement(channel, remaining.values())):
            setattr(row, name, replacement)
            change.names += [] if name in change.names else [name]
        remaining.pop((str(channel), str(getattr(row, name)).casefold()), None)
    return list(remaining.values())


def _replacement(channel: Channel, details: Iterable[dict[str, str]]) -> str | None:
    """Return the next detail for the row's own column: no fax, and no extension, which it cannot store."""
    candidates = (
        detail for detail in details if detail["channel"] == channel and detail["use"] != ChannelUse.FAX
    )
    return next((detail["value"] for detail in candidates if ";" not in detail["value"]), None)


def _clean_phone(text: str) -> str:
    """Return one number in E.164, with its extension if any. Raises ValidationError for other texts."""
    phones = find_phones(text, settings.PHONENUMBER_DEFAULT_REGION)
    if len(phones.numbers) != 1 or phones.other_text or phones.faxes:
        raise ValidationError(_("Enter a phone number, such as %(example)s.") % example_phone())
    [number] = phones.numbers
    extension = phones.extensions.get(number)
    return f"{number};ext={extension}" if extension else number


def _clean_email(text: str) -> str:
    address = plain_email(text)
    validate_email(address)
    if len(address) > _LONGEST_EMAIL:
        raise ValidationError(_("Enter a shorter address."))
    return address


def _clean_website(text: str) -> str:
    """Return a web address, with https:// if it has no scheme. Raises ValidationError for other schemes."""
    column = Organisation._meta.get_field("website")
    address = clean_value(column, text if "://" in text else f"https://{text.strip()}")
    _is_page(address)
    if len(address) > (OrganisationDetail._meta.get_field("value").max_length or 0):
        raise ValidationError(_("Enter a shorter address."))
    return address
