"""Load the demo into an empty database, and remove it again."""

from collections.abc import Iterator
from contextlib import contextmanager
from random import Random

from django.apps import apps
from django.db import connection, connections, transaction
from django.utils import timezone

from accounts.models import User
from audit.services.sealing import set_file_aside
from contacts.models import (
    Affiliation,
    Contact,
    ContactDetail,
    FocusDeclaration,
    Organisation,
    OrganisationDetail,
    OrganisationPeriod,
    OrganisationPrivateChannel,
)
from crm.demo.audits import write_audits
from crm.demo.cities import write_cities
from crm.demo.data_requests import write_requests
from crm.demo.duty import write_shifts
from crm.demo.follow_ups import History
from crm.demo.history import tell_history
from crm.demo.incidents import write_incidents
from crm.demo.kept_figures import write_kept_figures
from crm.demo.plans import write_plans
from crm.demo.practices import write_library
from crm.demo.public import write_public_site
from crm.demo.publications import write_releases
from crm.demo.records import Book, write_book
from crm.demo.retention import write_retention
from districts.models import District, ExpectedCommunity, PeriodNote
from jobs.models import Job, JobStatus
from lib.copying import insert_rows
from meetings.models import (
    Concern,
    FollowUp,
    FollowUpOrganisation,
    Meeting,
    MeetingContact,
    MeetingOrganisation,
)
from meetings.services.last_met import recount_last_met
from meetings.services.periods import begin_histories
from reminders.services.reminders import refreshed_once

JOB = "load_demo"
SEED = 2026


class HasRealData(Exception):
    """The demo cannot be loaded because the database is not empty, or removed because it was not loaded."""


def is_demo() -> bool:
    """Whether this database was filled by the demo."""
    return Job.objects.filter(kind=JOB).exists()


@contextmanager
def _without_savepoints() -> Iterator[None]:
    """Turn off savepoints inside the block. The demo needs none, as it is loaded whole or not at all."""
    connection.features.uses_savepoints = False
    try:
        yield
    finally:
        del connection.features.uses_savepoints


def load_demo() -> dict[str, int]:
    """Fill an empty database with the demo, and return the number of records by type.

    Raises HasRealData if the database is not empty.
    """
    if any(model.objects.exists() for model in (User, District, Organisation, Contact, Meeting)):
        raise HasRealData
    with _without_savepoints(), transaction.atomic():
        return _load_all()


def _load_all() -> dict[str, int]:
    book = Book(now=timezone.now(), random=Random(SEED))
    write_book(book)
    history = tell_history(book)
    _save_book(book)
    _save_history(history)
    recount_last_met()
    for write_part in (
        write_incidents,
        write_shifts,
        write_kept_figures,
        write_audits,
        write_releases,
        write_library,
        write_plans,
        write_cities,
        write_public_site,
        write_requests,
        write_retention,
    ):
        with refreshed_once():
            write_part(book)
    counts = {
        "districts": len(book.districts),
        "organisations": len(book.organisations),
        "contacts": len(book.contacts),
        "meetings": len(history.meetings),
        "follow-ups": len(history.follow_ups),
        "concerns": len(history.concerns),
    }
    Job.objects.create(kind=JOB, status=JobStatus.DONE, finished_at=timezone.now(), result=counts)
    return counts


def _save_book(book: Book) -> None:
    insert_rows(District, list(book.districts.values()))
    insert_rows(ExpectedCommunity, book.expected)
    insert_rows(PeriodNote, book.notes)
    insert_rows(User, list(book.users.values()))
    coverage_model = User.districts.through
    coverage_model.objects.bulk_create(
        coverage_model(user=user, district=district) for user, district in book.districts_of
    )
    insert_rows(Organisation, book.organisations)
    insert_rows(OrganisationPrivateChannel, book.hidden)
    insert_rows(FocusDeclaration, book.declarations)
    insert_rows(OrganisationPeriod, book.periods)
    insert_rows(Contact, book.contacts)
    insert_rows(Affiliation, book.affiliations)
    for model in (OrganisationDetail, ContactDetail):
        insert_rows(model, [detail for detail in book.details if isinstance(detail, model)])


def _save_history(history: History) -> None:
    insert_rows(Meeting, history.meetings)
    insert_rows(MeetingOrganisation, history.present)
    insert_rows(MeetingContact, history.people)
    officers_model = Meeting.officers.through
    officers_model.objects.bulk_create(
        officers_model(meeting=meeting, user=user) for meeting, user in history.officers
    )
    insert_rows(Concern, history.concerns)
    insert_rows(FollowUp, history.follow_ups)
    insert_rows(FollowUpOrganisation, history.promised_to)
    begin_histories(history.concerns)
    begin_histories(history.follow_ups)


def remove_demo() -> None:
    """Empty the whole database, including the activity log, as its owner.

    Raises HasRealData if the demo was never loaded.
    """
    if not is_demo():
        raise HasRealData
    tables = [model._meta.db_table for model in apps.get_models(include_auto_created=True)]
    log_tables = [table for table in tables if table.startswith("audit_")]
    kept_tables = {"django_content_type", "django_site"}
    owner = connections["owner"]
    quote = owner.ops.quote_name
    with transaction.atomic(using="owner"), owner.cursor() as cursor:
        for table in log_tables:
            cursor.execute(f"ALTER TABLE {quote(table)} DISABLE TRIGGER USER")
        cursor.execute(f"TRUNCATE {', '.join(quote(t) for t in tables if t not in kept_tables)} CASCADE")
        for table in log_tables:
            cursor.execute(f"ALTER TABLE {quote(table)} ENABLE TRIGGER USER")
    set_file_aside()  # the file of seals, whose rows are gone
