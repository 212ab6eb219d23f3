"""Values for forms that start empty, values of buttons, and bodies of API requests."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any, Final
from uuid import uuid4

import orjson
from django.utils import timezone

from lib.days import city_today
from plans.models import City
from practices.rules import QUESTIONS
from tests.architecture.ground import HOOK, upload
from tests.factories import PASSWORD

Rows = Mapping[str, Any]
Fields = dict[str, Any]

WHY: Final = {"reason": "0", "format": "csv", "readable": "on", "recipient": "The city"}
ENCRYPTED: Final = {
    "passphrase": "four words of some length",
    "again": "four words of some length",
}
YES: Final = {"facts_apart": "yes", "follow_up_recorded": "yes", "answer": "yes"}


PLAN: Final = {
    "title": "Plan",
    "starts_on": "2026-01-01",
    "ends_on": "2028-01-01",
    "review_months": "6",
}
HAND: Final = {
    "title": "Residents",
    "direction": "up",
    "unit": "share",
    "where_from": "Survey",
    "frequency_months": "12",
}
PRACTICE: Final = {
    "title": "Visit",
    "phases": "prevent",
    "strands": "victims",
    "level": "described",
    "licence": "cc_by_4",
}
TAKE_HOME: Final = {
    "form-TOTAL_FORMS": "1",
    "form-INITIAL_FORMS": "0",
    "form-0-title": "Visit",
    "form-0-due_on": "2027-01-01",
}
TRIED: Final = {"came_of_it": "helped", "would_again": "yes", "started_on": "2026-03-02"}
VALUE: Final = {"period_start": "2025-01-01", "period_end": "2026-01-01", "n": "1", "of": "50"}


def _moment() -> str:
    return (timezone.now() - timedelta(hours=2)).isoformat()


def _later() -> str:
    return f"{timezone.localtime() + timedelta(days=2):%Y-%m-%dT%H:%M}"


def _new_meeting(rows: Rows) -> Fields:
    return {"subject": "Visit", "starts_at": _later(), "district": rows["district"].pk}


def _assembly(rows: Rows) -> Fields:
    return {"subject": "Assembly", "district": rows["district"].pk, f"was-{rows['organisation']}": "present"}


def _invitation(rows: Rows) -> Fields:
    return {"name": "New", "email": "new@police.example", "role": "officer", "districts": rows["district"].pk}


def _key(rows: Rows) -> Fields:
    return {
        "name": "Tool",
        "purpose": "Testing the matrix",
        "source": "matrix",
        "scopes": ["meetings:read"],
        "districts": rows["district"].pk,
    }


def _protocol(rows: Rows) -> Fields:
    step = {"ORDER": "1", "text": "Call", "who": "duty", "each": "once", "due_minutes": "60", "proof": "tick"}
    return {
        "name": "Attack",
        "code": "matrix",
        "district": rows["district"].pk,
        "kinds": ["threat"],
        **{f"steps-0-{name}": value for name, value in step.items()},
    }


def _import(rows: Rows) -> Fields:
    return {
        "what": "organisations",
        "file": upload("Name;Kind\nNew;ngo\n"),
        "source": "matrix",
        "reason": "0",
    }


def _ground(rows: Rows) -> Fields:
    square = [[[3, 48], [3.1, 48], [3.1, 48.1], [3, 48.1], [3, 48]]]  # outside every district
    one = {"type": "Feature", "properties": {"code": "Z8", "name": "Ground of nobody"}}
    one["geometry"] = {"type": "Polygon", "coordinates": square}
    text = orjson.dumps({"type": "FeatureCollection", "features": [one]}).decode()
    return {"file": upload(text, "districts.geojson"), "code_property": "code", "name_property": "name"}


#: By route name.
TYPED: Final[dict[str, Callable[[Rows], Fields]]] = {
    "meeting_new": _new_meeting,
    "log_meeting": lambda rows: {"who": f"organisation:{rows['organisation']}"},
    "log_assembly": _assembly,
    "protocol_new": _protocol,
    "incident_tension": lambda rows: {"level": "2", "trend": "steady", "consulted": rows["organisation"]},
    "incident_debrief": lambda rows: {
        "held_on": city_today(),
        "keep": "The statement was ready at once.",
        "no_action_reason": "Nothing is left to be done after it.",
    },
    "import_watch": lambda rows: {"url": HOOK, "every_days": "7"},
    "meeting_hold": lambda rows: {"status": "held"},
    "meeting_outcome": lambda rows: {"outcome": "advice_received"},
    "organisations_selected": lambda rows: {"act": "verify"},
    "follow_ups_selected": lambda rows: {"owner": rows["officer"]},
    "organisation_new": lambda rows: {"name": "New", "kind": "ngo", "home_district": rows["district"].pk},
    "organisation_duplicates": lambda rows: {"name": "New"},
    "public_entry_new": lambda rows: {"said": "Lamps", "did": "Repaired", "district": rows["district"].pk},
    "public_entry_approve": lambda _rows: {"revision": "1", "tells_of_incident": "False"},
    "public_route_new": lambda rows: {
        "name": "Desk",
        "kind": "police_desk",
        "phone": "112",
        "district": rows["district"].pk,
    },
    "public_route_test": lambda rows: {"result": "answered"},
    "registration": lambda rows: {"decision": "refuse", "reason": "An advertisement"},
    "organisation_listing": lambda rows: {
        "agreed_by": "The chair",
        "agreed_on": "2026-01-05",
        "how": "form",
        "language": "en",
    },
    "meeting_announce": lambda rows: {"title": "Drop-in", "place": "Library", "language": "en"},
    "organisation_status": lambda rows: {"status": "dormant"},
    "contact_new": lambda rows: {
        "family_name": "New",
        "email": "n@ngo.example",
        "home_district": rows["district"].pk,
    },
    "contact_duplicates": lambda rows: {"family_name": "New"},
    "reading_reason": lambda rows: {"reason": "An incident affects them", "next": "/contacts/"},
    "watch_organisation": lambda rows: {"reason": "Threats by letter"},
    "watch_contact": lambda rows: {"reason": "Threats by letter"},
    "alert_answer": lambda rows: {"answer": "I prepared an event"},
    "alert_close": lambda rows: {"conclusion": "explained"},
    "contact_reason": lambda rows: {"reason": "They called or wrote"},
    "contact_private": lambda rows: {"email": "own@home.example"},
    "organisation_private": lambda rows: {"night_phone": "600 000 098"},
    "organisation_reveal": lambda rows: {"reason": "They called or wrote"},
    "organisation_brief": lambda rows: {"recipient": "Night officer"},
    "privacy_inquiry_file": lambda rows: {"recipient": "The person"},
    "handover_briefs": lambda rows: {"recipient": "Night officer"},
    "share_record": lambda rows: {
        "recipient": "Health office",
        "how": "call",
        "shared_on": "2026-01-05",
        "reason": "A case",
    },
    "contact_reveal": lambda rows: {"reason": "They called or wrote"},
    "follow_up_new": lambda rows: {
        "title": "Call",
        "due_on": str(city_today()),
        "kind": "other",
        "organisations": rows["organisation"],
        "owner": rows["officer"],
    },
    "follow_up_move": lambda rows: {"to": "week", "version": "1"},
    "follow_up_later": lambda rows: {"owner": rows["supervisor"]},
    "follow_up_cancel": lambda rows: {"reason": "Not needed any more"},
    "handover": lambda rows: {"step": "preview", "to": rows["supervisor"]},
    "imports": _import,
    "import_columns": lambda rows: {"fixed_home_district": rows["code"]},
    "log_concern": lambda rows: {"kinds": ["graffiti_symbol"], "district": rows["district"].pk},
    "concern_reassurance": lambda rows: {"answer": "accepted"},
    "concern_incident": lambda rows: {"protocol": rows["protocol"]},
    "incident_calling": lambda rows: {"called": rows["organisation"]},
    "incident_call": lambda rows: {"called": rows["organisation"], "result": "no_answer"},
    "incident_conduct": lambda rows: {"supervisor": rows["supervisor"]},
    "incident_reveal": lambda rows: {"called": rows["organisation"]},
    "incident_step": lambda rows: {"act": "take"},
    "incident_decide": lambda rows: {"act": "words", "words": "Officers are there."},
    "concern_status": lambda rows: {"step": "answered"},
    "figure_correct": lambda rows: {"indicator": "continuity", "reason": "The deputy was missing"},
    "reports_notes": lambda rows: {"since": "2026-10-14", "text": "Town fair"},
    "expected_community_new": lambda rows: {"focus": "jewish", "evidence": "A survey"},
    "not_a_duplicate": lambda rows: {"one": rows["organisation"], "other": rows["organisation_twin"]},
    "organisations_export": lambda rows: WHY,
    "contacts_export": lambda rows: WHY,
    "meetings_export": lambda rows: WHY,
    "follow-ups_export": lambda rows: WHY,
    "concerns_export": lambda rows: WHY,
    "district_archive": lambda rows: WHY | ENCRYPTED,
    "report_rows": lambda rows: WHY,
    "settings_district_redraw": lambda rows: {"code": f"{rows['code']}b", "on": str(city_today())},
    "reports_export": lambda rows: WHY,
    "plan_new": lambda rows: PLAN | {"district": rows["district"].pk},
    "plan_edit": lambda rows: PLAN | {"keeper": rows["supervisor"]},
    "city": lambda rows: {"key": City.objects.get(pk=rows["city"]).key},
    "plan_take": lambda rows: {"goal": rows["goal"]},
    "plan_adopt": lambda rows: {"adopted_on": "2025-01-01", "adopted_by": "City council"},
    "practice_new": lambda rows: PRACTICE | {"language": "en"},
    "practice_edit": lambda rows: PRACTICE,
    "practice_translate": lambda rows: {"language": "es", "translated": "by_person", "title": "Visita"},
    "practice_review": lambda rows: dict.fromkeys(QUESTIONS, "yes") | {"level": "plausible"},
    "practice_retire": lambda rows: {"retired_reason": "The shifts are too short."},
    "meeting_take_home": lambda rows: TAKE_HOME | {"form-0-practice": rows["practice"]},
    "takeaway": lambda rows: {"came_of_it": "helped", "would_again": "yes"},
    "practice_tried": lambda rows: TRIED | {"district": rows["district"].pk},
    "practice_use": lambda rows: {"goal": rows["goal"]},
    "plan_goal": lambda rows: {"title": "Goal", "strand": "victims"},
    "plan_goal_new": lambda rows: {"title": "Goal", "strand": "victims"},
    "plan_action_new": lambda rows: {"title": "Action"},
    "plan_action_edit": lambda rows: {"title": "Action"},
    "plan_action_status": lambda rows: {"status": "under_way", "reason": ""},
    "plan_action_evidence": lambda rows: {"url": "https://example.org/"},
    "plan_milestone_new": lambda rows: {"title": "Milestone", "due_on": "2026-06-01"},
    "plan_milestone": lambda rows: {"title": "Milestone", "due_on": "2026-06-01"},
    "plan_milestone_drop": lambda rows: {"dropped_reason": "The centre has closed."},
    "plan_partner_new": lambda rows: {"organisation": rows["organisation_twin"], "role": "does"},
    "plan_partner": lambda rows: {"agreed_on": "2026-01-01", "agreed_by": "chair"},
    "plan_indicator_new": lambda rows: HAND,
    "plan_indicator": lambda rows: {"title": "Residents", "direction": "up"},
    "plan_value_new": lambda rows: VALUE,
    "plan_review_edit": lambda rows: {"held_on": "2026-10-01", "conclusion": "Late"},
    "plan_review_new": lambda rows: {"held_on": "2026-10-01"},
    "plan_voice_new": lambda rows: {"organisation": rows["organisation"], "says": "better"},
    "review_new": lambda rows: {"district": rows["code"]},
    "review_figure": lambda rows: {"text": "Two had moved away."},
    "review_conclusion": lambda rows: {"conclusion": "Good."},
    "review_action_new": lambda rows: {"text": "Meet them", "due_on": str(city_today())},
    "review_action": lambda rows: {"answer": "done"},
    "review_sample": lambda rows: YES,
    "data_request_restrict": lambda rows: {"ground": "evidence"},
    "data_request_new": lambda rows: {"names": "Sam Example", "kind": "access", "channel": "letter"},
    "data_request_identity": lambda rows: {"identity": "in_person", "version": "1"},
    "data_request_extend": lambda rows: {"extension_reason": "Many records"},
    "data_request_answer": lambda rows: {"decision": "refused", "grounds": "third_party_rights"},
    "breach_new": lambda rows: {
        "scenario": "other",
        "kinds": "confidentiality",
        "what": "A file",
        "noticed_at": "2026-01-01T10:00",
        "aware_at": "2026-01-01T11:00",
    },
    "breach_describe": lambda rows: {
        "scenario": "other",
        "kinds": "confidentiality",
        "what": "A file",
        "noticed_at": "2026-01-01T10:00",
        "aware_at": "2026-01-01T11:00",
        "version": "1",
    },
    "retention_rule": lambda rows: {"days": "400", "basis": "Law 7", "number": "0", "previewed": "400"},
    "retention_review_keep": lambda rows: {
        "reason": "law",
        "until": str(city_today() + timedelta(days=9)),
    },
    "breach_measure": lambda rows: {"account": str(rows["officer"])},
    "data_request_package": lambda rows: {"language": "en-gb", "readable": "on"},
    "package_delivery": lambda rows: {"delivery": "letter", "delivered_on": str(city_today())},
    "data_request_correct": lambda rows: {"given_name": "Corrected"},
    "data_request_correct_text": lambda rows: {"text": "Somebody else was there"},
    "notice_answer": lambda rows: {"answer": "done"},
    "data_request_finding": lambda rows: {"verdict": "theirs"},
    "review_call": lambda rows: YES,
    "review_sign": lambda rows: {"reason": "Two meetings were entered late."},
    "review_file": lambda rows: WHY | {"edition": "open", "format": "json"},
    "review_addendum": lambda rows: {"text": "One more word."},
    "subscription_new": lambda rows: {"report": "coverage", "district": rows["code"], "rhythm": "monthly"},
    "view_new": lambda rows: {"name": "Mine", "query": "kind=ngo", "shared_with": rows["district"].pk},
    "duty": lambda rows: {"districts": rows["elsewhere"], "reason": "night_duty", "hours": "8"},
    "duty_plan": lambda rows: {
        "user": rows["officer"],
        "districts": rows["district"].pk,
        "reason": "night_duty",
        "starts_at": f"{city_today() + timedelta(1)}T20:00",
        "ends_at": f"{city_today() + timedelta(2)}T08:00",
    },
    "duty_brief": lambda rows: {"recipient": "Morning meeting"},
    "duty_shift": lambda rows: {"to": rows["officer"], "shown_to": rows["officer"], "note": "Keys"},
    "duty_answer": lambda rows: {"answer": "right"},
    "settings_invite": _invitation,
    "waiting_decide": lambda rows: {"decision": "confirm"},
    "settings_district_new": lambda rows: {"name": "New", "code": "Z9", "parent": rows["district"].pk},
    "settings_district_import": _ground,
    "settings_key_new": _key,
    "settings_key_bulk": lambda rows: {"rows": "10", "days": "7", "reason": "A whole copy"},
    "settings_webhook_new": lambda rows: {
        "key": rows["key"],
        "name": "Hook",
        "url": HOOK,
        "types": ["meetings"],
    },
    "settings_webhook_switch": lambda rows: {"to": "off"},
    "account_login": lambda rows: {"login": "nobody@police.example", "password": PASSWORD},
    "account_reauthenticate": lambda rows: {"password": PASSWORD},
    "account_reset_password": lambda rows: {"email": f"{uuid4()}@police.example"},  # rate limited by address
    "account_change_password": lambda rows: {
        "oldpassword": PASSWORD,
        "password1": "another long password",
        "password2": "another long password",
    },
}


# --- API ------------------------------------------------------------------------------------------


def body(name: str, method: str, rows: Rows) -> Any:
    """Return an API request body: the example in the contract (docs/openapi.yaml), or the smallest change."""
    noun = name.removeprefix("api-")
    if noun.endswith(("-rotate", "-replay")):
        return {}
    if noun == "notice":
        return {"answer": "done"}
    if method == "PATCH":
        return CHANGED[noun]
    one = MADE[noun.removesuffix("-batch").removesuffix("-by-external-id").removesuffix("s")](rows)
    return [one] if noun.endswith("-batch") else one


def _organisation(rows: Rows) -> Fields:
    return {"name": f"New {uuid4()}", "kind": "ngo", "home_district": rows["code"]}


def _contact(rows: Rows) -> Fields:
    return {
        "family_name": "Rocha",
        "email": "ana@ngo.example",
        "home_district": rows["code"],
        "lawful_basis": "public_task",
        "purpose": "community_liaison",
    }


def _meeting(rows: Rows) -> Fields:
    return {
        "subject": "Visit",
        "kind": "visit",
        "status": "held",
        "starts_at": _moment(),
        "duration_minutes": 45,
        "district": rows["code"],
        "officers": [str(rows["officer"])],
        "outcomes": ["action_agreed"],
    }


def _follow_up(rows: Rows) -> Fields:
    return {
        "title": "Call back",
        "kind": "call_back",
        "owner": str(rows["officer"]),
        "due_on": str(city_today()),
        "organisations": [{"organisation": str(rows["organisation"])}],
    }


def _concern(rows: Rows) -> Fields:
    return {
        "kinds": ["graffiti_symbol"],
        "district": rows["code"],
        "received_at": _moment(),
        "facts": "A symbol",
    }


def _webhook(rows: Rows) -> Fields:
    return {"name": "Hook", "url": HOOK, "types": ["meetings"]}


MADE: Final[dict[str, Callable[[Rows], Fields]]] = {
    "organisation": _organisation,
    "contact": _contact,
    "meeting": _meeting,
    "follow-up": _follow_up,
    "concern": _concern,
    "webhook": _webhook,
    "bulk-read": lambda rows: {"type": "contacts"},
}
CHANGED: Final[dict[str, Fields]] = {
    "organisation": {"summary": "New"},
    "contact": {"given_name": "New"},
    "meeting": {"place": "New"},
    "follow-up": {"title": "New"},
    "concern": {"place": "New"},
    "webhook": {"name": "New"},
}
