"""An audited district for tests."""

from datetime import timedelta
from typing import Any

from django.utils import timezone

from accounts.actors import Actor, actor_for
from accounts.models import User
from districts.models import District
from lib.days import city_today
from reports.queries.periods import Period
from reviews.models import Review
from reviews.services.freezing import freeze_review
from reviews.services.reviews import (
    agree_action,
    check_action,
    comment_figure,
    conclude,
    mark_sample,
    note_call,
)
from reviews.services.signing import add_addendum, sign_review
from tests.factories import make_district, make_meeting, make_officer, make_organisation, make_supervisor


class Audited:
    """A district with a supervisor, an officer, three organisations, and the last 90 days."""

    def __init__(self, **names: Any) -> None:
        self.district: District = make_district("Northgate", **names)
        self.supervisor: User = make_supervisor(self.district)
        self.officer: User = make_officer(self.district)
        self.organisations = [make_organisation(self.district) for _ in range(3)]
        today = city_today()
        self.period = Period(today - timedelta(days=90), today)
        # They existed in the period, whenever they were entered.
        for organisation in self.organisations:
            organisation.periods.update(since=timezone.now() - timedelta(days=400))

    @property
    def actor(self) -> Actor:
        return actor_for(self.supervisor)

    def meet(self, number: int = 0, **fields: Any) -> Any:
        """Create a held meeting with one of the organisations, days ago."""
        fields.setdefault("officers", [self.officer])
        fields.setdefault("starts_at", timezone.now() - timedelta(days=5 + number))
        return make_meeting(self.district, self.organisations[number % 3], **fields)

    def freeze(self, samples: int = 2, **fields: Any) -> Review:
        call = {"actor": self.actor, "district_id": self.district.pk, "period": self.period} | fields
        return freeze_review(samples=samples, **call)

    def finish(self, review: Review, note: str = "", reason: str = "Corrected.") -> Review:
        """Complete all steps of the audit and sign it. `reason`: why it supersedes another."""
        about: dict[str, Any] = {"actor": self.actor, "review_id": review.pk}
        if not Review.objects.get(pk=review.pk).conclusion:
            conclude(**about, conclusion="As agreed.")
        noted = about | {"note": note}
        for sample in review.samples.all():
            mark_sample(**noted, sample_id=sample.pk, facts_apart="yes", follow_up_recorded="yes")
        for call in review.calls.all():
            note_call(**noted, call_id=call.pk, answer="yes")
        return sign_review(**about, reason=reason)

    def audit_twice(self, word: str = "word") -> tuple[Review, Review]:
        """Create a signed and corrected audit, and an open one that follows up on it.

        Together they have everything an audit can have, with `word` in each text.
        """
        for number in range(3):
            self.meet(number)
        first, about = self.freeze(), {"actor": self.actor}
        comment_figure(**about, review_id=first.pk, slug="coverage", text=f"{word} of a figure")
        conclude(**about, review_id=first.pk, conclusion=f"{word} at the end\n“quoted” 🙂")
        action = agree_action(
            **about, review_id=first.pk, text=f"{word} agreed", due_on=city_today(), owner=self.officer
        )
        self.finish(first, note=f"{word} noted")
        add_addendum(**about, review_id=first.pk, text=f"{word} added")
        second = self.freeze()
        check_action(
            **about, review_id=second.pk, action_id=action.pk, answer="partly", note=f"{word} checked"
        )
        return first, second
