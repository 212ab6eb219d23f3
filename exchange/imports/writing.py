"""What the rows of a register change of the book, batch by batch: the organisations' writer writes it."""

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
from contacts.services.details import OTHER, details_of
from contacts.services.details import detail_values as said_of
from contacts.services.organisations import blank_organisation, write_organisations
from exchange.imports.combining import CHANNELS, Difference, Said, difference, note_kept, together
from exchange.imports.converting import Row, Value, label_of
from exchange.imports.engine import Remember
from exchange.imports.extras import as_detail, drop, extra_of, join
from exchange.imports.mapping import NEEDED, SOCIAL, WISH, Mapping
from exchange.imports.noting import NoteKind
from exchange.imports.outcomes import Result, RowOutcome, result_of, say_changes
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
        self._remember_written = remember
        self._said_on: dict[UUID, date | None] = {}  # of the batch: when the source last said something new
        self._written = written  # by an attempt of this import that was interrupted
        self.made: dict[UUID, int] = {}  # organisation → its first line

    def write(self, groups: list[Group]) -> list[Result]:
        together_said = [
            (group, Said() if group.refusal else together(group.rows, self._mapping)) for group in groups
        ]
        remembered = self._remembered(groups)
        known = lock(
            Organisation.objects.visible_to(self._actor),
            [
                group.organisation_id
                for group, said in together_said
                if group.organisation_id and not self._is_old(group, said, remembered)
            ],
        )
        seen, details = self._seen(groups), details_of(list(known.values()))
        results: list[Result] = []
        batch: list[_Planned] = []
        for group, said in together_said:
            target = group.organisation_id
            if group.refusal:
                results += _refused(group, group.refusal)
            elif target is None and (lacking := [name for name in NEEDED if not said.fields.get(name)]):
                results += _refused(group, _unknown(lacking))
            elif target is None:
                batch.append(self._fresh(group, said))
                results += _created(group)
            elif (organisation := known.get(target)) and can_edit_organisation(self._actor, organisation):
                before = remembered.get(target, {})
                results += self._bring_up_to_date(organisation, details[target], group, said, before, batch)
            elif target in seen and self._is_old(group, said, remembered):
                same = [_result(row, RowOutcome.UNCHANGED) for row in group.rows]
                results += self._as_first_written(target, same)
            else:
                results += _refused(group, _("belongs to an organisation you cannot change"))
        self._write(batch)
        return results

    def _remembered(self, groups: list[Group]) -> dict[UUID, Fingerprints]:
        """What the source last said of the groups' organisations, as fingerprints by field."""
        ids = [group.organisation_id for group in groups if group.organisation_id]
        rows = ImportedFields.objects.filter(source=self._mapping.source, organisation__in=ids)
        found = list(rows.values_list("organisation_id", "fingerprints", "said_on"))
        self._said_on = {pk: day for pk, _prints, day in found}
        return {pk: prints for pk, prints, _day in found}

    def _is_old(self, group: Group, said: Said, remembered: dict[UUID, Fingerprints]) -> bool:
        """The source says what it said last time: nothing to read, nothing to write."""
        before = remembered.get(group.organisation_id, {}) if group.organisation_id else {}
        if group.new_ids or not set(fingerprints_of(said.more)) <= set(imported_before(before, MORE)):
            return False
        return all(
            fingerprint(value) in imported_before(before, name) or (not value and name not in before)
            for name, value in said.fields.items()
        )

    def _as_first_written(self, pk: UUID, results: list[Result]) -> list[Result]:
        """The outcomes of rows that an interrupted attempt of this import wrote: what it reported."""
        outcome = self._written.get(pk)
        if outcome is None or any(one.outcome != RowOutcome.UNCHANGED for one in results):
            return results
        others = RowOutcome.MERGED if outcome == RowOutcome.CREATED else RowOutcome.UNCHANGED
        first, *rest = results
        return [replace(first, outcome=outcome), *(replace(one, outcome=others) for one in rest)]

    def _seen(self, groups: list[Group]) -> set[UUID]:
        ids = [group.organisation_id for group in groups if group.organisation_id]
        return set(
            Organisation.objects.visible_to(self._actor).filter(pk__in=ids).values_list("pk", flat=True)
        )

    # --- New ones -----------------------------------------------------------------------------------

    def _fresh(self, group: Group, said: Said) -> "_Planned":
        fields: dict[str, Any] = dict(said.fields)
        if said.more:
            fields[OTHER] = self._detailed(group, said.more, [])
        ids = {row.external_id for row in group.rows}
        change = self._change(blank_organisation(), fields, ids)
        return _Planned(change, group, _fingerprints(said), {})

    def _detailed(self, group: Group, extras: list[Extra], details: Sequence[Any]) -> list[dict[str, str]]:
        """Extras as the details of an organisation that has `details`, which keep what they are used for."""
        there = {extra_of(one): said_of(one) for one in details}
        if left := extras[MOST_BESIDE:]:
            values = ", ".join(value for _what, value in left)
            text = _("Too many phones and addresses: %(values)s is left out") % {"values": values}
            group.rows[0].note(NoteKind.LEFT_OUT, text)
        return [there.get(extra) or as_detail(extra) for extra in extras[:MOST_BESIDE]]

    # --- Known ones -----------------------------------------------------------------------------------

    def _bring_up_to_date(
        self,
        organisation: Organisation,
        details: Sequence[Any],
        group: Group,
        said: Said,
        before: Fingerprints,
        batch: list["_Planned"],
    ) -> list[Result]:
        current, there = self._current(organisation), list(map(extra_of, details))
        found = difference(said.fields, current, before)
        kept_extras = self._extras(organisation, said, before, there, found)
        write: dict[str, Any] = dict(found.write)
        if kept_extras != there:
            write[OTHER] = self._detailed(group, kept_extras, details)
            said.of.setdefault(OTHER, group.rows[0].line)
        change = self._change(organisation, write, group.new_ids)
        remembered = after_import(before, _fingerprints(said))
        batch.append(_Planned(change, group, remembered, before, [*map(said_of, details)]))
        noted = {extra for extra in said.first if drop([extra], there) and not drop([extra], kept_extras)}
        note_kept(group.rows[0], said, found.kept, {name for name, _value in noted})
        lines = {said.of[name] for name in write if name in said.of}
        told: list[tuple[str, *tuple[object, ...]]] = [
            (label_of(name), current.get(name, ""), value) for name, value in found.write.items()
        ]
        if OTHER in write:
            told.append((_("other phones and addresses"),))
        changes = say_changes(told)
        return self._as_first_written(organisation.pk, _compared(group, lines, changes))

    def _extras(
        self,
        organisation: Organisation,
        said: Said,
        before: Fingerprints,
        there: list[Extra],
        found: Difference,
    ) -> list[Extra]:
        """The other numbers and addresses after this file: what is new is added, what it corrected goes.

        What the source has named before and is not there any more was taken out by a person.
        """
        write, known = found.write, set(imported_before(before, MORE))
        had = {name: str(getattr(organisation, name) or "") for name in CHANNELS}
        first = {**had, **{name: str(value) for name, value in write.items() if name in CHANNELS}}
        replaced = [extra for extra in had.items() if extra[1] and extra[0] in write]
        kept = [one for one in said.first if one[0] in found.kept and one[0] not in before]
        named = [*kept, *said.more]
        new = [
            extra
            for extra, print_ in zip(named, fingerprints_of(named), strict=True)
            if print_ not in known or not drop([extra], replaced)
        ]
        gone = [
            extra
            for extra in drop(there, [*said.more, *said.first])
            if set(fingerprints_of([extra])) <= known
        ]
        if gone:
            others = organisation.imported_fields.exclude(source=self._mapping.source)
            theirs = {
                p for prints in others.values_list("fingerprints", flat=True) for p in prints.get(MORE, [])
            }
            gone = [extra for extra in gone if not set(fingerprints_of([extra])) & theirs]
        return drop(join(drop(there, gone), new), [one for one in first.items() if one[1]])

    def _write(self, batch: list["_Planned"]) -> None:
        write_organisations(
            actor=self._actor,
            changes=[one.change for one in batch],
            action=Action.IMPORT,
            purpose=self._purpose,
            is_checked=True,
        )
        self._remember_said(batch)
        new = [one for one in batch if one.change.is_new]
        self.made |= {one.change.row.pk: one.group.rows[0].line for one in new}
        changed = [self._memory(one) for one in batch if one.change.is_changed]
        self._remember_written([*({"id": str(one.change.row.pk)} for one in new), *changed])

    def _remember_said(self, batch: list["_Planned"]) -> None:
        """Fingerprints of what the source has said now, where they are others than before."""
        source, today = self._mapping.source, city_today()
        new = [(one.change.row.pk, source, one.said, today) for one in batch if one.change.is_new]
        insert_values(ImportedFields, ["organisation_id", "source", "fingerprints", "said_on"], new)
        ImportedFields.objects.bulk_create(
            [
                ImportedFields(
                    organisation=one.change.row, source=source, fingerprints=one.said, said_on=today
                )
                for one in batch
                if not one.change.is_new and one.said != one.imported_before
            ],
            update_conflicts=True,
            unique_fields=["organisation", "source"],
            update_fields=["fingerprints", "said_on"],
        )

    def _memory(self, one: "_Planned") -> dict[str, Any]:
        """What it takes to undo a change (ImportStep.rows)."""
        row, before = one.change.row, one.change.before
        details = {OTHER: one.details_before} if OTHER in one.change.names else {}
        return {
            "id": str(row.pk),
            "version": row.version,
            "fields": {name: self._as_said(name, value) for name, value in before.items()} | details,
            "external_ids": sorted(external_id for _source, external_id in one.change.fields["added_ids"]),
            "fingerprints": one.imported_before,
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
        """The organisation's values in the form converted rows have."""
        names = {*self._mapping.fields, "summary", "home_district", "phone", "website"} - {SOCIAL}
        columns = {name: Organisation._meta.get_field(name).attname for name in names}  # type: ignore[union-attr]  # columns
        return {name: self._as_said(name, getattr(organisation, column)) for name, column in columns.items()}

    def _as_said(self, name: str, value: Any) -> Value:
        """A column's value as a converted row has it."""
        if name == "home_district":
            return self._places.code_of(value)
        if name == "contact_wish_on":
            return value.isoformat() if value else ""
        said: Value = (value.as_e164 if value else "") if name == "phone" else value
        return said


@dataclass(frozen=True, slots=True)
class _Planned:
    """A change, the rows it comes from, and what the source says then and said before, as fingerprints."""

    change: Change
    group: Group
    said: Fingerprints
    imported_before: Fingerprints
    details_before: list[dict[str, str]] = field(default_factory=list)


def _fingerprints(said: Said) -> Fingerprints:
    prints: dict[str, str | list[str]] = {name: fingerprint(value) for name, value in said.fields.items()}
    if extras := fingerprints_of([*said.first, *said.more]):
        prints[MORE] = extras
    return prints


def _unknown(lacking: Iterable[str]) -> str:
    said = _("no organisation has this reference yet, and a new one needs: %(fields)s")
    return said % {"fields": ", ".join(map(label_of, lacking))}


def _refused(group: Group, why: str) -> list[Result]:
    return [refused(row, why) for row in group.rows]


def refused(row: Row, why: str) -> Result:
    return _result(row, RowOutcome.REFUSED, why, NoteKind.REFUSED)


def _created(group: Group) -> list[Result]:
    first, *others = group.rows
    created = _result(first, RowOutcome.CREATED)
    if not others:
        return [created]
    same = _("the same as line %(line)d") % {"line": first.line}
    return [created, *(_result(row, RowOutcome.MERGED, same, NoteKind.SAME) for row in others)]


def _compared(group: Group, changing_lines: set[int], changes: str) -> list[Result]:
    results = []
    for row in group.rows:
        if row.external_id in group.new_ids:
            why = _("an existing organisation")
            results.append(_result(row, RowOutcome.MERGED, why, NoteKind.SAME, changes))
        elif row.line in changing_lines:
            results.append(_result(row, RowOutcome.UPDATED, changes=changes))
        else:
            results.append(_result(row, RowOutcome.UNCHANGED))
    return results


def _result(
    row: Row, outcome: RowOutcome, why: str = "", kind: NoteKind = NoteKind.KEPT, changes: str = ""
) -> Result:
    return result_of(row.line, outcome, why, kind, row.notes, changes)
