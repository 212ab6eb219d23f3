"""Example bodies, as in docs/api. Each is valid against its schema (tests/api/test_schema.py)."""

from typing import Any, Final

_ORGANISATION: Final = "01938f4e-7c3a-7b1e-9d55-3f0e6a2b9c10"
_OFFICER: Final = "01938f4e-7c3a-7b1e-9d55-3f0e6a2b9c11"

EXAMPLES: Final[dict[str, dict[str, Any]]] = {
    "OrganisationInput": {
        "name": "Rainbow House",
        "kind": "ngo",
        "home_district": "N1",
        "focuses": [{"focus": "lgbti", "declared_by": "Its chair", "declared_on": "2026-05-02"}],
        "cadence_days": 30,
    },
    "BulkReadInput": {"type": "organisations"},
    "OrganisationPatch": {"cadence_days": 60, "version": 1},
    "ContactInput": {
        "given_name": "Ana",
        "family_name": "Rocha",
        "email": "ana@ngo.example",
        "home_district": "N1",
        "lawful_basis": "public_task",
        "purpose": "community_liaison",
        "affiliations": [{"organisation": _ORGANISATION, "role_title": "coordinator"}],
    },
    "ContactPatch": {"phone": "+34612345678", "version": 1},
    "MeetingInput": {
        "subject": "Visit after the summer",
        "kind": "visit",
        "status": "held",
        "starts_at": "2026-11-24T14:05:00+02:00",
        "duration_minutes": 45,
        "district": "N1",
        "organisations": [{"organisation": _ORGANISATION, "present": True}],
        "officers": [_OFFICER],
        "outcomes": ["action_agreed"],
    },
    "MeetingPatch": {"duration_minutes": 50, "version": 1},
    "FollowUpInput": {
        "title": "Call back about the hall",
        "kind": "call_back",
        "organisations": [{"organisation": _ORGANISATION}],
        "owner": _OFFICER,
        "due_on": "2026-12-01",
    },
    "FollowUpPatch": {"status": "done", "version": 1},
    "ConcernInput": {
        "kinds": ["graffiti_symbol"],
        "bias_grounds": ["anti_muslim"],
        "district": "N1",
        "site_organisation": _ORGANISATION,
    },
    "ConcernPatch": {"status": "answered", "version": 1},
}
