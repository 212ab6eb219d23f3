"""How many different people a key may read in a day."""

from collections.abc import Collection
from uuid import UUID

from django.db import connection, transaction
from django.utils.translation import gettext as _

from api.models import ApiKey, ContactRead
from api.problems import Problem
from lib.days import city_today

# Reading somebody again costs nothing; who would go past the quota reads nobody.
_COUNT = """
WITH new AS (
    INSERT INTO api_contactread (key_id, day, contact_id)
    SELECT %(key)s, %(day)s, unnest(%(ids)s::uuid[])
    ON CONFLICT DO NOTHING RETURNING 1
)
SELECT (SELECT count(*) FROM new)
     + (SELECT count(*) FROM api_contactread WHERE key_id = %(key)s AND day = %(day)s)
"""


def count_people(key: ApiKey | None, contact_ids: Collection[UUID]) -> None:
    """Count the contacts about to be shown. Raises 429 past the key's quota, and forgets them."""
    if key is None or not contact_ids:
        return
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_COUNT, {"key": key.pk, "day": city_today(), "ids": list(contact_ids)})
        (read,) = cursor.fetchone()
        if read > key.daily_contacts:
            raise Problem(
                429,
                "people_quota",
                _("This key has read %(n)d different people today, as many as it may.")
                % {"n": key.daily_contacts},
                headers={"Retry-After": "3600"},
            )


def forget_old_reads() -> int:
    """Delete counts of past days; answers how many."""
    return ContactRead.objects.filter(day__lt=city_today()).delete()[0]
