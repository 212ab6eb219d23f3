"""The user's own settings: language, time, colours, reminders."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.translation import gettext as _

from accounts.middleware import ActorRequest
from accounts.services.users import edit_preferences
from pages.form_pages import form_page, posted
from pages.forms.accounts import PreferencesForm, preferences
from pages.forms.base import RefusalsIn


@form_page
def my_settings(request: ActorRequest) -> HttpResponse:
    form = PreferencesForm(posted(request), initial=preferences(request.user))
    if form.is_valid():
        with RefusalsIn(form):
            user = edit_preferences(actor=request.actor, **form.cleaned_data)
            with translation.override(user.language):
                messages.success(request, _("Saved."))
            return redirect("settings")
    own = request.user.districts.in_order()
    context = {"form": form, "own": own}
    return render(request, "pages/settings/me.html", context, status=422 if form.is_bound else 200)
