"""Check the activity log against its seals, and the database against what protects the log.

Exit code 0 if both are as they should be, 1 if the log was changed, 3 if only the protection differs.
"""

from argparse import ArgumentParser
from datetime import date
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from audit.queries.catalogue import catalogue as read_catalogue
from audit.services.verifying import Finding, Report, verify_fences, verify_trail
from audit.signing import NoKey, public_file, read_public_keys
from lib.days import day_starts_at

SHOWN = 200
ONLY_FENCES = 3  # exit code; 2 is a wrong option
DIFFERENT_FENCES = (
    "the owners, rights, triggers, policies or functions of the database are not those of this version "
    "({} differences above). After an upgrade, restart all processes and run prepare_database again. If the "
    "differences stay, somebody has changed the database."
)


class Command(BaseCommand):
    help = (
        "Recalculate every hash, number, root and signature in the audit log and report any row "
        "edited, deleted, swapped or inserted since it was sealed. Compare every signed district audit "
        "with its digest in the log and name each column that differs."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--since", type=date.fromisoformat, metavar="DATE", help="seals from this day on")
        parser.add_argument("--file", type=Path, help="the shipped seals (AUDIT_SEAL_FILE)")
        parser.add_argument(
            "--catalogue", action="store_true", help="print what audit/catalogue.txt lists, and check nothing"
        )
        parser.add_argument(
            "--without-file",
            action="store_true",
            help="accept that seals that were cut off at the end do not show",
        )
        parser.add_argument(
            "--witness",
            type=Path,
            action="append",
            help="a file of a witness: saved emails, requests, or a file of seals",
        )
        parser.add_argument(
            "--public-key",
            type=Path,
            action="append",
            help="file of trusted public keys (AUDIT_SIGNING_KEY_FILE with .public)",
        )

    def handle(
        self,
        *,
        since: date | None,
        file: Path | None,
        public_key: list[Path] | None,
        witness: list[Path] | None,
        without_file: bool,
        catalogue: bool,
        **_: Any,
    ) -> None:
        if catalogue:
            self.stdout.write("\n".join(read_catalogue("default")))
            return
        file = file or (Path(settings.AUDIT_SEAL_FILE) if settings.AUDIT_SEAL_FILE else None)
        files = public_key or _public_keys()
        try:
            keys = {name: key for key_file in files for name, key in read_public_keys(key_file).items()}
            if file and not file.exists():
                raise CommandError(
                    f"FAILED: {file} is missing. Without it, seals that were cut off do not show."
                )
            report = verify_trail(
                since=day_starts_at(since) if since else None,
                shipped=file,
                public_keys=keys or None,
                witnesses=witness or (),
            )
            verify_fences(report)
        except (NoKey, OSError, ValueError, KeyError) as error:
            raise CommandError(str(error)) from error
        if not keys:
            report.findings.append(
                Finding("no public keys are known, so anybody may have signed: --public-key")
            )
        if not (file or witness or without_file):
            report.findings.append(
                Finding("no file of seals and no witness, so seals that were cut off do not show: --file")
            )
        self._print_report(report, file)

    def _print_report(self, report: Report, file: Path | None) -> None:
        fences = [Finding(line) for line in report.fences]
        for prefix, findings in (("", report.findings), ("catalogue: ", fences), ("note: ", report.notices)):
            for finding in findings[:SHOWN]:
                self.stdout.write(f"{prefix}{finding}")
            if len(findings) > SHOWN:
                self.stdout.write(f"{prefix}… and {len(findings) - SHOWN} more")
        against = f", compared with {file.name}" if file else ", without a shipped file to compare with"
        self.stdout.write(f"{report.rows} rows, {report.seals} seals{against}.")
        self.stdout.write(f"{report.records} signed records compared with their digests.")
        if report.recipients_removed:
            self.stdout.write(
                f"{report.recipients_removed} recipients were removed, each by an event that is in the log."
            )
        if report.reasons_removed:
            self.stdout.write(
                f"{report.reasons_removed} reasons were removed, each by an event that is in the log."
            )
        if report.pruned:
            self.stdout.write(
                f"{report.rows_pruned} rows were pruned by rule {report.pruned.rule}, last on "
                f"{report.pruned.at:%Y-%m-%d}, up to seal {report.pruned.seal}, "
                f"root {bytes(report.pruned.root).hex()}."
            )
        if report.keys and not report.keys_were_given:
            self.stdout.write("note: no public keys given. Compare the keys below with your own records.")
        self.stdout.write(f"Keys: {', '.join(sorted(report.keys)) or 'none'}.")
        self.stdout.write(f"Not sealed yet: {report.not_sealed}; not numbered yet: {report.not_numbered}.")
        different = DIFFERENT_FENCES.format(len(fences))
        if report.findings:
            raise CommandError(
                "FAILED: the activity log does not match its seals, or an audit not its record "
                f"({len(report.findings)} findings).{f' Also, {different}' if fences else ''}"
            )
        if fences:
            self.stdout.write("The audit log matches its seals.")
            raise CommandError(f"FAILED: {different}", returncode=ONLY_FENCES)
        self.stdout.write("OK: the audit log matches its seals.")


def _public_keys() -> list[Path]:
    """The file beside the configured key. It must be there: without it, any key could have signed."""
    return [public_file(Path(settings.AUDIT_SIGNING_KEY_FILE))] if settings.AUDIT_SIGNING_KEY_FILE else []
