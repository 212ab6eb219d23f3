"""Services to add and change districts, and to record which communities live there.

A district's `lineage` (the IDs of its ancestors and its own) decides who covers it. These services keep the
lineage up to date for the district and all its descendants.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import date
from typing import Any, Final
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection, models, transaction
from django.db.models import ProtectedError, RestrictedError
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from audit.models import Action, Op
from audit.services import Changed, record_changes
from districts.models import District, ExpectedCommunity, Move, PeriodNote
from districts.policies import can_keep_expected_communities, can_manage_districts, can_note_periods
from districts.rules.boundaries import BadBoundary, as_geojson, read_boundary
from districts.services import followers
from lib.acting import Acting
from lib.cleaning import assign
from lib.conflicts import check_version
from lib.row_context import Opened, opened
from lib.sensitive import find_sensitive
from lib.waking import wake_on_commit

RECORD_MOVES: Final = "meetings.tell_of_moved_ground"  # task of a higher layer
GROUND_LOCK: Final = 0x67726E64  # key of the advisory lock, which allows one change of districts at a time
RESERVED_CODES: Final = frozenset({"new", "import"})  # used in page URLs


@transaction.atomic
def create_district(*, actor: Acting, id: UUID | None = None, **fields: Any) -> District:
    """Create a district. `boundary` is a GeoJSON Polygon or MultiPolygon.

    Raises PermissionDenied, and ValidationError by field.
    """
    if not can_manage_districts(actor):
        raise PermissionDenied
    lock_districts()
    district = District(**({"id": id} if id else {}))
    _read_boundary(fields)
    assign(district, fields)
    district.lineage = _lineage_under(district, district.parent)
    _validate(district)
    district.save(force_insert=True)
    record_district(actor, Action.CREATE, Op.CREATED, district, district.lineage, fields)
    return district


@transaction.atomic
def edit_district(
    *,
    actor: Acting,
    district_id: UUID,
    version: int | None = None,
    was_wrong: bool = False,
    **fields: Any,
) -> District:
    """Change `fields` of a district. A moved district keeps its descendants.

    If records have been in the district, another parent changes past figures. Then `was_wrong` states that
    the parent was recorded wrongly. If the district really moves, redraw it (districts.services.redraws).

    Raises PermissionDenied, StaleVersion, ValidationError by field (for example for a circle). If nothing
    changes, nothing is written and the version stays.
    """
    if not can_manage_districts(actor):
        raise PermissionDenied
    lock_districts()
    rows = District.objects.visible_to(actor).select_for_update(of=("self",), no_key=True)
    district: District = rows.get(pk=district_id)
    check_version(district.version, version)
    before = list(district.lineage)
    _read_boundary(fields)
    changed = assign(district, fields)
    if not changed:
        return district
    if "parent" in changed:
        _refuse_to_move_records(district, was_wrong=was_wrong)
        text = _(
            "Moving it would give accounts or API keys access to more records. Move it "
            "on the server with manage.py import_districts."
        )
        lineage = {*_lineage_under(district, district.parent)}
        refuse_change_of_access(actor.kind == "user", lineage - {*before}, {"parent": text})
        text = _(
            "Moving it would take records from accounts or API keys. Move it on the server with "
            "manage.py import_districts."
        )
        refuse_change_of_access(actor.kind == "user", {*before} - lineage, {"parent": text})
        _move_lineages(district)
    if "code" in changed:
        Move.objects.create(part_ids=[district.pk], gained_ids=district.lineage)
        wake_on_commit(RECORD_MOVES)
    _validate(district)
    district.version += 1
    district.updated_at = timezone.now()
    district.save()
    closed = "is_active" in changed and not district.is_active
    action, op = (Action.ARCHIVE, Op.ARCHIVED) if closed else (Action.UPDATE, Op.UPDATED)
    record_district(actor, action, op, district, [*before, *district.lineage], changed)
    return district


@transaction.atomic
def remove_district(*, actor: Acting, district_id: UUID, version: int | None = None) -> None:
    """Delete an unreferenced district, to undo an import.

    Raises PermissionDenied, StaleVersion, and ValidationError if the district is in use.
    """
    if not can_manage_districts(actor):
        raise PermissionDenied
    lock_districts()
    district = District.objects.visible_to(actor).get(pk=district_id)
    check_version(district.version, version)
    lineage = list(district.lineage)
    try:
        with opened(Opened.WRITER):  # an administrator sees no record, and still must not delete its district
            District.objects.filter(pk=district_id).delete()
    except (ProtectedError, RestrictedError) as error:
        text = _("%(name)s is in use and cannot be removed.") % {"name": district.name}
        raise ValidationError(text) from error
    district.version += 1
    record_district(actor, Action.ERASE, Op.ERASED, district, lineage, [])


def lock_districts() -> None:
    """Serialise changes of districts, because two concurrent moves could create a circle.

    No row is locked, so a long import does not block readers of districts or references to them.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [GROUND_LOCK])


def _lineage_under(district: District, parent: District | None) -> list[UUID]:
    if parent is None:
        return [district.pk]
    parent_lineage: list[UUID] = District.objects.values_list("lineage", flat=True).get(pk=parent.pk)
    return [*parent_lineage, district.pk]


def _refuse_to_move_records(district: District, *, was_wrong: bool) -> None:
    """Keep past figures: only a wrong parent is corrected, and not under a signed audit."""
    parts = list(District.objects.under(district).values_list("pk", flat=True))
    if not any(ask(parts) for ask in followers.RECORDS):
        return
    if not was_wrong:
        text = _(
            "Records have been in this district, so another parent would change past figures. Redraw the "
            "district instead. If the parent was recorded wrongly, confirm that."
        )
        raise ValidationError({"parent": text}, code="has_records")
    above = {*parts, *district.lineage, *_lineage_under(district, district.parent)}
    if any(ask(above) for ask in followers.SIGNED):
        text = _("A signed audit has figures of this district, so its parent can no longer be corrected.")
        raise ValidationError({"parent": text}, code="signed")


def refuse_change_of_access(is_strict: bool, changed: Collection[UUID], errors: Mapping[str, str]) -> None:
    """Raise `errors` if accounts or keys have these districts and `is_strict` (a user makes the change).

    The change would give or take access to records, which no single person may do.
    """
    if not is_strict or not changed:
        return
    for relation in District._meta.get_fields(include_hidden=True):
        gives_access = isinstance(relation, models.ManyToManyRel) and relation.field.name == "districts"
        if gives_access and relation.related_model._default_manager.filter(districts__in=changed).exists():  # type: ignore[union-attr]  # no generic relation
            raise ValidationError(dict(errors))


def _move_lineages(district: District) -> None:
    """Update the lineages of the district and its descendants, and record the move. Rejects a circle."""
    before, lineage = set(district.lineage), _lineage_under(district, district.parent)
    if district.pk in lineage[:-1]:
        raise ValidationError(
            {"parent": _("A district cannot be part of itself or of its own neighbourhoods.")}
        )
    parts = list(District.objects.under(district).exclude(pk=district.pk).only("lineage"))
    for part in parts:
        part.lineage = lineage + part.lineage[part.lineage.index(district.pk) + 1 :]
    District.objects.bulk_update(parts, ["lineage"])
    district.lineage = lineage
    Move.objects.create(
        part_ids=[district.pk, *(part.pk for part in parts)],
        lost_ids=sorted(before - set(lineage)),
        gained_ids=sorted(set(lineage) - before),
    )
    wake_on_commit(RECORD_MOVES)


def check_code(district: District) -> None:
    """Raise ValidationError for a code that is used in page URLs."""
    if district.code in RESERVED_CODES:
        raise ValidationError({"code": _("This code is reserved. Choose another.")})


def _validate(district: District) -> None:
    check_code(district)
    district.full_clean()


def _read_boundary(fields: dict[str, Any]) -> None:
    """Convert the given boundary to a MultiPolygon, so that equal boundaries have equal values."""
    if geometry := fields.get("boundary"):
        try:
            fields["boundary"] = as_geojson(read_boundary(geometry))
        except BadBoundary as error:
            raise ValidationError({"boundary": _("This is not a valid boundary.")}) from error


def record_district(
    actor: Acting,
    action: Action,
    op: Op,
    district: District,
    districts: Iterable[UUID],
    names: Iterable[str],
) -> None:
    record_changes(
        actor,
        action,
        [Changed("district", district.pk, op, district.version, districts, field_names=names)],
    )


@transaction.atomic
def expect_community(
    *, actor: Acting, district_id: UUID, focus: str, evidence: str, source_url: str = ""
) -> ExpectedCommunity:
    """Record that a community is known to live in a district, with the evidence.

    Raises PermissionDenied unless the actor supervises the district, and ValidationError by field.
    """
    district = described_district(actor, district_id, can_keep_expected_communities)
    expected = ExpectedCommunity(district=district)
    assign(expected, {"focus": focus, "evidence": evidence, "source_url": source_url})
    expected.full_clean()
    expected.save(force_insert=True)
    _record_described(actor, district, "expected_communities")
    return expected


@transaction.atomic
def withdraw_expected_community(*, actor: Acting, expected_id: UUID) -> None:
    """Remove an expected community. Raises DoesNotExist if the actor does not see it, PermissionDenied."""
    expected = ExpectedCommunity.objects.visible_to(actor).select_related("district").get(pk=expected_id)
    district = described_district(actor, expected.district_id, can_keep_expected_communities)
    expected.delete()
    _record_described(actor, district, "expected_communities")


@transaction.atomic
def add_period_note(*, actor: Acting, district_id: UUID, since: date, until: date, text: str) -> PeriodNote:
    """Add a note on the figures of a district from day `since` up to but without `until`.

    Raises PermissionDenied unless the actor supervises the district, and ValidationError by field: a note
    never names health.
    """
    district = described_district(actor, district_id, can_note_periods)
    note = PeriodNote(district=district, since=since, until=until)
    assign(note, {"text": text})
    note.full_clean()
    if health := [
        sensitive.word
        for sensitive in find_sensitive(note.text, get_language() or "")
        if sensitive.topic == "health"
    ]:
        refusal = _("Do not mention health (%(names)s). Enter a neutral note, such as “reduced staffing”.")
        raise ValidationError({"text": ValidationError(refusal, "health", {"names": ", ".join(health)})})
    note.save(force_insert=True)
    _record_described(actor, district, "period_notes")
    return note


@transaction.atomic
def remove_period_note(*, actor: Acting, note_id: UUID) -> None:
    """Remove a note. Raises DoesNotExist if the actor does not see it, PermissionDenied."""
    note = PeriodNote.objects.visible_to(actor).get(pk=note_id)
    district = described_district(actor, note.district_id, can_note_periods)
    note.delete()
    _record_described(actor, district, "period_notes")


def described_district(actor: Acting, district_id: UUID, may: Callable[[Acting, District], bool]) -> District:
    district = District.objects.visible_to(actor).select_for_update(no_key=True).get(pk=district_id)
    if not may(actor, district):
        raise PermissionDenied
    return district


def _record_described(actor: Acting, district: District, field: str) -> None:
    """Record the change without what was written, because the activity log contains no values."""
    district.version += 1
    district.updated_at = timezone.now()
    district.save(update_fields=["version", "updated_at"])
    record_district(actor, Action.UPDATE, Op.UPDATED, district, district.lineage, [field])
