"""Template tags for dates, numbers, chips, sorting and errors. Builtin in every template (docs/look.md)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any, TypedDict

from django import template
from django.conf import settings
from django.db.models import Model
from django.forms import BaseForm, BaseFormSet, BoundField
from django.http import QueryDict
from django.template import Context
from django.template.defaulttags import CsrfTokenNode
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext
from phonenumber_field.phonenumber import PhoneNumber, to_python

from accounts.actors import Actor
from accounts.services.sent_forms import FIELD
from contacts.codes import Channel, ChannelUse
from contacts.models import Contact, Detail
from lib.days import city_today
from lib.fold import fold
from meetings.codes import MeetingStatus, Outcome, TimePrecision
from meetings.models import FollowUp, Meeting
from meetings.policies import can_complete_follow_up, can_edit_follow_up
from pages.api_calls import Call, call_of
from pages.forms.hints import KEEP, REASONS, HintedForm
from pages.icons import drawn
from pages.lists import Listing
from pages.once import id_on_page, lasting
from pages.reach import phone_text, ways_to_reach

register = template.Library()


@register.simple_tag
def icon(name: str) -> str:
    """A Lucide icon, hidden from screen readers, because there is always text next to it."""
    return drawn(name)


@register.simple_tag(takes_context=True)
def csrf_token(context: Context) -> SafeString | str:
    """Django's token, with the ID that identifies repeated forms (pages.once)."""
    token = CsrfTokenNode().render(context)
    request = context.get("request")
    if not token or request is None or not request.user.is_authenticated:
        return token
    form = id_on_page(request)
    once = format_html('<input type="hidden" name="{}" value="{}" autocomplete="off">', FIELD, form)
    return token + once


@register.simple_tag(takes_context=True)
def lasting_address(context: Context) -> str:
    """The address with stable form IDs for a page with a form. Empty if the page already has that address."""
    request = context.get("request")
    return lasting(request) if request is not None else ""


# --- Dates and times ------------------------------------------------------------------------------


def _day(value: date) -> tuple[date, date]:
    """The date of `value` and today: in the reader's zone for a timestamp, in the city's for a plain date."""
    if isinstance(value, datetime):
        return timezone.localtime(value).date(), timezone.localdate()
    return value, city_today()


@register.filter
def day(value: date | None, style: str = "") -> str:
    """`today`, `tomorrow`, `yesterday`, `24 Nov`, `24 Nov 2025`; "long": `Tuesday 24 November`."""
    if value is None:
        return ""
    meant, today = _day(value)
    if style == "long":
        if meant.year != today.year:
            return date_format(meant, pgettext("Django date format in full, another year", "l j F Y"))
        return date_format(meant, pgettext("Django date format of a day in full", "l j F"))
    near = {0: _("today"), 1: _("tomorrow"), -1: _("yesterday")}.get((meant - today).days)
    if near:
        return near
    if meant.year == today.year:
        return date_format(meant, pgettext("Django date format of a day of this year", "j M"))
    return date_format(meant, pgettext("Django date format of a day of another year", "j M Y"))


@register.filter
def moment(value: date | None) -> str:
    """`today 14:05`, `24 Nov 14:05`, in the reader's time zone. A date without a time is shown as a date."""
    if value is None:
        return ""
    return f"{day(value)} {clock(value)}" if isinstance(value, datetime) else day(value)


@register.filter
def clock(value: datetime | None) -> str:
    """`14:05`, in the reader's time zone."""
    return f"{timezone.localtime(value):%H:%M}" if value else ""


@register.filter
def meeting_moment(meeting: Meeting) -> str:
    """`24 Nov 14:05` of a meeting, `24 Nov, morning`, or `24 Nov`, if the file it came from says no more."""
    if meeting.has_exact_time:
        return moment(meeting.starts_at)
    return ", ".join(filter(None, [day(meeting.starts_at), meeting_clock(meeting)]))


@register.filter
def meeting_clock(meeting: Meeting) -> str:
    """`14:05` of a meeting, `morning`, or nothing if only its day is known."""
    if meeting.has_exact_time:
        return clock(meeting.starts_at)
    return "" if meeting.precision == TimePrecision.DAY else meeting.get_precision_display()


@register.filter
def days_late(due_on: date | None) -> str:
    """`5 days late`, or nothing if the date is not past."""
    late = (city_today() - due_on).days if due_on else 0
    return ngettext("%(n)d day late", "%(n)d days late", late) % {"n": late} if late > 0 else ""


@register.filter
def tone(due_on: date | None) -> str:
    """The class of a row that is due: `late`, `today` or none."""
    days = (due_on - city_today()).days if due_on else 1
    return "late" if days < 0 else "today" if days == 0 else ""


@register.filter
def due(due_on: date) -> str:
    """`5 days late`, `due today`, `due 24 Nov`."""
    return days_late(due_on) or _("due %(day)s") % {"day": day(due_on)}


@register.filter
def ago(value: date | None) -> str:
    """`today`, `yesterday`, `47 days ago`, `never`."""
    if value is None:
        return _("never")
    meant, today = _day(value)
    days = (today - meant).days
    if days < 2:
        return day(value)
    return ngettext("%(n)d day ago", "%(n)d days ago", days) % {"n": days}


# --- Phone numbers --------------------------------------------------------------------------------


@register.filter
def tel(value: PhoneNumber | str | None, style: str = "") -> SafeString | str:
    """A link that calls the number, written in the city's local format. "button" and "soft" draw a button."""
    number = to_python(value) if value else None
    if not number:
        return ""
    text = phone_text(number)
    if not number.is_valid():
        return text
    dialled = f"{number.as_e164};ext={number.extension}" if number.extension else number.as_e164
    if style:
        look = "button soft" if style == "soft" else "button"
        return format_html('<a class="{}" href="tel:{}">{} {}</a>', look, dialled, icon("phone"), text)
    return format_html('<a class="num" href="tel:{}">{}</a>', dialled, text)


@register.filter
def dial(number: str) -> SafeString:
    """A link that calls a number as it is written, such as a short one that only the city has."""
    dialled = "".join(character for character in number if character in "+0123456789")
    return format_html('<a class="num" href="tel:{}">{}</a>', dialled, number)


@register.simple_tag
def call_button(phone: PhoneNumber | str | None, name: object) -> SafeString | str:
    """A quiet button “Call” in a row. Screen readers hear the name and the number."""
    number = to_python(phone) if phone else None
    if not number or not number.is_valid():
        return ""
    label = _("Call %(name)s, %(number)s") % {"name": name, "number": phone_text(number)}
    return format_html(
        '<a class="button soft" href="tel:{}" aria-label="{}">{} {}</a>',
        number.as_e164,
        label,
        icon("phone"),
        pgettext("button", "Call"),
    )


@register.filter
def as_link(detail: Detail) -> SafeString | str:
    """A further phone or address as a link: to call, to write, or to a page. A fax is not called."""
    if detail.use == ChannelUse.FAX:
        return phone_text(to_python(detail.value))
    if detail.channel == Channel.PHONE:
        return tel(detail.value)
    if detail.channel == Channel.EMAIL:
        return format_html('<a href="mailto:{0}">{0}</a>', detail.value)
    text = detail.value.partition("://")[2].removeprefix("www.").rstrip("/")
    return format_html('<a href="{}" rel="noopener noreferrer nofollow">{}</a>', detail.value, text)


@register.inclusion_tag("components/reach.html")
def reach(contact: Contact, *, in_row: bool = False) -> dict[str, object]:
    """Buttons for the ways to reach a contact, the one they prefer first. A row has only that kind of way."""
    preferred, whatsapp = contact.preferred_channel, settings.WHATSAPP_LINKS
    ways = ways_to_reach(contact.phone, contact.email, preferred, whatsapp=whatsapp)
    if in_row:
        ways = [way for way in ways if way.kind == ways[0].kind]
    return {"ways": ways, "in_row": in_row}


# --- Meetings and follow-ups ------------------------------------------------------------------------


@register.filter
def kind_and_subject(meeting: Meeting) -> str:
    """“Visit: Assembly”, or the subject alone if it starts with the kind: “Phone call”."""
    kind = meeting.get_kind_display()
    if f"{fold(meeting.subject)} ".startswith(f"{fold(kind)} "):
        return meeting.subject
    return f"{kind[:1].upper()}{kind[1:]}: {meeting.subject}"


@register.filter
def may_be_moved(follow_up: FollowUp, actor: Actor) -> bool:
    """Whether the actor can move a follow-up, read `with_homes`, to another day."""
    return can_edit_follow_up(actor, follow_up)


@register.filter
def may_be_completed(follow_up: FollowUp, actor: Actor) -> bool:
    """Whether the actor can mark a follow-up, read `with_homes`, as done. Others read a takeaway."""
    return can_complete_follow_up(actor, follow_up)


@register.filter
def coming(meetings: Sequence[Meeting]) -> list[Meeting]:
    """Planned meetings of a page, the next first."""
    now = timezone.now()
    rows = [row for row in meetings if row.status == MeetingStatus.PLANNED and row.starts_at > now]
    return sorted(rows, key=lambda row: row.starts_at)


@register.filter
def without(rows: Sequence[Any], left_out: Sequence[Any]) -> list[Any]:
    """`rows` that are not among `others`, in the same order."""
    return [row for row in rows if row not in left_out]


# --- Lists: sorting and filters -------------------------------------------------------------------


@register.filter
def usual_filters(form: BaseForm) -> list[BoundField]:
    """Filters that are always shown; `q` has its own field."""
    return [field for field in form.visible_fields() if field.name != "q" and field not in rare(form)]


@register.filter
def rare(form: BaseForm) -> list[BoundField]:
    """Filters that are folded away: lists open with them from figures, and hardly anybody types them."""
    return [field for field in form.visible_fields() if "data-rare" in field.field.widget.attrs]


def _query(context: Context) -> QueryDict:
    query: QueryDict = context["request"].GET.copy()
    query.pop("cursor", None)  # a changed list starts at its first page
    return query


@register.simple_tag(takes_context=True)
def sort_heading(context: Context, label: str, name: str, css: str = "") -> SafeString:
    """`<th>` with a link that sorts by `name`, or reverses an existing order by `name`."""
    query = _query(context)
    ordering = query.get("ordering", "")
    direction = {name: "ascending", f"-{name}": "descending"}.get(ordering)
    query["ordering"] = f"-{name}" if ordering == name else name
    sign = {"ascending": "arrow-up", "descending": "arrow-down", None: "chevrons-up-down"}[direction]
    return format_html(
        '<th scope="col"{}{}><a href="?{}">{} {}</a></th>',
        format_html(' class="{}"', css) if css else "",
        format_html(' aria-sort="{}"', direction) if direction else "",
        query.urlencode(),
        label,
        icon(sign),
    )


class Chip(TypedDict):
    label: str
    url: str


@register.inclusion_tag("components/chips.html", takes_context=True)
def filter_chips(context: Context, form: BaseForm) -> dict[str, object]:
    """The active filters, one removable chip per value. `q` has its own field."""
    chips = list(_chips(context, form)) if form.is_bound else []
    return {"chips": chips}


def _chips(context: Context, form: BaseForm) -> Iterator[Chip]:
    for field in form.visible_fields():
        sent_values = _query(context).getlist(field.html_name)
        values = [part for value in sent_values for part in value.split(",") if part]
        if field.name == "q" or not values or field.errors:
            continue
        for value in values:
            other_parameters = _query(context)
            other_parameters.pop(field.html_name)
            if kept_values := [kept_value for kept_value in values if kept_value != value]:
                other_parameters[field.html_name] = ",".join(kept_values)
            yield {"label": _chip_label(field, value), "url": f"?{other_parameters.urlencode()}"}


def _chip_label(field: BoundField, value: str) -> str:
    label = str(field.label)
    names = _names(getattr(field.field.widget, "choices", ()))
    if value in names:
        return f"{label}: {names[value]}"
    try:
        return f"{label}: {day(date.fromisoformat(value))}"
    except ValueError:
        return f"{label}: {value}"


def _names(choices: Any) -> Mapping[str, str]:
    """Labels by code, with groups flattened."""
    names: dict[str, str] = {}
    for code, label in choices:
        if isinstance(label, Sequence) and not isinstance(label, str):
            names |= _names(label)
        else:
            names[str(code)] = str(label)
    return names


@register.inclusion_tag("components/copy_as_api.html", takes_context=True)
def copy_as_api(context: Context, page: Listing, resource: str) -> dict[str, Call | None]:
    """“Copy as API call”: `{% copy_as_api page "organisations" %}` in the menu of a list."""
    return {"call": call_of(page, resource)}


@register.inclusion_tag("components/copy_as_api_sheet.html", takes_context=True)
def copy_as_api_sheet(context: Context, page: Listing, resource: str) -> dict[str, Call | None]:
    """The sheet with the call, at the end of the same list."""
    return {"call": call_of(page, resource)}


# --- Errors and messages --------------------------------------------------------------------------


class Mistake(TypedDict):
    target: str
    label: str
    text: str


@register.inclusion_tag("components/error_summary.html")
def error_summary(*forms: BaseForm | BaseFormSet[Any] | None) -> dict[str, object]:
    """All errors of forms and formsets, each linked to its field. The first wrong field takes the focus."""
    return {
        "mistakes": [mistake for form in forms if form is not None for mistake in _mistakes(form)],
        "keep_reasons": REASONS if any(_has_hint(form) for form in forms) else {},
        "keep_reason": next((form.data.get(KEEP) for form in forms if form is not None and form.data), ""),
    }


def _has_hint(form: BaseForm | BaseFormSet[Any] | None) -> bool:
    """Also true if words were kept and another field is invalid, to avoid asking for the reason twice."""
    hinted = [
        hinted_form for hinted_form in getattr(form, "forms", [form]) if isinstance(hinted_form, HintedForm)
    ]
    return any(hinted_form.has_hint or hinted_form.kept for hinted_form in hinted)


def _mistakes(form: BaseForm | BaseFormSet[Any]) -> Iterator[Mistake]:
    if isinstance(form, BaseFormSet):
        for text in form.non_form_errors():
            yield {"target": "", "label": "", "text": str(text)}
        for subform in form.forms:
            yield from _mistakes(subform)
        return
    for name, texts in form.errors.items():
        field = form[name] if name in form.fields else None
        for text in texts:
            yield {
                "target": _target(field) if field else "",
                "label": str(field.label) if field else "",
                "text": str(text),
            }


def _target(field: BoundField) -> str:
    """The HTML ID to jump to: of the first option in a group."""
    if field.use_fieldset and (first_option := next(iter(field.subwidgets), None)):
        return first_option.id_for_label or str(field.auto_id)
    return field.id_for_label or str(field.auto_id)


@register.filter
def undo_url(message: Any) -> str:
    """URL of a message's Undo: `messages.success(request, text, extra_tags=f"undo:{url}")`."""
    return _address(message, "undo:")


@register.filter
def told_url(message: Any) -> str:
    """URL for reporting back on a completed follow-up: `extra_tags=f"undo:{url} told:{url}"`."""
    return _address(message, "told:")


@register.filter
def entry_url(message: Any) -> str:
    """URL for telling the district what became of a follow-up: `extra_tags=f"undo:{url} entry:{url}"`."""
    return _address(message, "entry:")


@register.filter
def outcome_url(message: Any) -> str:
    """URL for adding the outcome of a meeting that does not count as met: `extra_tags=f"outcome:{url}"`."""
    return _address(message, "outcome:")


@register.simple_tag
def details(row: Model, names: str) -> SafeString:
    """The non-empty texts of a row, each under its field's label."""
    fields_and_texts = [(row._meta.get_field(name), getattr(row, name)) for name in names.split()]
    labelled_texts = [
        (capfirst(str(getattr(field, "verbose_name", ""))), text) for field, text in fields_and_texts if text
    ]
    return format_html_join("", "<dt>{}</dt><dd>{}</dd>", labelled_texts)


@register.simple_tag
def counting_outcomes() -> list[tuple[str, str]]:
    """Common outcomes that make a meeting count as met."""
    counting = (
        Outcome.CONCERN_RAISED,
        Outcome.ADVICE_RECEIVED,
        Outcome.PRIORITY_AGREED,
        Outcome.FEEDBACK_GIVEN,
        Outcome.REASSURANCE_GIVEN,
    )
    return [(code.value, str(code.label)) for code in counting]


def _address(message: Any, prefix: str) -> str:
    tags = (message.extra_tags or "").split()
    path = next((tag.removeprefix(prefix) for tag in tags if tag.startswith(f"{prefix}/")), "")
    return "" if path.startswith("//") else path  # `//` would lead to another site
