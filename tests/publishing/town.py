"""A town with a public site, for tests."""

from datetime import timedelta
from typing import Any

from django.utils import timezone

from accounts.actors import actor_for
from districts.models import District
from lib.days import city_today
from publishing.services.entries import approve_entry, draft_entry
from publishing.services.listings import list_organisation
from publishing.services.pages import announce_meeting, write_page, write_text
from publishing.services.routes import record_test, write_route
from tests.factories import make_district, make_meeting, make_organisation, make_supervisor


class Town:
    """Northgate has a page in English, Spanish, Arabic and Estonian; Southgate has none."""

    def __init__(self, north: District | None = None) -> None:
        self.north = north or make_district("Northgate")
        self.south = make_district("Southgate")
        self.supervisor = actor_for(make_supervisor(self.north, self.south))
        self.other = actor_for(make_supervisor(self.north))
        self._write_texts()
        self.line = self.route("Anonymous line", "anonymous_line", phone="900 100 200", anonymous="yes")
        self.desk = self.route("Police station", "police_desk", address="4 Mill Lane", step_free="yes")
        write_page(
            actor=self.supervisor, district_id=self.north.pk, is_on=True, language="en",
            languages=["en", "es", "ar", "et"], intro="Come and talk to us.", contact_line="+34915550101",
            contact_email="northgate@police.example", hours="Monday to Friday, 9:00 to 18:00",
        )  # fmt: skip
        self.lamps = self.entry(said="The lamps are out.", did="The city repaired them.")
        self.entry(said="Open the police post again.", state="cannot", did="", why="The building is sold.")
        self.meeting = make_meeting(
            self.north, kind="drop_in", status="planned", starts_at=timezone.now() + timedelta(days=3)
        )
        announce_meeting(
            actor=self.supervisor, meeting_id=self.meeting.pk, title="Drop-in <at> the library",
            place="Northgate Library", language="en",
        )  # fmt: skip
        self.choir = make_organisation(
            self.north, name="Choir of Quince", phone="+34915550102", website="https://choir.example/",
            summary="An internal remark", languages=["es"],
        )  # fmt: skip
        list_organisation(
            actor=self.supervisor, organisation_id=self.choir.pk, agreed_by="the chair",
            agreed_on=city_today(), how="form", fields=["website", "summary", "languages"], language="en",
            summary="We sing on Mondays.",
        )  # fmt: skip

    def _write_texts(self) -> None:
        """Write the privacy notice and the imprint as a supervisor of the whole city."""
        chief = actor_for(make_supervisor(*District.objects.all()))
        write_text(actor=chief, slug="privacy_notice", language="en", text="We keep nothing.")
        write_text(actor=chief, slug="imprint", language="en", text="Police of the city.")

    def entry(self, **texts: Any) -> Any:
        spanish = {"language": "es", "said": "Las farolas", "did": "Listo", "why": "Vendido"}
        drafted = draft_entry(
            actor=self.supervisor, district_id=self.north.pk, language="en", translations=[spanish], **texts
        )
        return approve_entry(actor=self.other, entry_id=drafted.pk, tells_of_incident=False)

    def route(self, name: str, kind: str, **fields: Any) -> Any:
        route = write_route(
            actor=self.supervisor, district=self.north, name=name, kind=kind, language="en",
            languages=["en", "ar"], is_public=True, **fields,
        )  # fmt: skip
        return record_test(actor=self.other, route_id=route.pk, result="answered")
