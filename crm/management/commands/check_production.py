"""`manage.py check_production`: whether this installation is as docs/hardening.md says."""

from argparse import ArgumentParser
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from crm import production
from lib.days import city_today


class Command(BaseCommand):
    help = (
        "Check settings, ports, headers, TLS, database roles and rights, modes of key files, the age of "
        "backups, and clocks. Each finding says what to do. Exit code 1 if there is one."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--offline", action="store_true", help="leave out ports, headers and TLS of SITE_URL"
        )

    def handle(self, *, offline: bool, **_: Any) -> None:
        findings = [
            *production.check_settings(city_today()),
            *production.check_files(production.secret_files()),
            *production.check_database(),
            *production.check_backups(timezone.now()),
        ]
        if not offline:
            host = urlsplit(settings.SITE_URL).hostname or ""
            findings += production.check_site(settings.SITE_URL)
            findings += production.check_redirect(host)
            findings += production.check_ports(host)
        for finding in findings:
            self.stdout.write(f"- {finding}")
        left_out = " Ports, headers and TLS were left out." if offline else ""
        if findings:
            raise CommandError(f"{len(findings)} findings.{left_out} docs/hardening.md explains them.")
        self.stdout.write(f"OK: no findings.{left_out}")
