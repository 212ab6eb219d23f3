"""Data files for programs: a district as JSON, and released figures."""

import json
from datetime import timedelta
from typing import Any, Final

from lib.days import city_zone
from meetings.codes import MeetingStatus
from publishing.codes import EntryState
from publishing.models import PublicMeeting, ReportingRoute
from publishing.queries.documents import quarter_code
from publishing.queries.files import TYPES, write_release
from publishing.site.plans import PublicPlan
from publishing.site.reading import Place, Site

_ROUTE_FIELDS: Final = (
    "name",
    "kind",
    "url",
    "phone",
    "address",
    "hours",
    "languages",
    "anonymous",
    "step_free",
)


def write_json(value: Any) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()


def district_data(site: Site, place: Place) -> dict[str, Any]:
    return {
        "district": {"code": place.district.code, "name": place.district.name},
        "as_of": site.as_of.isoformat(),
        "priorities": [
            {
                "issue": entry.said,
                "action": entry.why if entry.state == EntryState.CANNOT else entry.did,
                "state": entry.state,
                "month": entry.month,
                "language": entry.language,
            }
            for entry in place.entries
        ],
        "plans": [_plan(plan, site) for plan in place.plans],
        "events": [_event(notice) for notice in place.meetings],
        "reporting": [_route(route) for route in place.routes],
    }


def _plan(plan: PublicPlan, site: Site) -> dict[str, Any]:
    """Return the progress of a plan in numbers. Its page has the details."""
    due, done = plan.milestones_by(site.as_of)
    return {
        "title": plan.title,
        "language": plan.language,
        "starts_on": plan.starts_on.isoformat(),
        "ends_before": plan.ends_on.isoformat(),
        "goals": [goal.title for goal in plan.goals],
        "milestones_due": due,
        "milestones_done": done,
        "milestones_moved": plan.moved,
        "milestones_dropped": plan.dropped,
        "milestones_added": plan.added,
        "changes": len(plan.changes),
        "ended_on": plan.ended_on.isoformat() if plan.ended_on else None,
    }


def _event(notice: PublicMeeting) -> dict[str, Any]:
    starts_at = notice.meeting.starts_at.astimezone(city_zone())
    minutes = notice.meeting.duration_minutes
    return {
        "title": notice.title,
        "description": notice.text,
        "place": notice.place,
        "starts_at": starts_at.isoformat(),
        "ends_at": (starts_at + timedelta(minutes=minutes)).isoformat() if minutes else None,
        "is_cancelled": notice.meeting.status == MeetingStatus.CANCELLED,
        "language": notice.language,
    }


def _route(route: ReportingRoute) -> dict[str, Any]:
    return {name: getattr(route, name) for name in _ROUTE_FIELDS} | {
        "note": route.note,
        "language": route.language,
    }


def figures_files(site: Site) -> dict[str, bytes]:
    """Return the files of each release in each format, and a list of releases."""
    files: dict[str, bytes] = {}
    releases = []
    for release in site.releases:
        folder = f"figures/release-{release.number}"
        for extension in TYPES:
            files[f"{folder}/{'method' if extension == 'md' else 'figures'}.{extension}"] = write_release(
                release, extension
            )
        releases.append(
            {
                "number": release.number,
                "quarter": quarter_code(release.quarter.since.isoformat()),
                "released_on": release.released_on.isoformat(),
                "files": [f"{folder}/figures.csv", f"{folder}/figures.json", f"{folder}/method.md"],
            }
        )
    if releases:
        files["figures/releases.json"] = write_json(releases)
    return files
