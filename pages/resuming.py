"""Restore a form that was sent after its session had ended, once its writer has signed in again.

The page is requested again and filled with the typed text, so the form has the version that was shown to the
writer. If the page no longer has that form, another page offers to send the fields unchanged.
"""

from collections.abc import Callable
from html import escape
from html.parser import HTMLParser
from typing import Final

from django.http import HttpRequest, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from accounts.middleware import SIGNING_IN
from accounts.models import User
from accounts.services import held_forms
from accounts.services.held_forms import PendingForm

TOKEN: Final = "csrfmiddlewaretoken"  # noqa: S105  # a field's name
CHOSEN: Final = {"checkbox", "radio"}
LEFT_ALONE: Final = {"submit", "button", "image", "reset", "file", "password"}


class HeldFormMiddleware:
    """Redirect a user with a held form to its page, and fill the form in there, once."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if not (request.method == "GET" and _is_page(request) and isinstance(request.user, User)):
            return response
        if not held_forms.is_held(request) or (held := held_forms.held_by(request)) is None:
            return response
        if request.get_full_path() != held.address:
            return redirect(held.address) if response.status_code in (200, 302) else response
        held_forms.drop(request)
        if response.status_code in (403, 404):
            return response
        return _given_back(request, response, held)


def _is_page(request: HttpRequest) -> bool:
    """Whether the request is for a full page.

    Pages about signing in are excluded, because setting up a second factor comes first.
    """
    match = request.resolver_match
    name = (match.url_name or "") if match else ""
    is_fragment = "HX-Request" in request.headers
    return bool(name) and not name.startswith(SIGNING_IN) and not is_fragment and "/api/" not in request.path


def _given_back(request: HttpRequest, response: HttpResponseBase, held: PendingForm) -> HttpResponseBase:
    if isinstance(response, HttpResponse) and response.status_code == 200:
        path = held.address.partition("?")[0]
        filled = fill(response.content.decode(), {"", path, held.address}, held.fields)
        if filled is not None:
            response.content = filled.encode()
            return response
    fields = [(name, value) for name, values in held.fields.lists() for value in values if name != TOKEN]
    return render(request, "pages/shell/resume.html", {"address": held.address, "fields": fields})


def fill(page: str, addresses: set[str], fields: QueryDict) -> str | None:
    """Fill `fields` into the form in `page` that posts to one of `addresses`.

    None if there is no such form.
    """
    forms_of_page = _Forms(addresses)
    forms_of_page.feed(page)
    sent_names = {name for name in fields if name != TOKEN}
    shared = [len(sent_names & names) for names in forms_of_page.names]
    if not any(shared):
        return None
    filler = _Filler(addresses, shared.index(max(shared)), fields)
    filler.feed(page)
    filler.close()
    return "".join(filler.out)


Attributes = list[tuple[str, str | None]]


class _Forms(HTMLParser):
    """Collects the field names of each form that posts to one of `addresses`."""

    def __init__(self, addresses: set[str]) -> None:
        super().__init__(convert_charrefs=False)
        self.addresses = addresses
        self.names: list[set[str]] = []
        self.inside = False

    def handle_starttag(self, tag: str, attrs: Attributes) -> None:
        attributes = dict(attrs)
        if tag == "form":
            self.inside = _is_meant(attributes, self.addresses)
            if self.inside:
                self.names.append(set())
        elif self.inside and tag in ("input", "select", "textarea", "button") and attributes.get("name"):
            self.names[-1].add(attributes["name"] or "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.inside = False


def _is_meant(form: dict[str, str | None], addresses: set[str]) -> bool:
    return (form.get("method") or "get").lower() == "post" and (form.get("action") or "") in addresses


class _Filler(HTMLParser):
    """Rewrites the page, with the typed text in the `wanted`-th of these forms."""

    def __init__(self, addresses: set[str], form_index: int, fields: QueryDict) -> None:
        super().__init__(convert_charrefs=False)
        self.addresses, self.wanted = addresses, form_index
        self.left = {name: list(values) for name, values in fields.lists() if name != TOKEN}
        self.out: list[str] = []
        self.forms = -1
        self.inside = False
        self.seen: set[str] = set()
        self.select = ""
        self.silent = False  # the textarea's content was already written

    def handle_starttag(self, tag: str, attrs: Attributes) -> None:
        raw = self.get_starttag_text() or ""
        attributes = dict(attrs)
        if tag == "form" and _is_meant(attributes, self.addresses):
            self.forms += 1
            self.inside = self.forms == self.wanted
            notice = _("You were signed out before this was saved. Check what you typed, then save it.")
            raw += f'<div class="notice today"><p>{escape(notice)}</p></div>' if self.inside else ""
        elif self.inside:
            raw = self._filled(tag, attrs, attributes, raw)
        self.out.append(raw)

    def _filled(self, tag: str, attrs: Attributes, attributes: dict[str, str | None], raw: str) -> str:
        name = attributes.get("name") or ""
        kind = (attributes.get("type") or "text").lower()
        if tag == "option" and self.select:
            chosen = attributes.get("value") in self.left.get(self.select, [])
            return _tag(tag, _with(attrs, "selected", chosen))
        if not name or name == TOKEN or kind in LEFT_ALONE:
            return raw
        if tag == "button":
            self.seen.add(name)  # the user presses buttons themselves
        elif tag == "select":
            self.select = name
            self.seen.add(name)
        elif tag == "textarea":
            self.seen.add(name)
            self.silent = True
            return raw + "\n" + escape(self._next(name))
        elif tag == "input" and kind in CHOSEN:
            self.seen.add(name)
            return _tag(
                tag, _with(attrs, "checked", (attributes.get("value") or "on") in self.left.get(name, []))
            )
        elif tag == "input" and name in self.left:
            self.seen.add(name)
            return _tag(
                tag,
                [*(attribute for attribute in attrs if attribute[0] != "value"), ("value", self._next(name))],
            )
        return raw

    def _next(self, name: str) -> str:
        """The next value for a field. Fields with the same name are filled in order."""
        values = self.left.get(name, [])
        return values.pop(0) if len(values) > 1 else values[0] if values else ""

    def handle_startendtag(self, tag: str, attrs: Attributes) -> None:
        self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self.silent = False
        elif tag == "select":
            self.select = ""
        elif tag == "form" and self.inside:
            self.inside = False
            unplaced = [(n, v) for n, values in self.left.items() if n not in self.seen for v in values]
            self.out += [_tag("input", [("type", "hidden"), ("name", n), ("value", v)]) for n, v in unplaced]
        self.out.append(f"</{tag}>")

    def handle_data(self, data: str) -> None:
        if not self.silent:
            self.out.append(data)

    def handle_entityref(self, name: str) -> None:
        self.handle_data(f"&{name};")

    def handle_charref(self, name: str) -> None:
        self.handle_data(f"&#{name};")

    def handle_comment(self, data: str) -> None:
        self.out.append(f"<!--{data}-->")

    def handle_decl(self, decl: str) -> None:
        self.out.append(f"<!{decl}>")


def _with(attrs: Attributes, name: str, is_set: bool) -> Attributes:
    other_attributes = [attribute for attribute in attrs if attribute[0] != name]
    return [*other_attributes, (name, None)] if is_set else other_attributes


def _tag(tag: str, attrs: Attributes) -> str:
    written = (name if value is None else f'{name}="{escape(value)}"' for name, value in attrs)
    return f"<{' '.join([tag, *written])}>"
