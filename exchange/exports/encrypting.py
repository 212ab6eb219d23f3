"""Exported files are encrypted to a passphrase (age), unless the user asked for a readable file."""

from typing import BinaryIO

from jobs.services.files import encrypted
from jobs.services.kinds import Output, Work
from lib.age import AGE_TYPE
from lib.passphrases import kept_passphrase


def needs_of(passphrase: str) -> dict[str, str]:
    """Return the task's needs for encryption: none for a readable file."""
    return {"passphrase": kept_passphrase(passphrase)} if passphrase else {}


def as_asked(work: Work, name: str, media_type: str, readable: BinaryIO) -> tuple[Output, str]:
    """Return the file, encrypted if the user gave a passphrase, and how it leaves, for the activity log."""
    if "passphrase" not in work.needs:
        return Output(name, media_type, readable), "file"
    return Output(f"{name}.age", AGE_TYPE, encrypted(readable, work.needs["passphrase"])), "encrypted file"
