"""Retention rules of the demo, contacts whose period is over, and texts whose period is over soon."""

from datetime import timedelta
from typing import Final

from django.db.models import Min
from django.utils import timezone

from accounts.actors import actor_for
from contacts.models import Contact
from crm.demo.book import Book
from lib.days import city_day, city_today
from privacy.aging import AGED, due_rows
from privacy.models import RetentionRule
from privacy.services.retention_rules import put_rule_in_force

TO_REVIEW: Final = 120
BASIS: Final = "Guideline of the city archive, 2024"
TEXTS: Final = ("meeting_texts", "concern_texts", "follow_up_texts", "incident_texts")
SOON: Final = 10  # days until the oldest text is removed


def write_retention(book: Book) -> None:
    """Put rules in force since 20 days, and date the last change of some contacts back."""
    actor, now, today = actor_for(book.users["privacy@demo.example"]), timezone.now(), city_today()
    put_rule_in_force(actor=actor, code="contact", days=365, basis=BASIS, number=0)
    for code in TEXTS:
        oldest = due_rows(AGED[code][0], code, 0, today).aggregate(oldest=Min("counted_from"))["oldest"]
        days = (today - city_day(oldest)).days + SOON
        put_rule_in_force(actor=actor, code=code, days=days, basis=BASIS, number=0)
    RetentionRule.objects.update(in_force_since=now - timedelta(days=20))
    year = now - timedelta(days=365)
    met = Contact.objects.filter(meeting_links__meeting__starts_at__gte=year)
    unmet = Contact.objects.exclude(pk__in=met.values("pk")).filter(is_restricted=False)
    missing = TO_REVIEW - unmet.filter(updated_at__lt=year).count()
    changed = list(unmet.filter(updated_at__gte=year).order_by("folded", "pk")[: max(0, missing)])
    for number, row in enumerate(changed):
        row.updated_at = now - timedelta(days=380 + 3 * number)
    Contact.objects.bulk_update(changed, ["updated_at"])
