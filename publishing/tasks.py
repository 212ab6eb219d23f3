"""Background tasks. Any of them may run twice or in parallel: the rows show what is left to do."""

from datetime import date
from pathlib import Path

import structlog
from celery import shared_task
from django.conf import settings
from django.utils import timezone

from lib.days import city_today
from publishing.models import Publication
from publishing.services.publications import PUBLISH, keep_publication, note_failure, note_success
from publishing.services.registrations import SEND, tidy_registrations
from publishing.site import build_site
from publishing.site.folder import read_manifest, write_folder
from publishing.site.registration_mails import mail_registrations

log = structlog.get_logger()


@shared_task(name=PUBLISH)
def publish_site() -> bool:
    """Publish what has changed, so that a withdrawal acts within minutes."""
    today = city_today()
    try:
        made = keep_publication(build_site, today)
        if settings.PUBLIC_SITE_FOLDER:
            _fill(Path(settings.PUBLIC_SITE_FOLDER), today)
        note_success()
    except Exception as error:
        log.exception("publish_failed")
        note_failure(today, error)
        return False
    return made is not None


def _fill(folder: Path, today: date) -> None:
    """Write the last publication into the folder, unless it is there. The disk may have been full before."""
    last = Publication.objects.done().latest_first().first()
    if last is not None and read_manifest(folder) != last.files:
        write_folder(build_site(today, last.as_of), folder)


@shared_task(name=SEND)
def mail() -> int:
    return mail_registrations()


@shared_task(name="publishing.tidy_registrations")
def tidy() -> int:
    return tidy_registrations(timezone.now())
