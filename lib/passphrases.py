"""Passphrases that a background task needs: encrypted for the minutes until the task has run."""

import base64

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from lib.secret_keys import derived_keys


class PassphraseLost(Exception):
    """The deployment's secret was changed before the task ran."""


def kept_passphrase(passphrase: str) -> str:
    return _cipher().encrypt(passphrase.encode()).decode()


def open_passphrase(encrypted: str) -> str:
    """Return the passphrase. Raises PassphraseLost."""
    try:
        return _cipher().decrypt(encrypted.encode()).decode()
    except InvalidToken:
        raise PassphraseLost from None


def _cipher() -> MultiFernet:
    keys = derived_keys("passphrases of archives")
    return MultiFernet(Fernet(base64.urlsafe_b64encode(key)) for key in keys)
