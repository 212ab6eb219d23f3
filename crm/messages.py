"""Our error messages in place of those of Django and of packages."""

from django.conf import settings

import api.resources.mistakes
import lib.mistakes
import pages.forms.mistakes
from crm.languages import forget_empty_fallbacks


def replace_messages() -> None:
    """Replace messages of fields. Call it before forms are imported: each field copies its messages."""
    lib.mistakes.describe_mistakes()
    pages.forms.mistakes.describe_mistakes()
    api.resources.mistakes.describe_mistakes()
    forget_empty_fallbacks(settings.LANGUAGE_CODE)
