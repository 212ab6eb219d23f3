"""System checks of the installation."""

from collections.abc import Sequence
from typing import Any

from django.core import checks
from django.core.checks import CheckMessage, Error

from lib.encryption import KeysNotRead, data_keys


def check_usable_field_keys(app_configs: Any, **_: Any) -> Sequence[CheckMessage]:
    """Report data keys that cannot be used."""
    try:
        data_keys()
    except KeysNotRead as error:
        hint = "Restore FIELD_KEYS and FIELD_SECRET from where you keep them outside the database."
        return [Error(str(error), hint=hint, id="crm.E001")]
    return []


def check_field_keys(app_configs: Any, **_: Any) -> Sequence[CheckMessage]:
    """Report keys that are missing or cannot be used."""
    if findings := check_usable_field_keys(app_configs):
        return findings
    if data_keys() is None:
        text = "Private phones and addresses, assessments and facts of concerns are not encrypted."
        hint = "Set FIELD_SECRET, then run `manage.py rewrap_keys --new` and set FIELD_KEYS."
        return [checks.Warning(text, hint=hint, id="crm.W001")]
    return []
