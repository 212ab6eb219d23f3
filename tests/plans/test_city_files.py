"""Files of other cities: what is read, what is refused, and who trusts a city."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import ProgrammingError, transaction

from accounts.actors import Actor, actor_for
from accounts.models import Role
from audit.models import Event
from lib.canonical import canonical
from lib.city_files import fingerprint_of
from plans.models import City, CityFile
from plans.services import file_format
from plans.services.cities import distrust_city, receive_file, remove_city, remove_file, trust_city
from practices.models import Practice
from reports.indicators.catalogue import REPORTS
from tests.factories import make_district, make_officer, make_supervisor, make_user
from tests.plans.comparing import file_of

NUMBERS = {"n": 32, "of": 41, "value": "0.78", "hidden": False, "vintage": 1}
QUARTER = {"since": "2026-07-01", "until": "2026-10-01"}
DOCUMENT: dict[str, Any] = {
    "format": "proximity-plan-comparison",
    "version": 1,
    "city": {"name": "Westmark", "country": "NL", "contact": "plans@westmark.example"},
    "made_at": "2026-11-01T10:00:00Z",
    "period": QUARTER,
    "plan": {
        "title": "Westmark together",
        "language": "nl",
        "starts_on": "2025-01-01",
        "ends_on": "2028-01-01",
        "adopted_on": "2024-12-12",
        "strands": ["victims"],
    },
    "goals": [{"title": "People know where to report", "strand": "victims", "eccar_point": 3}],
    "actions": [
        {
            "title": "Train",
            "strand": "victims",
            "status": "under_way",
            "practice_code": None,
            "milestones": {"due": 2, "done": 1, "moved": 0},
        }
    ],
    "indicators": [
        {
            "title": "Concerns answered",
            "source": "book",
            "slug": "concerns",
            "definition": {"version": REPORTS["concerns"].version, "settings": "ab" * 32},
            "unit": "share",
            "direction": "up",
            "baseline": None,
            "latest": {"period": QUARTER, **NUMBERS},
            "target": {"value": "0.9", "on": "2027-12-01"},
        }
    ],
    "context": {
        "organisations_counted": 120,
        "population": None,
        "months_of_data": 24,
        "response_limit_hours": 72,
        "kinds_left_out": ["school"],
    },
}
KEY = Ed25519PrivateKey.from_private_bytes(b"1" * 32)
OTHER_KEY = Ed25519PrivateKey.from_private_bytes(b"2" * 32)


@pytest.fixture
def actor(db: None) -> Actor:
    return actor_for(make_supervisor(make_district()))


def administrator() -> Actor:
    return actor_for(make_user(Role.ADMINISTRATOR))


def changed(path: str, value: Any) -> dict[str, Any]:
    """The document with one member changed."""
    document = json.loads(json.dumps(DOCUMENT))
    *inner, last = path.split(".")
    at = document
    for name in inner:
        at = at[int(name) if name.isdigit() else name]
    at[last] = value
    return dict(document)


def test_a_file_is_read_once_and_marked_until_the_city_is_trusted(actor: Actor) -> None:
    content = file_of(DOCUMENT, KEY)
    row, is_new = receive_file(actor=actor, content=content)
    again, is_new_again = receive_file(actor=actor, content=content)
    assert (is_new, is_new_again, again) == (True, False, row)
    assert row.is_signed and not row.is_verified and row.content["goals"] == DOCUMENT["goals"]
    admin = administrator()
    with pytest.raises(ValidationError, match="another key"):
        trust_city(actor=admin, city_id=row.city_id, key="00" * 32)
    with pytest.raises(PermissionDenied):
        trust_city(actor=actor, city_id=row.city_id, key=row.city.key)
    trust_city(actor=admin, city_id=row.city_id, key=row.city.key, note="Compared with the equality office")
    assert CityFile.objects.get().is_verified
    assert set(Event.objects.values_list("object_type", "action")) == {
        ("city", "create"),
        ("city", "update"),
        ("city_file", "import"),
    }
    with pytest.raises(ValidationError, match="End the trust"):
        remove_city(actor=admin, city_id=row.city_id)
    with pytest.raises(ProgrammingError, match="stays as it is"), transaction.atomic():
        CityFile.objects.update(is_signed=False)
    distrust_city(actor=admin, city_id=row.city_id)
    assert not CityFile.objects.get().is_verified
    remove_city(actor=admin, city_id=row.city_id)
    assert not City.objects.exists() and not CityFile.objects.exists()


def test_an_unsigned_file_is_never_verified(actor: Actor) -> None:
    row, _is_new = receive_file(actor=actor, content=file_of(DOCUMENT))
    with pytest.raises(ValidationError, match="no signed file"):
        trust_city(actor=administrator(), city_id=row.city_id, key="")
    signed, _is_new = receive_file(actor=actor, content=file_of(DOCUMENT, KEY))
    assert signed.city == row.city
    trust_city(actor=administrator(), city_id=row.city_id, key=signed.city.key)
    row, signed = (CityFile.objects.get(pk=one.pk) for one in (row, signed))
    assert (row.is_verified, signed.is_verified) == (False, True)


def test_an_unsigned_file_never_stands_for_a_city_that_signs(actor: Actor) -> None:
    polished = changed("indicators.0.latest.n", 41)
    before, _is_new = receive_file(actor=actor, content=file_of(polished))  # before its key was known
    signed, _is_new = receive_file(actor=actor, content=file_of(DOCUMENT, KEY))
    assert list(CityFile.objects.latest_first()) == [signed, before]
    with pytest.raises(ValidationError, match="not signed, but Westmark"):
        receive_file(actor=actor, content=file_of(changed("indicators.0.latest.n", 40)))


def test_a_file_is_removed_by_who_read_it_and_an_unknown_city_goes_with_the_last(actor: Actor) -> None:
    first, _is_new = receive_file(actor=actor, content=file_of(DOCUMENT))
    signed, _is_new = receive_file(actor=actor, content=file_of(DOCUMENT, KEY))
    another = actor_for(make_supervisor(make_district()))
    with pytest.raises(PermissionDenied):
        remove_file(actor=another, file_id=first.pk)
    remove_file(actor=actor, file_id=first.pk)
    assert list(CityFile.objects.all()) == [signed]
    remove_file(actor=administrator(), file_id=signed.pk)
    assert not City.objects.exists()
    again, is_new = receive_file(actor=actor, content=file_of(DOCUMENT, KEY))
    trust_city(actor=administrator(), city_id=again.city_id, key=again.city.key)
    remove_file(actor=actor, file_id=again.pk)
    assert is_new and City.objects.get().is_trusted, "trust stays, whatever files come and go"


def test_the_key_of_another_city_is_refused(actor: Actor) -> None:
    receive_file(actor=actor, content=file_of(DOCUMENT, KEY))
    elsewhere = changed("city.name", "Sunderholm")
    for document, key, said in (
        (elsewhere, KEY, "with the key of Westmark"),
        (changed("made_at", "2026-11-02T10:00:00Z"), OTHER_KEY, "known with another key"),
    ):
        with pytest.raises(ValidationError, match=said):
            receive_file(actor=actor, content=file_of(document, key))
    assert CityFile.objects.count() == 1
    receive_file(actor=actor, content=file_of(elsewhere, OTHER_KEY))
    assert set(City.objects.values_list("name", flat=True)) == {"Westmark", "Sunderholm"}


def test_a_key_that_practices_have_compared_is_the_key_of_the_city(actor: Actor) -> None:
    row, _is_new = receive_file(actor=actor, content=file_of(DOCUMENT, KEY))
    key, other = row.city.key, OTHER_KEY.public_key().public_bytes_raw().hex()
    about: dict[str, Any] = {"phases": ["prevent"], "strands": ["victims"]}
    practice = Practice.objects.create(code="visits", origin="westmark", origin_key=other, **about)
    later = file_of(changed("made_at", "2026-11-02T10:00:00Z"), KEY)
    for refused in (
        lambda: trust_city(actor=administrator(), city_id=row.city_id, key=key),
        lambda: receive_file(actor=actor, content=later),
    ):
        with pytest.raises(ValidationError, match="known with another key") as caught:
            refused()
        said = str(caught.value)
        assert fingerprint_of(key) in said and fingerprint_of(other) in said
    Practice.objects.filter(pk=practice.pk).update(origin_key=key)
    assert trust_city(actor=administrator(), city_id=row.city_id, key=key).is_trusted
    receive_file(actor=actor, content=later)


def test_who_does_not_supervise_reads_no_file(db: None) -> None:
    for user in (
        make_officer(make_district()),
        make_user(Role.ADMINISTRATOR),
        make_user(Role.PRIVACY_OFFICER),
    ):
        with pytest.raises(PermissionDenied):
            receive_file(actor=actor_for(user), content=file_of(DOCUMENT, KEY))


def signed_then(change: Callable[[bytes], bytes]) -> bytes:
    return change(file_of(DOCUMENT, KEY))


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b" " * 30_000_000, "size"),
        (b"[" * 100_000 + b"]" * 100_000, "json"),
        (b"\xff\xfe", "json"),
        (b"[]", "format"),
        (b'{"format":"proximity-crm-archive"}', "format"),
        (file_of(changed("version", 2)), "version"),
        (canonical(DOCUMENT)[:-1] + b',"z":NaN}', "json"),
        (file_of(DOCUMENT).replace(b'"n":32', b'"n":32.5'), "json"),
        (file_of(DOCUMENT).replace(b'"n":32', b'"n":32,"n":33'), "json"),
        (signed_then(lambda content: content + b"\n"), "canonical"),
        (json.dumps(json.loads(file_of(DOCUMENT, KEY))).encode(), "canonical"),
        (signed_then(lambda content: content.replace(b'"n":32', b'"n":33')), "signature"),
        (file_of(changed("indicators.0.latest.n", 42)), "shape"),
        (file_of(changed("indicators.0.latest.n", True)), "shape"),
        (file_of(changed("indicators.0.latest.value", "1.5")), "shape"),
        (file_of(changed("indicators.0.latest.value", "٣")), "shape"),
        (file_of(changed("indicators.0.definition", None)), "shape"),
        (file_of(changed("actions.0.milestones.done", 3)), "shape"),
        (file_of(changed("actions.0.status", "late")), "shape"),
        (file_of(changed("goals.0.eccar_point", 11)), "shape"),
        (file_of(changed("actions.0.practice_code", "Visits by Ana")), "shape"),
        (file_of(changed("actions.0.practice_code", "v" * 61)), "shape"),
        (file_of(changed("goals.0.note", "A free text")), "shape"),
        (file_of(changed("city.signature", "A free text")), "shape"),
        (file_of(changed("plan.title", "Together \u202e")), "shape"),
        (file_of(changed("plan.title", "T" * 161)), "shape"),
        (file_of(changed("plan.ends_on", "2025-01-01")), "shape"),
        (file_of(changed("period.since", "2026-13-01")), "shape"),
        (file_of(changed("made_at", "yesterday")), "shape"),
        (file_of(changed("period.until", "2099-01-01")), "future"),
        (canonical(DOCUMENT | {"signature": None}), "shape"),
        (canonical({name: one for name, one in DOCUMENT.items() if name != "context"}), "shape"),
    ],
)
def test_bad_input_is_refused(actor: Actor, content: bytes, code: str) -> None:
    with pytest.raises(file_format.FileRefused) as refused:
        receive_file(actor=actor, content=content)
    assert refused.value.code == code
    assert not City.objects.exists()


def test_any_changed_byte_is_refused(actor: Actor) -> None:
    content = file_of(DOCUMENT, KEY)
    for at in range(0, len(content), 7):
        wrong = bytearray(content)
        wrong[at] ^= 1
        with pytest.raises(file_format.FileRefused):
            receive_file(actor=actor, content=bytes(wrong))
    assert receive_file(actor=actor, content=content)[1]
