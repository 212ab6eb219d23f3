"""Retention rules: the proposals, what is in force, the effect of a period, and the history."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from accounts.middleware import ActorRequest
from accounts.models import PendingAct
from audit.models import Action
from lib.days import city_today
from lib.error_texts import texts
from pages.disclosing import disclose
from pages.form_pages import form_page, posted
from pages.forms.base import RefusalsIn
from pages.identity import require_reauthentication
from pages.lookups import ids_of, refuse_unless
from pages.retention.forms import RetentionRuleForm
from privacy import inventory
from privacy.codes import RetentionCode
from privacy.inventory import labels
from privacy.models import PendingRule, RetentionRule
from privacy.policies import can_handle_requests
from privacy.queries.retention import number_due
from privacy.queries.review_queue import figures
from privacy.services.retention_rules import OBJECT_TYPE, end_rule, put_rule_in_force


@require_safe
def rules(request: ActorRequest) -> HttpResponse:
    """All rules: in force, or proposed. Those that act without a decision are listed below."""
    refuse_unless(can_handle_requests(request.actor))
    current = list(RetentionRule.objects.visible_to(request.actor).in_force().select_related("approved_by"))
    by_code = {row.code: row for row in current}
    disclose(request, OBJECT_TYPE, ids_of(current), action=Action.LIST)
    rules_by_code = inventory.rules()
    pending = set(PendingRule.objects.visible_to(request.actor).values_list("code", flat=True))
    held = {row.code for row in current if _is_held(row)}
    rows = [
        (code, _period(code, by_code.get(code)), by_code.get(code), code in pending, code in held)
        for code in RetentionCode
    ]
    always = [(title, _period(code, None)) for code, title in labels.ALWAYS.items() if code in rules_by_code]
    context = {"rows": rows, "always": always, "figures": figures()}
    return render(request, "pages/retention/rules.html", context)


@form_page
def one_rule(request: ActorRequest, rule: str) -> HttpResponse:
    """Show a rule, the effect of a number of days today, and all versions side by side."""
    refuse_unless(can_handle_requests(request.actor))
    code = _rule_code(rule)
    visible = RetentionRule.objects.visible_to(request.actor).with_code(code)
    versions = list(visible.select_related("approved_by", "confirmed_by", "ended_by"))
    latest = versions[0] if versions else None
    proposed: Any = inventory.rules()[code]
    days = latest.days if latest else proposed.days
    number = latest.number if latest else 0
    form = RetentionRuleForm(posted(request), initial={"days": days, "number": number, "previewed": days})
    if form.is_valid():
        cleaned = form.cleaned_data
        days = cleaned["days"]
        if cleaned["previewed"] == days:
            require_reauthentication(request)
            with RefusalsIn(form):
                row = put_rule_in_force(
                    actor=request.actor,
                    code=code,
                    days=days,
                    basis=cleaned["basis"],
                    number=cleaned["number"],
                )
                waits = _("A second person must confirm the rule. It is in force a week after that.")
                in_force = _("Rule in force. It acts from tomorrow.")
                messages.success(request, waits if isinstance(row, PendingRule) else in_force)
                return redirect("retention_rule", row.code)
        else:
            form.add_error("days", _("Read what this period does today, then save again."))
        form.data = request.POST.copy()
        form.data["previewed"] = str(days)
    disclose(request, OBJECT_TYPE, ids_of(versions))
    context = {
        "code": code.value,
        "title": code.label,
        "form": form,
        "versions": versions,
        "latest": latest,
        "in_force": latest if latest and latest.ended_at is None else None,
        "proposal": _period(code, None),
        "proposed": proposed,
        "pending": _pending(request, code),
        "held": latest is not None and _is_held(latest),
        "effect": _effect(proposed.then, number_due(code, days)),
        "days": days,
    }
    return render(request, "pages/retention/rule.html", context, status=422 if form.is_bound else 200)


@require_POST
def rule_end(request: ActorRequest, rule: str) -> HttpResponse:
    """Take a rule out of force. Nothing that it removed comes back."""
    refuse_unless(can_handle_requests(request.actor))
    code, number = _rule_code(rule), request.POST.get("number", "")
    try:
        end_rule(actor=request.actor, code=code, number=int(number) if number.isdecimal() else 0)
    except ValidationError as error:
        messages.error(request, texts(error)[0])
    else:
        messages.success(request, _("Rule ended."))
    return redirect("retention_rule", code)


def _pending(request: ActorRequest, code: str) -> dict[str, Any] | None:
    """The change of a rule that waits for a second person, and the act."""
    row = PendingRule.objects.visible_to(request.actor).with_code(code).select_related("asked_by").first()
    if row is None:
        return None
    acts = PendingAct.objects.visible_to(request.actor).concerning(subject=row.pk)
    return {"row": row, "act": acts.select_related("decided_by").first()}


def _is_held(row: RetentionRule) -> bool:
    """Whether the rule has removed all that it may today, so that more waits for tomorrow."""
    return row.removed_on_day(city_today()) >= int(settings.RETENTION_ROWS_A_DAY)


def _rule_code(code: str) -> RetentionCode:
    if code not in RetentionCode.values:
        raise Http404
    return RetentionCode(code)


def _period(code: str, row: RetentionRule | None) -> str:
    rule = inventory.rules()[code]
    return labels.period(then=rule.then, counts_from=rule.counts_from, days=row.days if row else rule.days)


def _effect(effect: str, count: int) -> str:
    """Return the rule's effect today, in a sentence."""
    match effect:
        case "review":
            sentence = ngettext(
                "Today, %(count)s record would be up for review.",
                "Today, %(count)s records would be up for review.",
                count,
            )
        case "blank":
            sentence = ngettext(
                "Today, the text of %(count)s record would be removed.",
                "Today, the texts of %(count)s records would be removed.",
                count,
            )
        case _:
            sentence = ngettext(
                "Today, %(count)s entry would be deleted.",
                "Today, %(count)s entries would be deleted.",
                count,
            )
    return sentence % {"count": count}
