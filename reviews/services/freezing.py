"""Start an audit: freeze the figures of a period with the counted IDs, and draw the samples."""

import secrets
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection, transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actors import Actor
from audit.models import Action, Op
from audit.services import Changed, record_changes
from contacts.codes import ContactWish
from districts.models import District
from incidents.codes import IncidentStatus
from incidents.models import Incident
from lib.days import city_today
from lib.row_context import Opened, opened
from meetings.models import Meeting, MeetingOrganisation
from reports.figures.wording import name_group
from reports.indicators import blind_spots
from reports.indicators.blind_spots import BlindSpotRow
from reports.indicators.catalogue import REPORTS
from reports.queries.periods import Period
from reports.queries.questions import By, ask
from reviews.models import FrozenFigure, Review, RungOrganisation, SampledMeeting
from reviews.policies import can_review, can_review_in
from reviews.queries.definitions import definitions_now, made_with
from reviews.queries.figures import figures_of_report, kept_members, rows_by_report
from reviews.queries.records import canonical_value
from reviews.rules import commitment_to, drawn
from reviews.services.names import keep_organisations

CALLS: Final = 5
MOST_SAMPLES: Final = 50


@opened(Opened.FIGURES)
def freeze_review(
    *,
    actor: Actor,
    district_id: UUID,
    period: Period,
    samples: int,
    id: UUID | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Review:
    """Create an audit of a district: all figures as of now, and random samples to check.

    Draw `samples` meetings held in the period without the actor, and five organisations present at one of
    them. Drafts of a district whose periods overlap share a seed, so that a supervisor cannot repeat the draw
    until it suits. The seed is secret until an audit is signed, so that no one can choose a drawn ID.

    Idempotent: the same `id` returns the existing audit. `progress` gets the number of frozen reports and
    the number of all reports. Raises as `check_request`.
    """
    with transaction.atomic():
        _use_one_snapshot()
        if id and (frozen := Review.objects.visible_to(actor).filter(pk=id).first()):
            return frozen
        district = check_request(actor, district_id, period, samples)
        return _freeze(actor, district, period, samples, id, progress)


def _freeze(
    actor: Actor,
    district: District,
    period: Period,
    samples: int,
    id: UUID | None,
    progress: Callable[[int, int], None] | None,
) -> Review:
    """Write the audit of a district with its figures, and draw its samples."""
    held = _held_meetings(district, period)
    held_by_others = held.exclude(_own_meetings(actor))
    met = _met_organisations(district, held_by_others)
    meetings = dict(held_by_others.values_list("pk", "starts_at"))
    review = Review(
        **({"id": id} if id else {}),
        district=district,
        since=period.since,
        until=period.until,
        as_of=timezone.now(),
        district_code=district.code,
        district_name=district.name,
        parts=[
            {
                "id": str(part.pk),
                "code": part.code,
                "name": part.name,
                "recorded_since": canonical_value(part.recorded_since),
            }
            for part in _inside(district, period)
        ],
        definitions=definitions_now(),
        made_with=made_with(),
        blind_spots=_blind_spots(actor, district, period),
        withdrawn_incidents=_withdrawn_incidents(district, period),
        meetings_held=len(meetings),
        organisations_met=len(met),
        candidate_meetings=sorted(meetings),
        candidate_organisations=sorted(met),
        started_by_id=actor.id,
    )
    _fail_parallel_freezing(district)
    review.seed = _seed(review)
    review.save(force_insert=True)
    counted = _freeze_figures(actor, review, period, progress)
    called = _draw(review, meetings, met, samples)
    keep_organisations(review, counted | called)
    changed = Changed("review", review.pk, Op.CREATED, review.version, [district.pk])
    record_changes(actor, Action.CREATE, [changed], purpose=commitment_to(review.seed))
    return review


def check_request(actor: Actor, district_id: UUID, period: Period, samples: int) -> District:
    """Return the district to audit.

    Raises PermissionDenied unless the actor is a supervisor, DoesNotExist for a district not covered, and
    ValidationError for a period that is not over or a wrong number of samples.
    """
    if not can_review(actor):
        raise PermissionDenied
    covered = District.objects.covered_by(actor).in_use(period.since, period.until)
    district = covered.get(pk=district_id)
    if not can_review_in(actor, district.pk):
        raise PermissionDenied
    if period.until > city_today():
        raise ValidationError({"period": _("This period is not over yet.")})
    if not 1 <= samples <= MOST_SAMPLES:
        raise ValidationError({"samples": _("Choose a sample size from 1 to %(n)d.") % {"n": MOST_SAMPLES}})
    return district


def _use_one_snapshot() -> None:
    """Let all statements see the same rows, so that a figure and its IDs cannot differ (PostgreSQL)."""
    if not connection.savepoint_ids:
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")


def _freeze_figures(
    actor: Actor, review: Review, period: Period, progress: Callable[[int, int], None] | None
) -> set[UUID]:
    """Freeze all figures, and return the organisations that they count or leave out."""
    district = review.district
    codes = [part["code"] for part in review.parts]
    parts = ask(actor, [period], districts=codes)
    district_question = replace(parts, districts=tuple(d for d in parts.districts if d.pk == district.pk))
    names = {row.code: row for row in parts.districts}
    rest_of = district if len(codes) > 1 else None
    questions = {
        way: replace(district_question if way != By.DISTRICT else parts, by=way, rest_of=rest_of)
        for way in By
    }
    rows = {way: rows_by_report(question) for way, question in questions.items()}
    members = kept_members(district, rows[By.DISTRICT])
    figures: list[FrozenFigure] = []
    for number, report in enumerate(REPORTS.values()):
        if progress:
            progress(number, len(REPORTS))
        for way in report.ways:
            figures += figures_of_report(
                review, report, questions[way], rows[way][report.slug], len(figures), names, members
            )
    FrozenFigure.objects.bulk_create(figures, batch_size=500)
    listed = [figure for figure in figures if figure.noun == "organisations"]
    return {pk for figure in listed for pk in (*(figure.ids or ()), *(figure.rest or ()))}


def _inside(district: District, period: Period) -> QuerySet[District]:
    """Return the district and its parts that were in use in the period."""
    return District.objects.under(district).in_use(period.since, period.until).order_by("code")


def _blind_spots(actor: Actor, district: District, period: Period) -> list[dict[str, Any]]:
    """Return the communities of the district and its parts, as on the page of blind spots."""
    codes = _inside(district, period).values_list("code", flat=True)
    question = ask(actor, [period], districts=codes, by=By.FOCUS)
    rows: list[BlindSpotRow] = blind_spots.REPORT.rows(question)
    return [
        {
            "district": row.district,
            "community": row.group,
            "name": name_group(row.group, {}),
            "is_expected": row.is_expected,
            "n": int(row.n),
            "of": int(row.of),
            "days_since_met": row.days_since_met,
        }
        for row in rows
    ]


def _withdrawn_incidents(district: District, period: Period) -> list[dict[str, Any]]:
    """Return all incidents of the district that were withdrawn in the period, the earliest first.

    No figure counts them, so each is listed for a check of its reason, and none is drawn at random.
    """
    rows = Incident.objects.filter(
        status=IncidentStatus.WITHDRAWN,
        district__in=District.objects.under(district).values("pk"),
        withdrawn_at__gte=period.starts_at,
        withdrawn_at__lt=period.ends_at,
    )
    return [
        {
            "id": str(row.pk),
            "reason": row.withdrawal_reason,
            "started_at": canonical_value(row.started_at),
            "withdrawn_at": canonical_value(row.withdrawn_at),
        }
        for row in rows.order_by("withdrawn_at", "pk")
    ]


# --- Samples ----------------------------------------------------------------------------------------------


def _held_meetings(district: District, period: Period) -> QuerySet[Meeting]:
    inside = District.objects.under(district).values("pk")
    return Meeting.objects.held().filter(
        district__in=inside, starts_at__gte=period.starts_at, starts_at__lt=period.ends_at
    )


def _own_meetings(actor: Actor) -> Q:
    """Match the actor's own meetings, because officers do not check their own records."""
    attended = Meeting.objects.of_officer(actor.id).values("pk")
    return Q(pk__in=attended) | Q(logged_by=actor.id, logged_by__isnull=False)


def _met_organisations(district: District, held: QuerySet[Meeting]) -> dict[UUID, UUID]:
    """Return organisations based in the district that were present, each with its last meeting.

    Organisations that asked not to be contacted are left out, because an officer would call them.
    """
    inside = District.objects.under(district).values("pk")
    attendances = MeetingOrganisation.objects.filter(
        meeting__in=held, present=True, organisation__home_district__in=inside
    ).exclude(organisation__contact_wish=ContactWish.NONE)
    latest_first = attendances.order_by("organisation", "-meeting__starts_at", "-meeting")
    return dict(latest_first.distinct("organisation").values_list("organisation", "meeting"))


def _seed(review: Review) -> str:
    """Return the secret seed of an overlapping audit, or a new seed."""
    seeds = Review.objects.drawing_for(review).values_list("seed", flat=True)
    return seeds.first() or secrets.token_hex(32)


def _fail_parallel_freezing(district: District) -> None:
    """Make a parallel freezing of the same district fail, because it cannot see the seed of this one.

    With REPEATABLE READ, PostgreSQL rejects the second update of the row.
    """
    District.objects.filter(pk=district.pk).update(is_active=F("is_active"))


def _draw(review: Review, meetings: dict[UUID, datetime], met: dict[UUID, UUID], samples: int) -> set[UUID]:
    """Draw meetings and organisations, and return the IDs of the organisations."""
    SampledMeeting.objects.bulk_create(
        SampledMeeting(review=review, position=number, meeting_id=pk, starts_at=meetings[pk])
        for number, pk in enumerate(drawn(review.seed, meetings, samples), 1)
    )
    called = drawn(review.seed, met, CALLS)
    RungOrganisation.objects.bulk_create(
        RungOrganisation(review=review, position=number, organisation_id=pk, meeting_id=met[pk])
        for number, pk in enumerate(called, 1)
    )
    return set(called)
