"""Freezing a period: every report's rows with the ids they counted, and what is drawn to be looked at."""

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
from reviews.queries.figures import figures_of_report, rows_by_report
from reviews.queries.records import plain
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
    """A new audit of a district: all figures as they stand now, and what is drawn at random to be checked.

    `samples` meetings are drawn among those held in the period without the actor, and five organisations
    that were present at one of them. Drafts of a district whose periods overlap have the same seed, so that
    nobody repeats the draw until it suits, and nobody reads the seed before an audit with it is signed, so
    that nobody chooses an ID that is drawn. Idempotent: the same `id` returns the existing audit.
    `progress` is told how many of the reports are frozen.
    Raises as `check_asked`.
    """
    with transaction.atomic():
        _as_of_one_moment()
        if id and (frozen := Review.objects.visible_to(actor).filter(pk=id).first()):
            return frozen
        district = check_asked(actor, district_id, period, samples)
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
    held = _held(district, period)
    others = held.exclude(_of(actor))
    met = _met(district, others)
    meetings = dict(others.values_list("pk", "starts_at"))
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
                "recorded_since": plain(part.recorded_since),
            }
            for part in _inside(district, period)
        ],
        definitions=definitions_now(),
        made_with=made_with(),
        blind_spots=_blind_spots(actor, district, period),
        meetings_held=len(meetings),
        organisations_met=len(met),
        candidate_meetings=sorted(meetings),
        candidate_organisations=sorted(met),
        started_by_id=actor.id,
    )
    _one_at_a_time(district)
    review.seed = _seed(review)
    review.save(force_insert=True)
    counted = _freeze_figures(actor, review, period, progress)
    called = _draw(review, meetings, met, samples)
    keep_organisations(review, counted | called)
    changed = Changed("review", review.pk, Op.CREATED, review.version, [district.pk])
    record_changes(actor, Action.CREATE, [changed], purpose=commitment_to(review.seed))
    return review


def check_asked(actor: Actor, district_id: UUID, period: Period, samples: int) -> District:
    """The district to be frozen.

    Raises PermissionDenied unless the actor is a supervisor, DoesNotExist for a district not covered,
    ValidationError for a period that is not over or no number of samples.
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


def _as_of_one_moment() -> None:
    """Let all statements see the same rows, so that a figure and its ids cannot differ (PostgreSQL)."""
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
    whole = replace(parts, districts=tuple(d for d in parts.districts if d.pk == district.pk))
    names = {row.code: row for row in parts.districts}
    rest_of = district if len(codes) > 1 else None
    questions = {way: replace(whole if way != By.DISTRICT else parts, by=way, rest_of=rest_of) for way in By}
    rows = {way: rows_by_report(question) for way, question in questions.items()}
    figures: list[FrozenFigure] = []
    for number, report in enumerate(REPORTS.values()):
        if progress:
            progress(number, len(REPORTS))
        for way in report.ways:
            figures += figures_of_report(
                review, report, questions[way], rows[way][report.slug], len(figures), names
            )
    FrozenFigure.objects.bulk_create(figures, batch_size=500)
    listed = [one for one in figures if one.noun == "organisations"]
    return {pk for one in listed for pk in (*(one.ids or ()), *(one.rest or ()))}


def _inside(district: District, period: Period) -> QuerySet[District]:
    """The district and its parts, as they were in use."""
    return District.objects.under(district).in_use(period.since, period.until).order_by("code")


def _blind_spots(actor: Actor, district: District, period: Period) -> list[dict[str, Any]]:
    """Communities of the district and its parts, as the page of blind spots shows them."""
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


# --- What is drawn ----------------------------------------------------------------------------------------


def _held(district: District, period: Period) -> QuerySet[Meeting]:
    inside = District.objects.under(district).values("pk")
    return Meeting.objects.held().filter(
        district__in=inside, starts_at__gte=period.starts_at, starts_at__lt=period.ends_at
    )


def _of(actor: Actor) -> Q:
    """The actor's own meetings: nobody marks her own records."""
    own = Meeting.objects.of_officer(actor.id).values("pk")
    return Q(pk__in=own) | Q(logged_by=actor.id, logged_by__isnull=False)


def _met(district: District, held: QuerySet[Meeting]) -> dict[UUID, UUID]:
    """Organisations at home in the district that were present, with the last of those meetings.

    Without those that asked not to be contacted, because they would be rung.
    """
    inside = District.objects.under(district).values("pk")
    there = MeetingOrganisation.objects.filter(
        meeting__in=held, present=True, organisation__home_district__in=inside
    ).exclude(organisation__contact_wish=ContactWish.NONE)
    last = there.order_by("organisation", "-meeting__starts_at", "-meeting").distinct("organisation")
    return dict(last.values_list("organisation", "meeting"))


def _seed(review: Review) -> str:
    """Return the first seed of an overlapping audit that nobody knows yet, or a new one."""
    seeds = Review.objects.drawing_for(review).values_list("seed", flat=True)
    return seeds.first() or secrets.token_hex(32)


def _one_at_a_time(district: District) -> None:
    """Make a second freezing of the district fail that began before the first one ended.

    It could not see the seed of the first. REPEATABLE READ notices an update of the row (PostgreSQL).
    """
    District.objects.filter(pk=district.pk).update(is_active=F("is_active"))


def _draw(review: Review, meetings: dict[UUID, datetime], met: dict[UUID, UUID], samples: int) -> set[UUID]:
    """Draw meetings and organisations, and return the latter."""
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
