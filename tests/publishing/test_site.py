"""The public site: what it shows, in which languages, and always with the same bytes."""

import errno
import io
import json
import re
import zipfile
from datetime import timedelta
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import ProgrammingError, transaction
from pytest_django import Settings

from accounts.actors import actor_for
from contacts.models import Organisation
from districts.models import District
from lib.days import city_today
from publishing.models import (
    EntryTranslation,
    Publication,
    PublicDistrict,
    PublicEntry,
    PublicFile,
    PublicListing,
    PublicMeeting,
    PublicText,
    ReportingRoute,
)
from publishing.services.entries import approve_entry, draft_entry, withdraw_entry
from publishing.services.listings import withdraw_listing
from publishing.services.pages import write_page
from publishing.services.publications import has_failed
from publishing.services.routes import record_test
from publishing.site import build_site
from publishing.site.folder import MANIFEST, write_folder
from publishing.tasks import publish_site
from tests.contacts.pages import browse
from tests.factories import make_district, make_officer, make_organisation, make_supervisor
from tests.markup import joined
from tests.publishing.city import City
from tests.publishing.town import Town

pytestmark = pytest.mark.django_db
KB60 = 60_000
VOID = {"meta", "link", "br", "input"}


def site() -> dict[str, str]:
    """All files as text; a ZIP is the text of its parts."""
    return {path: as_text(path, content) for path, content in build_site(city_today()).items()}


def as_text(path: str, content: bytes) -> str:
    if not path.endswith(".zip"):
        return content.decode()
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return "\n".join(archive.read(name).decode() for name in archive.namelist())


def page_of(town: Town, language: str = "en", files: dict[str, str] | None = None) -> str:
    return joined((files or site())[f"{language}/{town.north.code}/index.html"])


class Tags(HTMLParser):
    """Tags that do not match, IDs that are there twice, and links."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.wrong: list[str] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.feed(html)
        self.wrong += self.open

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        given = dict(attrs)
        self.ids += [given["id"]] if "id" in given else []
        self.links += [given["href"]] if "href" in given else []
        if tag in {"p", "ul", "section", "h2"} and "p" in self.open:
            self.wrong.append(f"{tag} in p")
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.wrong.append(tag)


def test_a_district_page_has_everything_in_order_without_script_or_foreign_files() -> None:
    town = Town()
    files = site()
    page = page_of(town, files=files)
    order = [
        *("Leave this site", "Call 112", "Anonymous line", "Police station"),
        *("Drop-in &lt;at&gt; the library", "We cannot, because:", "The building is sold."),
        *("The lamps are out.", "Not for emergencies.", "Register an organisation"),
    ]
    places = [page.index(text) for text in order]
    assert places == sorted(places)
    assert "You can stay anonymous" in page and 'href="tel:900100200"' in page
    listed = joined(files[f"en/{town.north.code}/organisations/index.html"])
    assert "We sing on Mondays." in listed and "Spanish" in listed
    assert "internal" not in listed and "+34915550102" not in listed
    assert not any(town.south.code in path for path in files)
    for path, text in files.items():
        if path.endswith(".html"):
            tags = Tags(text)
            assert (tags.wrong, len(set(tags.ids))) == ([], len(tags.ids)), path
            assert len(text.encode()) < KB60
            assert "<script" not in text and "style=" not in text and "<img" not in text
            inner = [link for link in tags.links if not re.match(r"[a-z]+:|#", link)]
            there = {str((Path("/") / path).parent.joinpath(link).resolve()) for link in inner}
            assert all(
                one.strip("/") in files or f"{one.strip('/')}/index.html".lstrip("/") in files
                for one in there
            ), (path, there)


def test_each_language_has_its_words_its_direction_and_marks_texts_of_another() -> None:
    town = Town()
    files = site()
    spanish, arabic, estonian = (page_of(town, code, files) for code in ("es", "ar", "et"))
    assert '<html lang="es" dir="ltr">' in spanish and "Salir de este sitio" in spanish
    assert "Las farolas" in spanish and '<span lang="en" dir="ltr">Police station</span>' in spanish
    assert '<html lang="ar" dir="rtl">' in arabic and "مغادرة هذا الموقع" in arabic
    assert "الإنجليزية، العربية" in arabic and "inglés, árabe" in spanish.lower()
    assert 'lang="ar" hreflang="ar" dir="rtl">العربية</a>' in spanish
    # Nobody has written the words in Estonian: they are in English, and the page says so.
    assert '<html lang="en" dir="ltr">' in estonian and "Leave this site" in estonian


def test_equal_rows_make_equal_bytes_and_a_folder_is_replaced_as_a_whole(tmp_path: Path) -> None:
    Town()
    out = tmp_path / "site"
    call_command("publish_site", str(out), verbosity=0)
    first = {path: path.read_bytes() for path in sorted(out.rglob("*")) if path.is_file()}
    manifest = json.loads((out / MANIFEST).read_bytes())
    assert len(manifest) == len(first) - 1 and "en/privacy-notice/index.html" in manifest
    (out / "left.html").write_text("from before")
    call_command("publish_site", str(out), verbosity=0)
    assert {path: path.read_bytes() for path in sorted(out.rglob("*")) if path.is_file()} == first
    assert list(tmp_path.iterdir()) == [out]
    other = tmp_path / "other"
    other.mkdir()
    (other / "mine.txt").write_text("x")
    with pytest.raises(CommandError, match="other files"):
        call_command("publish_site", str(other))
    assert [one.name for one in other.iterdir()] == ["mine.txt"]


def test_a_folder_that_cannot_be_written_stays_as_it_was(tmp_path: Path) -> None:
    out = tmp_path / "site"
    write_folder({"index.html": b"old"}, out)
    with pytest.raises(OSError, match="too long"):
        write_folder({"a.html": b"new", f"{'x' * 300}.html": b"new"}, out)
    assert (out / "index.html").read_bytes() == b"old" and list(tmp_path.iterdir()) == [out]
    with pytest.raises(ValidationError):
        write_folder({}, tmp_path)


def test_a_full_disk_leaves_the_old_site_until_there_is_room_again(
    tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    town = Town()
    folder = tmp_path / "site"
    settings.PUBLIC_SITE_FOLDER = str(folder)
    page = folder / "en" / town.north.code / "index.html"
    assert publish_site()
    before = page.read_bytes()
    withdraw_entry(actor=town.supervisor, entry_id=town.lamps.pk)
    real, written = Path.write_bytes, []

    def write(path: Path, content: Any) -> int:
        written.append(path)
        if len(written) > 3:
            raise OSError(errno.ENOSPC, "No space left on device")
        return real(path, content)

    with monkeypatch.context() as context:
        context.setattr(Path, "write_bytes", write)
        assert not publish_site() and not publish_site()
    assert len(written) == 5 and has_failed(), "a supervisor is told"
    assert page.read_bytes() == before and list(tmp_path.iterdir()) == [folder]
    publish_site()
    assert not has_failed(), "it is over, though nothing new was to be published"
    assert b"The lamps are out." in before and b"The lamps are out." not in page.read_bytes()


def test_what_is_withdrawn_fails_or_is_protected_is_gone_from_the_next_publication() -> None:
    town = Town()
    assert publish_site()
    assert not publish_site()  # nothing has changed
    withdraw_entry(actor=town.supervisor, entry_id=town.lamps.pk)
    withdraw_listing(actor=town.supervisor, organisation_id=town.choir.pk)
    record_test(actor=town.supervisor, route_id=town.line.pk, result="wrong")
    make_organisation(name="Northgate Library", location_protected=True)
    make_organisation(name="Vendido", location_protected=True)  # a word of a translation
    make_organisation(name="Come and talk", location_protected=True)  # of the introduction
    make_organisation(name="keep nothing", location_protected=True)  # of the privacy notice
    assert publish_site()
    text = "\n".join(site().values())
    gone_now = (
        "Northgate Library",
        "Drop-in",
        "Vendido",
        "building is sold",
        "Come and talk",
        "keep nothing",
    )
    for gone in ("The lamps are out.", "Choir of Quince", "Anonymous line", *gone_now):
        assert gone not in text
    last = Publication.objects.latest("number")
    content = PublicFile.objects.get(pk=last.files[f"en/{town.north.code}/index.html"]).content
    assert bytes(content).decode() == site()[f"en/{town.north.code}/index.html"]
    for change in (lambda: PublicFile.objects.all().delete(), lambda: Publication.objects.update(as_of=None)):
        with pytest.raises(ProgrammingError, match="stays as it is"), transaction.atomic():
            change()


def test_pages_say_another_day_after_a_week_and_an_old_test_ends_a_route_in_between(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    town = Town()
    today = city_today()
    ReportingRoute.objects.filter(pk=town.desk.pk).update(answered_on=today - timedelta(days=362))
    publish_site()
    made = {}
    for days in (3, 4, 10, 11):
        monkeypatch.setattr("publishing.tasks.city_today", lambda days=days: today + timedelta(days=days))
        made[days] = publish_site()
    assert made == {3: False, 4: True, 10: False, 11: True}
    stated = Publication.objects.order_by("number").values_list("as_of", flat=True)
    assert [(day - today).days for day in stated] == [0, 4, 11]


def test_two_failures_are_told_and_the_site_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    Town()
    publish_site()
    with monkeypatch.context() as broken:
        broken.setattr("publishing.tasks.build_site", lambda *_days: 1 / 0)
        assert not publish_site() and not has_failed()
        assert not publish_site() and has_failed()
        assert not publish_site() and has_failed()
    assert [*Publication.objects.order_by("number").values_list("error", flat=True)] == [
        "",
        "ZeroDivisionError",
        "ZeroDivisionError",
    ], "a failure that lasts adds nothing"
    before, _first, _second = Publication.objects.order_by("number")
    assert not publish_site() and not has_failed()
    again = Publication.objects.latest("number")
    assert (again.as_of, again.files, again.error) == (before.as_of, before.files, "")
    assert not publish_site() and Publication.objects.count() == 4


def test_a_district_is_read_by_programs_and_a_meeting_by_calendars() -> None:
    town = Town()
    files = site()
    data = json.loads(files[f"{town.north.code}.json"])
    assert (data["district"]["name"], data["as_of"]) == ("Northgate", city_today().isoformat())
    assert {one["state"] for one in data["priorities"]} == {"done", "cannot"}
    assert data["events"][0]["place"] == "Northgate Library" and len(data["reporting"]) == 2
    times = "–".join(data["events"][0][name][11:16] for name in ("starts_at", "ends_at"))
    assert times in files[f"en/{town.north.code}/index.html"]
    [calendar] = [text for path, text in files.items() if path.endswith(".ics")]
    assert "SUMMARY:Drop-in <at> the library" in calendar and str(town.meeting.pk) not in "".join(
        files.values()
    )


def test_a_page_shows_what_belongs_to_its_neighbourhoods_and_nothing_of_the_next_district() -> None:
    town = Town()
    mill = make_district("Mill Ponds", parent=town.north)
    for place, said in ((mill, "The bins are full."), (town.south, "The bus is late.")):
        people = [make_supervisor(place), make_supervisor(place)]
        writer, other = map(actor_for, people)
        drafted = draft_entry(actor=writer, district_id=place.pk, language="en", said=said, did="Mended.")
        approve_entry(actor=other, entry_id=drafted.pk, tells_of_incident=False)
    ReportingRoute.objects.filter(pk=town.desk.pk).update(district=mill)
    page = site()[f"en/{town.north.code}/index.html"]
    assert "The bins are full." in page and "Police station" in page
    assert "The bus is late." not in page
    inside = browse(make_officer(mill)).get("/publishing/entries/new/").text
    assert 'name="said_es"' in inside, "the languages of the page that shows its entries"


def test_released_figures_are_open_data() -> None:
    city = City()
    city.fix_grid()
    release = city.release()
    files = site()
    [listed] = json.loads(files["figures/releases.json"])
    assert listed["released_on"] == release.released_on.isoformat()
    assert all(path in files for path in listed["files"])
    assert listed["quarter"] == release.document["tables"][0]["quarter"], "as in its tables"
    town = Town()
    files = site()
    assert 'href="en/open-data/"' in files["index.html"] and "Privacy notice</a>" in files["index.html"]
    there = files["en/open-data/index.html"]
    for path in (*listed["files"], "figures/releases.json", f"{town.north.code}.json", "hsds/services.json"):
        assert f'href="../../{path}"' in there and path in files, path


def test_a_site_without_districts_says_so_and_bad_codes_are_no_paths() -> None:
    files = site()
    assert "Nothing is published here yet." in files["index.html"]
    town = Town()
    for bad in ("../en", "xx_bogus", "EN", ""):
        with pytest.raises(ValidationError):
            write_page(actor=town.supervisor, district_id=town.north.pk, languages=[bad])


def test_markup_in_any_text_is_text_and_a_language_without_a_name_is_its_code() -> None:
    town = Town()
    write_page(actor=town.supervisor, district_id=town.north.pk, languages=["en", "xx-bogus"])
    markup = "<img src=x>"
    texts: dict[Any, tuple[str, ...]] = {
        District: ("name",),
        Organisation: ("name",),
        PublicDistrict: ("intro", "hours"),
        PublicEntry: ("said", "did", "why"),
        EntryTranslation: ("said", "did", "why"),
        PublicMeeting: ("title", "text", "place"),
        ReportingRoute: ("name", "address", "hours", "note"),
        PublicListing: ("summary",),
        PublicText: ("text",),
    }
    for model, names in texts.items():
        model.objects.update(**dict.fromkeys(names, markup))
    pages = {path: text for path, text in site().items() if path.endswith(".html")}
    assert [path for path, text in pages.items() if "<img" in text] == []
    assert page_of(town, "xx-bogus", pages).count("&lt;img") > 12
    assert "xx-bogus" in page_of(town, "en", pages)


def test_the_words_of_a_language_are_learned_again_by_a_new_catalogue(settings: Settings) -> None:
    Town()
    assert "Salir de este sitio" in site()["es/index.html"]
    settings.LANGUAGES = settings.LANGUAGES[:1]  # Django reads its catalogues again
    assert "Salir de este sitio" in site()["es/index.html"]
