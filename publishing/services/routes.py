"""Ways to report: written by supervisors, and tested by calls as from a stranger."""

from datetime import date, timedelta
from typing import Any, Final
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts.actors import SYSTEM, Actor
from audit.models import Action
from audit.services import record
from contacts.models import Organisation
from contacts.services.public_texts import refuse_named, refuse_protected
from districts.models import District
from lib.cleaning import assign, refuse_future
from lib.conflicts import check_version
from lib.days import city_today
from lib.row_context import Opened, opened
from meetings.codes import FollowUpKind
from meetings.services.follow_ups import create_follow_up
from publishing.codes import RouteAnswer
from publishing.models import ReportingRoute, RouteTest
from publishing.policies import can_edit_page, can_write_entry
from publishing.queries.page_requirements import pages_without_route
from publishing.rules.routes import dates_after, result_after
from publishing.services.organisation_fields import refresh_organisation_fields
from reminders.services.reminders import refresh_reminders

OBJECT: Final = "reporting_route"
SUBJECT: Final = "route"  # of reminders
ASK_WITHIN: Final = timedelta(days=3)
TITLE: Final = 200  # characters of a follow-up's title
_TEXTS: Final = ("name", "address", "hours", "note")


@transaction.atomic
def write_route(
    *, actor: Actor, route_id: UUID | None = None, version: int | None = None, **fields: Any
) -> ReportingRoute:
    """Add a way to report, or change one.

    A change of number, web address, address or kind needs a new test. Raises DoesNotExist, PermissionDenied,
    StaleVersion and ValidationError by field. The error of `is_public` protects the last tested way to report
    of a public page, except if a wrong number is corrected.
    """
    pages_before = _pages_without_route()
    route = _locked_route(actor, route_id, version) if route_id else ReportingRoute()
    organisation_before = route.organisation_id
    changed = assign(route, fields)
    for district_id in {route.district_id, *([] if route._state.adding else [_stored_district_id(route)])}:
        if not can_edit_page(actor, district_id):
            raise PermissionDenied
    organisation = route.organisation
    if organisation and not Organisation.objects.visible_to(actor).filter(pk=organisation.pk).exists():
        raise ValidationError({"organisation": _("Choose an organisation that you can see.")})
    if organisation and organisation.has_protected_location and route.address:
        text = _("The location of this organisation is protected. Remove the address.")
        raise ValidationError({"address": text})
    is_corrected = bool({"url", "phone", "address"}.intersection(changed))
    if route._state.adding or is_corrected or "kind" in changed:
        route.tested_on = route.answered_on = route.failed_on = None
        route.test_result, route.written_by_id = "", actor.id
    route.full_clean(exclude=["organisation", "district"])
    if route.phone and not route.dialled:
        text = _(
            "Enter one number that can be dialled, such as 900 100 200 or 112. Put hours in their field."
        )
        raise ValidationError({"phone": text})
    refuse_protected((getattr(route, name) for name in _TEXTS), named_organisation_id=route.organisation_id)
    if route.is_public:
        agreed_organisations = filter(None, [route.organisation_id])
        refuse_named(
            {name: getattr(route, name) for name in _TEXTS}, agreed_organisation_ids=[*agreed_organisations]
        )
    _save_route(route)
    if not is_corrected:
        _refuse_last(pages_before)
    names = changed if route_id else list(fields)
    _record_change(actor, Action.UPDATE if route_id else Action.CREATE, route, names)
    for pk in filter(None, {organisation_before, route.organisation_id}):
        refresh_organisation_fields(pk)
    return route


@transaction.atomic
def record_test(
    *, actor: Actor, route_id: UUID, result: str, version: int | None = None, on: date | None = None
) -> ReportingRoute:
    """Record whether someone answered.

    Raises DoesNotExist, and PermissionDenied for actors who do not work there. Raises ValidationError for a
    centre that did not agree to tests, and for an answer reported by the writer of the number or address.
    """
    route = _locked_route(actor, route_id, version)
    if not (can_edit_page(actor, route.district_id) or _works_there(actor, route)):
        raise PermissionDenied
    if route.organisation_id and not route.agreed_to_tests:
        raise ValidationError(_("Ask the organisation first whether it agrees to test calls."), code="agreed")
    if result == RouteAnswer.ANSWERED and actor.id == route.written_by_id:
        text = _("You entered this number or address. Ask a colleague to test it.")
        raise ValidationError(text, code="own")
    test = RouteTest(route=route, tested_on=on or city_today(), tested_by_id=actor.id, result=result)
    refuse_future(test, ["tested_on"])
    test.full_clean(exclude=["route", "tested_by"])
    if route.tested_on and test.tested_on < route.tested_on:
        raise ValidationError({"tested_on": _("A later test is already recorded.")})
    test.save(force_insert=True)
    is_first_failure = route.failed_on is None
    counted_result = result_after(route.tests, test.result)
    route.answered_on, route.failed_on = dates_after(route.tests, test.tested_on, test.result)
    route.tested_on, route.test_result = test.tested_on, counted_result
    _save_route(route)
    _record_change(actor, Action.UPDATE, route, ["test_result", "tested_on"])
    if route.organisation_id:
        refresh_organisation_fields(route.organisation_id)
        if route.failed_on and is_first_failure:
            _create_lead_follow_up(route)
    return route


def _pages_without_route() -> set[District]:
    """Return the districts whose public page shows no tested way to report. Routes change one at a time."""
    rows = ReportingRoute.objects.meant_to_be_public().order_by("pk")
    list(rows.select_for_update(of=("self",)).values_list("pk"))
    return set(pages_without_route())


def _refuse_last(pages_before: set[District]) -> None:
    """Raise ValidationError if a page has lost its last tested way to report; `bare` had none before."""
    lost = [district.name for district in pages_without_route() if district not in pages_before]
    if lost:
        text = _(
            "This is the last tested way to report on the public page of %(districts)s. Test another one and "
            "show it first, or take the page down."
        )
        raise ValidationError({"is_public": text % {"districts": ", ".join(lost)}}, code="last")


@opened(Opened.WRITER)
def _create_lead_follow_up(route: ReportingRoute) -> None:
    """Create a follow-up for the lead officer or deputy of the organisation, in their language."""
    organisation: Any = route.organisation
    owner = next(
        (
            officer
            for officer in (organisation.lead_officer, organisation.deputy_officer)
            if officer and officer.is_active
        ),
        None,
    )
    if owner is None:
        return  # supervisors see it on the page and are reminded of the next test
    with translation.override(owner.language):
        title = _("No one answered a test of “%(name)s”. Ask why.") % {"name": route.name}
    fields: dict[str, Any] = {"title": title[:TITLE], "kind": FollowUpKind.CALL_BACK, "owner": owner}
    due_on = city_today() + ASK_WITHIN
    create_follow_up(actor=SYSTEM, organisations=[organisation], due_on=due_on, **fields)


def _stored_district_id(route: ReportingRoute) -> UUID | None:
    return ReportingRoute.objects.values_list("district_id", flat=True).get(pk=route.pk)


def _works_there(actor: Actor, route: ReportingRoute) -> bool:
    """Whether the actor can test the route. All writing users can test a route of the whole city."""
    if route.district_id is None:
        return actor.kind == "user" and actor.writes
    return can_write_entry(actor, route.district_id)


def _save_route(route: ReportingRoute) -> None:
    route.revision += 0 if route._state.adding else 1
    route.updated_at = timezone.now()
    route.save()


def _locked_route(actor: Actor, route_id: UUID, version: int | None) -> ReportingRoute:
    rows = ReportingRoute.objects.visible_to(actor).select_for_update(of=("self",))
    route: ReportingRoute = rows.get(pk=route_id)
    check_version(route.revision, version)
    return route


def _record_change(actor: Actor, action: Action, route: ReportingRoute, names: list[str]) -> None:
    refresh_reminders(SUBJECT, route.pk)
    district_ids = [route.district_id] if route.district_id else []
    record(actor, action, OBJECT, [route.pk], district_ids=district_ids, field_names=names)
