"""Breaches: the 72 hours, what is known, what an account or key saw, and first measures."""

from io import BytesIO
from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from accounts.middleware import ActorRequest
from accounts.models import User
from accounts.services.sessions import end_sessions, sessions_of
from api.models import ApiKey
from api.services.keys import revoke_key
from audit.models import Action
from audit.rules import recipient_of
from audit.services import record
from contacts.models import Contact
from districts.models import District
from jobs.services.jobs import expire_files_of
from jobs.services.kinds import JobRefused
from jobs.services.printing import can_write_pdf
from lib.error_texts import texts
from pages.breaches.forms import BreachForm, DescriptionForm, SeenForm
from pages.disclosing import disclose
from pages.form_pages import form_page, posted
from pages.forms.base import RefusalsIn
from pages.lists import page_of
from pages.lookups import get_or_404, ids_of, is_id, refuse_unless
from pages.privacy.views import NOUNS, lines
from privacy.exports.breach import write as write_phase
from privacy.exports.register import TYPES
from privacy.models import Breach, BreachPhase
from privacy.policies import can_handle_requests
from privacy.queries.activity_log import AccessFigures, access_events, count_accesses
from privacy.services import breaches as services

MOST_PEOPLE: Final = 500  # names that a page lists


@require_safe
def breaches(request: ActorRequest) -> HttpResponse:
    """Open breaches first, with the hours since the police knew."""
    refuse_unless(can_handle_requests(request.actor))
    rows = list(Breach.objects.visible_to(request.actor).open_first()[:100])
    disclose(request, "breach", ids_of(rows), action=Action.LIST)
    now = timezone.now()
    context = {"rows": [(row, row.hours(now), row.authority_by < now) for row in rows]}
    return render(request, "pages/breaches/list.html", context)


@form_page
def breach_new(request: ActorRequest) -> HttpResponse:
    refuse_unless(can_handle_requests(request.actor))
    form = BreachForm(posted(request), initial={"noticed_at": timezone.now(), "aware_at": timezone.now()})
    if form.is_valid():
        with RefusalsIn(form):
            row = services.record_breach(actor=request.actor, **form.cleaned_data)
            messages.success(request, _("Breach %(number)s saved.") % {"number": row.number})
            return redirect("breach", row.pk)
    context = {"form": form}
    return render(request, "pages/breaches/new.html", context, status=422 if form.is_bound else 200)


@require_safe
def breach(request: ActorRequest, pk: UUID) -> HttpResponse:
    """The clock, what is known, and the next steps."""
    row = _find(request, pk)
    now = timezone.now()
    disclose(request, "breach", [pk])
    context = {"row": row, "hours": row.hours(now), "is_late": row.authority_by < now}
    context["phases"] = list(BreachPhase.objects.visible_to(request.actor).of_breach(row))
    context["formats"] = [code for code in TYPES if code != "pdf" or can_write_pdf()]
    return render(request, "pages/breaches/detail.html", context)


@form_page
def breach_describe(request: ActorRequest, pk: UUID) -> HttpResponse:
    row = _find(request, pk)
    if row.closed_at is not None:
        raise Http404
    initial = {name: getattr(row, name) for name in DescriptionForm.base_fields} | _numbers(request)
    form = DescriptionForm(posted(request), initial=initial)
    if form.is_valid():
        with RefusalsIn(form):
            services.describe_breach(actor=request.actor, breach_id=pk, **form.cleaned_data)
            messages.success(request, _("Breach saved."))
            return redirect("breach", pk)
    disclose(request, "breach", [pk])
    context = {"row": row, "form": form}
    return render(request, "pages/breaches/describe.html", context, status=422 if form.is_bound else 200)


@require_POST
def breach_close(request: ActorRequest, pk: UUID) -> HttpResponse:
    _find(request, pk)
    try:
        services.close_breach(actor=request.actor, breach_id=pk)
    except ValidationError as error:
        messages.error(request, texts(error)[0])
    else:
        messages.success(request, _("Breach closed."))
    return redirect("breach", pk)


@require_POST
def breach_phase_new(request: ActorRequest, pk: UUID) -> HttpResponse:
    """Fix what is known by now as the next phase for the authority."""
    _find(request, pk)
    try:
        phase = services.make_phase(actor=request.actor, breach_id=pk)
    except ValidationError as error:
        messages.error(request, texts(error)[0])
    else:
        message = _("Phase %(number)s saved. Send its file to the authority, then enter when it was told.")
        messages.success(request, message % {"number": phase.number})
    return redirect("breach", pk)


@require_safe
def breach_phase(request: ActorRequest, pk: UUID, number: int, extension: str) -> HttpResponse:
    """A phase as a file. It names no contact, unless a privacy officer typed a name."""
    row = _find(request, pk)
    phase = BreachPhase.objects.visible_to(request.actor).of_breach(row).filter(number=number).first()
    if phase is None or extension not in TYPES:
        raise Http404
    out = BytesIO()
    try:
        write_phase(phase, extension, out)
    except JobRefused as problem:
        messages.error(request, str(problem))
        return redirect("breach", pk)
    disclose(request, "breach", [pk], recipient=recipient_of(_("Supervisory authority"), f"file {number}"))
    headers = {"Content-Disposition": f'attachment; filename="{row.number}-{number}.{extension}"'}
    return HttpResponse(out.getvalue(), content_type=TYPES[extension], headers=headers)


@require_safe
def breach_seen(request: ActorRequest, pk: UUID) -> HttpResponse:
    """List the records that an account or key saw in a period, with the numbers for the authority's form."""
    row = _find(request, pk)
    people = User.objects.visible_to(request.actor).order_by("name", "pk").values_list("pk", "name")
    keys = ApiKey.objects.visible_to(request.actor).order_by("name", "pk").values_list("pk", "name")
    choices = [
        *((str(account_id), name) for account_id, name in people),
        *((str(account_id), name) for account_id, name in keys),
    ]
    initial = {"since": row.noticed_at, "until": timezone.now()}
    form = SeenForm(request.GET if "who" in request.GET else None, people=choices, initial=initial)
    context: dict[str, Any] = {"row": row, "form": form}
    if form.is_valid():
        account_id = UUID(form.cleaned_data["who"])
        events = access_events(
            request.actor, account_id, form.cleaned_data["since"], form.cleaned_data["until"]
        )
        counts, page = count_accesses(events), page_of(request, events, "-at")
        places = (
            District.objects.filter(pk__in=counts.district_ids)
            .order_by("name")
            .values_list("name", flat=True)
        )
        context |= {
            "seen": counts,
            "by_type": [(NOUNS.get(kind, kind), number) for kind, number in counts.by_type.items()],
            "places": list(places),
            "done": [(act.label, NOUNS.get(kind, kind), number) for act, kind, number in counts.done],
            "people": _to_write_to(request, counts),
            "sessions": sessions_of(account_id, current_key=None),
            "lines": lines(page.rows),
            "page": page,
            "is_key": account_id in {key_id for key_id, _name in keys},
            "who": account_id,
        }
    disclose(request, "breach", [pk])
    disclose(request, "event", (), action=Action.LIST)
    status = 422 if form.is_bound and form.errors else 200
    return render(request, "pages/breaches/seen.html", context, status=status)


@require_POST
def breach_measure(request: ActorRequest, pk: UUID) -> HttpResponse:
    """A first measure: end the sessions of an account, revoke a key, or delete the files of either."""
    _find(request, pk)
    account, key, files = (request.POST.get(name, "") for name in ("account", "key", "files"))
    if is_id(files):
        count = expire_files_of(actor=request.actor, starter_id=UUID(files))
        message = ngettext("Files of %(n)s task deleted.", "Files of %(n)s tasks deleted.", count)
        messages.success(request, message % {"n": count})
    elif is_id(account):
        user = get_or_404(User.objects.visible_to(request.actor), UUID(account))
        end_sessions(user.pk)
        record(request.actor, Action.SIGN_OUT, "user", [user.pk])
        messages.success(request, _("Sessions ended."))
    elif is_id(key):
        get_or_404(ApiKey.objects.visible_to(request.actor), UUID(key))
        revoke_key(actor=request.actor, key_id=UUID(key))
        messages.success(request, _("Key revoked."))
    else:
        raise Http404
    return redirect("breach", pk)


def _numbers(request: ActorRequest) -> dict[str, int]:
    """The numbers that the page about an account carries to the form."""
    texts_by_name = {name: request.GET.get(name, "") for name in ("people", "records")}
    return {
        name: int(text)
        for name, text in texts_by_name.items()
        if text.isascii() and text.isdigit() and len(text) < 9
    }


def _to_write_to(request: ActorRequest, counts: AccessFigures) -> dict[str, Any]:
    """The people to tell if the risk is high (GDPR, Article 34): names with links, as in lists."""
    contacts = Contact.objects.visible_to(request.actor).filter(pk__in=counts.people_ids)
    rows = list(contacts.order_by("folded", "pk")[:MOST_PEOPLE])
    erased = sum(n for act, kind, n in counts.done if act == Action.ERASE and kind == "contact")
    disclose(request, "contact", ids_of(rows), action=Action.LIST)
    return {"rows": rows, "more": max(0, contacts.count() - len(rows)), "gone": erased}


def _find(request: ActorRequest, pk: UUID) -> Breach:
    refuse_unless(can_handle_requests(request.actor))
    return get_or_404(Breach.objects.visible_to(request.actor), pk)
