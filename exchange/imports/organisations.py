"""Organisations as a target of imports: the mapping of a draft, the import, and the undo."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any, BinaryIO, Final
from uuid import UUID

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db.models import Model
from django.utils.dateparse import parse_date
from django.utils.translation import gettext_lazy

from accounts.actors import Actor
from audit.models import Action
from contacts.models import (
    FocusDeclaration,
    ImportedFields,
    Organisation,
    OrganisationDetail,
    OrganisationExternalId,
    OrganisationPeriod,
)
from contacts.policies import can_edit_organisation
from contacts.services.changes import Change
from contacts.services.organisations import erase_organisations, locked_organisations, write_organisations
from districts.models import District
from exchange.imports.engine import Progress, Remember, written_outcomes
from exchange.imports.fields import NUMBER, Field, Target, field, fields
from exchange.imports.mapping import FIELDS, HOME, NEEDED, POINT, SOCIAL, WISH, Origin
from exchange.imports.mapping import Mapping as FileMapping
from exchange.imports.outcomes import ImportReport
from exchange.imports.register import bring_in
from exchange.imports.undoing import NOT_YOURS, PutBack, Undo, undo_import
from exchange.imports.words import HEADINGS, KINDS, STATUSES, WISHES
from exchange.models import ImportDraft
from lib.fold import fold

ORGANISATIONS: Final = "organisations"
# Models whose rows belong to an organisation alone. Other rows that refer to it prevent the undo.
_OWN_MODELS: Final[set[type[Model]]] = {
    OrganisationPeriod,
    OrganisationDetail,
    OrganisationExternalId,
    ImportedFields,
    FocusDeclaration,
    Organisation.also_in.through,
}
_CAPITALS: Final = {"ES": "es", "PT": "pt", "IT": "it"}


def places_of(actor: Actor) -> dict[str, str]:
    """Return code and name of the districts in which the actor can import rows."""
    covered = District.objects.covered_by(actor).active().in_order()
    return dict(covered.values_list("code", "name"))


def _bring_in(
    actor: Actor, draft: ImportDraft, file: BinaryIO, dry_run: bool, progress: Progress, remember: Remember
) -> ImportReport:
    return bring_in(
        actor,
        file,
        mapping_of(draft),
        purpose=draft.purpose,
        progress=progress,
        dry_run=dry_run,
        remember=remember,
        written={} if dry_run else written_outcomes(draft),
    )


def mapping_of(draft: ImportDraft) -> FileMapping:
    """Return the mapping of a draft: columns of one field joined, values by their folded text."""
    columns: dict[str, list[str]] = {}
    for heading, name in draft.meanings:
        columns.setdefault(name, []).append(heading)
    numbers = columns.pop("external_id", [])
    closed_columns = tuple(columns.pop("closed_on", []))
    point = tuple(columns.pop(name)[0] for name in POINT if name in columns)
    names = {*columns, *draft.fixed} - {"case"}
    fields = {name: _origin(draft, name, columns.get(name, [])) for name in sorted(names)}
    elsewhere = ""
    if len(point) == len(POINT) and HOME in draft.fixed:  # the district of rows without usable coordinates
        elsewhere = draft.fixed[HOME]
        fields[HOME] = replace(fields[HOME], fixed=None, default=None)
    return FileMapping(
        source=draft.source,
        identify=tuple(numbers or columns["name"]),
        fields=fields,
        places={},
        under=None,
        creates_districts=False,
        spellings={},
        region=settings.PHONENUMBER_DEFAULT_REGION,
        encoding=draft.encoding,
        delimiter=draft.delimiter,
        has_numbers=bool(numbers),
        point=point if len(point) == len(POINT) else (),
        closed_columns=closed_columns,
        elsewhere=elsewhere,
        heading_row=draft.heading_row,
        headings=tuple(draft.headings),
        joins={int(line): key for line, key in draft.joins.items()},
        text=json.dumps([draft.columns, draft.also, draft.fixed, draft.values], sort_keys=True),
    )


def _origin(draft: ImportDraft, name: str, columns: list[str]) -> Origin:
    fixed_value = draft.fixed.get(name)
    case = draft.fixed.get("case", "") if name in {"name", "address"} else ""
    values = {fold(text): code for text, code in draft.values.get(name, {}).items() if code}
    return Origin(
        columns=tuple(columns),
        fixed=None if columns else fixed_value,
        default=fixed_value if columns else None,
        case=case,
        values=values,
        only_values=name in draft.values,
    )


def capitals_language(values: Iterable[str]) -> str:
    """Return the language for rewriting names in capitals, or an empty text if few letters are capitals."""
    letters = [letter for value in values for letter in value if letter.isalpha()]
    are_capitals = sum(letter.isupper() for letter in letters) > 0.7 * len(letters)
    return _CAPITALS.get(settings.PHONENUMBER_DEFAULT_REGION, "en") if letters and are_capitals else ""


# --- Undo -------------------------------------------------------------------------------------------


def _undo(actor: Actor, draft: ImportDraft, progress: Progress) -> None:
    """Undo step by step, because a register is too large for one transaction."""
    undo = Undo(
        rows=Organisation.objects.only("name", "version", "home_district"),
        own_models=_OWN_MODELS,
        may_edit=lambda row: can_edit_organisation(actor, row),
        restore=lambda rows: _restore_rows(actor, draft, rows),
        check=lambda rows: _check_homes(actor, rows),
    )
    undo_import(actor, draft, progress, undo)


def _check_homes(actor: Actor, rows: Iterable[Mapping[str, Any]]) -> None:
    homes = {code for row in rows if (code := row.get("fields", {}).get("home_district"))}
    if District.objects.covered_by(actor).filter(code__in=homes).count() < len(homes):
        raise ValidationError(NOT_YOURS)


def _restore_rows(actor: Actor, draft: ImportDraft, rows: list[dict[str, Any]]) -> PutBack:
    if created_ids := [UUID(row["id"]) for row in rows if "version" not in row]:
        erase_organisations(actor=actor, ids=created_ids, purpose=draft.purpose)
    changed = [row for row in rows if "version" in row]
    homes = {row["fields"]["home_district"] for row in changed if "home_district" in row["fields"]}
    districts = {district.code: district for district in District.objects.filter(code__in=homes)}
    versions = {UUID(row["id"]): None for row in changed}
    organisations = {organisation.pk: organisation for organisation in locked_organisations(actor, versions)}
    write_organisations(
        actor=actor,
        changes=[_restoring_change(draft, organisations[UUID(row["id"])], row, districts) for row in changed],
        action=Action.IMPORT,
        purpose=draft.purpose,
        is_checked=True,
        undone_at=draft.created_at,
    )
    for row in changed:
        remembered = ImportedFields.objects.filter(organisation=row["id"], source=draft.source)
        if row["fingerprints"]:
            remembered.update(fingerprints=row["fingerprints"], said_on=row.get("said_on"))
        else:
            remembered.delete()
    return {row["id"]: (row["version"] - 1, organisations[UUID(row["id"])].version) for row in changed}


def _restoring_change(
    draft: ImportDraft, organisation: Organisation, row: Mapping[str, Any], districts: Mapping[str, District]
) -> Change:
    values = dict(row["fields"])
    if code := values.get("home_district"):
        values["home_district"] = districts[code]
    if "contact_wish_on" in values:
        values["contact_wish_on"] = parse_date(values["contact_wish_on"])
    dropped = [(draft.source, external_id) for external_id in row["external_ids"]]
    return Change(organisation, {**values, "dropped_ids": dropped})


_DIFFERING: Final = {
    "kind": field(Organisation, "kind", is_fixable=True, stems=KINDS),
    "home_district": field(Organisation, "home_district", is_fixable=True, codes=places_of),
    "postcode": field(Organisation, "postcode", is_fixable=True),
    "languages": field(Organisation, "languages", is_fixable=True),
    "status": field(Organisation, "status", stems=STATUSES),
    WISH: field(Organisation, WISH, stems=WISHES),
    SOCIAL: Field(SOCIAL, gettext_lazy("Social media pages")),
}
TARGET: Final = Target(
    name=ORGANISATIONS,
    title=gettext_lazy("Organisations"),
    fields=fields(
        Organisation,
        *("name", NUMBER, *(_DIFFERING.get(name, name) for name in FIELDS[1:])),
        Field("closed_on", gettext_lazy("Closed (a date or a word closes the organisation)")),
        Field("latitude", gettext_lazy("Latitude (finds the home district)")),
        Field("longitude", gettext_lazy("Longitude (finds the home district)")),
    ),
    headings=HEADINGS,
    bring_in=_bring_in,
    undo=_undo,
    instead={
        name: [frozenset({NUMBER.name}), *([frozenset(POINT)] if name == HOME else [])] for name in NEEDED
    },
)
