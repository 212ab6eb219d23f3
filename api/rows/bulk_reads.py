"""Rows for bulk reads, as their key reads them."""

from collections.abc import Mapping
from typing import Any, Final

from django.db.models import OuterRef
from django.db.models.fields.json import KT
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from accounts.actors import Actor
from api.resources.columns import column, columns, fields_of
from api.resources.descriptions import MOMENT, described, field
from api.resources.specs import Column, RowSpec, children
from api.rows.incidents import INCIDENT
from api.rows.meetings import CONCERN, FOLLOW_UP, MEETING
from api.rows.organisations import ORGANISATION
from api.rows.people import CONTACT
from api.rows.plans import PLAN
from jobs.models import Job, JobFile

#: What can be read in bulk. Public pages show the other types anyway.
SPECS: Final[Mapping[str, RowSpec]] = {
    "organisations": ORGANISATION,
    "contacts": CONTACT,
    "meetings": MEETING,
    "follow-ups": FOLLOW_UP,
    "concerns": CONCERN,
    "incidents": INCIDENT,
    "plans": PLAN,
}


@fields_of(
    JobFile,
    field("size", "In bytes.", 120000),
    field(
        "digest",
        "SHA-256 of the file, in hexadecimal.",
        "9f86d081884c7d659a2feaa0c55ad0159f86d081884c7d659a2feaa0c55ad015",
    ),
    field("expires_at", "Until when the file can be fetched.", MOMENT),
)
class BulkFileShape(serializers.Serializer[Any]):
    """The file of a bulk read, at the address of the bulk read followed by `file/`."""


def _files(_actor: Actor) -> Any:
    made = JobFile.objects.made().filter(job=OuterRef("pk")).order_by("pk")
    return children(made, size="size", digest="digest", expires_at="expires_at")


BULK_READ = RowSpec(
    "job",
    columns(
        Job,
        "id",
        Column(
            "type",
            described(
                serializers.ChoiceField(tuple(SPECS)), "The kind of object, as in the paths.", "contacts"
            ),
            KT("parameters__type"),
        ),
        field("status", "`waiting`, `running`, `done`, `failed` or `cancelled`.", "done"),
        column(Job, "done", help_text=_("Number of rows written so far."), example=151),
        column(Job, "total", help_text=_("Number of rows at the start."), example=151),
        field("message", "Why it failed.", ""),
        Column("files", described(BulkFileShape(many=True), "The file, while it can be fetched."), _files),
        "created_at",
        field("finished_at", "When it ended.", MOMENT),
    ),
    title="BulkRead",
)
