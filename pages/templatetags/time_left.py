"""Template filters: the time left for a step, and the time after an incident began, in words."""

from datetime import datetime

from django import template
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from pages.templatetags.ui import clock, day, moment

register = template.Library()


@register.filter
def time_left(due_at: datetime, now: datetime) -> str:
    """Return `within 40 minutes` or `5 hours late`. If more than a day is left, return `by 24 Nov 09:00`."""
    minutes = round((due_at - now).total_seconds() / 60)
    if minutes >= 24 * 60:
        return _("by %(moment)s") % {"moment": moment(due_at)}
    if minutes >= 120:
        hours = minutes // 60
        return ngettext("within %(n)d hour", "within %(n)d hours", hours) % {"n": hours}
    if minutes >= 0:
        return ngettext("within %(n)d minute", "within %(n)d minutes", minutes) % {"n": minutes}
    if minutes > -120:
        return ngettext("%(n)d minute late", "%(n)d minutes late", -minutes) % {"n": -minutes}
    if minutes > -48 * 60:
        hours = -minutes // 60
        return ngettext("%(n)d hour late", "%(n)d hours late", hours) % {"n": hours}
    days = -minutes // (24 * 60)
    return ngettext("%(n)d day late", "%(n)d days late", days) % {"n": days}


@register.filter
def due_short(due_at: datetime, current_moment: datetime) -> str:
    """Return `12 min late`, `78 min`, `12:00` or `tomorrow`, for a narrow column."""
    minutes = round((due_at - current_moment).total_seconds() / 60)
    if -120 < minutes < 0:
        return ngettext("%(n)d min late", "%(n)d min late", -minutes) % {"n": -minutes}
    if minutes < 0:
        return time_left(due_at, current_moment)
    if minutes < 120:
        return ngettext("%(n)d min", "%(n)d min", minutes) % {"n": minutes}
    is_today = timezone.localtime(due_at).date() == timezone.localtime(current_moment).date()
    return clock(due_at) if is_today else day(due_at)


@register.filter
def minutes_after(event_at: datetime, start: datetime) -> str:
    """Return `46 minutes after the start`. From 2 hours, return `2 hours after the start`."""
    minutes = max(0, round((event_at - start).total_seconds() / 60))
    if minutes < 120:
        text = ngettext("%(n)d minute after the start", "%(n)d minutes after the start", minutes)
        return text % {"n": minutes}
    hours = minutes // 60
    return ngettext("%(n)d hour after the start", "%(n)d hours after the start", hours) % {"n": hours}
