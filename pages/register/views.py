"""The register of processing: the page, the city's own texts, and files."""

from io import BytesIO
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.views.decorators.http import require_safe

from accounts.middleware import ActorRequest
from audit.models import Action
from jobs.services.kinds import JobRefused
from jobs.services.printing import can_write_pdf
from lib.days import city_today
from pages.disclosing import disclose
from pages.form_pages import form_page, posted
from pages.forms.base import RefusalsIn
from pages.lookups import refuse_unless
from privacy.codes import RegisterPart
from privacy.exports.register import TYPES, changes_since, content, write
from privacy.models import RegisterText
from privacy.policies import can_handle_requests
from privacy.services.register import MOST, OBJECT_TYPE, set_register_texts


class RegisterForm(forms.Form):
    """The city's own texts: a field for each part."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for part in RegisterPart:
            self.fields[part.value] = forms.CharField(
                label=part.label, required=False, max_length=MOST, widget=forms.Textarea(attrs={"rows": 3})
            )


class SinceForm(forms.Form):
    since = forms.DateField(
        label=_lazy("Changes since"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )


@require_safe
def register(request: ActorRequest) -> HttpResponse:
    """Show the register of processing: data, purposes, recipients and retention."""
    refuse_unless(can_handle_requests(request.actor))
    disclose(request, OBJECT_TYPE, (), action=Action.LIST)
    formats = [code for code in TYPES if code != "pdf" or can_write_pdf()]
    form = SinceForm(request.GET if "since" in request.GET else None)
    context: dict[str, Any] = {"register": content(request.actor), "formats": formats, "form": form}
    if form.is_valid():
        context["changes"] = changes_since(request.actor, form.cleaned_data["since"])
    status = 422 if form.is_bound and form.errors else 200
    return render(request, "pages/register/register.html", context, status=status)


@form_page
def register_texts(request: ActorRequest) -> HttpResponse:
    refuse_unless(can_handle_requests(request.actor))
    texts = RegisterText.objects.visible_to(request.actor).by_part()
    form = RegisterForm(posted(request), initial=texts)
    if form.is_valid():
        with RefusalsIn(form):
            set_register_texts(actor=request.actor, texts=form.cleaned_data)
            messages.success(request, _("Texts saved."))
            return redirect("register")
    disclose(request, OBJECT_TYPE, ())
    status = 422 if form.is_bound else 200
    return render(request, "pages/register/texts.html", {"form": form}, status=status)


@require_safe
def register_file(request: ActorRequest, extension: str) -> HttpResponse:
    """The register as a file. It names no contact."""
    refuse_unless(can_handle_requests(request.actor))
    if extension not in TYPES:
        raise Http404
    out = BytesIO()
    try:
        write(request.actor, extension, out)
    except JobRefused as problem:
        messages.error(request, str(problem))
        return redirect("register")
    disclose(request, OBJECT_TYPE, ())
    name = f"register-{city_today():%Y-%m-%d}.{extension}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(out.getvalue(), content_type=TYPES[extension], headers=headers)
