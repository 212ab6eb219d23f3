"""The texts behind the footer of the public pages, and what a form says: in versions that stay."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.actors import Actor
from accounts.middleware import ActorRequest
from lib.language_choices import language_name
from pages.districts.tabs import district_in_address
from pages.form_pages import form_page, posted
from pages.forms.base import RefusalsIn
from pages.lists import canonical
from pages.lookups import readers_only, refuse_unless
from pages.public.forms import TextForm
from pages.public.views import render_form
from publishing.codes import TextSlug
from publishing.models import PublicDistrict, PublicText
from publishing.policies import can_publish
from publishing.services.pages import write_text


@require_safe
def public_texts(request: ActorRequest) -> HttpResponseBase:
    """Each text in each language of a public page: the version in force, and those before.

    Texts are of the whole city. `?district=` stays on the way to the other tabs.
    """
    readers_only(request)
    if elsewhere := canonical(request):
        return elsewhere
    in_address = district_in_address(request)
    written: dict[tuple[str, str], list[PublicText]] = {}
    for row in PublicText.objects.visible_to(request.actor).newest_first():
        written.setdefault((row.slug, row.language), []).append(row)
    languages = [*_languages(request.actor), *(language for _slug, language in written)]
    lines = [
        {
            "slug": slug,
            "label": slug.label,
            "languages": [
                {"code": code, "name": language_name(code), "versions": written.get((slug, code), [])}
                for code in dict.fromkeys(languages)
            ],
        }
        for slug in TextSlug
    ]
    context = {"texts": lines, "may_write": can_publish(request.actor), **in_address}
    return render(request, "pages/public/texts.html", context)


@form_page
def public_text_new(request: ActorRequest) -> HttpResponse:
    """The next version of a text (`?text=imprint&language=es`)."""
    refuse_unless(can_publish(request.actor))
    slug, language = request.GET.get("text", ""), request.GET.get("language", "")
    if slug not in TextSlug.values:
        raise Http404
    rows = PublicText.objects.visible_to(request.actor).filter(slug=slug, language=language[:35])
    latest = rows.newest_first().first()
    initial: dict[str, Any] = {"text": latest.text, "revision": latest.version} if latest else {}
    form = TextForm(posted(request), initial=initial, language=language)
    if form.is_valid():
        with RefusalsIn(form):
            cleaned = form.cleaned_data
            write_text(
                actor=request.actor,
                slug=slug,
                language=language,
                text=cleaned["text"],
                version=cleaned["revision"],
            )
            messages.success(request, _("Text saved. It is published within minutes."))
            return redirect("public_texts")
    context = {
        "form": form,
        "title": f"{TextSlug(slug).label} · {language_name(language)}",
        "intro": _("The version before stays, so that you can answer what was published on a day."),
    }
    return render_form(request, context)


def _languages(actor: Actor) -> list[str]:
    pages = PublicDistrict.objects.visible_to(actor).on()
    return [code for languages in pages.values_list("languages", flat=True) for code in languages] or ["en"]
