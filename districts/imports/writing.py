"""Preview, confirmation, writing and undo of a boundary import."""

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Any
from uuid import UUID

from django.core.exceptions import NON_FIELD_ERRORS, PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from audit.models import Action
from audit.services import record
from districts.imports.choices import Choice, Choices
from districts.imports.parents import guess_parents, parents_first, read_parents, separate_codes
from districts.imports.reading import (
    CODE_PROPERTIES,
    GENERATED,
    IS_GENERATED,
    MAX_MISTAKES,
    NAME_PROPERTIES,
    Feature,
    Naming,
    guess_property,
    mistake,
    read_features,
    read_layer,
    refuse_equal_codes,
    refuse_naming,
)
from districts.imports.repairs import apply_repairs
from districts.models import District
from districts.policies import can_manage_districts
from districts.rules.boundaries import Boundary, as_geojson, is_plain_code
from districts.services.districts import check_code, create_district, edit_district, remove_district
from lib.acting import Acting
from lib.conflicts import StaleVersion


@dataclass(frozen=True, slots=True)
class Imported:
    """A district of the file and its outcome (also in a dry run): `created`, `updated` or `unchanged`.

    `question` is what the user has to confirm. `before` and `boundary` are for the map of changes.
    """

    code: str
    name: str
    outcome: str
    question: str = ""
    boundary: Boundary = field(default_factory=list)
    before: Boundary = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Written:
    """A district as an import left it, and its fields before; None: the district did not exist.

    The fields are values that JSON has, so that a page can keep them until the undo: `parent` is an ID.
    """

    id: UUID
    version: int
    before: dict[str, Any] | None

    def as_json(self) -> list[Any]:
        return [str(self.id), self.version, self.before]

    @classmethod
    def from_json(cls, values: list[Any]) -> "Written":
        district_id, version, before = values
        return cls(UUID(district_id), version, before)


@dataclass(frozen=True, slots=True)
class Report:
    rows: tuple[Imported, ...]
    code_property: str
    name_property: str
    written: tuple[Written, ...] = ()
    questions: tuple[str, ...] = ()  # about the whole file
    notes: tuple[str, ...] = ()  # what was done without a question
    parent_property: str = ""
    choices: tuple[dict[str, Any], ...] = ()  # each `choice` with its selected `value`
    open_choices: tuple[Choice, ...] = ()

    @property
    def asks(self) -> list[str]:
        """All questions that must be confirmed before the import is written, and open choices."""
        return [*self.checks, *(choice.text for choice in self.open_choices)]

    @property
    def all_choices(self) -> list[Choice]:
        return [row["choice"] for row in self.choices]

    @property
    def checks(self) -> list[str]:
        """Questions that must be confirmed, without choices."""
        return [*self.questions, *(row.question for row in self.rows if row.question)]

    @property
    def confirmation(self) -> str:
        """Hash of the questions, so that a confirmation does not cover questions that arise later."""
        return hashlib.sha256("\n".join(self.checks).encode()).hexdigest()

    def count(self, outcome: str) -> int:
        return sum(row.outcome == outcome for row in self.rows)

    @property
    def created(self) -> int:
        return self.count("created")

    @property
    def updated(self) -> int:
        return self.count("updated")

    @property
    def unchanged(self) -> int:
        return self.count("unchanged")


def import_districts(
    *,
    actor: Acting,
    content: bytes,
    naming: Naming | None = None,
    source: str = "",
    dry_run: bool = False,
    confirmed: bool = False,
    selected: Mapping[str, str] | None = None,
) -> Report:
    """Create the districts of a file, and update names and boundaries of existing districts.

    Fields that the file does not contain stay. With `dry_run` nothing is written and no row is locked. Some
    changes need confirmation and are written only if `confirmed`: a new name or place for an existing
    district, overlapping boundaries, and a name that another code already has. `selected` has the option of
    each choice by key (`Report.choices`); `confirmed` also accepts the defaults. Raises PermissionDenied,
    and ValidationError with a message for each mistake.
    """
    if not can_manage_districts(actor):
        raise PermissionDenied
    naming = naming or Naming()
    layer = read_layer(content, naming.layer)
    features = layer.features
    if naming.code.casefold() in GENERATED:
        raise ValidationError(IS_GENERATED, params={"name": naming.code[:40]})
    name_property = naming.name or guess_property(features, NAME_PROPERTIES)
    code_property = "" if naming.from_names else naming.code or guess_property(features, CODE_PROPERTIES)
    if not name_property or not (code_property or naming.from_names):
        refuse_naming(features, code=bool(name_property))
    choices = Choices(selected or {}, accepts_defaults=confirmed)
    districts = read_features(features, code_property, name_property)
    parent_property = naming.parent_property
    if parent_property:
        districts = read_parents(features, districts, parent_property)
    elif not naming.parent:
        used = {code_property, name_property}
        parent_property, districts = guess_parents(features, districts, used)
    districts, repair_notes = apply_repairs(districts, choices)
    districts = parents_first(separate_codes(districts, choices))
    refuse_equal_codes(districts, code_property or name_property)
    parent = _parent_district(naming.parent)
    districts_by_code = _districts_by_code(districts)
    rows = [
        _outcome(feature, districts_by_code.get(feature.code), _code_above(feature, parent))
        for feature in districts
    ]
    questions = (
        *_questions_about_overlaps(districts),
        *_questions_about_duplicates(districts, districts_by_code, parent),
    )
    report = Report(
        tuple(rows),
        code_property or name_property,
        name_property,
        questions=questions,
        notes=(*layer.notes, *repair_notes),
        parent_property=parent_property,
        choices=choices.as_rows(),
        open_choices=tuple(choices.open),
    )
    properties = {"code": code_property, "name": name_property, NON_FIELD_ERRORS: code_property}
    if dry_run:
        _validate(districts, districts_by_code, properties)
        return report
    if report.open_choices or (report.asks and not confirmed):
        text = _("Check these first, then confirm that they are correct:")
        raise ValidationError(
            [ValidationError(line, code="unconfirmed") for line in (text, *report.asks[:MAX_MISTAKES])]
        )
    with transaction.atomic():
        written = _write_districts(actor, districts, districts_by_code, parent, properties)
        if written:
            record(actor, Action.IMPORT, "district", purpose=source[:200])
    return replace(report, written=tuple(written))


@transaction.atomic
def undo_import(*, actor: Acting, written: Sequence[Written], source: str = "") -> None:
    """Undo the import, all or nothing: delete created districts and restore changed ones.

    Raises PermissionDenied, StaleVersion if a district was changed since, ValidationError if a created
    district is in use.
    """
    for district in reversed(written):
        if district.before is None:
            remove_district(actor=actor, district_id=district.id, version=district.version)
        else:
            fields = dict(district.before)
            if parent_id := fields.get("parent"):
                fields["parent"] = District.objects.visible_to(actor).get(pk=parent_id)
            edit_district(
                actor=actor, district_id=district.id, version=district.version, was_wrong=True, **fields
            )
    record(actor, Action.IMPORT, "district", purpose=source[:200])


def _parent_district(code: str) -> District | None:
    """Return the district that contains all districts of the file; None keeps the existing parents."""
    if not code:
        return None
    try:
        return District.objects.get(code=code)
    except District.DoesNotExist:
        raise ValidationError(_("There is no district “%(code)s”."), params={"code": code}) from None


def _code_above(feature: Feature, parent: District | None) -> str:
    """Return the code of the district above a feature by the file, or empty to keep it."""
    return feature.parent_code or (parent.code if parent else "")


def _districts_by_code(features: list[Feature]) -> dict[str, District]:
    codes = [feature.code for feature in features]
    rows = District.objects.with_boundary().filter(code__in=codes).select_related("parent")
    return {row.code: row for row in rows}


def _outcome(feature: Feature, district: District | None, code_above: str) -> Imported:
    """Return the outcome for a feature, with the question to confirm."""
    from districts.rules.geometry import is_elsewhere

    if district is None:
        return Imported(feature.code, feature.name, "created", boundary=feature.boundary)
    before: Boundary = district.boundary["coordinates"] if district.boundary else []
    is_same_place = as_geojson(feature.boundary) == district.boundary
    is_moved = bool(code_above) and (district.parent is None or district.parent.code != code_above)
    if is_same_place and feature.name == district.name and not is_moved:
        return Imported(feature.code, feature.name, "unchanged")
    doubts = []
    if feature.name != district.name:
        doubts.append(_("it is currently called “%(name)s”") % {"name": district.name})
    if before and not is_same_place and is_elsewhere(before, feature.boundary):
        doubts.append(_("it would move: less than half of it overlaps its current area"))
    if is_moved and district.parent_id:
        doubts.append(_("it is currently in another district"))
    text = _("Feature %(n)d, code %(code)s, “%(name)s”: %(asked)s.")
    details = {
        "n": feature.number,
        "code": feature.code,
        "name": feature.name,
        "asked": "; ".join(doubts),
    }
    return Imported(
        feature.code,
        feature.name,
        "updated",
        text % details if doubts else "",
        feature.boundary,
        [] if is_same_place else before,
    )


def _questions_about_overlaps(features: list[Feature]) -> tuple[str, ...]:
    """Return questions about boundaries of the file that overlap, because neighbours share no area."""
    from districts.rules.geometry import overlaps, to_shapely

    text = _("Features %(one)d (%(name)s) and %(other)d (%(others)s) overlap: %(share)d%% of the smaller.")
    parents = {feature.code: feature.parent_code for feature in features}

    def is_inside(feature: Feature, container: Feature) -> bool:
        code = feature.parent_code
        for _step in parents:
            if code in ("", container.code):
                break
            code = parents.get(code, "")
        return bool(code)

    pairs = (
        (index, other_index, share)
        for index, other_index, share in overlaps([to_shapely(feature.boundary) for feature in features])
        if not is_inside(features[index], features[other_index])
        and not is_inside(features[other_index], features[index])
    )
    return tuple(
        text
        % {
            "one": features[index].number,
            "name": features[index].name[:60],
            "other": features[other_index].number,
            "others": features[other_index].name[:60],
            "share": max(round(share * 100), 1),
        }
        for index, other_index, share in islice(pairs, MAX_MISTAKES)
    )


def _questions_about_duplicates(
    features: list[Feature], districts_by_code: Mapping[str, District], parent: District | None
) -> Iterator[str]:
    """Return questions about districts that exist under a code that is not in the file, by area and by name.

    Districts inside each other are skipped: a district covers its parts and may have the name of a part.
    """
    new_features = [
        feature for feature in features if _is_drawn_anew(feature, districts_by_code.get(feature.code))
    ]
    if not new_features:
        return
    codes = [feature.code for feature in features]
    other_districts = list(District.objects.active().exclude(code__in=codes).order_by("name", "pk"))
    lineages = dict(District.objects.active().values_list("code", "lineage"))

    def is_kin(feature: Feature, existing: District) -> bool:
        district = districts_by_code.get(feature.code)
        above = lineages.get(_code_above(feature, parent)) or (district.lineage if district else [])
        return existing.pk in above or (district is not None and district.pk in existing.lineage)

    yield from islice(_questions_about_areas(new_features, other_districts, is_kin), MAX_MISTAKES)
    by_name: dict[str, list[District]] = {}
    for existing in other_districts:
        by_name.setdefault(existing.name.casefold(), []).append(existing)
    text = _("Feature %(n)d: “%(name)s” already exists with the code %(code)s.")
    yield from islice(
        (
            text % {"n": feature.number, "name": feature.name[:60], "code": existing.code}
            for feature in new_features
            if feature.code not in districts_by_code
            for existing in by_name.get(feature.name.casefold(), [])
            if not is_kin(feature, existing)
        ),
        MAX_MISTAKES,
    )


def _is_drawn_anew(feature: Feature, district: District | None) -> bool:
    return district is None or as_geojson(feature.boundary) != district.boundary


def _questions_about_areas(
    new_features: list[Feature], other_districts: list[District], is_kin: Callable[[Feature, District], bool]
) -> Iterator[str]:
    from districts.rules.geometry import overlaps_with, to_shapely

    text = _(
        "Feature %(n)d (%(name)s) overlaps the existing district “%(other)s”, code %(code)s: "
        "%(share)d%% of the smaller."
    )
    with_boundary = [district for district in other_districts if district.boundary]
    shapes = [to_shapely(district.boundary["coordinates"]) for district in with_boundary if district.boundary]
    for index, district_index, share in overlaps_with(
        [to_shapely(feature.boundary) for feature in new_features], shapes
    ):
        if not is_kin(new_features[index], with_boundary[district_index]):
            yield text % {
                "n": new_features[index].number,
                "name": new_features[index].name[:60],
                "other": with_boundary[district_index].name[:60],
                "code": with_boundary[district_index].code,
                "share": max(round(share * 100), 1),
            }


def _validate(
    features: list[Feature], districts_by_code: Mapping[str, District], properties: Mapping[str, str]
) -> None:
    """Validate as `_write_districts` would, without a query. Raises ValidationError."""
    mistakes: list[ValidationError] = []
    for feature in features:
        if feature.code in districts_by_code:
            continue
        district = District(code=feature.code, name=feature.name, boundary=as_geojson(feature.boundary))
        try:
            check_code(district)
            district.clean_fields(exclude=["parent", "lineage"])
            if not is_plain_code(feature.code):  # the database has the error message
                district.validate_constraints(exclude=["parent", "lineage"])
        except ValidationError as error:
            mistakes += _mistakes_of(feature, error, properties)
    if mistakes:
        raise ValidationError(mistakes[:MAX_MISTAKES])


def _mistakes_of(
    feature: Feature, error: ValidationError, properties: Mapping[str, str]
) -> list[ValidationError]:
    """Return the errors with the feature and the property of the file."""
    label = _("Feature %(n)d (%(name)s)") % {"n": feature.number, "name": feature.name[:60]}
    by_field = error.message_dict if hasattr(error, "error_dict") else {NON_FIELD_ERRORS: error.messages}
    return [
        mistake(label, properties.get(name, name), text) for name, texts in by_field.items() for text in texts
    ]


def _write_districts(
    actor: Acting,
    features: list[Feature],
    districts_by_code: Mapping[str, District],
    parent: District | None,
    properties: Mapping[str, str],
) -> list[Written]:
    """Write the districts and return those created or changed. Raises ValidationError by feature."""
    written: list[Written] = []
    mistakes: list[ValidationError] = []
    for feature in features:
        fields: dict[str, Any] = {
            "code": feature.code,
            "name": feature.name,
            "boundary": as_geojson(feature.boundary),
        }
        try:
            if code_above := _code_above(feature, parent):
                fields["parent"] = _parent_district(code_above)
            if written_district := _write_district(actor, districts_by_code.get(feature.code), fields):
                written.append(written_district)
        except ValidationError as error:
            mistakes += _mistakes_of(feature, error, properties)
        except StaleVersion:
            changed = ValidationError(_("This district has just been changed. Upload the file again."))
            mistakes += _mistakes_of(feature, changed, properties)
    if mistakes:
        raise ValidationError(mistakes[:MAX_MISTAKES])
    return written


def _write_district(actor: Acting, district: District | None, fields: dict[str, Any]) -> Written | None:
    if district is None:
        created = create_district(actor=actor, **fields)
        return Written(created.pk, created.version, None)
    before: dict[str, Any] = {"name": district.name, "boundary": district.boundary}
    if "parent" in fields:
        before["parent"] = str(district.parent_id) if district.parent_id else None
    version = district.version
    # The user has confirmed the file, so its parents are corrections.
    edited = edit_district(actor=actor, district_id=district.pk, version=version, was_wrong=True, **fields)
    return None if edited.version == version else Written(district.pk, edited.version, before)
