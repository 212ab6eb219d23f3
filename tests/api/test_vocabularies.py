"""`/vocabularies/` has the list of every code that an answer can hold."""

from collections.abc import Iterator
from typing import Any, Final

import pytest
from django.contrib.postgres.fields import ArrayField
from django.db import models
from rest_framework import serializers

from api.bulk_reads import SPECS
from api.changes import ChangeShape
from api.incidents import PROTOCOL
from api.plans import PLAN
from api.practices import PRACTICE
from api.publishing import LISTING, PUBLIC_ENTRY, REPORTING_ROUTE
from api.resources.specs import RowSpec
from contacts.models import Contact, Organisation
from incidents.models import Incident, Protocol
from meetings.models import Concern, FollowUp, Meeting
from plans.models import Plan
from plans.services.indicators import add_indicator
from practices.models import Practice
from publishing.models import PublicEntry, PublicListing, ReportingRoute
from tests.api.clients import Tool
from tests.factories import make_district
from tests.plans.making import BOOK, Planned

pytestmark = pytest.mark.django_db

NOUNS: Final[dict[str, Any]] = {
    "organisation": Organisation, "contact": Contact, "meeting": Meeting, "follow_up": FollowUp,
    "concern": Concern, "incident": Incident, "protocol": Protocol, "plan": Plan, "practice": Practice,
    "public_entry": PublicEntry, "reporting_route": ReportingRoute, "listing": PublicListing,
}  # fmt: skip
#: Codes that are no vocabulary: words of the feed and languages.
KNOWN: Final = {"change.type", "change.op"}


def codes_in(name: str, field: Any) -> Iterator[tuple[str, frozenset[str]]]:
    """Yield each field with a list of codes inside a shape, with its codes."""
    if isinstance(field, serializers.ListSerializer):
        yield from codes_in(name, field.child)
    elif isinstance(field, serializers.Serializer):
        for inner, one in field.get_fields().items():
            yield from codes_in(f"{name}.{inner}", one)
    elif isinstance(field, serializers.ListField):
        yield from codes_in(name, field.child)
    elif isinstance(field, serializers.ChoiceField):
        yield name, frozenset(str(code) for code in field.choices if code != "")


def codes_of(spec: RowSpec, model: type[models.Model]) -> Iterator[tuple[str, frozenset[str]]]:
    for column in spec.columns:
        yield from codes_in(f"{spec.object_type}.{column.name}", column.shape)
    for field in model._meta.fields:
        base: Any = getattr(field, "base_field", None)
        if isinstance(field, ArrayField) and field.name in spec.names and base.choices:
            yield f"{spec.object_type}.{field.name}", frozenset(str(code) for code, _label in base.choices)


def test_every_code_of_an_answer_is_in_a_vocabulary() -> None:
    lists = Tool(make_district()).get("/vocabularies/").json()
    known = [frozenset(row["code"] for row in rows) for rows in lists.values()]
    specs = [*SPECS.values(), PROTOCOL, PLAN, PRACTICE, PUBLIC_ENTRY, REPORTING_ROUTE, LISTING]
    found = [
        *(one for spec in specs for one in codes_of(spec, NOUNS[spec.object_type])),
        *codes_in("change", ChangeShape()),
    ]
    missing = {name for name, codes in found if not any(codes <= one for one in known)}
    assert missing - KNOWN == set()
    assert len(found) > 40


def test_the_report_that_an_indicator_names_is_served() -> None:
    planned = Planned()
    for slug in ("loop-closed", "concerns"):
        given = BOOK | {"slug": slug, "title": slug, "district": planned.city}
        add_indicator(**planned.about, goal_id=planned.goal.pk, **given)
    tool = Tool(planned.city)
    [plan] = tool.get("/plans/").json()["results"]
    slugs = {one["slug"] for goal in plan["goals"] for one in goal["indicators"]}
    assert slugs == {"loop-closed", "concerns"}
    assert slugs <= {row["code"] for row in tool.get("/vocabularies/").json()["report"]}
    for slug in slugs:
        assert tool.get(f"/reports/{slug}/?from=2026-01-01&to=2026-04-01").status_code == 200
