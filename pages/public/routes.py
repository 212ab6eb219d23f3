"""Ways to report and their tests; public listings."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.actors import Actor
from accounts.middleware import ActorRequest
from audit.models import Action
from contacts.models import Organisation
from lib.days import city_day
from lib.error_texts import texts
from pages.disclosing import disclose
from pages.form_pages import form_page, posted
from pages.forms.base import RefusalsIn
from pages.lookups import get_or_404, refuse_unless
from pages.public.forms import ListingForm, RouteForm
from pages.public.views import render_form
from publishing.codes import AgreedHow, ListedField, RegistrationState, RouteAnswer
from publishing.models import PublicDistrict, PublicListing, Registration, ReportingRoute
from publishing.policies import can_edit_page
from publishing.services.listings import list_organisation, withdraw_listing
from publishing.services.routes import record_test, write_route
from publishing.site import listing_service, write_json

_ROUTE = (
    *("name", "kind", "district", "organisation", "phone", "url", "address", "hours", "languages"),
    *("anonymous", "step_free", "note", "language", "agreed_to_tests", "is_public", "sort", "revision"),
)
_LISTING = (
    *("agreed_by", "agreed_on", "how", "fields", "language", "summary", "focus_words", "review_on"),
    "revision",
)


@form_page
def route_new(request: ActorRequest) -> HttpResponse:
    refuse_unless(request.actor.is_supervisor)
    form = RouteForm(posted(request), actor=request.actor)
    if form.is_valid():
        with RefusalsIn(form):
            refuse_unless(can_edit_page(request.actor, _pk(form.cleaned_data["district"])))
            write_route(actor=request.actor, **form.values)
            messages.success(request, _("Way to report saved. It is shown once it has been tested."))
            return redirect("public_pages")
    _record_choices(request, form)
    return render_form(request, {"form": form, "title": _("New way to report"), "intro": ""})


@form_page
def route(request: ActorRequest, pk: UUID) -> HttpResponse:
    row = get_or_404(ReportingRoute.objects.visible_to(request.actor), pk)
    refuse_unless(can_edit_page(request.actor, row.district_id))
    form = RouteForm(
        posted(request), initial={name: getattr(row, name) for name in _ROUTE}, actor=request.actor
    )
    if form.is_valid():
        with RefusalsIn(form):
            write_route(
                actor=request.actor, route_id=row.pk, version=form.cleaned_data["revision"], **form.values
            )
            messages.success(request, _("Way to report saved."))
            return redirect("public_pages")
    _record_choices(request, form)
    text = _("Another number or address has to be tested again before it is shown.")
    return render_form(request, {"form": form, "title": row.name, "intro": text})


@require_POST
def route_test(request: ActorRequest, pk: UUID) -> HttpResponse:
    """Record a test: who answers is not recorded, only whether someone did."""
    row = get_or_404(ReportingRoute.objects.visible_to(request.actor), pk)
    result = request.POST.get("result", "")
    try:
        record_test(actor=request.actor, route_id=row.pk, result=result)
    except ValidationError as error:
        messages.error(request, " ".join(texts(error)))
    else:
        answered = result == RouteAnswer.ANSWERED
        text = _("Test recorded: answered.") if answered else _("Failed test recorded.")
        messages.success(request, text)
    return redirect("public_pages")


@form_page
def listing(request: ActorRequest, pk: UUID) -> HttpResponse:
    """Edit the listing to which an organisation agreed."""
    organisation = get_or_404(Organisation.objects.visible_to(request.actor), pk)
    refuse_unless(can_edit_page(request.actor, organisation.home_district_id))
    disclose(request, "organisation", [organisation])
    row = PublicListing.objects.visible_to(request.actor).in_force().filter(organisation=pk).first()
    initial = {name: getattr(row, name) for name in _LISTING} if row else _wished(request.actor, organisation)
    form = ListingForm(posted(request), initial=initial)
    if form.is_valid():
        with RefusalsIn(form):
            values = form.values
            list_organisation(
                actor=request.actor, organisation_id=pk, version=form.cleaned_data["revision"], **values
            )
            pages = PublicDistrict.objects.visible_to(request.actor).on()
            if pages.showing(organisation.home_district).exists():
                messages.success(request, _("Listing saved. It is published within minutes."))
            else:
                messages.warning(request, _("Listing saved. Its district has no public page yet."))
            return redirect("organisation", pk)
    text = _("Record what the organisation agreed to. Nothing else about it is published.")
    context = {"form": form, "title": organisation.name, "intro": text, "listing": row, "pk": pk}
    return render_form(request, context)


def _wished(actor: Actor, organisation: Organisation) -> dict[str, Any]:
    """Return the listing to which the organisation agreed when it registered, else only its summary.

    A known organisation has agreed only by the link to its office. A registration from before its listing was
    withdrawn no longer counts.
    """
    summary = {"summary": organisation.summary[:1000]}
    registration = Registration.objects.visible_to(actor).with_wish_to_be_listed(organisation.pk).first()
    if registration is None or registration.confirmed_at is None:
        return summary
    ended = PublicListing.objects.visible_to(actor).filter(organisation=organisation, is_in_force=False)
    withdrawn_on = ended.order_by("-withdrawn_on").values_list("withdrawn_on", flat=True).first()
    if withdrawn_on is not None and city_day(registration.confirmed_at) <= withdrawn_on:
        return summary
    if registration.state == RegistrationState.JOINED:
        if registration.word_at is None or registration.word_by_id is not None:
            return summary
        return summary | {
            "agreed_on": city_day(registration.word_at),
            "how": AgreedHow.EMAIL,
            "fields": [ListedField.NAME, *registration.fields],
            "language": registration.language,
        }
    return {
        "summary": registration.summary or summary["summary"],
        "agreed_by": registration.person_role,
        "agreed_on": city_day(registration.confirmed_at),
        "how": AgreedHow.FORM,
        "fields": [ListedField.NAME, *registration.fields],
        "language": registration.language,
        "is_home": registration.is_home,
    }


@require_safe
def listing_hsds(request: ActorRequest, pk: UUID) -> HttpResponse:
    """A listing as other systems read it, also before it is published."""
    organisation = get_or_404(Organisation.objects.visible_to(request.actor), pk)
    refuse_unless(can_edit_page(request.actor, organisation.home_district_id))
    rows = PublicListing.objects.visible_to(request.actor).in_force().filter(organisation=pk)
    row = rows.select_related("organisation__home_district").first()
    if row is None or organisation.has_protected_location:
        raise Http404
    disclose(request, "organisation", [organisation])
    return HttpResponse(write_json(listing_service(row)), content_type="application/json")


@require_POST
def listing_withdraw(request: ActorRequest, pk: UUID) -> HttpResponse:
    organisation = get_or_404(Organisation.objects.visible_to(request.actor), pk)
    refuse_unless(request.actor.writes and request.actor.covers(organisation.home_district_id))
    if PublicListing.objects.visible_to(request.actor).in_force().filter(organisation=pk).exists():
        withdraw_listing(actor=request.actor, organisation_id=pk)
        text = _("Listing removed. Tell the organisation that copies others made cannot be recalled.")
        messages.success(request, text)
    return redirect("organisation", pk)


def _record_choices(request: ActorRequest, form: RouteForm) -> None:
    """The list of organisations to choose from shows them."""
    field: Any = form.fields["organisation"]
    homes = dict(field.queryset.values_list("pk", "home_district"))
    disclose(request, "organisation", homes, action=Action.LIST, district_ids=set(homes.values()))


def _pk(district: object) -> UUID | None:
    return getattr(district, "pk", None)
