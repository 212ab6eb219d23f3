"""Plan the changes of a register's rows, batch by batch. The service of organisations writes them."""

from collections.abc import Iterable, Sequence
from collections.abc import Mapping as Table
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from accounts.actors import Actor
from audit.models import Action
from contacts.codes import ContactWish
from contacts.models import ImportedFields, Organisation
from contacts.policies import can_edit_organisation
from contacts.rules.fingerprints import (
    MORE,
    Extra,
    Fingerprints,
    after_import,
    fingerprint,
    fingerprints_of,
    imported_before,
)
from contacts.services.changes import Change, lock
from contacts.services.details import OTHER, detail_values, details_of
from contacts.services.organisations import blank_organisation, write_organisations
from exchange.imports.combining import (
    CHANNELS,
    Difference,
    MergedRow,
    difference,
    merge_rows,
    note_kept_values,
)
from exchange.imports.converting import Row, Value, label_of
from exchange.imports.engine import Remember
from exchange.imports.extras import as_detail, extra_of, merge_extras, without
from exchange.imports.mapping import NEEDED, SOCIAL, WISH, Mapping
from exchange.imports.noting import NoteKind
from exchange.imports.outcomes import Result, RowOutcome, changes_text, result_of
from exchange.imports.places import Places
from exchange.imports.planning import Group
from lib.copying import insert_values
from lib.days import city_today
from lib.limits import MOST_BESIDE


class Writer:
    """Writes batches of groups for one actor and mapping. The caller holds the transaction."""

    def __init__(
        self,
        actor: Actor,
        mapping: Mapping,
        places: Places,
        purpose: str,
        remember: Remember,
        written: Table[UUID, RowOutcome],
    ) -> None:
        self._actor, self._mapping, self._places, self._purpose = actor, mapping, places, purpose
        self._remember_step = remember
        self._said_on: dict[UUID, date | None] = {}  # of the batch: the day of the source's last new value
        self._written = written  # by an interrupted attempt of this import
        self.created_lines: dict[UUID, int] = {}  # organisation → its first line

    def write(self, groups: list[Group]) -> list[Result]:
        merged_groups = [
            (group, MergedRow() if group.refusal else merge_rows(group.rows, self._mapping))
            for group in groups
        ]
        remembered = self._fetch_fingerprints(groups)
        organisations = lock(
            Organisation.objects.visible_to(self._actor),
            [
                group.organisation_id
                for group, merged in merged_groups
                if group.organisation_id and not self._is_unchanged(group, merged, remembered)
            ],
        )
        visible_ids, details = self._visible_ids(groups), details_of(list(organisations.values()))
        results: list[Result] = []
        batch: list[_Planned] = []
        for group, merged in merged_groups:
            target = group.organisation_id
            if group.refusal:
                results += _refused(group, group.refusal)
            elif target is None and (lacking := [name for name in NEEDED if not merged.fields.get(name)]):
                results += _refused(group, _missing_fields_text(lacking))
            elif target is None:
                batch.append(self._plan_new(group, merged))
                results += _created(group)
            elif (organisation := organisations.get(target)) and can_edit_organisation(
                self._actor, organisation
            ):
                before = remembered.get(target, {})
                results += self._plan_update(organisation, details[target], group, merged, before, batch)
            elif target in visible_ids and self._is_unchanged(group, merged, remembered):
                same = [_result(row, RowOutcome.UNCHANGED) for row in group.rows]
                results += self._with_earlier_outcome(target, same)
            else:
                results += _refused(group, _("belongs to an organisation you cannot change"))
        self._write_batch(batch)
        return results

    def _fetch_fingerprints(self, groups: list[Group]) -> dict[UUID, Fingerprints]:
        """Return the fingerprints of the source's last values for the groups' organisations."""
        ids = [group.organisation_id for group in groups if group.organisation_id]
        rows = ImportedFields.objects.filter(source=self._mapping.source, organisation__in=ids)
        remembered = list(rows.values_list("organisation_id", "fingerprints", "said_on"))
        self._said_on = {pk: day for pk, _prints, day in remembered}
        return {pk: prints for pk, prints, _day in remembered}

    def _is_unchanged(self, group: Group, merged: MergedRow, remembered: dict[UUID, Fingerprints]) -> bool:
        """Whether the source repeats its last values, so that the organisation need not be read."""
        before = remembered.get(group.organisation_id, {}) if group.organisation_id else {}
        if group.new_ids or not set(fingerprints_of(merged.extras)) <= set(imported_before(before, MORE)):
            return False
        return all(
            fingerprint(value) in imported_before(before, name) or (not value and name not in before)
            for name, value in merged.fields.items()
        )

    def _with_earlier_outcome(self, pk: UUID, results: list[Result]) -> list[Result]:
        """Report the outcomes of an interrupted attempt of this import for rows that it wrote."""
        outcome = self._written.get(pk)
        if outcome is None or any(result.outcome != RowOutcome.UNCHANGED for result in results):
            return results
        later_outcome = RowOutcome.MERGED if outcome == RowOutcome.CREATED else RowOutcome.UNCHANGED
        first_result, *other_results = results
        return [
            replace(first_result, outcome=outcome),
            *(replace(result, outcome=later_outcome) for result in other_results),
        ]

    def _visible_ids(self, groups: list[Group]) -> set[UUID]:
        ids = [group.organisation_id for group in groups if group.organisation_id]
        return set(
            Organisation.objects.visible_to(self._actor).filter(pk__in=ids).values_list("pk", flat=True)
        )

    # --- New ones -----------------------------------------------------------------------------------

    def _plan_new(self, group: Group, merged: MergedRow) -> "_Planned":
        fields: dict[str, Any] = dict(merged.fields)
        if merged.extras:
            fields[OTHER] = self._detail_values(group, merged.extras, [])
        ids = {row.external_id for row in group.rows}
        change = self._change(blank_organisation(), fields, ids)
        return _Planned(change, group, _fingerprints(merged), {})

    def _detail_values(
        self, group: Group, extras: list[Extra], details: Sequence[Any]
    ) -> list[dict[str, str]]:
        """Return extras as details. A detail that the organisation has already keeps its use."""
        stored = {extra_of(detail): detail_values(detail) for detail in details}
        if surplus := extras[MOST_BESIDE:]:
            values = ", ".join(value for _what, value in surplus)
            text = _("Too many phones and addresses: %(values)s is left out") % {"values": values}
            group.rows[0].note(NoteKind.LEFT_OUT, text)
        return [stored.get(extra) or as_detail(extra) for extra in extras[:MOST_BESIDE]]

    # --- Known ones -----------------------------------------------------------------------------------

    def _plan_update(
        self,
        organisation: Organisation,
        details: Sequence[Any],
        group: Group,
        merged: MergedRow,
        before: Fingerprints,
        batch: list["_Planned"],
    ) -> list[Result]:
        current, stored_extras = self._current(organisation), list(map(extra_of, details))
        differences = difference(merged.fields, current, before)
        kept_extras = self._extras(organisation, merged, before, stored_extras, differences)
        write: dict[str, Any] = dict(differences.write)
        if kept_extras != stored_extras:
            write[OTHER] = self._detail_values(group, kept_extras, details)
            merged.source_lines.setdefault(OTHER, group.rows[0].line)
        change = self._change(organisation, write, group.new_ids)
        remembered = after_import(before, _fingerprints(merged))
        batch.append(_Planned(change, group, remembered, before, [*map(detail_values, details)]))
        noted = {
            extra
            for extra in merged.main_channels
            if without([extra], stored_extras) and not without([extra], kept_extras)
        }
        note_kept_values(group.rows[0], merged, differences.kept_fields, {name for name, _value in noted})
        lines = {merged.source_lines[name] for name in write if name in merged.source_lines}
        changed_values: list[tuple[str, *tuple[object, ...]]] = [
            (label_of(name), current.get(name, ""), value) for name, value in differences.write.items()
        ]
        if OTHER in write:
            changed_values.append((_("other phones and addresses"),))
        changes = changes_text(changed_values)
        return self._with_earlier_outcome(organisation.pk, _compared(group, lines, changes))

    def _extras(
        self,
        organisation: Organisation,
        merged: MergedRow,
        before: Fingerprints,
        stored_extras: list[Extra],
        changes: Difference,
    ) -> list[Extra]:
        """Return the further phones and addresses after this import.

        New ones are added, and ones that the file corrected are removed. If the source named one before and
        the organisation lacks it, a colleague has removed it, so it is not added again.
        """
        write, known_prints = changes.write, set(imported_before(before, MORE))
        former = {name: str(getattr(organisation, name) or "") for name in CHANNELS}
        main_channels = {**former, **{name: str(value) for name, value in write.items() if name in CHANNELS}}
        replaced = [extra for extra in former.items() if extra[1] and extra[0] in write]
        kept_extras = [
            extra
            for extra in merged.main_channels
            if extra[0] in changes.kept_fields and extra[0] not in before
        ]
        named_extras = [*kept_extras, *merged.extras]
        new = [
            extra
            for extra, print_ in zip(named_extras, fingerprints_of(named_extras), strict=True)
            if print_ not in known_prints or not without([extra], replaced)
        ]
        dropped_extras = [
            extra
            for extra in without(stored_extras, [*merged.extras, *merged.main_channels])
            if set(fingerprints_of([extra])) <= known_prints
        ]
        if dropped_extras:
            other_sources = organisation.imported_fields.exclude(source=self._mapping.source)
            their_prints = {
                p
                for prints in other_sources.values_list("fingerprints", flat=True)
                for p in prints.get(MORE, [])
            }
            dropped_extras = [
                extra for extra in dropped_extras if not set(fingerprints_of([extra])) & their_prints
            ]
        return without(
            merge_extras(without(stored_extras, dropped_extras), new),
            [extra for extra in main_channels.items() if extra[1]],
        )

    def _write_batch(self, batch: list["_Planned"]) -> None:
        write_organisations(
            actor=self._actor,
            changes=[planned.change for planned in batch],
            action=Action.IMPORT,
            purpose=self._purpose,
            is_checked=True,
        )
        self._store_fingerprints(batch)
        new = [planned for planned in batch if planned.change.is_new]
        self.created_lines |= {planned.change.row.pk: planned.group.rows[0].line for planned in new}
        changed = [self._undo_record(planned) for planned in batch if planned.change.is_changed]
        self._remember_step([*({"id": str(planned.change.row.pk)} for planned in new), *changed])

    def _store_fingerprints(self, batch: list["_Planned"]) -> None:
        """Store the fingerprints of the source's values, if they changed."""
        source, today = self._mapping.source, city_today()
        new = [
            (planned.change.row.pk, source, planned.fingerprints, today)
            for planned in batch
            if planned.change.is_new
        ]
        insert_values(ImportedFields, ["organisation_id", "source", "fingerprints", "said_on"], new)
        ImportedFields.objects.bulk_create(
            [
                ImportedFields(
                    organisation=planned.change.row,
                    source=source,
                    fingerprints=planned.fingerprints,
                    said_on=today,
                )
                for planned in batch
                if not planned.change.is_new and planned.fingerprints != planned.fingerprints_before
            ],
            update_conflicts=True,
            unique_fields=["organisation", "source"],
            update_fields=["fingerprints", "said_on"],
        )

    def _undo_record(self, planned: "_Planned") -> dict[str, Any]:
        """Return the undo data of a change (ImportStep.rows)."""
        row, before = planned.change.row, planned.change.before
        details = {OTHER: planned.details_before} if OTHER in planned.change.names else {}
        return {
            "id": str(row.pk),
            "version": row.version,
            "fields": {name: self._converted_value(name, value) for name, value in before.items()} | details,
            "external_ids": sorted(
                external_id for _source, external_id in planned.change.fields["added_ids"]
            ),
            "fingerprints": planned.fingerprints_before,
            "said_on": day.isoformat() if (day := self._said_on.get(row.pk)) else None,
        }

    # --- Both -----------------------------------------------------------------------------------------

    def _change(self, row: Organisation, fields: dict[str, Any], ids: Iterable[str]) -> Change:
        values: dict[str, Any] = dict(fields)
        if "home_district" in values:
            values["home_district"] = self._places.district(values["home_district"])
        if values.get(WISH, ContactWish.WELCOME) != ContactWish.WELCOME:
            values |= {"contact_wish_by": self._mapping.source, "contact_wish_on": city_today()}
        added = [(self._mapping.source, external_id) for external_id in sorted(ids)]
        return Change(row, {**values, "added_ids": added})

    def _current(self, organisation: Organisation) -> dict[str, Value]:
        """Return the organisation's values in the form of converted rows."""
        names = {*self._mapping.fields, "status", "summary", "home_district", "phone", "website"} - {SOCIAL}
        columns = {name: Organisation._meta.get_field(name).attname for name in names}  # type: ignore[union-attr]  # columns
        return {
            name: self._converted_value(name, getattr(organisation, column))
            for name, column in columns.items()
        }

    def _converted_value(self, name: str, value: Any) -> Value:
        """Return a column's value in the form of converted rows."""
        if name == "home_district":
            return self._places.code_of(value)
        if name == "contact_wish_on":
            return value.isoformat() if value else ""
        converted: Value = (value.as_e164 if value else "") if name == "phone" else value
        return converted


@dataclass(frozen=True, slots=True)
class _Planned:
    """A change, its rows, and the fingerprints of the source's values now and before."""

    change: Change
    group: Group
    fingerprints: Fingerprints
    fingerprints_before: Fingerprints
    details_before: list[dict[str, str]] = field(default_factory=list)


def _fingerprints(merged: MergedRow) -> Fingerprints:
    prints: dict[str, str | list[str]] = {name: fingerprint(value) for name, value in merged.fields.items()}
    if extras := fingerprints_of([*merged.main_channels, *merged.extras]):
        prints[MORE] = extras
    return prints


def _missing_fields_text(lacking: Iterable[str]) -> str:
    message = _("no organisation has this reference yet, and a new one needs: %(fields)s")
    return message % {"fields": ", ".join(map(label_of, lacking))}


def _refused(group: Group, reason: str) -> list[Result]:
    return [refused_result(row, reason) for row in group.rows]


def refused_result(row: Row, reason: str) -> Result:
    return _result(row, RowOutcome.REFUSED, reason, NoteKind.REFUSED)


def _created(group: Group) -> list[Result]:
    first_row, *other_rows = group.rows
    created = _result(first_row, RowOutcome.CREATED)
    if not other_rows:
        return [created]
    same = _("the same as line %(line)d") % {"line": first_row.line}
    return [created, *(_result(row, RowOutcome.MERGED, same, NoteKind.SAME) for row in other_rows)]


def _compared(group: Group, changing_lines: set[int], changes: str) -> list[Result]:
    results = []
    for row in group.rows:
        if row.external_id in group.new_ids:
            reason = _("an existing organisation")
            results.append(_result(row, RowOutcome.MERGED, reason, NoteKind.SAME, changes))
        elif row.line in changing_lines:
            results.append(_result(row, RowOutcome.UPDATED, changes=changes))
        else:
            results.append(_result(row, RowOutcome.UNCHANGED))
    return results


def _result(
    row: Row, outcome: RowOutcome, reason: str = "", kind: NoteKind = NoteKind.KEPT, changes: str = ""
) -> Result:
    return result_of(row.line, outcome, reason, kind, row.notes, changes)
