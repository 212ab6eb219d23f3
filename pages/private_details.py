"""The page that replaces private details of a contact or an organisation. It never shows stored ones."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from accounts.middleware import ActorRequest
from lib.conflicts import StaleVersion
from pages.form_pages import posted
from pages.forms.base import VersionedForm, add_service_errors, typed_again


def replace_private_details(
    request: ActorRequest,
    row: Any,
    fields: type[VersionedForm],
    save: Callable[..., Any],
    *,
    back: str,
    heading: str,
    note: str,
) -> HttpResponse:
    """Show the empty form, or `save` what was sent and go `back`."""
    form, status = fields(posted(request), initial={"version": row.version}), 200
    if form.is_bound:
        status = 422
    if form.is_valid():
        try:
            save(version=form.cleaned_data["version"], **form.values())
        except StaleVersion as stale:
            form, status = fields(typed_again(form, stale)), 409
            add_service_errors(form, stale)
        except ValidationError as error:
            add_service_errors(form, error)
        else:
            messages.success(request, _("Private details saved."))
            return redirect(back)
    context = {"form": form, "row": row, "back": back, "heading": heading, "note": note}
    return render(request, "partials/private_details.html", context, status=status)
