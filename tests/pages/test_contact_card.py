"""The QR code of the user's own work details, and who else sees them: nobody."""

import re

import pytest
from django.test import Client

from exchange.exports.vcard import staff_card
from pages.settings import qr
from tests.factories import make_district, make_officer


@pytest.mark.django_db
def test_the_card_shows_the_own_details_as_a_code_without_a_style(client: Client) -> None:
    officer = make_officer(make_district(), name="Nora; Lind Berg", email="nora@city.example")
    assert staff_card(officer, "City, north").split("\r\n") == [
        *("BEGIN:VCARD", "VERSION:3.0", "FN:Nora\\; Lind Berg", "N:Berg;Nora\\; Lind;;;"),
        *("ORG:City\\, north", "TITLE:officer", "EMAIL;TYPE=WORK:nora@city.example", "END:VCARD", ""),
    ]
    client.force_login(officer)
    assert "has no phone number" in client.get("/settings/card/").text
    officer.phone = "+442079460903"
    officer.save()
    assert "TEL;TYPE=WORK:+442079460903" in staff_card(officer, "City")
    page = client.get("/settings/card/").text
    assert "has no phone number" not in page
    assert "tel:+442079460903" in page
    assert "style=" not in page


def test_a_code_has_its_quiet_zone_and_all_its_dark_modules() -> None:
    code = qr.drawn("BEGIN:VCARD", "Card & code")
    size = int(re.search(r'viewBox="0 0 (\d+) \1"', code)[1])  # type: ignore[index]  # None fails here
    bars = [tuple(map(int, bar)) for bar in re.findall(r"M(\d+) (\d+)h(\d+)v1h-\d+z", code)]
    assert 'aria-label="Card &amp; code"' in code
    assert min(x for x, _y, _n in bars) == min(y for _x, y, _n in bars) == qr.QUIET
    assert max(x + n for x, _y, n in bars) == size - qr.QUIET
    for x, y in ((4, 4), (size - 11, 4), (4, size - 11)):  # the top of each of the three corner marks
        assert (x, y, 7) in bars
