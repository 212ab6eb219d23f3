"""“Waiting for you”: acts that need a second person, until they take effect (docs/adr/0045)."""

from collections.abc import Collection, Iterable
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts import rules
from accounts.actors import Actor
from accounts.middleware import ActorRequest
from accounts.models import PendingAct
from accounts.policies import can_confirm_acts, confirmable
from accounts.services.acts import confirm_act, refuse_act
from accounts.services.effects import ActSummary, summaries_of
from audit.models import Action
from contacts.models import Contact
from lib.conflicts import StaleVersion
from lib.days import city_day
from pages.disclosing import disclose
from pages.identity import require_reauthentication
from pages.lookups import get_or_404, refuse_unless


@require_safe
def waiting(request: ActorRequest) -> HttpResponse:
    """Pending acts, including those that the user can see but not decide."""
    refuse_unless(can_confirm_acts(request.actor))
    visible = PendingAct.objects.visible_to(request.actor).select_related("user", "asked_by", "decided_by")
    acts = list(visible.prefetch_related("districts", "user__districts").in_order())
    subjects, may = summaries_of(acts), confirmable(request.actor, acts)
    people = _people(request, subjects.values())
    rows = [
        {
            "act": act,
            "shown": (subject := subjects.get(act.pk)),
            "may": _choices(request.actor, act, may),
            "people": [people[pk] for pk in subject.contact_ids if pk in people] if subject else [],
        }
        for act in acts
    ]
    return render(request, "pages/settings/waiting.html", {"rows": rows})


def _people(request: ActorRequest, subjects: Iterable[ActSummary]) -> dict[UUID, Contact]:
    """Return the contacts that acts are about. Empty for a confirmer, who sees no contacts."""
    ids = {pk for subject in subjects for pk in subject.contact_ids}
    if not ids or not request.actor.reads:
        return {}
    contacts = Contact.objects.visible_to(request.actor).filter(pk__in=ids)
    people = {contact.pk: contact for contact in contacts}
    disclose(request, "contact", list(people), action=Action.LIST)
    return people


@require_POST
def waiting_decide(request: ActorRequest, pk: UUID) -> HttpResponse:
    """Decide on an act. `decision` is confirm or refuse, `version` the account version that was shown."""
    refuse_unless(can_confirm_acts(request.actor))
    act = get_or_404(PendingAct.objects.visible_to(request.actor), pk)
    require_reauthentication(request)
    name = _name(act)  # before the decision, which may erase the record
    version_text = request.POST.get("version", "")
    decision = request.POST.get("decision", "")
    try:
        version = (
            int(version_text) if version_text.isdecimal() and len(version_text) < 9 else 0
        )  # no account has version 0
        decide = {"confirm": confirm_act, "refuse": refuse_act}[decision]
        decided = decide(actor=request.actor, act_id=pk, version=version)
    except KeyError:
        messages.error(request, _("Choose to confirm or reject."))
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    except (PendingAct.DoesNotExist, StaleVersion):
        messages.error(request, _("This request has changed. Check it again."))
    else:
        arguments = {"name": name, "what": decided.get_kind_display()}
        if decided.takes_effect_at and decided.is_agreed:
            arguments["day"] = date_format(city_day(decided.takes_effect_at))
            text = _(
                "Confirmed for %(name)s: %(what)s. It can be cancelled until it takes effect on %(day)s."
            )
        elif decided.is_confirmed:
            text = _("Confirmed for %(name)s: %(what)s.")
        else:
            text = _("Rejected for %(name)s: %(what)s.")
        messages.success(request, text % arguments)
    return redirect("waiting")


def _choices(actor: Actor, act: PendingAct, may: Collection[UUID]) -> dict[str, bool]:
    """Return the actor's choices for an act. Supervisors also see acts that others confirm."""
    is_theirs = act.asked_by_id == actor.id
    confirms = act.pk in may
    return {
        "confirm": confirms and not act.is_agreed,
        "cancel": is_theirs or (confirms and act.is_agreed),
        "is_own": is_theirs or act.user_id == actor.id,
        "is_told": actor.role not in rules.ACTS[act.kind].confirms,
    }


def _name(act: PendingAct) -> str:
    if act.user:
        return act.user.name
    subject = summaries_of([act]).get(act.pk)
    return subject.title if subject else ""
