"""Hand over a colleague's organisations, follow-ups and meetings, with a brief on each organisation."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from accounts.actors import Actor
from accounts.middleware import ActorRequest
from accounts.models import User
from accounts.services.users import set_absence
from audit.models import Action
from contacts.models import Organisation
from disclosure.services.disclosing import district_ids_of
from lib.conflicts import StaleVersion
from meetings.models import FollowUp, Handover, Meeting
from meetings.policies import can_hand_over
from meetings.queries.handover import (
    Move,
    Portfolio,
    briefs_of,
    colleagues_with_portfolio,
    count_led_by_departed,
    portfolio_of,
    possible_successors,
)
from meetings.services.handover import can_undo, hand_over, planned_moves, undo_handover
from pages.disclosing import disclose
from pages.exports.printing import disclose_print_or_view, print_form
from pages.form_pages import form_page, posted
from pages.forms.base import RefusalsIn, add_service_errors
from pages.handover.forms import AbsenceForm, HandoverForm
from pages.lookups import get_or_404, readers_only, refuse_unless
from pages.undo import say_with_undo, undo_url, undoer


def _supervisors_only(request: ActorRequest) -> None:
    refuse_unless(can_hand_over(request.actor))


@require_safe
def handovers(request: ActorRequest) -> HttpResponse:
    """Colleagues whose portfolios can be handed over. Deactivated accounts come first."""
    _supervisors_only(request)
    rows = list(colleagues_with_portfolio(request.actor).order_by("is_active", "name", "pk"))
    counted = request.actor.district_ids
    disclose(request, "handover", [row.pk for row in rows], action=Action.LIST, district_ids=counted)
    context = {"rows": rows, "left_behind": count_led_by_departed(request.actor)}
    return render(request, "pages/handover/list.html", context)


@form_page
def handover(request: ActorRequest, pk: UUID) -> HttpResponse:
    """Choose who takes over, preview the changes (`step=preview`) and apply them (`step=move`)."""
    _supervisors_only(request)
    officer: User = get_or_404(colleagues_with_portfolio(request.actor), pk)
    portfolio = portfolio_of(request.actor, officer)
    able = list(possible_successors(request.actor, portfolio))
    form = HandoverForm(posted(request), portfolio=portfolio, able=able)
    step, moves, status = request.POST.get("step"), None, 200
    if form.is_bound and step != "choose" and form.is_valid():
        try:
            if step == "move":
                return _move(request, officer, form)
        except StaleVersion:
            status, portfolio = 409, portfolio_of(request.actor, officer)
        except ValidationError as error:
            add_service_errors(form, error)
        moves = _planned(request, portfolio, form)
    if form.errors and step != "choose":
        status = 422
    disclose(request, "organisation", portfolio.ids, district_ids=portfolio.district_ids)
    context: dict[str, Any] = {"officer": officer, "portfolio": portfolio, "able": able, "form": form}
    context["absence"] = AbsenceForm(initial={"absent_until": officer.absent_until})
    if moves is None:
        return render(request, "pages/handover/choose.html", context, status=status)
    context |= {"groups": _by_recipient(moves), "changed": status == 409, "n": len(moves)}
    return render(request, "pages/handover/preview.html", context, status=status)


@require_POST
def absence(request: ActorRequest, pk: UUID) -> HttpResponse:
    """Record on which day a colleague is back."""
    _supervisors_only(request)
    officer: User = get_or_404(colleagues_with_portfolio(request.actor), pk)
    form = AbsenceForm(request.POST)
    if form.is_valid():
        with RefusalsIn(form):
            set_absence(actor=request.actor, user_id=officer.pk, until=form.cleaned_data["absent_until"])
            messages.success(request, _("Saved."))
    for mistakes in form.errors.values():
        messages.error(request, str(mistakes[0]))
    return redirect("handover", pk)


@require_safe
def handover_made(request: ActorRequest, pk: UUID) -> HttpResponse:
    """The result of a handover by recipient, with links to the briefs."""
    readers_only(request)
    row: Handover = get_or_404(
        Handover.objects.visible_to(request.actor).select_related("officer", "made_by"), pk
    )
    groups = _what_moved(request.actor, row)
    moved_rows = [row_moved for _user, rows in groups for _type, row_moved in rows]
    disclose(
        request,
        "handover",
        [row.pk, *(moved_row.pk for moved_row in moved_rows)],
        district_ids=district_ids_of(moved_rows),
    )
    undo = undo_url(request, "handover", handover_id=str(pk)) if can_undo(request.actor, row) else ""
    context = {
        "handover": row,
        "groups": groups,
        "n_organisations": len(row.ids_of("organisation")),
        "undo_url": undo,
    }
    return render(request, "pages/handover/made.html", context)


@form_page
def handover_briefs(request: ActorRequest, pk: UUID) -> HttpResponse:
    """Briefs, one per printed page.

    Recipients see the briefs on their own organisations, and the author of the handover sees all.
    """
    readers_only(request)
    row: Handover = get_or_404(Handover.objects.visible_to(request.actor).select_related("officer"), pk)
    moves = (move for move in row.moves if move["type"] == "organisation")
    everything = row.made_by_id == request.actor.id or request.actor.sees_everywhere
    ids = [UUID(move["id"]) for move in moves if everything or move["to"] == str(request.actor.id)]
    return _briefs(request, ids, {"handover": row})


@form_page
def organisation_brief(request: ActorRequest, pk: UUID) -> HttpResponse:
    """A brief for reading, or for printing once the user has entered who gets it."""
    readers_only(request)
    row = get_or_404(Organisation.objects.visible_to(request.actor), pk)
    return _briefs(request, [row.pk], {"organisation": row}, is_counted=True)


def _briefs(
    request: ActorRequest, ids: Iterable[UUID], context: dict[str, Any], *, is_counted: bool = False
) -> HttpResponse:
    """Briefs of a handover are not counted towards the daily limit of contacts (docs/adr/0048)."""
    briefs = briefs_of(request.actor, ids)
    people = {contact.contact_id for brief in briefs for contact in brief.people} if is_counted else ()
    districts = {brief.organisation.home_district_id for brief in briefs}
    shown_ids = dict.fromkeys(pk for brief in briefs for pk in brief.ids)
    form, n_kept = print_form(request), 0
    if form.may_print:
        protected = {brief.organisation.pk for brief in briefs if brief.organisation.has_protected_location}
        briefs = [brief for brief in briefs if brief.organisation.pk not in protected]
        shown_ids, n_kept = dict.fromkeys(pk for brief in briefs for pk in brief.ids), len(protected)
    disclose_print_or_view(request, form, "organisation", shown_ids, people=people, district_ids=districts)
    context |= {"briefs": briefs, "form": form, "n_kept": n_kept}
    status = 422 if form.is_bound and form.errors else 200
    return render(request, "pages/handover/briefs.html", context, status=status)


def _planned(request: ActorRequest, portfolio: Portfolio, form: HandoverForm) -> list[Move] | None:
    """The planned changes. None, with errors in the form, if they are invalid."""
    if form.errors:
        return None
    with RefusalsIn(form):
        return planned_moves(request.actor, portfolio, form.to_id, form.exceptions)
    return None


def _move(request: ActorRequest, officer: User, form: HandoverForm) -> HttpResponse:
    handover = hand_over(
        actor=request.actor,
        officer_id=officer.pk,
        to_id=form.to_id,
        exceptions=form.exceptions,
        fingerprint=form.cleaned_data["shown"] or "-",
    )
    n = len(handover.moves)
    text = ngettext("%(n)s item handed over.", "%(n)s items handed over.", n) % {"n": n}
    say_with_undo(request, text, "handover", handover_id=str(handover.pk))
    return redirect("handover_made", handover.pk)


@undoer("handover")
def give_back(*, actor: Actor, handover_id: str) -> None:
    undo_handover(actor=actor, handover_id=UUID(handover_id))


def _by_recipient(moves: Iterable[Move]) -> list[tuple[User, list[Move]]]:
    groups: dict[User, list[Move]] = {}
    for move in moves:
        groups.setdefault(move.to, []).append(move)
    return sorted(groups.items(), key=lambda group: (group[0].name, group[0].pk))


def _what_moved(actor: Actor, row: Handover) -> list[tuple[User, list[tuple[str, Any]]]]:
    """Handed-over rows that the actor can see, by new owner."""
    visible: dict[UUID, tuple[str, Any]] = {}
    for name, rows in (
        ("organisation", Organisation.objects.visible_to(actor)),
        ("follow_up", FollowUp.objects.visible_to(actor).with_homes()),
        ("meeting", Meeting.objects.visible_to(actor)),
    ):
        rows_by_id: dict[UUID, Any] = rows.in_bulk(row.ids_of(name))
        visible |= {pk: (name, moved_row) for pk, moved_row in rows_by_id.items()}
    people = User.objects.visible_to(actor).in_bulk(row.recipient_ids)
    groups = [
        (
            user,
            [
                visible[UUID(move["id"])]
                for move in row.moves
                if move["to"] == str(pk) and UUID(move["id"]) in visible
            ],
        )
        for pk, user in people.items()
    ]
    return sorted(groups, key=lambda group: (group[0].name, group[0].pk))
