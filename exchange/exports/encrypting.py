"""Exported files are encrypted to a passphrase (age), unless the user asked for a readable file."""

from typing import BinaryIO

from jobs.services.files import encrypted
from jobs.services.kinds import Output, Work
from lib.age import AGE_TYPE
from lib.passphrases import kept_passphrase


def needs_of(passphrase: str) -> dict[str, str]:
    """What the task needs to encrypt the file: nothing for a readable file."""
    return {"passphrase": kept_passphrase(passphrase)} if passphrase else {}


def as_asked(work: Work, name: str, media_type: str, plain: BinaryIO) -> tuple[Output, str]:
    """Return the file, encrypted if the user gave a passphrase, and how it leaves, for the activity log."""
    if "passphrase" not in work.needs:
        return Output(name, media_type, plain), "file"
    return Output(f"{name}.age", AGE_TYPE, encrypted(plain, work.needs["passphrase"])), "encrypted file"
