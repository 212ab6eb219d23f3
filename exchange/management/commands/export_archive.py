"""`manage.py export_archive PATH`: write all records, or those of a district, to one file."""

import hashlib
from argparse import ArgumentParser
from contextlib import nullcontext
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from accounts.actors import SYSTEM
from districts.models import District
from exchange.archive.writing import scope_of, write_archive
from jobs.services.files import spool
from lib.age import SHORTEST, encrypt
from lib.age_keys import check_public_key


class Command(BaseCommand):
    help = (
        "Writes organisations, contacts, meetings, follow-ups, concerns and audits to a ZIP of JSON Lines "
        "(docs/archive.md). The file contains personal data: keep it encrypted. Private numbers are left out."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("path", type=Path, help="path of the new file, which must not exist yet")
        parser.add_argument(
            "--district",
            help=("district code: export this district and its neighbourhoods (default: everything)"),
        )
        protection = parser.add_mutually_exclusive_group(required=True)
        protection.add_argument("--passphrase-file", type=Path, help="encrypts the file (age format)")
        protection.add_argument("--public-key", default="", help="encrypts the file to an age key (age1…)")
        protection.add_argument("--readable", action="store_true", help="writes the file without encryption")
        parser.add_argument("--recipient", required=True, help="who gets the file, for the activity log")
        parser.add_argument("--reason", default="archive", help="reason, for the activity log")

    def handle(
        self,
        *,
        path: Path,
        district: str | None,
        passphrase_file: Path | None,
        public_key: str,
        recipient: str,
        reason: str,
        **_: Any,
    ) -> None:
        exported_district = District.objects.filter(code=district).first() if district else None
        if district and exported_district is None:
            raise CommandError(f"There is no district {district}.")
        if path.exists():
            raise CommandError(f"{path} already exists. Nothing was written.")
        key_or_passphrase = (
            _read_passphrase(passphrase_file) if passphrase_file else _checked_public_key(public_key)
        )
        scope = scope_of(SYSTEM, exported_district) if exported_district else SYSTEM
        draft = path.with_name(f"{path.name}.part")
        try:
            with draft.open("x+b") as draft_file:
                try:
                    draft.chmod(0o600)
                    with spool() if key_or_passphrase else nullcontext(draft_file) as plain_archive:
                        archived = write_archive(
                            plain_archive,
                            actor=SYSTEM,
                            scope=scope,
                            district=exported_district,
                            purpose=reason,
                        )
                        plain_archive.seek(0)
                        if key_or_passphrase:
                            encrypt(plain_archive, draft_file, key_or_passphrase)
                    draft_file.seek(0)
                    digest = hashlib.file_digest(draft_file, "sha256").hexdigest()
                    with transaction.atomic():
                        archived.disclose(SYSTEM, purpose=reason, digest=digest, recipient=recipient[:100])
                    draft.rename(path)
                finally:
                    draft.unlink(missing_ok=True)
        except OSError as problem:
            raise CommandError(str(problem)) from problem
        rows = ", ".join(
            f"{entry['rows']} {entry['name'].removesuffix('.jsonl')}" for entry in archived.files
        )
        self.stdout.write(f"{path}: {rows}.\nReferences left out: {archived.left_out}\nSHA-256: {digest}")
        if not key_or_passphrase:
            self.stderr.write("The file is not encrypted. Encrypt it before it leaves this machine.")


def _read_passphrase(path: Path) -> str:
    passphrase = path.read_text().rstrip("\r\n")
    if len(passphrase) < SHORTEST:
        raise CommandError(f"Write a passphrase of {SHORTEST} characters or more into {path}.")
    return passphrase


def _checked_public_key(text: str) -> str:
    """Return the key of age, or the empty text without a key. Raises CommandError."""
    try:
        if text:
            check_public_key(text)
        return text
    except ValueError:
        raise CommandError(f"{text} is not a complete public key of age. Copy the key again.") from None
