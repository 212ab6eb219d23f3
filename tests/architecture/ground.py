"""Two districts with one row of each type, canaries in all texts, and every kind of reader."""

import time
from datetime import date, timedelta
from io import BytesIO
from typing import Any, Final
from uuid import UUID

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from accounts.actors import SYSTEM, Actor, actor_for
from accounts.models import Act, PendingAct, Role, User
from accounts.services.sessions import SEEN
from accounts.services.views import save_view
from api.bulk_reads import KIND
from api.models import ApiKey, BulkAgreement, CalendarFeed, Webhook, WebhookDelivery
from api.models.key import KeyStatus
from api.services.feeds import create_feed
from api.services.webhooks import create_webhook
from contacts.services.organisations import verify_organisation
from contacts.services.private_channels import set_organisation_private_channel, set_private_channel
from districts.models import District
from districts.services.districts import add_period_note, expect_community
from exchange.imports.drafts import start_draft
from exchange.models import WatchedRegister
from incidents.services.protocols import draft_protocol
from jobs.models import Job
from jobs.services.files import keep_file
from lib.days import city_today
from meetings import rules
from meetings.models import Handover
from meetings.models.handover import Moved
from meetings.services.concerns import log_concern
from meetings.services.follow_up_series import start_follow_up_series
from meetings.services.follow_ups import complete_follow_up, create_follow_up
from meetings.services.meeting_series import start_series
from oversight.models import Alert, AlertKind, WatchedRecord
from reminders.models import Reminder
from reports.models import KeptPeriod
from reports.queries.periods import Period
from reports.services.keeping import keep_period
from reviews.models import Review
from reviews.services.freezing import freeze_review
from reviews.services.reviews import (
    agree_action,
    check_action,
    comment_figure,
    conclude,
    mark_sample,
    note_call,
)
from reviews.services.signing import sign_review
from reviews.services.subscriptions import subscribe
from tests.api.clients import ALL, Tool
from tests.architecture import between, canaries
from tests.factories import PASSWORD, make_contact, make_district, make_meeting, make_organisation, make_user
from tests.incidents.making import SHORT, make_incident
from tests.plans.making import make_plan
from tests.practices.making import make_practice
from tests.privacy.making import make_desk, tell_key

#: Long enough for all sign-ins to count as recent until the last test.
PATIENT: Final = {"ACCOUNT_REAUTHENTICATION_TIMEOUT": 100_000, "SESSION_IDLE_MINUTES": 600}
#: Sessions count as just seen until the last test. Otherwise each request would write when its session was
#: seen, and roll it back, which takes a tenth of the time of a page.
SEEN_LATER: Final = 100_000
WHERE: Final = ("own", "other", "none")
HOOK: Final = "https://93.184.216.34/hook"  # an IP address, so that no name is resolved
YES: Final = {"facts_apart": "yes", "follow_up_recorded": "yes"}
SQUARE: Final = {
    "type": "MultiPolygon",
    "coordinates": [[[[2, 48], [2.1, 48], [2.1, 48.1], [2, 48.1], [2, 48]]]],
}


class Ground:
    """The city: the requesting officer, supervisor and key work in `north`; `south` is the other district."""

    def __init__(self) -> None:
        self.city = make_district("Alderport")
        self.districts: dict[str, District] = {
            name: make_district(f"{name.title()}gate", parent=self.city, boundary=SQUARE)
            for name in ("north", "south")
        }
        self.users: dict[tuple[str, str], User] = {}
        for role in (Role.OFFICER, Role.SUPERVISOR):
            for name, district in self.districts.items():
                self.users[role, name] = make_user(role, district)
            self.users[role, "none"] = make_user(role)
        for role in (Role.PRIVACY_OFFICER, Role.ADMINISTRATOR, Role.CONFIRMER):
            self.users[role, "north"] = make_user(role)
        self.rows: dict[str, dict[str, Any]] = {}
        for name in self.districts:
            before = canaries.rows_now()
            self.rows[name] = self._settle(name)
            canaries.plant(name, before)
        for name in self.districts:  # now, because a restriction of the other district deletes stored files
            self.rows[name]["file"] = self._keep_file(name, self.rows[name]["job"], "x.csv", "text/csv")
        released = between.release(self.users[Role.SUPERVISOR, "south"])
        for name, rows in self.rows.items():
            rows |= released | between.tell(self.districts[name], self.users[Role.OFFICER, name])
        self.on_duty = between.on_duty(self.city, self.districts, self.rows)
        between.entangle(self.rows)
        self.shared = between.share(self.rows, self.actor(Role.SUPERVISOR, "south"))
        self.tools = self._tools()
        self._hook("north", self.tools["key own"].key.pk)
        self._hook("south", self.rows["south"]["key"])
        self._bulk_read("north", self.tools["key own"].key.pk)
        self._bulk_read("south", self.rows["south"]["key"])
        for rows in (*self.rows.values(), self.shared):
            rows["key_source"] = self.tools["key own"].key.source
        self._clients = {f"{role} {where}": self._sign_in(role, where) for role, where in self.users}

    def actor(self, role: str, where: str) -> Actor:
        return actor_for(self.users[role, where])

    def client(self, role: str, where: str) -> Client:
        """Return a browser in which this person has just confirmed the password and given a reason."""
        if role == "nobody":
            return Client()
        return self._clients[f"{role} {where}"]

    def _sign_in(self, role: str, where: str) -> Client:
        client = Client()
        client.force_login(self.users[role, where])
        assert client.post("/accounts/reauthenticate/", {"password": PASSWORD}).status_code == 302
        for rows in self.rows.values():
            client.post(f"/contacts/{rows['contact']}/reason/", {"reason": "They called or wrote"})
        session = client.session
        session[SEEN] = int(time.time()) + SEEN_LATER
        session.save()
        return client

    def _tools(self) -> dict[str, Tool]:
        """Create keys: with all scopes, with each scope missing, and without districts."""
        north = self.districts["north"]
        limits = {"requests_per_minute": 100_000, "daily_contacts": 100_000}
        found = {f"key {place}": Tool(north, **limits) for place in WHERE}
        found["key none"].key.districts.clear()
        found["scopeless"] = Tool(north, scopes=("organisations:read",), **limits)
        found["scopeless of organisations"] = Tool(north, scopes=("concerns:read",), **limits)
        assert "organisations:read" in ALL
        return found

    def _hook(self, name: str, key_id: UUID) -> None:
        """Create a webhook of this key with a failed delivery, and a notice to the key."""
        webhook, _secret = create_webhook(actor=SYSTEM, name="Hook", url=HOOK, key_id=key_id)
        sent = WebhookDelivery.objects.create(webhook=webhook, seq=1, payload={}, failed_at=timezone.now())
        self.rows[name] |= {"webhook_of_key": webhook.pk, "delivery_of_key": sent.pk} | tell_key(key_id)

    def _bulk_read(self, name: str, key_id: UUID) -> None:
        """Create a finished bulk read of this key, and its agreement."""
        BulkAgreement.objects.create(
            key_id=key_id,
            rows=1_000,
            reason="A copy",
            agreed_by=self.users[Role.PRIVACY_OFFICER, "north"],
            expires_at=timezone.now() + timedelta(days=1),
        )
        given = {"type": "organisations", "purpose": "A copy"}
        job = Job.objects.create(kind=KIND, status="done", started_by=key_id, parameters=given)
        self._keep_file(name, job.pk, "x.ndjson", "application/x-ndjson")
        self.rows[name]["bulk_read"] = job.pk

    def _keep_file(self, name: str, job_id: UUID, file_name: str, media_type: str) -> UUID:
        """Keep the words of a district as the file of a finished job."""
        file = keep_file(
            job_id=job_id,
            name=file_name,
            media_type=media_type,
            content=BytesIO(canaries.words_of(name).encode()),
            is_input=False,
            district_ids=[self.districts[name].pk],
        )
        return file.pk

    def _settle(self, name: str) -> dict[str, Any]:
        """Create one row of each type and return the IDs by noun."""
        district = self.districts[name]
        officer, supervisor = self.users[Role.OFFICER, name], self.users[Role.SUPERVISOR, name]
        actor, now, today = actor_for(supervisor), timezone.now(), city_today()
        organisation = make_organisation(
            district,
            name=f"Association of {name}",
            short_name=name[:3],
            summary="Meets on Mondays",
            email=f"office@{name}.example",
            website=f"https://{name}.example/",
            address="1 Long Street",
            access_needs="A ramp",
            lead_officer=officer,
            cadence_days=30,
            focuses=[{"focus": "women", "declared_by": "The board", "declared_on": today}],
            external_ids=[{"source": f"register-{name}", "external_id": "7"}],
            other_details=[
                {"channel": "website", "value": f"https://projects.{name}.example"},
                {"channel": "social", "value": f"https://social.example/{name}"},
            ],
        )
        twin = make_organisation(district, name=f"Association of {name} twin", email=f"office@{name}.example")
        verify_organisation(actor=actor, organisation_id=organisation.pk)
        contact = make_contact(district, organisation, email=f"sam@{name}.example", notice_version="1")
        contact_twin = make_contact(district, twin, email=f"sam@{name}.example")
        contact.other_details.create(channel="website", value=f"https://sam.{name}.example")
        set_private_channel(actor=actor, contact_id=contact.pk, email=f"own@{name}.example")
        set_organisation_private_channel(actor=actor, organisation_id=organisation.pk, address="Lane 9")
        series = start_series(
            actor=actor,
            pattern="weekly",
            subject="Every week",
            kind="visit",
            starts_at=now + timedelta(days=3),
            duration_minutes=30,
            district=district,
            organisations=[{"organisation": organisation, "present": True}],
            officers=[officer],
        )
        held = make_meeting(
            district,
            organisation,
            officers=[officer],
            place="Hall",
            facts="A lamp is out",
            assessment="Calm",
            agenda="Lamps",
            other_participants="The mayor",
            starts_at=now - timedelta(days=9),
        )
        due = make_meeting(
            district,
            organisation,
            status="planned",
            outcomes=[],
            starts_at=now - timedelta(hours=2),
            officers=[officer],
        )
        held.contact_links.create(contact=contact, attendance="attended")
        open_one = create_follow_up(
            actor=actor,
            title="Call",
            owner=officer,
            due_on=today,
            kind="call_back",
            organisations=[organisation],
            contact=contact,
            meeting=held,
        )
        done = create_follow_up(
            actor=actor, title="Write", owner=officer, due_on=today, organisations=[organisation]
        )
        complete_follow_up(actor=actor, follow_up_id=done.pk, result="Written")
        repeated = start_follow_up_series(
            actor=actor,
            pattern="weekly",
            title="Each week",
            owner=officer,
            due_on=today,
            organisations=[organisation],
        )
        concern = log_concern(
            actor=actor,
            kinds=["graffiti_symbol"],
            bias_grounds=["anti_muslim"],
            district=district,
            site_organisation=organisation,
            facts="A symbol",
            place="The wall",
            case_reference="Case 7",
        )
        incident = make_incident(actor, concern)
        threat: dict[str, Any] = {
            "actor": actor,
            "kinds": ["threat"],
            "bias_grounds": ["unknown"],
            "district": district,
            "site_organisation": organisation,
        }
        over, alone = log_concern(**threat), log_concern(**threat)
        expected = expect_community(
            actor=actor, district_id=district.pk, focus="roma", evidence="A survey", source_url=""
        )
        note = add_period_note(
            actor=actor,
            district_id=district.pk,
            since=date(2026, 1, 1),
            until=date(2026, 1, 2),
            text="Town fair",
        )
        job = Job.objects.create(kind="export_list", status="done", started_by=supervisor.pk)
        move = Moved(type="organisation", id=str(organisation.pk), to=str(officer.pk), version=1, before={})
        handover = Handover.objects.create(
            officer=supervisor, made_by=supervisor, recipient_ids=[officer.pk], moves=[move]
        )
        signed, draft = self._reviews(actor, district, canaries.words_of(name))
        key = Tool(district, name=f"Tool of {name}").key
        ApiKey.objects.filter(pk=key.pk).update(created_by=self.users[Role.ADMINISTRATOR, "north"])
        waiting = Tool(district, name=f"Waiting tool of {name}").key
        ApiKey.objects.filter(pk=waiting.pk).update(status=KeyStatus.WAITING)
        webhook = create_webhook(actor=SYSTEM, name="Hook", url=HOOK, key_id=key.pk)
        draft_of_import = start_draft(
            actor=actor,
            target_name="organisations",
            file=BytesIO(f"Name;Kind;District\n{canaries.words_of(name)};ngo;{district.code}\n".encode()),
            file_name=f"{name}.csv",
            source=f"import-{name}",
            purpose="A register",
        )
        return {
            "district": district,
            "district_id": district.pk,
            "elsewhere": next(one.pk for one in self.districts.values() if one != district),
            "code": district.code,
            "officer": officer.pk,
            "promoted": self._promoted(district),
            "supervisor": supervisor.pk,
            "organisation": organisation.pk,
            "organisation_twin": twin.pk,
            "contact": contact.pk,
            "contact_twin": contact_twin.pk,
            "role": contact.affiliations.get().pk,
            "meeting": series.pk,
            "meeting_held": held.pk,
            "meeting_due": due.pk,
            "follow_up": open_one.pk,
            "follow_up_done": done.pk,
            "follow_up_repeated": repeated.pk,
            "concern": concern.pk,
            "incident": incident.pk,
            "incident_over": make_incident(actor, over, is_over=True).pk,
            "protocol": incident.protocol_id,
            "protocol_draft": draft_protocol(
                actor=SYSTEM, **(SHORT | {"code": "draft", "district": district})
            ).pk,
            "concern_alone": alone.pk,
            "expected": expected.pk,
            "note": note.pk,
            "kept_period": self._kept_period(district).pk,
            "job": job.pk,
            "job_waiting": Job.objects.create(kind="export_list", started_by=supervisor.pk).pk,
            "handover": handover.pk,
            "review": draft.pk,
            "review_signed": signed.pk,
            "figure": draft.figures.filter(slug="coverage").earliest("position").pk,
            "sample": draft.samples.earliest("position").pk,
            "call": draft.calls.earliest("position").pk,
            "action": draft.actions.get().pk,
            "action_before": signed.actions.get().pk,
            "subscription": subscribe(actor=actor, district_id=district.pk, rhythm="weekly").pk,
            "view": save_view(
                actor=actor, list_name="organisations", name=f"View of {name}", query="kind=ngo"
            ).pk,
            "view_shared": save_view(
                actor=actor,
                list_name="organisations",
                name=f"Shared in {name}",
                query="kind=school",
                shared_with=district,
            ).pk,
            "reminder": self._reminder(series.pk, officer, failed_at=now, last_error="550 No such person"),
            "notification": self._reminder(series.pk, officer, sent_at=now),
            "key": key.pk,
            "key_waiting": waiting.pk,
            "webhook": webhook[0].pk,
            "delivery": WebhookDelivery.objects.create(
                webhook=Webhook.objects.get(pk=webhook[0].pk), seq=1, payload={}, failed_at=now
            ).pk,
            "import": draft_of_import.pk,
            "watched": WatchedRegister.objects.create(
                owner=supervisor.pk, what="organisations", source=f"Register of {name}", url=HOOK
            ).pk,
            "alert": self._alert(officer),
            "mark": WatchedRecord.objects.create(
                object_type="organisation",
                object_id=organisation.pk,
                reason="Threats",
                marked_by=self.users[Role.PRIVACY_OFFICER, "north"],
            ).pk,
            "feed": create_feed(actor=actor_for(officer), with_subjects=True),
            **make_desk(self.users[Role.PRIVACY_OFFICER, "north"], held, contact),
            **make_plan(actor, officer, organisation, canaries.words_of(name)),
            **make_practice(actor_for(officer), district),
            "calendar": CalendarFeed.objects.get(user=officer).pk,
        }

    @staticmethod
    def _alert(officer: User) -> Any:
        """Create an alert that its officer has answered."""
        asked = {"user": officer, "day": city_today(), "seen": 40, "answer": "An event", "usual": 6}
        return Alert.objects.create(kind=AlertKind.UNUSUAL_DAY, answered_at=timezone.now(), **asked).pk

    @staticmethod
    def _promoted(district: District) -> Any:
        """Create a request that waits for a second person: an officer is to work in this district."""
        asked = PendingAct.objects.create(user=make_user(Role.OFFICER), kind=Act.DISTRICTS)
        asked.districts.add(district)
        return asked.pk

    @staticmethod
    def _reminder(subject: Any, officer: User, **state: Any) -> Any:
        made = Reminder.objects.create(
            rule=rules.MEETING_DAY_BEFORE,
            subject_type="meeting",
            subject_id=subject,
            recipient=officer,
            channel="in_page",
            occurrence=timezone.now() - timedelta(minutes=len(str(state))),
            **state,
        )
        return made.pk

    @staticmethod
    def _kept_period(district: District) -> KeptPeriod:
        """Keep the states of the last month, which have no history and can be corrected."""
        today = city_today()
        period = Period(today - timedelta(days=30), today)
        keep_period(period, today)
        return KeptPeriod.objects.get(district=district, since=period.since)

    @staticmethod
    def _reviews(actor: Actor, district: District, words: str) -> tuple[Review, Review]:
        """Create a signed audit and the next audit, both with agreed actions."""
        today = city_today()
        for row in district.organisations.all():
            row.periods.filter(until__isnull=False).delete()
            row.periods.update(since=timezone.now() - timedelta(days=400))
        period = Period(today - timedelta(days=90), today)
        made: list[Review] = []
        for _number in range(2):
            review = freeze_review(actor=actor, district_id=district.pk, period=period, samples=1)
            agree_action(actor=actor, review_id=review.pk, text=words, due_on=today)
            about: dict[str, Any] = {"actor": actor, "review_id": review.pk}
            conclude(**about, conclusion=words)
            comment_figure(**about, slug="coverage", text=words)
            for sample in review.samples.all():
                mark_sample(**about, sample_id=sample.pk, note=words, **YES)
            for call in review.calls.all():
                note_call(**about, call_id=call.pk, answer="yes", note=words)
            if made:
                check_action(**about, action_id=made[0].actions.get().pk, answer="done", note=words)
            else:
                sign_review(**about)
            made.append(review)
        return made[0], made[1]


def upload(text: str, name: str = "table.csv") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, text.encode())
