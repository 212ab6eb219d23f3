"""Background tasks. Each may run twice or in parallel, because rows show the remaining work."""

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
    """Publish changes of the site, so that a withdrawal takes effect within minutes."""
    today = city_today()
    try:
        publication = keep_publication(build_site, today)
        if settings.PUBLIC_SITE_FOLDER:
            _write_site_folder(Path(settings.PUBLIC_SITE_FOLDER), today)
        note_success()
    except Exception as error:
        log.exception("publish_failed")
        note_failure(today, error)
        return False
    return publication is not None


def _write_site_folder(folder: Path, today: date) -> None:
    """Write the last publication into the folder if it differs, for example after the disk was full."""
    last_publication = Publication.objects.done().latest_first().first()
    if last_publication is not None and read_manifest(folder) != last_publication.files:
        write_folder(build_site(today, last_publication.as_of), folder)


@shared_task(name=SEND)
def mail() -> int:
    return mail_registrations()


@shared_task(name="publishing.tidy_registrations")
def tidy() -> int:
    return tidy_registrations(timezone.now())
