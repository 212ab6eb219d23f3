"""Move incidents under way and protocols of a redrawn district to its successor."""

from typing import Final

from django.db.models import Q

from accounts.actors import SYSTEM
from contacts.services.changes import lock
from districts.models import District
from districts.services.followers import Successors
from incidents.models import Incident, Protocol, ProtocolStep
from incidents.policies import districts_of
from incidents.services.incidents import write_incident
from incidents.services.protocols import approve_protocol, draft_protocol
from lib.row_context import Opened, opened

_STEP: Final = [
    field.name
    for field in ProtocolStep._meta.concrete_fields
    if field.name not in ("id", "protocol", "position")
]
_PROTOCOL: Final = (
    *("code", "name", "about", "kinds", "needs_bias"),
    *("opens_itself", "holding_statement", "review_on"),
)


@opened(Opened.WRITER)
def follow_redrawn(district: District, successors: Successors) -> None:
    """Move incidents under way to the successor of their affected place. Closed incidents stay."""
    affected = Incident.objects.under_way().filter(Q(district=district) | Q(also_in=district))
    ids = set(affected.values_list("pk", flat=True))
    for incident in lock(Incident.objects.all(), ids).values():
        links = incident.concern_links.exclude(concern__site_organisation=None)
        successor = successors.for_organisations(links.values_list("concern__site_organisation", flat=True))
        names = []
        before = districts_of(incident)
        if incident.district_id == district.pk:
            incident.earlier_district_ids = [*incident.earlier_district_ids, district.pk]
            incident.district = successor
            names.append("district")
        if incident.also_in.filter(pk=district.pk).exists():
            incident.also_in.remove(district)
            incident.also_in.add(successor)
            names.append("also_in")
        write_incident(SYSTEM, incident, names, left_district_ids=before)


@opened(Opened.WRITER)
def copy_protocols(district: District, successor: District) -> None:
    """Put the district's own protocols in force in its successor, unless it has its own with that code."""
    successor_codes = Protocol.objects.in_force().filter(district=successor).values("code")
    for protocol in Protocol.objects.in_force().filter(district=district).exclude(code__in=successor_codes):
        drafted = draft_protocol(
            actor=SYSTEM,
            district=successor,
            steps=[
                {name: getattr(step, name) for name in _STEP} | {"who": step.given_to}
                for step in protocol.steps.order_by("position")
            ],
            agreed_with=[
                (agreement.organisation, agreement.agreed_on) for agreement in protocol.agreements.all()
            ],
            **{name: getattr(protocol, name) for name in _PROTOCOL},
        )
        approve_protocol(actor=SYSTEM, protocol_id=drafted.pk)
