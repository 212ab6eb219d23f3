"""A file of one installation is read into another, empty one: two databases, one after the other."""

from pathlib import Path

import pytest
from pytest_django import Settings

from plans.models import ComparisonFile
from plans.reading.comparison import compare_cities
from plans.services.cities import receive_file
from plans.services.file_format import FileRefused
from tests.plans.comparing import Compared, bytes_of, use_city_key
from tests.plugins.database import clone


@pytest.mark.usefixtures("committed_db")
def test_a_file_says_the_same_in_another_installation(settings: Settings, tmp_path: Path) -> None:
    use_city_key(settings, tmp_path)
    row = Compared().signed()
    content, told = bytes_of(row), row.document["indicators"][0]["latest"]
    clone()
    assert not ComparisonFile.objects.exists()
    other = Compared(20, 40)
    other.city.name = "Westmark"
    other.city.save()
    received, _is_new = receive_file(actor=other.actor, content=content)
    assert received.content["indicators"][0]["latest"] == told
    (compared,) = compare_cities(other.actor, other.plan)
    assert [(side.name, side.latest.of) for side in compared.sides if side.latest] == [
        ("Westmark", "20 of 40"),
        ("Alderport (IE)", "32 of 41"),  # whom no administrator has trusted yet
    ]
    with pytest.raises(FileRefused, match="signature is wrong"):
        receive_file(actor=other.actor, content=content.replace(b'"n":32', b'"n":31'))
