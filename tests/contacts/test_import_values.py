"""What the values of a file mean: known, not known, the same for all rows, remembered for the next file."""

import pytest

from tests.contacts.test_import_wizard import mapped, sums, supervisor_of_n1

pytestmark = pytest.mark.django_db

STREETS = "Nombre;Tipo;Distrito\nCasa Roma;zz;Downtown\nCasa Luna;yy;\nCasa Sol;ngo;Harbour\n"


def test_what_is_the_same_for_all_rows_holds_where_no_value_of_the_column_is_known() -> None:
    user = supervisor_of_n1()
    assert sums(mapped(user, STREETS, fixed_kind="other")) == {"refused": 3}
    draft = mapped(user, STREETS, fixed_kind="other", fixed_home_district="N1")
    assert (draft.values["home_district"], sums(draft)) == ({"Downtown": "", "Harbour": ""}, {"created": 3})
