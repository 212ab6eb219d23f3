"""`/incidents/` and `/protocols/`, to read only: an incident opens through `POST /concerns/`."""

from api.resources.base import ListMixin, RetrieveMixin
from api.rows.incidents import INCIDENT, PROTOCOL
from incidents.filters import IncidentFilters
from incidents.models import Incident, Protocol


class Incidents(ListMixin, RetrieveMixin):
    spec = INCIDENT
    visible = Incident.objects.visible_to
    scope = "concerns"
    filterset = IncidentFilters
    orderings = ("started_at", "updated_at", "created_at")


class Protocols(ListMixin, RetrieveMixin):
    spec = PROTOCOL
    visible = Protocol.objects.visible_to
    scope = "concerns"
    silent = True
    orderings = ("code", "created_at")
