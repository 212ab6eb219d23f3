"""Model fields for languages of public rows."""

from typing import Any, Final

from django.contrib.postgres.fields import ArrayField
from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

LANGUAGE: Final = r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$"  # a BCP 47 tag that is safe in a path
MOST_LANGUAGES: Final = 30

_valid = RegexValidator(LANGUAGE, _("Enter a language code, such as en, ar or zh-hans."))


def language_field(**options: Any) -> Any:
    return models.CharField(_("language"), max_length=35, validators=[_valid], **options)


def languages_field(**options: Any) -> Any:
    return ArrayField(
        models.CharField(max_length=35, validators=[_valid]),
        verbose_name=_("languages"),
        default=list,
        blank=True,
        size=MOST_LANGUAGES,
        **options,
    )
