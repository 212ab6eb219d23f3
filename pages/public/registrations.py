"""The inbox of organisations that registered: beside those that are known, and decided with one button."""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from accounts.middleware import ActorRequest
from audit.models import Action
from contacts.models import Organisation
from contacts.queries.duplicates import similar_organisations
from lib.days import city_day
from lib.error_texts import texts
from lib.language_choices import language_name
from pages.disclosing import disclose
from pages.form_pages import form_page
from pages.lookups import get_or_404, refuse_unless
from pages.public.forms import RegistrationForm
from publishing.codes import RegistrationState, Wants
from publishing.models import Registration
from publishing.policies import can_edit_page
from publishing.services.registrations import (
    TEXTS_FOR,
    accept_registration,
    join_registration,
    known_phones,
    record_word,
    refuse_registration,
)


@form_page
def registration(request: ActorRequest, pk: UUID) -> HttpResponse:
    """A registration beside organisations that may be the same."""
    row = get_or_404(Registration.objects.visible_to(request.actor).select_related("district"), pk)
    refuse_unless(can_edit_page(request.actor, row.district_id))
    form = RegistrationForm(request.POST or None, initial={"revision": row.revision})
    if request.method == "POST" and form.is_valid():
        try:
            return _decide(request, row, form)
        except ValidationError as error:
            messages.error(request, " ".join(texts(error)))
        except Organisation.DoesNotExist:
            messages.error(request, _("Choose an organisation from the list."))
    disclose(request, "registration", [row])
    is_open = row.state == RegistrationState.CONFIRMED
    candidates = (
        similar_organisations(
            request.actor, name=row.name, phone=row.phone, email=row.email, website=row.website
        )
        if is_open
        else []
    )
    if candidates:
        ids = [candidate.organisation.pk for candidate in candidates]
        disclose(request, "organisation", ids, action=Action.SEARCH, searched=row.name)
    visible = Organisation.objects.visible_to(request.actor)
    organisation = visible.filter(pk=row.organisation_id).first() if row.organisation_id else None
    context = {
        "row": row,
        "is_open": is_open,
        "candidates": candidates,
        "may_be_added": not any(candidate.is_strong for candidate in candidates),
        "form": form,
        "organisation": organisation,
        "phones": known_phones(organisation, row) if organisation and row.waits_for_word else [],
        "languages": [language_name(code) for code in row.languages],
        "deleted_on": city_day(row.decided_at + TEXTS_FOR) if row.decided_at else None,
    }
    return render(request, "pages/public/registration.html", context, status=422 if form.is_bound else 200)


def _decide(request: ActorRequest, row: Registration, form: RegistrationForm) -> HttpResponse:
    cleaned = form.cleaned_data
    arguments = {"actor": request.actor, "registration_id": row.pk, "version": cleaned["revision"]}
    if cleaned["decision"] == "refuse":
        refuse_registration(reason=cleaned["reason"], **arguments)
        messages.success(request, _("Registration rejected."))
        return redirect("public_pages")
    if cleaned["decision"] == "word":
        record_word(phone=cleaned["phone"], **arguments)
        messages.success(request, _("Call recorded. You can list the organisation now."))
        return redirect("organisation_listing", row.organisation_id)
    if cleaned["decision"] == "join":
        organisation = join_registration(organisation_id=cleaned["organisation"], **arguments)
        messages.success(request, _("Registration joined with a known organisation."))
        to_page = row.wants == Wants.LISTED and not organisation.has_protected_location
        return redirect("registration", row.pk) if to_page else redirect("organisation", organisation.pk)
    organisation = accept_registration(**arguments)
    messages.success(request, _("Organisation added. Its registration stays under Public pages for 30 days."))
    to_list = row.wants == Wants.LISTED and not organisation.has_protected_location
    return redirect("organisation_listing" if to_list else "organisation", organisation.pk)
