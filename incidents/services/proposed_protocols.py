"""Proposed protocols. Only the times of 24 and 72 hours come from sources; others are to be agreed.

A city drafts its own protocols from these (`manage.py propose_protocols`). None is in force until approved.
"""

from collections.abc import Mapping
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from incidents.codes import Proof, StepEach, StepWho
from meetings.codes import ConcernKind

HOUR: Final = 60
DAY: Final = 24 * HOUR

# A threat or an insult needs no cleaning.
DAMAGE: Final = [
    ConcernKind.ATTACK_ON_COMMUNITY_SITE,
    ConcernKind.PROPERTY_DAMAGE,
    ConcernKind.GRAFFITI_SYMBOL,
]


def _step(text: Any, assignee: str, due: int, *, night: bool = False, **options: Any) -> dict[str, Any]:
    return {"text": text, "who": assignee, "due_minutes": due, "may_wait": not night} | options


ATTACK: Final[dict[str, Any]] = {
    "code": "attack",
    "name": _("Attack on people or a place"),
    "opens_itself": True,
    "holding_statement": _("We know of what happened and are dealing with it."),
    "kinds": [
        ConcernKind.ATTACK_ON_COMMUNITY_SITE,
        ConcernKind.ASSAULT,
        ConcernKind.THREAT,
        ConcernKind.HATE_CRIME_REPORTED,
        ConcernKind.PROPERTY_DAMAGE,
    ],
    "steps": [
        _step(
            _("Record the case number"),
            StepWho.DUTY,
            12 * HOUR,
            proof=Proof.CASE_REFERENCE,
            required=True,
            escalate_after_minutes=12 * HOUR,
        ),
        _step(
            _("Call the affected place"),
            StepWho.DUTY,
            HOUR,
            night=True,
            each=StepEach.THE_PLACE,
            proof=Proof.REASSURANCE,
            required=True,
            escalate_after_minutes=30,
        ),
        _step(
            _("Agree the statement"),
            StepWho.SUPERVISOR,
            2 * HOUR,
            night=True,
            proof=Proof.WORDS,
            escalate_after_minutes=HOUR,
        ),
        _step(
            _("Reach the communities affected"),
            StepWho.EACH_LEAD,
            12 * HOUR,
            each=StepEach.EACH_ORGANISATION,
            proof=Proof.REASSURANCE,
            required=True,
            escalate_after_minutes=12 * HOUR,
        ),
        _step(
            _("Visit the affected place"),
            StepWho.PLACE_LEAD,
            DAY,
            each=StepEach.THE_PLACE,
            proof=Proof.VISIT,
            escalate_after_minutes=DAY,
        ),
        _step(
            _("Offer victim support through the organisation"),
            StepWho.PLACE_LEAD,
            DAY,
            each=StepEach.THE_PLACE,
        ),
        _step(_("Assess tension"), StepWho.SUPERVISOR, DAY, proof=Proof.ASSESSMENT),
        _step(_("Ask the city to clean and repair"), StepWho.DUTY, DAY, only_for=DAMAGE),
        _step(
            _("Report back to the communities"),
            StepWho.EACH_LEAD,
            3 * DAY,
            each=StepEach.EACH_ORGANISATION,
            proof=Proof.REPORTED_BACK,
            required=True,
            escalate_after_minutes=DAY,
        ),
        _step(_("Reassess tension"), StepWho.SUPERVISOR, 7 * DAY, proof=Proof.ASSESSMENT),
        _step(
            _("Debrief with those who were there"),
            StepWho.SUPERVISOR,
            14 * DAY,
            proof=Proof.DEBRIEF,
            required=True,
        ),
    ],
}

GRAFFITI: Final[dict[str, Any]] = {
    "code": "graffiti_speech",
    "name": _("Graffiti or hate speech"),
    "kinds": [
        ConcernKind.GRAFFITI_SYMBOL,
        ConcernKind.HATE_SPEECH_OFFLINE,
        ConcernKind.PROPERTY_DAMAGE,
    ],
    "steps": [
        _step(
            _("Call the affected place"),
            StepWho.DUTY,
            12 * HOUR,
            each=StepEach.THE_PLACE,
            proof=Proof.REASSURANCE,
            required=True,
            escalate_after_minutes=12 * HOUR,
        ),
        _step(_("Ask the city to clean and repair"), StepWho.DUTY, DAY, only_for=DAMAGE),
        _step(
            _("Report back to the affected place"),
            StepWho.PLACE_LEAD,
            3 * DAY,
            each=StepEach.THE_PLACE,
            proof=Proof.REPORTED_BACK,
            required=True,
            escalate_after_minutes=DAY,
        ),
    ],
}

TENSION: Final[dict[str, Any]] = {
    "code": "tension",
    "name": _("Tension around an event"),
    "needs_bias": False,
    "kinds": [ConcernKind.TENSION, ConcernKind.RUMOUR],
    "steps": [
        _step(_("Assess tension with two organisations"), StepWho.SUPERVISOR, DAY, proof=Proof.ASSESSMENT),
        _step(_("Agree a statement against rumours"), StepWho.SUPERVISOR, DAY, proof=Proof.WORDS),
        _step(_("Reassess tension"), StepWho.SUPERVISOR, 3 * DAY, proof=Proof.ASSESSMENT, required=True),
    ],
}

PROPOSED: Final = (ATTACK, GRAFFITI, TENSION)


def in_words(proposed: Mapping[str, Any]) -> dict[str, Any]:
    """Return the texts of a proposed protocol in the current language."""
    texts = {name: str(proposed[name]) for name in ("name", "holding_statement") if name in proposed}
    return texts | {"steps": [step | {"text": str(step["text"])} for step in proposed["steps"]]}
