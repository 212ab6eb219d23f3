"""Pages of the site in each language of a district."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from itertools import groupby
from typing import Any, Final

from django.conf import settings
from django.template.loader import render_to_string
from django.utils.text import capfirst

from lib.days import city_zone
from meetings.codes import MeetingStatus
from publishing.codes import Anonymous, EntryState, ListedField, RouteKind, StepFree, TextSlug
from publishing.models import PublicEntry, PublicListing, PublicMeeting, ReportingRoute
from publishing.site.calendars import calendar_name
from publishing.site.languages import Text, direction, name_in, own_name, speaking, words_of
from publishing.site.plans import PublicChange, PublicMilestone, PublicPlan
from publishing.site.reading import Place, Site

RECENT: Final = 3  # months on the first page
_DISTRICT_PAGES: Final = {
    "": "district",
    "earlier/": "earlier",
    "organisations/": "organisations",
    "plans/": "plans",
    "register/": "register",
}
_EMBEDDED: Final = {"reporting": "embed_reporting", "you-said-we-did": "embed_said"}


class Pages:
    """Renderer of pages: texts in the page's language, fixed words in `words_of` that language."""

    def __init__(self, site: Site) -> None:
        self.site = site

    def write(self) -> dict[str, bytes]:
        files = dict(self._start())
        for place in self.site.places:
            for language in place.page.languages:
                files.update(self._district_pages(place, language))
            files.update(self._embedded(place))
        for language in self.site.languages:
            files.update(self._texts(language))
            files.update(self._data(language))
        return files

    def _start(self) -> Iterator[tuple[str, bytes]]:
        """Yield the lists of districts: the index of the site in the main language, and one in each other."""
        for number, language in enumerate(self.site.languages or [settings.LANGUAGE_CODE]):
            words = words_of(language)
            with speaking(words):
                routes = [_route(row, words, self.site.as_of) for row in self.site.shared_routes]
            context = {
                "places": self._places(language),
                "depth": 0 if number == 0 else 1,
                "tongues": _language_links(
                    {code: f"{code}/" if place else "" for place, code in enumerate(self.site.languages)},
                    language,
                ),
                **_urgent_and_other(routes),
            }
            path = "index.html" if number == 0 else f"{language}/index.html"
            yield path, self._render("start", language, context)

    def _places(self, language: str) -> list[dict[str, Any]]:
        return [
            {
                "name": place.district.name,
                "code": place.district.code,
                "path": f"{_page_language(place.page.languages, language)}/{place.district.code}/",
            }
            for place in self.site.places
        ]

    def _district_pages(self, place: Place, language: str) -> Iterator[tuple[str, bytes]]:
        with speaking(words_of(language)):
            context = self._district_context(place, language)
            for folder, template in _DISTRICT_PAGES.items():
                if folder == "plans/" and not place.plans:
                    continue
                folder_context = {"depth": 2 + folder.count("/"), "folder": folder}
                path = f"{language}/{place.district.code}/{folder}index.html"
                yield path, self._render(template, language, context | folder_context)

    def _embedded(self, place: Place) -> Iterator[tuple[str, bytes]]:
        """Yield fragments for other pages of the city, in each language."""
        for number, language in enumerate(place.page.languages):
            with speaking(words_of(language)):
                context = self._district_context(place, language)
                for name, template in _EMBEDDED.items():
                    inner = "" if number == 0 else f"{language}/"
                    path = f"embed/{place.district.code}/{name}/{inner}index.html"
                    yield path, self._render(template, language, context | {"depth": path.count("/")})

    def _data(self, language: str) -> Iterator[tuple[str, bytes]]:
        """Yield the page that lists the data files."""
        context = {
            "releases": [
                {
                    "year": release.quarter.since.year,
                    "quarter": (release.quarter.since.month + 2) // 3,
                    "released_on": release.released_on,
                    "path": f"figures/release-{release.number}/",
                }
                for release in self.site.releases
            ],
            "places": self._places(language),
            "depth": 2,
        }
        yield f"{language}/open-data/index.html", self._render("data", language, context)

    def _texts(self, language: str) -> Iterator[tuple[str, bytes]]:
        for slug in TextSlug.values:
            row = self._text_of(slug, language)
            if row is not None:
                text = Text(row.text, row.language, words_of(language))
                context = {"title": capfirst(TextSlug(slug).label), "text": text, "row": row, "depth": 2}
                path = f"{language}/{slug.replace('_', '-')}/index.html"
                yield path, self._render("text", language, context)

    def text_versions(self) -> dict[str, dict[str, int]]:
        """Return the version of each text by language, which the registration form asks agreement to."""
        return {
            language: {
                slug: row.version for slug in TextSlug.values if (row := self._text_of(slug, language))
            }
            for language in self.site.languages
        }

    def _text_of(self, slug: str, language: str) -> Any:
        texts = self.site.texts
        return texts.get((slug, language)) or next(
            (row for (name, _language), row in texts.items() if name == slug), None
        )

    def _district_context(self, place: Place, language: str) -> dict[str, Any]:
        words = words_of(language)
        page = place.page
        months = [
            {"month": month, "entries": [_entry(row, language) for row in rows]}
            for month, rows in groupby(place.entries, key=lambda row: row.first_day)
        ]
        routes = [_route(row, words, self.site.as_of) for row in place.routes]
        return {
            "district": place.district,
            "page": page,
            "intro": Text(page.intro, page.language, words),
            "hours": Text(page.hours, page.language, words),
            "officers": place.officers,
            **_urgent_and_other(routes),
            "meetings": [_meeting(row, words) for row in place.meetings],
            "months": months,
            "recent": months[:RECENT],
            "listings": [_listing(row, words) for row in place.listings],
            "tongues": _language_links(
                {code: f"{code}/{place.district.code}/" for code in page.languages}, language
            ),
            "plans": [_plan(plan, words, self.site.as_of) for plan in place.plans],
            "register_url": _register_url(place, language),
        }

    def _render(self, template: str, language: str, context: Mapping[str, Any]) -> bytes:
        words = words_of(language)
        shared = {
            "site": self.site,
            "city": settings.CITY_NAME,
            "language": language,
            "words": words,
            "dir": direction(words),
            "up": "../" * int(context["depth"]),
            "leave_to": settings.PUBLIC_LEAVE_URL,
            "emergency": settings.PUBLIC_EMERGENCY_NUMBER,
            "complaints_name": settings.COMPLAINTS_BODY_NAME,
            "complaints_url": settings.COMPLAINTS_BODY_URL,
            "texts": [
                {"path": f"{language}/{slug.replace('_', '-')}/", "name": capfirst(TextSlug(slug).label)}
                for slug in TextSlug.values
                if slug != TextSlug.REGISTRATION_CONSENT and self._text_of(slug, language)
            ],
        }
        with speaking(words):
            html = render_to_string(f"publishing/site/{template}.html", {**shared, **context})
        lines = (line.strip() for line in html.splitlines())
        return ("\n".join(line for line in lines if line) + "\n").encode()


def _language_links(paths: Mapping[str, str], page_language: str) -> list[dict[str, Any]]:
    return [
        {
            "code": code,
            "path": path,
            "name": own_name(code),
            "dir": direction(code),
            "is_here": code == page_language,
        }
        for code, path in paths.items()
    ]


def _register_url(place: Place, language: str) -> str:
    """Return the URL of the registration form, or of the page to print."""
    base = settings.PUBLIC_REGISTER_URL
    return f"{base}/{language}/{place.district.code}/register/" if base else "register/"


def _page_language(languages: Sequence[str], language: str) -> str:
    return language if language in languages else languages[0]


def _urgent_and_other(routes: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return urgent and other ways to report. The emergency number is first on every page."""
    urgent = [route for route in routes if route["is_urgent"]]
    is_there = any(route["call"] == settings.PUBLIC_EMERGENCY_NUMBER for route in urgent)
    return {
        "is_emergency_missing": not is_there,
        "urgent": sorted(urgent, key=lambda one: one["call"] != settings.PUBLIC_EMERGENCY_NUMBER),
        "routes": [route for route in routes if not route["is_urgent"]],
    }


def _route(row: ReportingRoute, words: str, today: date) -> dict[str, Any]:
    return {
        "name": Text(row.name, row.language, words),
        "kind": capfirst(RouteKind(row.kind).label),
        "is_urgent": row.kind == RouteKind.EMERGENCY,
        "phone": row.phone,
        "call": row.dialled,
        "url": row.url if row.url.startswith(("https://", "http://")) else "",
        "address": Text(row.address, row.language, words),
        "hours": Text(row.hours, row.language, words),
        "note": Text(row.note, row.language, words),
        "languages": [name_in(code, words) for code in row.languages],
        "anonymous": Anonymous(row.anonymous).label,
        "not_tested_since": row.not_tested_since(today),
        "is_anonymous": row.anonymous == Anonymous.YES,
        "step_free": StepFree(row.step_free).label
        if row.address and row.step_free != StepFree.UNKNOWN
        else "",
    }


def _meeting(row: PublicMeeting, words: str) -> dict[str, Any]:
    starts_at = row.meeting.starts_at.astimezone(city_zone())
    minutes = row.meeting.duration_minutes
    return {
        "title": Text(row.title, row.language, words),
        "text": Text(row.text, row.language, words),
        "place": Text(row.place, row.language, words),
        "starts_at": starts_at,
        "ends_at": starts_at + timedelta(minutes=minutes) if minutes else None,
        "is_cancelled": row.meeting.status == MeetingStatus.CANCELLED,
        "calendar": f"calendar/{calendar_name(row)}",
    }


def _entry(row: PublicEntry, language: str) -> dict[str, Any]:
    texts_by_language = {translation.language: translation for translation in row.translations.all()}
    entry_text: Any = texts_by_language.get(language, row)
    words = words_of(language)
    is_refused = row.state == EntryState.CANNOT
    return {
        "said": Text(entry_text.said, entry_text.language, words),
        "answer": Text(entry_text.why if is_refused else entry_text.did, entry_text.language, words),
        "state": row.state,
    }


def _plan(row: PublicPlan, words: str, today: date) -> dict[str, Any]:
    def text(plain_text: str) -> Text:
        return Text(plain_text, row.language, words)

    due, done = row.milestones_by(today)
    return {
        "title": text(row.title),
        "summary": text(row.summary),
        "since": row.starts_on,
        "last_day": row.ends_on - timedelta(days=1),
        "adopted_on": row.adopted_on,
        "adopted_by": text(row.adopted_by),
        "due": due,
        "done": done,
        "moved": row.moved,
        "dropped": row.dropped,
        "added": row.added,
        "changes": [_change(change, text) for change in row.changes],
        "ended_on": row.ended_on,
        "goals": [
            {
                "title": text(goal.title),
                "actions": [
                    {
                        "title": text(action.title),
                        "status": action.status,
                        "milestones": [
                            _milestone(milestone, text(milestone.title), today)
                            for milestone in action.milestones
                        ],
                        "partners": action.partners,
                    }
                    for action in goal.actions
                ],
            }
            for goal in row.goals
        ],
    }


def _change(row: PublicChange, text: Callable[[str], Text]) -> dict[str, Any]:
    day = timedelta(days=1 if row.kind == "ends" else 0)  # a plan ends on the day before `ends_on`
    return {
        "changed_on": row.changed_on,
        "kind": row.kind,
        "title": text(row.title),
        "was": text(row.was),
        "was_on": row.was_on and row.was_on - day,
        "now_on": row.now_on and row.now_on - day,
    }


def _milestone(row: PublicMilestone, title: Text, today: date) -> dict[str, Any]:
    return {
        "title": title,
        "due_on": row.due_on,
        "first_due_on": row.first_due_on,
        "done_on": row.done_on,
        "marked_on": row.marked_on,
        "is_late": row.done_on is None and not row.is_dropped and row.due_on < today,
        "is_dropped": row.is_dropped,
        "is_moved": row.is_moved,
    }


def _listing(row: PublicListing, words: str) -> dict[str, Any]:
    """Return only the details that the organisation agreed to."""
    organisation = row.organisation
    listing: dict[str, Any] = {"name": organisation.name, "id": str(row.public_id)}
    values: dict[str, Any] = {
        ListedField.SUMMARY: Text(row.summary, row.language, words),
        ListedField.FOCUS: Text(row.focus_words, row.language, words),
        ListedField.WEBSITE: organisation.website,
        ListedField.EMAIL: organisation.email,
        ListedField.PHONE: str(organisation.phone or ""),
        ListedField.ADDRESS: organisation.address,
        ListedField.LANGUAGES: [name_in(code, words) for code in organisation.languages],
    }
    return listing | {name: value for name, value in values.items() if name in row.fields}
