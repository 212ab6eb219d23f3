"""`/notices/{id}/`: a key confirms that it changed or deleted its copy of data (GDPR 19)."""

from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from rest_framework.request import Request

from api.http import parameters
from api.inputs.notices import NoticeInput
from api.resources.writing import Writing
from api.rows.notices import NOTICE
from api.rules import to_json
from privacy.models import Notice
from privacy.services.notices import answer_notice


class Notices(Writing):
    """Only for keys. Their pending notices are in `/me/`."""

    spec = NOTICE
    silent = True  # the service records the answer
    visible = Notice.objects.visible_to
    input = body = NoticeInput
    shape = NOTICE

    def check_scope(self, verb: str, noun: str = "") -> None:
        if self.actor.kind != "key":
            raise PermissionDenied

    def confirm(self, request: Request, pk: UUID) -> HttpResponse:
        """Say what you did after a notice: `done` or `refused`. It can be repeated."""
        parameters.check_parameters(request, ())
        values = self.read_body(request.data, partial=False)
        answer_notice(actor=self.actor, notice_id=pk, **values)
        return HttpResponse(to_json(self.fetch(pk)), content_type="application/json")
