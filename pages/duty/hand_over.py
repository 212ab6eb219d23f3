"""A duty shift: hand it over to a colleague, and see what was handed over."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.exceptions import NON_FIELD_ERRORS
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.middleware import ActorRequest
from accounts.models import DutyShift, User
from contacts.models import Organisation
from incidents.models import Incident, ShiftHandover
from incidents.queries.briefs import calls_left_in_shift
from incidents.services.shift_handovers import hand_over_shift, mark_handover_seen
from pages.disclosing import disclose
from pages.duty.parts import (
    Part,
    colleagues_for,
    handover_of,
    number_still_own,
    parts_left_by,
    parts_of_handover,
    parts_of_shift,
    shifts_seen_by,
)
from pages.event_names import ids_in_name
from pages.form_pages import form_page, posted
from pages.forms.base import ROWS, RefusalsIn
from pages.forms.fields import fields_of
from pages.forms.hints import HintedForm
from pages.hints import record_kept
from pages.lookups import get_or_404, readers_only, refuse_unless


@fields_of(ShiftHandover, "note", note={"widget": forms.Textarea(attrs={"rows": 2})})
class HandOverForm(HintedForm):
    """The colleague who takes over, and a note. `offered` are the colleagues, the next shift first.

    `shown_to` is the colleague for which the page showed the moves.
    """

    field_order = ("to", "shown_to", "note")
    numbered = ("note",)
    shown_to = forms.CharField(required=False, max_length=40, widget=forms.HiddenInput)
    to = forms.ModelChoiceField(
        User.objects.none(), label=gettext_lazy("Hand over to"), empty_label=None, widget=forms.Select
    )

    def __init__(self, *args: Any, page: str, offered: Sequence[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["to"]
        field.queryset = User.objects.filter(pk__in=[user.pk for user in offered])
        field.choices = [(str(user.pk), user.name) for user in offered]
        field.widget.attrs |= ROWS | {
            "hx-get": page,
            "hx-trigger": "change",
            "hx-target": "#moves",
            "hx-select": "#moves",
            "hx-swap": "outerHTML",
        }


@form_page
def duty_shift(request: ActorRequest, pk: UUID) -> HttpResponse:
    """Hand over one's open shift, or show a shift. `?to=` shows who gets what from another colleague."""
    readers_only(request)
    shift = get_or_404(shifts_seen_by(request.actor).with_districts(), pk)
    is_own = shift.user_id == request.actor.id
    if is_own:
        request.own_shift = shift
    refuse_unless(is_own or request.method != "POST")
    if request.method == "POST" or (is_own and shift.is_open_at(timezone.now())):
        return _hand_over(request, shift)
    handover = handover_of(request.actor, shift)
    actor = request.actor
    parts = parts_of_handover(actor, handover) if handover else parts_left_by(actor, shift)
    if handover and handover.to_id == request.actor.id and handover.seen_at is None:
        mark_handover_seen(actor=request.actor, shift_id=shift.pk)
    _disclose(request, shift, parts)
    context = {
        "shift": shift,
        "handover": handover,
        "parts": parts,
        "still_own": number_still_own(actor, shift),
    }
    return render(request, "pages/duty/handed_over.html", context)


def _hand_over(request: ActorRequest, shift: DutyShift) -> HttpResponse:
    """Hand over if the page showed who gets what from this colleague. Otherwise show that first."""
    offered, data, status = colleagues_for(shift), posted(request), HTTPStatus.OK
    colleague_id = (data or request.GET).get("to")
    to = next((user for user in offered if str(user.pk) == colleague_id), next(iter(offered), None))
    page = reverse("duty_shift", args=[shift.pk])
    form = HandOverForm(data, page=page, offered=offered, initial={"to": to.pk if to else None})
    if data is not None and form.is_valid() and form.cleaned_data["shown_to"] == data.get("to"):
        with RefusalsIn(form):
            note = form.cleaned_data["note"]
            colleague: User = form.cleaned_data["to"]
            with transaction.atomic():
                hand_over_shift(actor=request.actor, shift=shift.pk, to=colleague.pk, note=note)
                districts = [district.pk for district in shift.districts]
                record_kept(request, "shift", shift.pk, [form], district_ids=districts)
            text = _("Handed over to %(name)s. Your shift has ended.")
            messages.success(request, text % {"name": colleague.name})
            return redirect("duty_shift", shift.pk)
    if form.errors:
        is_over = form.has_error(NON_FIELD_ERRORS, "over")
        status = HTTPStatus.CONFLICT if is_over else HTTPStatus.UNPROCESSABLE_ENTITY
    parts = parts_of_shift(request.actor, shift, to, offered)
    calls_left = calls_left_in_shift(request.actor, shift)
    _disclose(request, shift, parts, calls_left)
    context = {"shift": shift, "form": form, "to": to, "parts": parts, "calls_left": calls_left}
    return render(request, "pages/duty/hand_over.html", context, status=status)


def _disclose(
    request: ActorRequest,
    shift: DutyShift,
    parts: Sequence[Part],
    calls_left: Sequence[tuple[Incident, Sequence[Organisation]]] = (),
) -> None:
    incidents = [part.incident for part in parts if part.incident]
    incidents += [incident for incident, _organisations in calls_left]
    shown_ids = [shift.pk, *(pk for row in incidents for pk in (row.pk, *ids_in_name(row)))]
    shown_ids += [organisation.pk for _incident, rows in calls_left for organisation in rows]
    disclose(request, "shift", shown_ids, district_ids=[district.pk for district in shift.districts])
