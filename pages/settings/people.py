"""Staff accounts, for administrators: invite, set roles and districts, deactivate."""

from typing import Final
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts import rules
from accounts.middleware import ActorRequest
from accounts.models import Act, User
from accounts.policies import can_manage_users
from accounts.queries.waiting_districts import waiting_districts, with_requests
from accounts.services.users import edit_user, forget_second_factor, invite_user, send_invitation
from lib.error_texts import texts
from lib.mail import MailNotSent
from pages.form_pages import form_page, posted, save_or_show_conflict
from pages.forms.base import RefusalsIn
from pages.identity import require_reauthentication
from pages.lookups import get_or_404, refuse_unless
from pages.settings.forms import InvitationForm, PersonForm, person_values

#: Fields of a staff account whose change requires a recently confirmed identity.
GUARDED_FIELDS: Final = frozenset({"role", "email", "districts", "is_active"})


def _administrators_only(request: ActorRequest) -> None:
    refuse_unless(can_manage_users(request.actor))


@require_safe
def people(request: ActorRequest) -> HttpResponse:
    _administrators_only(request)
    accounts = with_requests(User.objects.visible_to(request.actor).with_districts().in_order())
    return render(request, "pages/settings/people.html", {"rows": accounts})


@form_page
def invite(request: ActorRequest) -> HttpResponse:
    _administrators_only(request)
    form = InvitationForm(posted(request), initial={"language": request.user.language})
    if form.is_valid():
        if form.cleaned_data["role"] in rules.ABOVE_OFFICER or form.cleaned_data["districts"]:
            require_reauthentication(request)
        with RefusalsIn(form):
            account = invite_user(actor=request.actor, **form.cleaned_data)
            _email_invitation(request, account)
            return redirect("settings_people")
    return render(request, "pages/settings/invite.html", {"form": form}, status=422 if form.is_bound else 200)


@form_page
def person(request: ActorRequest, pk: UUID) -> HttpResponse:
    _administrators_only(request)
    account = get_or_404(User.objects.visible_to(request.actor), pk)
    form = PersonForm(posted(request), person=account)
    was_active = account.is_active

    def save() -> User:
        if GUARDED_FIELDS & set(form.changed_data):
            require_reauthentication(request)
        version = form.cleaned_data["version"]
        return edit_user(actor=request.actor, user_id=pk, version=version, **form.values())

    attempt = save_or_show_conflict(
        form,
        save,
        current=lambda: person_values(account),
        again=lambda data: PersonForm(data, person=account),
    )
    if attempt.saved:
        saved_account = attempt.saved
        messages.success(request, _saved_message(was_active, saved_account))
        covers_districts = (
            saved_account.role not in rules.READS_OWN_DISTRICTS or saved_account.districts.exists()
        )
        if not covers_districts and saved_account.acts.waiting().filter(kind=Act.DISTRICTS).exists():
            text = _("Until a second person confirms, %(name)s covers no district and sees no records.")
            messages.warning(request, text % {"name": saved_account.name})
        return redirect("settings_people")
    context = attempt.context | {"person": account, "waiting": account.acts.waiting().in_order()}
    return render(request, "pages/settings/person.html", context, status=attempt.status)


def _saved_message(was_active: bool, account: User) -> str:
    """Return the success message for a saved account. `was_active` is the state before it was saved."""
    if account.acts.waiting().exists():
        text = _(
            "Account of %(name)s saved. Changes listed under “Pending” must be confirmed by a second person."
        )
    elif was_active and not account.is_active:
        text = _("%(name)s has been signed out everywhere and can no longer sign in.")
    else:
        text = _("Account for %(name)s saved.")
    return text % {"name": account.name}


@require_POST
def second_factor_forget(request: ActorRequest, pk: UUID) -> HttpResponse:
    """Remove a lost second factor. The user is signed out everywhere and must set up a new second factor."""
    _administrators_only(request)
    account = get_or_404(User.objects.visible_to(request.actor), pk)
    require_reauthentication(request)
    saved_account = forget_second_factor(actor=request.actor, user_id=pk)
    text = _("%(name)s has been signed out and must set up two-factor authentication again.")
    if saved_account.acts.waiting().of_kind(Act.SECOND_FACTOR).exists():
        text = _("Two-factor authentication of %(name)s is reset when a privacy officer confirms it.")
    messages.success(request, text % {"name": account.name})
    return redirect("settings_person", pk)


@require_POST
def invite_again(request: ActorRequest, pk: UUID) -> HttpResponse:
    _administrators_only(request)
    _email_invitation(request, get_or_404(User.objects.visible_to(request.actor), pk))
    return redirect("settings_people")


def _email_invitation(request: ActorRequest, account: User) -> None:
    """Email the invitation and show whether it was sent. If it was not, the account remains."""
    try:
        send_invitation(actor=request.actor, user_id=account.pk)
    except ValidationError as error:
        messages.error(request, texts(error)[0])
    except MailNotSent:
        text = _("The account for %(name)s was created, but the email could not be sent. Try again later.")
        messages.error(request, text % {"name": account.name})
    else:
        messages.success(request, _("Invitation sent to %(email)s.") % {"email": account.email})
        if waiting := waiting_districts(account):
            text = _("%(districts)s waits for a second person: %(names)s.")
            names = ", ".join(user.name for user in waiting.confirmers) or _("no one can confirm it now")
            districts = ", ".join(district.name for district in waiting.districts)
            messages.warning(request, text % {"districts": districts, "names": names})
