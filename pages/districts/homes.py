"""Choosing where each organisation of a district goes when the district is redrawn, for its supervisors."""

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from accounts.middleware import ActorRequest
from contacts.models import Organisation
from contacts.services.redrawn_districts import choose_successors, organisations_in
from districts.models import District
from districts.policies import can_choose_homes
from lib.error_texts import texts
from pages.disclosing import disclose
from pages.form_pages import form_page, posted
from pages.forms.base import ROWS
from pages.lookups import refuse_unless


@form_page
def district_homes(request: ActorRequest, code: str) -> HttpResponse:
    row = get_object_or_404(District.objects.visible_to(request.actor).defer("boundary"), code=code)
    refuse_unless(can_choose_homes(request.actor, row))
    rows = (
        list(organisations_in(row).visible_to(request.actor).order_by("name", "pk")) if row.redraw_on else []
    )
    form = _form_of(request, row, rows)
    if form.is_valid():
        homes = {organisation.pk: form.cleaned_data[str(organisation.pk)] for organisation in rows}
        try:
            choose_successors(actor=request.actor, district_id=row.pk, homes=homes)
        except ValidationError as error:
            messages.error(request, " ".join(texts(error)))
        else:
            messages.success(request, _("Choices saved."))
        return redirect("district_homes", code)
    disclose(request, "organisation", [organisation.pk for organisation in rows], district_ids=[row.pk])
    context = {"district": row, "form": form}
    return render(request, "pages/districts/homes.html", context, status=422 if form.is_bound else 200)


def _form_of(request: ActorRequest, district: District, rows: list[Organisation]) -> forms.Form:
    """A choice for each organisation; the first successor is chosen until a user chooses another."""
    form = forms.Form(posted(request))
    plan = district.redraw or {"into": [], "homes": {}}
    choices = [
        (successor["code"], f"{successor['name']} ({successor['code']})") for successor in plan["into"]
    ]
    for row in rows:
        form.fields[str(row.pk)] = forms.ChoiceField(
            label=row.name,
            choices=choices,
            initial=plan["homes"].get(str(row.pk), choices[0][0]),
            widget=forms.Select(attrs=ROWS),
        )
    return form
