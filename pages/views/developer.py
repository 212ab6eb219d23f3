"""For those who make another tool talk to this one: from a new key to the first answer in ten minutes."""

from dataclasses import dataclass

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from pages.developer import LANGUAGES, START, Example

LABELS = {"curl": "curl", "python": "Python", "javascript": "JavaScript"}

TOPICS: dict[str, tuple[str | Promise, str | Promise]] = {
    START: (
        _("Start"),
        _(
            "Put the key where no file holds it, in the environment: export CRM_KEY=… Python needs nothing "
            "but its standard library, JavaScript runs with Node 18 or newer. Every part below starts so."
        ),
    ),
    "first-call": (
        _("First call"),
        _("Who am I, what may I do, where? Any key may ask this, so it tells whether yours works."),
    ),
    "lists": (
        _("Read a list"),
        _(
            "Filters are those of the pages. Follow “next” until it is null: each row that is there all the "
            "while comes once, whatever others write meanwhile. A parameter that does not exist is refused, "
            "not ignored."
        ),
    ),
    "log-a-meeting": (
        _("Log a meeting"),
        _(
            "With an Idempotency-Key the same request may be sent again after a broken line: for 48 hours it "
            "is carried out once, and answered with the meeting as it is by then."
        ),
    ),
    "correct": (
        _("Correct it"),
        _(
            "Send the ETag that you read as If-Match. If somebody else was faster, the answer is 412: read "
            "again and decide anew. Without If-Match it is 428."
        ),
    ),
    "batch": (
        _("Bring in many"),
        _(
            "Up to 200 at once, all or none; with atomic=false each gets its own answer. Give each your own "
            "id under your key’s source name, and a second run finds what is there already."
        ),
    ),
    "changes": (
        _("Keep in step"),
        _(
            "The change feed says what was created, updated, archived, erased or merged, in the order in "
            "which it was committed. Keep “next” and ask it again in a minute. For erased and out_of_scope, "
            "delete your copy. After 410, read everything anew."
        ),
    ),
    "errors": (
        _("Understand a refusal"),
        _(
            "Errors are problem+json: “code” is for your program and never changes, “detail” is for people, "
            "“errors” point at fields. What the key does not see answers 404, as if it were not there."
        ),
    ),
    "limits": (
        _("Stay within the limits"),
        _(
            "RateLimit says how many requests are left; a 429 says in Retry-After how many seconds to wait. "
            "A key also reads only so many different people a day."
        ),
    ),
    "webhooks": (
        _("Believe a webhook"),
        _(
            "Webhooks follow Standard Webhooks: compute the signature over id, time and the raw body and "
            "compare, before you read it. They carry no content: fetch the object with your key. Expect the "
            "same id twice now and then."
        ),
    ),
}


@dataclass(frozen=True, slots=True)
class Topic:
    """A step: what it is about, and its lines in each language that has some."""

    name: str
    title: str | Promise
    text: str | Promise
    examples: list[tuple[str, str]]


@require_safe
def developer(request: HttpRequest) -> HttpResponse:
    parts = {language: Example(language, settings.SITE_URL).parts for language in LANGUAGES}
    topics = [
        Topic(
            name,
            title,
            text,
            [(LABELS[language], found[name]) for language, found in parts.items() if name in found],
        )
        for name, (title, text) in TOPICS.items()
    ]
    context = {"topics": topics, "languages": LABELS.items(), "site": settings.SITE_URL}
    return render(request, "pages/developer/developer.html", context)


@require_safe
def example(request: HttpRequest, language: str) -> HttpResponse:
    """The whole file of a language, as it runs here."""
    if language not in LANGUAGES:
        raise Http404
    found = Example(language, settings.SITE_URL)
    headers = {"Content-Disposition": f'attachment; filename="{found.file_name}"'}
    return HttpResponse(found.text, content_type="text/plain; charset=utf-8", headers=headers)
