"""Input that is odd, large or about several people at once, from the request to its letter."""

from io import BytesIO
from typing import Final

import pytest
from django.core.exceptions import ValidationError
from django.test import Client

from accounts.actors import Actor, actor_for
from accounts.models import Role, User
from contacts.merging.services import merge_contacts
from contacts.models import Contact, Merge
from districts.models import District
from exchange.imports.content import pack_content
from exchange.models import ImportDraft
from jobs.models import Job, JobStatus
from jobs.services.running import run_next
from meetings.models import Meeting
from privacy.codes import Verdict
from privacy.exports.package import _html, document
from privacy.models import Finding, Package
from privacy.queries.erasure_plans import plan_of
from privacy.rules.finding import person_search
from privacy.services import requests as services
from privacy.services.erasures import ask_erasure
from privacy.services.findings import decide_finding
from tests.factories import make_meeting, make_user
from tests.privacy.erasures import decided, erased, make_leila
from tests.privacy.requesting import searched

pytestmark = pytest.mark.django_db

ARABIC: Final = "ليلى حداد"


def test_someone_who_was_merged_twice_is_erased_with_all_that_merges_remember(
    north: District, actor: Actor
) -> None:
    first, second, third = (make_leila(north) for _number in range(3))
    meeting = make_meeting(north, facts="Leila Haddad came.")
    for kept, gone in ((second, first), (third, second)):
        versions = Contact.objects.filter(pk__in=[kept.pk, gone.pk]).values_list("pk", "version")
        merge_contacts(
            actor=actor_for(make_user(Role.SUPERVISOR, north)), kept_id=kept.pk, versions=dict(versions)
        )
    made = erased(actor, decided(actor), by_two=True)
    assert made.contact_ids == [third.pk]
    assert not Contact.objects.filter(family_name="Haddad").exists()
    assert set(Merge.objects.values_list("memory", flat=True)) == {None}
    assert Meeting.objects.get(pk=meeting.pk).facts == "[a person] came."


def test_an_account_is_never_deleted_and_the_page_says_so(north: District, actor: Actor) -> None:
    account = make_user(Role.OFFICER, north, name="Leila Haddad")
    leila = make_leila(north)
    row = decided(actor)
    names = Finding.objects.of_request(row).filter(model="accounts.User", object_id=str(account.pk))
    assert {one.field for one in names} == {"name"}
    kept = {(one.model, why) for one, why in plan_of(row).retained}
    assert (
        "accounts.User",
        "Accounts are never deleted, so that the activity log still says who it was.",
    ) in kept
    erased(actor, row)
    assert User.objects.get(pk=account.pk).name == "Leila Haddad"
    assert not Contact.objects.filter(pk=leila.pk).exists()


def test_a_name_in_arabic_is_found_and_addressed_in_the_letter(north: District, actor: Actor) -> None:
    make_meeting(north, facts=f"{ARABIC} asked for lamps.")
    row = searched(actor, terms={"names": [ARABIC]}, regimes=["gdpr"])
    Finding.objects.of_request(row).update(verdict=Verdict.THEIRS, decided_by=actor.id)
    row = services.answer_request(actor=actor, request_id=row.pk, decision="granted")
    content = document(actor, Package(request=row, language="en-gb"))
    assert [one["text"] for one in content["facts"]] == [f"{ARABIC} asked for lamps."]
    html = _html(row, content)
    assert f'<p dir="auto">Dear {ARABIC},</p>' in html and f'dir="auto">{ARABIC} asked' in html


def test_a_long_text_is_read_once_and_not_once_for_each_word() -> None:
    """A megabyte of one of the names took 45 seconds, and twice as much took four times as long."""
    search = person_search(["Leila Haddad"], [], [])
    assert list(search.hits("Leila " * 170_000)) == []
    [hit] = search.hits("Leila " * 20_000 + "Haddad")
    assert hit.end == 20_000 * 6 + 6


def test_an_erasure_stops_while_an_import_that_names_the_person_runs_and_continues_after_it(
    north: District, actor: Actor, client: Client
) -> None:
    leila = make_leila(north)
    row = decided(actor)
    importing = Job.objects.create(kind="import", status=JobStatus.RUNNING)  # by a command, beside workers
    draft = ImportDraft.objects.create(
        started_by=make_user().pk, what="contacts", encoding="utf-8", job_id=importing.pk,
        content=pack_content(BytesIO(b"Name\nLeila Haddad\n")),
    )  # fmt: skip
    made = ask_erasure(actor=actor, request_id=row.pk)
    assert run_next()
    refused = Job.objects.get(pk=str(made.job))
    assert (
        refused.status == JobStatus.FAILED and "import that names this person is running" in refused.message
    )
    client.force_login(User.objects.get(pk=actor.id))
    page = client.get(f"/privacy/requests/{row.pk}/").text
    assert "The erasure stopped before its end." in page and "Continue the erasure" in page
    with pytest.raises(ValidationError, match="being erased"):
        [finding] = Finding.objects.of_request(row).filter(field="given_name")
        decide_finding(actor=actor, request_id=row.pk, finding_id=finding.pk, verdict=Verdict.SOMEBODY_ELSE)
    Job.objects.filter(pk=importing.pk).update(status=JobStatus.DONE)
    erased(actor, row)
    draft.refresh_from_db()
    assert draft.content is None and not Contact.objects.filter(pk=leila.pk).exists()
