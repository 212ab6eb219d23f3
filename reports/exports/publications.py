"""What may be published: figures of whole districts, and of these only what no small number comes from.

By community and by kind nothing is published for now, nor concerns and reassurance in any way. What such
tables hide could be worked out: a row stands only where there is something, so six hidden rows of six are
one each; the total that one table hides is in another; a district's table less its part's is a third; and a
district has few bias concerns, each somebody's. What replaces this is one release, proven safe as a whole.
"""

from typing import Final

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from reports.exports.asked import Asked
from reports.figures import Text

KIND: Final = "export_report"
NOT_PUBLISHED: Final = frozenset({"concerns", "loop-closed", "reassurance"})
CONCERNS_STAY: Final[Text] = _(
    "Concerns and reassurance are not published: in one district they are few, and small numbers say what "
    "happened to whom."
)
SPLITS_STAY: Final[Text] = _(
    "By community or kind nothing is published for now: what such tables hide as small numbers can be worked "
    "out from other tables. Publish the figures of whole districts."
)


def why_inside(asked: Asked) -> Text:
    """Why these figures cannot be published; empty where they can."""
    if asked.slug in NOT_PUBLISHED:
        return CONCERNS_STAY
    return SPLITS_STAY if asked.is_split else ""


def check_publication(asked: Asked) -> None:
    """Raises ValidationError where figures that stay inside are to be published, with the reason."""
    if asked.is_public and (why := why_inside(asked)):
        raise ValidationError(str(why), code="stays_inside")
