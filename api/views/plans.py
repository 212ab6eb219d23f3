"""`/plans/`, to read only: a plan with its goals, actions, milestones and indicators, and its file."""

from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpResponse
from rest_framework import serializers
from rest_framework.request import Request

from api.http import parameters
from api.resources.base import ListMixin, Resource, RetrieveMixin
from api.rows.plans import PLAN
from audit.models import Action
from audit.rules import recipient_of
from disclosure.services.disclosing import disclose
from plans.filters import PlanFilters
from plans.models import ComparisonFile, Plan
from plans.policies import can_compare
from plans.services import file_format


class Plans(ListMixin, RetrieveMixin):
    spec = PLAN
    visible = Plan.objects.visible_to
    scope = "reports"
    filterset = PlanFilters
    orderings = ("starts_on", "updated_at", "created_at")


class PlanComparisonFile(Resource):
    """The latest comparison file of a plan that was confirmed and signed."""

    spec = PLAN
    visible = Plan.objects.visible_to
    scope = "reports"
    shape = serializers.JSONField()

    def retrieve(self, request: Request, pk: UUID) -> HttpResponse:
        """Read the comparison file: the bytes that were signed. Whoever reads it is recorded."""
        parameters.check_parameters(request, ())
        plan = self.visible(self.actor).get(pk=pk)
        if self.actor.kind != "key" and not can_compare(self.actor, plan):
            raise PermissionDenied
        with transaction.atomic():
            rows = ComparisonFile.objects.visible_to(self.actor).filter(plan=plan).signed()
            row = rows.latest_first().first()
            if row is None:
                raise ComparisonFile.DoesNotExist
            to = recipient_of(self.actor.name, f"file {row.number}")
            where = [plan.district_id]
            disclose(
                self.actor,
                "comparison_file",
                [row],
                action=Action.EXPORT,
                district_ids=where,
                recipient=to,
            )
        return HttpResponse(
            file_format.write(row.document, row.key, row.signature),
            content_type="application/json",
            headers={"Content-Disposition": f'attachment; filename="plan-comparison-{row.number}.json"'},
        )
