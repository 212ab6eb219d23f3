"""The library in an archive (docs/archive.md). Adoptions are those of its districts and of other cities."""

from typing import Any, Final

from django.db.models import Q

from accounts.actors import Actor
from exchange.archive.parts import Part
from practices.models import Adoption, EditorialReview, Practice, PracticeText, Takeaway
from practices.services.practices import OBJECT


def _adoptions(actor: Actor) -> Any:
    rows = Adoption.objects.visible_to(actor)
    in_districts = Q(district__isnull=True) | Q(district__in=actor.district_ids)
    return rows if actor.sees_everywhere else rows.filter(in_districts)


def _practices(actor: Actor) -> Any:
    return Practice.objects.visible_to(actor)


PARTS: Final = (
    Part("practices", Practice, _practices, object_type=OBJECT),
    Part("practice_texts", PracticeText, owner="practice"),
    Part("practice_reviews", EditorialReview, owner="practice"),
    Part("practice_adoptions", Adoption, _adoptions),
    Part("takeaways", Takeaway, owner="follow_up"),
)
NOT_TAKEN: Final = {
    "practices.OfferedFile": "of another city; the file can be read again",
    "practices.PracticeFile": "sent to another city, signed with the key of this installation",
}
