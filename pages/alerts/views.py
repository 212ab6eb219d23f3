"""Alerts about how contacts are read: the user answers, then a reviewer closes the alert (docs/adr/0048)."""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.middleware import ActorRequest
from api.models import ApiKey
from audit.codes import words_of
from lib.error_texts import texts
from oversight.models import Alert, Conclusion
from oversight.policies import can_answer_alert, can_close_alert, can_review_alerts
from oversight.services.alerts import answer_alert, close_alert, explain_reading
from pages.disclosing import disclose
from pages.lookups import get_or_404, ids_of, readers_only
from pages.shell.limit import limit_form

SHOWN = 100


@require_safe
def alerts(request: ActorRequest) -> HttpResponse:
    """Alerts about the user, and those that the user reviews."""
    return _show(request)


@require_POST
def alert_answer(request: ActorRequest, pk: UUID) -> HttpResponse:
    get_or_404(Alert.objects.visible_to(request.actor), pk)
    answer = request.POST.get("answer", "")
    try:
        answer_alert(actor=request.actor, alert_id=pk, answer=answer)
    except ValidationError as error:
        return _show(request, {pk: texts(error)}, typed=answer)
    messages.success(request, _("Answer saved."))
    return redirect("alerts")


@require_POST
def alert_close(request: ActorRequest, pk: UUID) -> HttpResponse:
    get_or_404(Alert.objects.visible_to(request.actor), pk)
    try:
        close_alert(actor=request.actor, alert_id=pk, conclusion=request.POST.get("conclusion", ""))
    except ValidationError as error:
        return _show(request, {pk: texts(error)})
    messages.success(request, _("Alert closed."))
    return redirect("alerts")


@require_POST
def reading_reason(request: ActorRequest) -> HttpResponse:
    """Store the reason for reading on past the daily limit, then go back to the page."""
    readers_only(request)
    requested_url, own_reason = request.POST.get("next", ""), request.POST.get("other", "").strip()
    is_ours = url_has_allowed_host_and_scheme(requested_url, allowed_hosts=None) and requested_url.startswith(
        "/"
    )
    next_url = requested_url if is_ours else "/"
    try:
        explain_reading(actor=request.actor, reason=own_reason or request.POST.get("reason", ""))
    except ValidationError as error:
        return limit_form(request, next_url=next_url, mistakes=texts(error), other=own_reason)
    return redirect(next_url)


def _show(
    request: ActorRequest, mistakes: dict[UUID, list[str]] | None = None, typed: str = ""
) -> HttpResponse:
    actor = request.actor
    rows = list(Alert.objects.visible_to(actor).select_related("user", "closed_by").in_order()[:SHOWN])
    keys = ApiKey.objects.filter(pk__in=[row.key_id for row in rows if row.key_id])
    names = dict(keys.values_list("pk", "name"))
    disclose(request, "alert", ids_of(rows))
    wrong = mistakes or {}
    context = {
        "rows": [
            {
                "alert": row,
                "key": names.get(row.key_id, "") if row.key_id else "",
                "may_answer": can_answer_alert(actor, row),
                "may_close": can_close_alert(actor, row),
                "mistakes": wrong.get(row.pk, ()),
                "typed": typed if row.pk in wrong else words_of(row.answer),
            }
            for row in rows
        ],
        "label": Alert._meta.get_field("answer").verbose_name,
        "help": Alert._meta.get_field("answer").help_text,
        "conclusions": Conclusion.choices,
        "reviews": can_review_alerts(actor),
    }
    return render(request, "pages/alerts/list.html", context, status=422 if mistakes else 200)
