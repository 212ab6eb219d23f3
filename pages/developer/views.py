"""Developer pages: from a new key to the first API response in 10 minutes.

They are open to everybody, because an integrator has a key and no account. They contain no data.
"""

from dataclasses import dataclass

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from api.http.lifecycle import ENDING
from api.services.sandbox import create_sandbox_key, is_sandbox
from pages.developer.example_files import LANGUAGES, SCOPES, START, Example

LABELS = {"curl": "curl", "python": "Python", "javascript": "JavaScript"}

TOPICS: dict[str, tuple[str | Promise, str | Promise]] = {
    START: (
        _("Get started"),
        _(
            "Keep the key out of files. Set it as an environment variable: export CRM_KEY=… The "
            "Python examples use only the standard library. The JavaScript examples need Node 18 "
            "or later. Every example below starts with these lines."
        ),
    ),
    "first-call": (
        _("First call"),
        _(
            "Shows who the key belongs to, what it can do and where. Any key can call this, so use "
            "it to test yours."
        ),
    ),
    "lists": (
        _("Read a list"),
        _(
            "Filters are the same as on the pages. Follow “next” until it is null. Every row that "
            "exists throughout is returned exactly once, even if data changes meanwhile. Unknown "
            "parameters are rejected, not ignored."
        ),
    ),
    "log-a-meeting": (
        _("Log a meeting"),
        _(
            "With an Idempotency-Key you can safely retry after a connection error. For 48 hours "
            "the request is carried out only once, and the response is the meeting as it is by "
            "then."
        ),
    ),
    "correct": (
        _("Update a record"),
        _(
            "Send the ETag you read as If-Match. If someone else has changed the record, you get "
            "412: read it again and retry. Without If-Match you get 428."
        ),
    ),
    "batch": (
        _("Create many records"),
        _(
            "Send up to 200 at once. Either all are created or none; with atomic=false each gets "
            "its own result. Give each record your own ID under your key’s source name, so that a "
            "second run finds existing records."
        ),
    ),
    "changes": (
        _("Stay in sync"),
        _(
            "The change feed lists what was created, updated, archived, erased or merged, in "
            "commit order. Save “next” and request it again after a minute. For erased and "
            "out_of_scope, delete your copy. After a 410, read everything again."
        ),
    ),
    "errors": (
        _("Handle errors"),
        _(
            "Errors are problem+json. “code” is for your program and never changes, “detail” is "
            "for people, and “errors” point to fields. Anything the key cannot see returns 404, as "
            "if it did not exist."
        ),
    ),
    "limits": (
        _("Rate limits"),
        _(
            "RateLimit shows how many requests are left. A 429 response gives the number of "
            "seconds to wait in Retry-After. A key can also read only a limited number of contacts "
            "per day."
        ),
    ),
    "webhooks": (
        _("Verify a webhook"),
        _(
            "Webhooks follow Standard Webhooks. Before you parse a delivery, compute the signature "
            "over the ID, timestamp and raw body and compare it. Deliveries carry no content, so "
            "fetch the record with your key. The same ID may occasionally be delivered twice."
        ),
    ),
}


@dataclass(frozen=True, slots=True)
class Topic:
    """A step with its topic, and its lines in each language that has any."""

    name: str
    title: str | Promise
    text: str | Promise
    examples: list[tuple[str, str]]


@login_not_required
@require_safe
def developer(request: HttpRequest) -> HttpResponse:
    parts = {language: Example(language, settings.SITE_URL).parts for language in LANGUAGES}
    topics = [
        Topic(
            name,
            title,
            text,
            [(LABELS[language], examples[name]) for language, examples in parts.items() if name in examples],
        )
        for name, (title, text) in TOPICS.items()
    ]
    context = {
        "topics": topics,
        "languages": LABELS.items(),
        "site": settings.SITE_URL,
        "scopes": SCOPES,
        "ending": ENDING,
        "is_sandbox": is_sandbox(),
        "sandbox_url": settings.SANDBOX_URL,
    }
    return render(request, "pages/developer/developer.html", context)


@login_not_required
@require_POST
def sandbox_key(request: HttpRequest) -> HttpResponse:
    """A key of a sandbox, for anybody. Elsewhere there is no such page."""
    if not is_sandbox():
        raise Http404
    try:
        key, token = create_sandbox_key()
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return redirect("developer")
    return render(request, "pages/developer/sandbox_key.html", {"key": key, "token": str(token)})


@login_not_required
@require_safe
def example(request: HttpRequest, language: str) -> HttpResponse:
    """The complete example file of a language, adapted to this site."""
    if language not in LANGUAGES:
        raise Http404
    language_example = Example(language, settings.SITE_URL)
    headers = {"Content-Disposition": f'attachment; filename="{language_example.file_name}"'}
    return HttpResponse(language_example.text, content_type="text/plain; charset=utf-8", headers=headers)
