"""A retention rule of the demo, and contacts whose period is over."""

from datetime import timedelta
from typing import Final

from django.utils import timezone

from accounts.actors import actor_for
from contacts.models import Contact
from crm.demo.book import Book
from privacy.models import RetentionRule
from privacy.services.retention_rules import put_rule_in_force

TO_REVIEW: Final = 120


def write_retention(book: Book) -> None:
    """Put the rule on contacts in force since 20 days, and date the last change of some back."""
    actor, now = actor_for(book.users["privacy@demo.example"]), timezone.now()
    row = put_rule_in_force(
        actor=actor, code="contact", days=365, basis="Guideline of the city archive, 2024", number=0
    )
    RetentionRule.objects.filter(pk=row.pk).update(in_force_since=now - timedelta(days=20))
    year = now - timedelta(days=365)
    met = Contact.objects.filter(meeting_links__meeting__starts_at__gte=year)
    unmet = Contact.objects.exclude(pk__in=met.values("pk")).filter(is_restricted=False)
    missing = TO_REVIEW - unmet.filter(updated_at__lt=year).count()
    changed = unmet.filter(updated_at__gte=year).order_by("folded", "pk").values_list("pk", flat=True)
    for number, pk in enumerate(list(changed[: max(0, missing)])):
        Contact.objects.filter(pk=pk).update(updated_at=now - timedelta(days=380 + 8 * number))
