"""The pages of the site, in each language of a district."""

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
    """Renders one page after another: its texts in `language`, and its words in `words_of` that language."""

    def __init__(self, site: Site) -> None:
        self.site = site

    def write(self) -> dict[str, bytes]:
        files = dict(self._start())
        for place in self.site.places:
            for language in place.page.languages:
                files.update(self._of_district(place, language))
            files.update(self._embedded(place))
        for language in self.site.languages:
            files.update(self._texts(language))
            files.update(self._data(language))
        return files

    def _start(self) -> Iterator[tuple[str, bytes]]:
        """The list of districts: the whole site in the main language, and a list in each other."""
        for number, language in enumerate(self.site.languages or [settings.LANGUAGE_CODE]):
            words = words_of(language)
            with speaking(words):
                routes = [_route(row, words, self.site.as_of) for row in self.site.shared_routes]
            context = {
                "places": self._places(language),
                "depth": 0 if number == 0 else 1,
                "tongues": _tongues(
                    {code: f"{code}/" if place else "" for place, code in enumerate(self.site.languages)},
                    language,
                ),
                **_in_parts(routes),
            }
            path = "index.html" if number == 0 else f"{language}/index.html"
            yield path, self._render("start", language, context)

    def _places(self, language: str) -> list[dict[str, Any]]:
        return [
            {
                "name": place.district.name,
                "code": place.district.code,
                "path": f"{_chosen(place.page.languages, language)}/{place.district.code}/",
            }
            for place in self.site.places
        ]

    def _of_district(self, place: Place, language: str) -> Iterator[tuple[str, bytes]]:
        with speaking(words_of(language)):
            context = self._district_context(place, language)
            for folder, template in _DISTRICT_PAGES.items():
                if folder == "plans/" and not place.plans:
                    continue
                more = {"depth": 2 + folder.count("/"), "folder": folder}
                path = f"{language}/{place.district.code}/{folder}index.html"
                yield path, self._render(template, language, context | more)

    def _embedded(self, place: Place) -> Iterator[tuple[str, bytes]]:
        """Fragments for other pages of the city, in each language."""
        for number, language in enumerate(place.page.languages):
            with speaking(words_of(language)):
                context = self._district_context(place, language)
                for name, template in _EMBEDDED.items():
                    inner = "" if number == 0 else f"{language}/"
                    path = f"embed/{place.district.code}/{name}/{inner}index.html"
                    yield path, self._render(template, language, context | {"depth": path.count("/")})

    def _data(self, language: str) -> Iterator[tuple[str, bytes]]:
        """Everything for programs, with words for people."""
        context = {
            "releases": [
                {
                    "year": one.quarter.since.year,
                    "quarter": (one.quarter.since.month + 2) // 3,
                    "released_on": one.released_on,
                    "path": f"figures/release-{one.number}/",
                }
                for one in self.site.releases
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
        """Of each text on a page in each language: what the registration form asks agreement to."""
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
            **_in_parts(routes),
            "meetings": [_meeting(row, words) for row in place.meetings],
            "months": months,
            "recent": months[:RECENT],
            "listings": [_listing(row, words) for row in place.listings],
            "tongues": _tongues(
                {code: f"{code}/{place.district.code}/" for code in page.languages}, language
            ),
            "plans": [_plan(one, words, self.site.as_of) for one in place.plans],
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


def _tongues(paths: Mapping[str, str], here: str) -> list[dict[str, Any]]:
    return [
        {"code": code, "path": path, "name": own_name(code), "dir": direction(code), "is_here": code == here}
        for code, path in paths.items()
    ]


def _register_url(place: Place, language: str) -> str:
    """The form of the live process, or the page to print."""
    base = settings.PUBLIC_REGISTER_URL
    return f"{base}/{language}/{place.district.code}/register/" if base else "register/"


def _chosen(languages: Sequence[str], wanted: str) -> str:
    return wanted if wanted in languages else languages[0]


def _in_parts(routes: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Ways to report that are urgent, and the others. The emergency number is first on every page."""
    urgent = [one for one in routes if one["is_urgent"]]
    is_there = any(one["call"] == settings.PUBLIC_EMERGENCY_NUMBER for one in urgent)
    return {
        "is_emergency_missing": not is_there,
        "urgent": sorted(urgent, key=lambda one: one["call"] != settings.PUBLIC_EMERGENCY_NUMBER),
        "routes": [one for one in routes if not one["is_urgent"]],
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
    there = {one.language: one for one in row.translations.all()}
    said: Any = there.get(language, row)
    words = words_of(language)
    is_refused = row.state == EntryState.CANNOT
    return {
        "said": Text(said.said, said.language, words),
        "answer": Text(said.why if is_refused else said.did, said.language, words),
        "state": row.state,
    }


def _plan(row: PublicPlan, words: str, today: date) -> dict[str, Any]:
    def text(said: str) -> Text:
        return Text(said, row.language, words)

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
        "changes": [_change(one, text) for one in row.changes],
        "ended_on": row.ended_on,
        "goals": [
            {
                "title": text(goal.title),
                "actions": [
                    {
                        "title": text(action.title),
                        "status": action.status,
                        "milestones": [_milestone(one, text(one.title), today) for one in action.milestones],
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
    """Only what the organisation agreed to."""
    organisation = row.organisation
    shown: dict[str, Any] = {"name": organisation.name, "id": str(row.public_id)}
    values: dict[str, Any] = {
        ListedField.SUMMARY: Text(row.summary, row.language, words),
        ListedField.FOCUS: Text(row.focus_words, row.language, words),
        ListedField.WEBSITE: organisation.website,
        ListedField.EMAIL: organisation.email,
        ListedField.PHONE: str(organisation.phone or ""),
        ListedField.ADDRESS: organisation.address,
        ListedField.LANGUAGES: [name_in(code, words) for code in organisation.languages],
    }
    return shown | {name: value for name, value in values.items() if name in row.fields}
