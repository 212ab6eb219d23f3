"""The phones and addresses of an organisation or a person besides the first of each kind."""

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
from lib.cleaning import clean_value
from lib.copying import insert_rows
from lib.domains import plain_email
from lib.id_in import id_in
from lib.limits import refuse_more
from lib.told import at

OTHER: Final = "other_details"
NAMES: Final = ("channel", "value", "use")
# The column of the row itself that has the first of a kind; a person's row has none for a website.
FIRST: Final = {Channel.PHONE: "phone", Channel.EMAIL: "email", Channel.WEBSITE: "website"}
_LONGEST_EMAIL: Final = 254
_E164: Final = re.compile(r"\+[1-9][0-9]{6,14}")
_MODELS: Final[dict[Any, Any]] = {Organisation: OrganisationDetail, Contact: ContactDetail}
_is_page = URLValidator(schemes=["http", "https"])

Details = Mapping[UUID, Sequence[Any]]  # by the id of their owner, in their order


def details_of(rows: Collection[Any], known: Details | None = None) -> dict[UUID, list[Any]]:
    """The other details of rows of one model. Those of rows in `known` are not read again."""
    found = {pk: list(details) for pk, details in (known or {}).items()}
    missing = {row.pk: row for row in rows if row.pk not in found}
    if missing:
        found |= {pk: [] for pk in missing}
        model = _MODELS[type(next(iter(missing.values())))]
        for one in model.objects.filter(id_in("owner", missing.keys())).order_by("pk"):
            found[one.owner_id].append(one)
    return found


def clean_detail(given: Mapping[str, Any]) -> dict[str, str]:
    """What is kept of a detail. Raises ValidationError by field."""
    channel, use = _codes(given)
    read = {Channel.PHONE: _phone, Channel.EMAIL: _email}.get(channel, _page)
    try:
        return {"channel": str(channel), "value": read(given["value"]), "use": str(use)}
    except ValidationError as error:
        raise at("value", error) from error


def _codes(given: Mapping[str, Any]) -> tuple[Any, Any]:
    channel, use = given["channel"], given.get("use") or ""
    if channel not in Channel.values:
        raise ValidationError({"channel": _("Choose a type from the list.")})
    if use not in {"", *ChannelUse.values}:
        raise ValidationError({"use": _("Choose a use from the list.")})
    return channel, use


def reached_besides(organisations: QuerySet[Organisation]) -> dict[UUID, list[tuple[str, str]]]:
    """By id the further phones and emails of organisations, as (channel, value). One statement."""
    found: dict[UUID, list[tuple[str, str]]] = {}
    details = OrganisationDetail.objects.filter(
        owner__in=organisations.values("pk"), channel__in=[Channel.PHONE, Channel.EMAIL]
    )
    for pk, channel, value in details.order_by("pk").values_list("owner", "channel", "value"):
        found.setdefault(pk, []).append((channel, value))
    return found


def check_detail(detail: Any) -> None:
    """Raise ValidationError for a detail that no write would have kept as it is.

    Which ranges of phone numbers are in use changes over the years, so any number in E.164 was one.
    """
    given = said(detail)
    channel, _use = _codes(given)
    if channel == Channel.PHONE and _E164.fullmatch(given["value"]):
        return
    if clean_detail(given) != given:
        raise ValidationError(_("This number or address is not in the standard format."))


def said(detail: Any) -> dict[str, str]:
    """A detail as `clean_detail` returns it."""
    return {name: getattr(detail, name) for name in NAMES}


def reached_by(row: Any, details: Iterable[Any]) -> set[tuple[str, str]]:
    """Channel and value, to compare by, of all by which an organisation or a person is reached."""
    first = {(str(channel), str(getattr(row, name, "") or "").casefold()) for channel, name in FIRST.items()}
    return {one for one in first if one[1]} | {(one.channel, one.value.casefold()) for one in details}


@dataclass(slots=True)
class Plan:
    """`kept`: the details of each row after the change. `store` writes those that differ."""

    kept: dict[UUID, list[Any]] = field(default_factory=dict)
    stale: dict[Any, list[UUID]] = field(default_factory=dict)  # model → owners whose details are replaced
    fresh: dict[Any, list[Any]] = field(default_factory=dict)

    def store(self) -> None:
        """At most two statements, however many rows there are, which are in the database by now."""
        for model, owners in self.stale.items():
            model.objects.filter(id_in("owner", owners)).delete()
        for model, details in self.fresh.items():
            insert_rows(model, details)


def plan_details(changes: Iterable[Change], *, is_checked: bool = False) -> Plan:
    """What rows of one model have after their changes, whose columns are set. Changes name what differs.

    Where a row has no first of a kind, the next takes its place, so that whoever has a number is called by
    it. `is_checked` states that the values are as `clean_detail` returns them. Raises ValidationError at
    `other_details`.
    """
    plan = Plan()
    written = [one for one in changes if one.is_new or one.is_changed or OTHER in one.fields]
    there = details_of([one.row for one in written if not one.is_new])
    for one in written:
        row, model = one.row, _MODELS[type(one.row)]
        before = there.get(row.pk, [])
        wanted = one.fields.get(OTHER)
        wanted = map(said, before) if wanted is None else wanted if is_checked else _cleaned(wanted)
        kept = _settle(one, list(wanted))
        if kept == list(map(said, before)):
            plan.kept[row.pk] = before
            continue
        refuse_more(OTHER, kept)
        one.names.append(OTHER)
        plan.kept[row.pk] = [model(owner_id=row.pk, **detail) for detail in kept]
        plan.fresh.setdefault(model, []).extend(plan.kept[row.pk])
        if before:
            plan.stale.setdefault(model, []).append(row.pk)
    return plan


def _cleaned(given: Iterable[Mapping[str, Any]]) -> list[dict[str, str]]:
    try:
        return list(map(clean_detail, given))
    except ValidationError as error:
        raise at(OTHER, error) from error


def _settle(change: Change, details: list[dict[str, str]]) -> list[dict[str, str]]:
    """`details` each once and without the first ones; where the row has no first, the next becomes it."""
    row = change.row
    kept: dict[tuple[str, str], dict[str, str]] = {}
    for one in details:
        kept.setdefault((one["channel"], one["value"].casefold()), one)
    for channel, name in FIRST.items():
        if not hasattr(row, name):
            continue
        if not getattr(row, name) and (heir := _heir(channel, kept.values())):
            setattr(row, name, heir)
            change.names += [] if name in change.names else [name]
        kept.pop((str(channel), str(getattr(row, name)).casefold()), None)
    return list(kept.values())


def _heir(channel: Channel, details: Iterable[dict[str, str]]) -> str | None:
    """The next that can be the first: no fax, and no extension, which the row's own column does not keep."""
    able = (one for one in details if one["channel"] == channel and one["use"] != ChannelUse.FAX)
    return next((one["value"] for one in able if ";" not in one["value"]), None)


def _phone(text: str) -> str:
    """One number, with its extension if there is one."""
    found = find_phones(text, settings.PHONENUMBER_DEFAULT_REGION)
    if len(found.numbers) != 1 or found.rest or found.faxes:
        raise ValidationError(_("Enter a phone number, such as 612 345 678."))
    [number] = found.numbers
    extension = found.extensions.get(number)
    return f"{number};ext={extension}" if extension else number


def _email(text: str) -> str:
    address = plain_email(text)
    validate_email(address)
    if len(address) > _LONGEST_EMAIL:
        raise ValidationError(_("Enter a shorter address."))
    return address


def _page(text: str) -> str:
    """A web address, with https:// where no scheme is given. Raises ValidationError for other schemes."""
    column = Organisation._meta.get_field("website")
    address = clean_value(column, text if "://" in text else f"https://{text.strip()}")
    _is_page(address)
    if len(address) > (OrganisationDetail._meta.get_field("value").max_length or 0):
        raise ValidationError(_("Enter a shorter address."))
    return address
