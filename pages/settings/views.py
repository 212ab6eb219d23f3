"""The user's own settings: language, time, colours, reminders; and the card that others scan."""

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.middleware import ActorRequest
from accounts.services.users import edit_preferences
from exchange.exports.vcard import staff_card
from pages.form_pages import form_page, posted
from pages.forms.base import RefusalsIn
from pages.settings import qr
from pages.settings.forms import PreferencesForm, preferences


@form_page
def my_settings(request: ActorRequest) -> HttpResponse:
    form = PreferencesForm(posted(request), initial=preferences(request.user))
    if form.is_valid():
        with RefusalsIn(form):
            user = edit_preferences(actor=request.actor, **form.cleaned_data)
            with translation.override(user.language):
                messages.success(request, _("Settings saved."))
            return redirect("settings")
    districts = request.user.districts.in_order()
    context = {"form": form, "own": districts}
    return render(request, "pages/settings/me.html", context, status=422 if form.is_bound else 200)


@require_safe
def my_card(request: ActorRequest) -> HttpResponse:
    """A QR code of the user's own name, role, address and work phone."""
    card = staff_card(request.user, settings.CITY_NAME)
    code = qr.drawn(card, _("QR code of your contact card"))
    return render(request, "pages/settings/card.html", {"code": code})
