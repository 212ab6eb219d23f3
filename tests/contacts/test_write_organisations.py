"""Writing one organisation or 100,000 at once keeps the same derived data."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from accounts.actors import SYSTEM, actor_for
from audit.models import Action, Event
from audit.models import Change as FeedChange
from contacts.models import Organisation, OrganisationExternalId, OrganisationPeriod
from contacts.services.changes import Change
from contacts.services.organisations import blank_organisation, locked_organisations, write_organisations
from districts.models import District
from lib.conflicts import StaleVersion
from lib.copying import MANY
from tests.exchange.test_import_wizard import imported, supervisor_of_n1
from tests.factories import make_district, make_officer, make_organisation

pytestmark = pytest.mark.django_db


def changes(count: int, district: District) -> list[Change]:
    return [
        Change(
            blank_organisation(),
            {
                "name": f"Casa  Roma {number}",
                "kind": "ngo",
                "home_district": district,
                "phone": "+34 612 345 678",
                "cadence_days": 30,
                "added_ids": [("register", str(number))],
            },
        )
        for number in range(count)
    ]


def everything(district: District) -> dict[str, Any]:
    rows = Organisation.objects.filter(home_district=district).order_by("pk")
    ids = list(rows.values_list("pk", flat=True))
    apart = {"id", "name", "folded", "clues", "created_at", "updated_at", "home_district_id"}
    return {
        "row": {name: value for name, value in rows.values()[0].items() if name not in apart},
        "folded": rows[0].folded.startswith("casa roma 0"),
        "clues": rows[0].clues[:1],
        "periods": OrganisationPeriod.objects.filter(organisation__in=ids, until=None).count() / len(ids),
        "external ids": OrganisationExternalId.objects.filter(organisation__in=ids).count() / len(ids),
        "changes": FeedChange.objects.filter(object_id__in=ids, op="created").count() / len(ids),
        "events": Event.objects.filter(object_ids__contains=ids, action=Action.CREATE).count(),
    }


def test_many_are_kept_as_one_is() -> None:
    north, south = make_district(), make_district()
    write_organisations(actor=SYSTEM, changes=changes(1, north))
    few = everything(north)
    OrganisationExternalId.objects.all().delete()
    write_organisations(actor=SYSTEM, changes=changes(MANY + 1, south))
    assert everything(south) == few
    assert few["row"]["meet_by"] is not None
    assert few["periods"] == few["external ids"] == few["changes"] == few["events"] == 1


def test_all_are_written_or_none() -> None:
    north = make_district()
    wanted = changes(2, north)
    wanted[1].fields = {"name": "", "kind": "ngo", "home_district": north}
    with pytest.raises(ValidationError, match="name"):
        write_organisations(actor=SYSTEM, changes=wanted)
    row = make_organisation(north)
    with pytest.raises(StaleVersion):
        locked_organisations(SYSTEM, {row.pk: 1, make_organisation(north).pk: 7})
    assert not Organisation.objects.filter(name="Other").exists()
    assert Organisation.objects.count() == 2


def test_nobody_writes_where_they_do_not_work_not_even_among_many() -> None:
    north, south = make_district(), make_district()
    actor = actor_for(make_officer(north))
    with pytest.raises(PermissionDenied):
        write_organisations(actor=actor, changes=[*changes(1, north), *changes(1, south)])
    hidden = make_organisation(south)
    with pytest.raises(Organisation.DoesNotExist):
        locked_organisations(actor, {hidden.pk: None})
    with pytest.raises(PermissionDenied):
        write_organisations(actor=actor, changes=[Change(hidden, {"name": "Other"})])
    write_organisations(actor=actor, changes=changes(1, north))


def test_what_is_needed_to_take_a_change_back_is_answered() -> None:
    row = make_organisation(make_district(), name="Casa Roma", cadence_days=30)
    fields = {"name": "Casa Nueva", "cadence_days": 30}
    change = Change(row, fields)
    write_organisations(actor=SYSTEM, changes=[change])
    assert (change.names, change.before, row.version) == (["name"], {"name": "Casa Roma"}, 2)
    same = Change(row, fields)
    write_organisations(actor=SYSTEM, changes=[same])
    assert (same.names, row.version) == ([], 2)


def test_what_a_constraint_refuses_is_said_in_its_words() -> None:
    row = make_organisation(make_district(), is_listed_publicly=True)
    with pytest.raises(ValidationError, match="A shelter cannot be listed publicly"):
        write_organisations(actor=SYSTEM, changes=[Change(row, {"kind": "shelter"})])
    assert Organisation.objects.get().kind == "ngo"


def test_an_import_that_closes_an_organisation_archives_it() -> None:
    user = supervisor_of_n1()
    text = "Id;Nombre;Tipo;Distrito;Estado\n1;Casa Roma;vecinos;N1;{}\n"
    imported(user, text.format("activa"))
    imported(user, text.format("cerrada"))
    row = Organisation.objects.get()
    assert row.status == "closed"
    assert list(
        FeedChange.objects.filter(object_id=row.pk).order_by("version").values_list("op", flat=True)
    ) == [
        "created",
        "archived",
    ]


def test_an_import_that_puts_right_what_the_last_one_said_leaves_one_period() -> None:
    user = supervisor_of_n1()
    user.districts.add(make_district("Other", code="N2"))
    text = "Id;Nombre;Tipo;Distrito\n1;Casa Roma;vecinos;{}\n"
    imported(user, text.format("N1"))
    OrganisationPeriod.objects.update(since=Organisation.objects.get().created_at - timedelta(days=30))
    before = list(OrganisationPeriod.objects.values())
    imported(user, text.format("N2"))
    imported(user, text.format("N1"))
    assert list(OrganisationPeriod.objects.values()) == before
