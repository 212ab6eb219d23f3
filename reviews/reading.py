"""What pages read of an audit: as it was kept, with names of what the reader sees now."""

from typing import Any, Final

from django.db.models import OuterRef, QuerySet, Subquery

from accounts.actors import Actor
from contacts.models import Organisation
from meetings.models import Concern, FollowUp, Meeting
from reviews.models import ActionCheck, FigureComment, FrozenFigure, Review
from reviews.services.reviews import agreed_last_time

AT_MOST: Final = 500
MODELS: Final[dict[str, Any]] = {
    "organisations": Organisation,
    "meetings": Meeting,
    "follow-ups": FollowUp,
    "concerns": Concern,
}


def figures_of(review: Review) -> QuerySet[FrozenFigure]:
    """In the scorecard's order, each with the `comment` on its report; without the ids, which are many."""
    said = FigureComment.objects.filter(review=OuterRef("review"), slug=OuterRef("slug")).values("text")
    rows = review.figures.defer("ids").annotate(comment=Subquery(said[:1]))
    return rows.order_by("position")


def with_meetings(actor: Actor, review: Review) -> QuerySet[Any]:
    """Samples, each with the `subject` and `starts_at` of its meeting as far as the actor sees it."""
    seen = Meeting.objects.visible_to(actor).filter(pk=OuterRef("meeting_id"))
    named = {name: Subquery(seen.values(name)[:1]) for name in ("subject", "starts_at")}
    return review.samples.annotate(**named).order_by("position")


def with_organisations(actor: Actor, review: Review) -> QuerySet[Any]:
    """Organisations to ring, each with `organisation`, its name, as far as the actor sees it."""
    seen = Organisation.objects.visible_to(actor).filter(pk=OuterRef("organisation_id")).values("name")
    return review.calls.annotate(organisation=Subquery(seen[:1])).order_by("position")


def earlier_actions(review: Review) -> QuerySet[Any]:
    """What was agreed last time, each with the `answer` and `remark` this audit gives."""
    own = ActionCheck.objects.filter(review=review, action=OuterRef("pk"))
    rows = agreed_last_time(review).select_related("owner", "review")
    return rows.annotate(answer=Subquery(own.values("answer")[:1]), remark=Subquery(own.values("note")[:1]))


def counted_objects(actor: Actor, figure: FrozenFigure) -> list[Any]:
    """Objects a figure counted, as far as the actor sees them now; at most AT_MOST."""
    model = MODELS.get(figure.noun)
    if model is None or not figure.ids:
        return []
    rows = model.objects.visible_to(actor).filter(pk__in=figure.ids).order_by("pk")
    return list((rows.with_homes() if model is FollowUp else rows)[:AT_MOST])
