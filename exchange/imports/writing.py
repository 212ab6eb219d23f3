"""Set-based writing: the logic of contacts.services.organisations for many organisations at once.

Each field was checked by its model field on reading (imports.converting); the constraints an import
could break besides are about codes, which those checks know.
"""

from collections.abc import Iterable
from datetime import datetime
from functools import cache
from types import SimpleNamespace
from typing import Any, Final
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actors import Actor
from audit.models import Action, Op
from audit.services import Changed, record_changes
from contacts.models import ImportedFields, Organisation, OrganisationExternalId, OrganisationPeriod
from contacts.policies import can_edit_organisation
from contacts.remembered import MORE, Extra, Fingerprints, fingerprint, following, of_extras, said_before
from contacts.rules import phone_text
from contacts.services.folding import fold_organisation
from contacts.services.moves import moves_among, tell_of_moves
from contacts.services.organisations import DATED
from contacts.services.summaries import refresh_meet_by
from exchange.imports.combining import CHANNELS, Difference, Said, difference, note_kept, together
from exchange.imports.converting import Row, Value, label_of
from exchange.imports.engine import Remember
from exchange.imports.extras import drop, join, with_extras, without_extras
from exchange.imports.mapping import Mapping
from exchange.imports.noting import NoteKind
from exchange.imports.outcomes import Result, RowOutcome, result_of
from exchange.imports.places import Places
from exchange.imports.planning import Group
from lib.copying import copy_rows, copy_values
from lib.ids import uuid7

_LONGEST_SUMMARY: Final = 4_000


class Writer:
    """Writes batches of groups for one actor and mapping. The caller holds the transaction."""

    def __init__(
        self, actor: Actor, mapping: Mapping, places: Places, purpose: str, remember: Remember
    ) -> None:
        self._actor, self._mapping, self._places, self._purpose = actor, mapping, places, purpose
        self._remember_written = remember
        self.made: dict[UUID, int] = {}  # organisation → its first line

    def write(self, groups: list[Group]) -> list[Result]:
        together_said = [
            (group, Said() if group.refusal else together(group.rows, self._mapping)) for group in groups
        ]
        remembered = self._remembered(groups)
        known = self._locked(
            group.organisation_id
            for group, said in together_said
            if group.organisation_id and not self._is_old(group, said, remembered)
        )
        seen = self._seen(groups)
        results: list[Result] = []
        new: list[tuple[_New, Group, Said]] = []
        batch = _Batch()
        for group, said in together_said:
            target = group.organisation_id
            if group.refusal:
                results += _refused(group, group.refusal)
            elif target is None:
                new.append((self._fresh(group, said), group, said))
                results += _created(group)
            elif (organisation := known.get(target)) and can_edit_organisation(self._actor, organisation):
                before = remembered.get(target, {})
                results += self._bring_up_to_date(organisation, group, said, before, batch)
            elif target in seen and self._is_old(group, said, remembered):
                results += [_result(row, RowOutcome.UNCHANGED) for row in group.rows]
            else:
                results += _refused(group, _("belongs to an organisation you may not change"))
        self._insert(new)
        self._update(batch)
        self.made |= {organisation.id: group.rows[0].line for organisation, group, _said in new}
        made = [{"id": str(organisation.id)} for organisation, _group, _said in new]
        self._remember_written([*made, *batch.before])
        return results

    def _remembered(self, groups: list[Group]) -> dict[UUID, Fingerprints]:
        """What the source last said of the groups' organisations, as fingerprints by field."""
        ids = [group.organisation_id for group in groups if group.organisation_id]
        rows = ImportedFields.objects.filter(source=self._mapping.source, organisation__in=ids)
        return dict(rows.values_list("organisation_id", "fingerprints"))

    def _is_old(self, group: Group, said: Said, remembered: dict[UUID, Fingerprints]) -> bool:
        """The source says what it said last time: nothing to read, nothing to write."""
        before = remembered.get(group.organisation_id, {}) if group.organisation_id else {}
        if group.new_ids or not set(of_extras(said.more)) <= set(said_before(before, MORE)):
            return False
        return all(
            fingerprint(value) in said_before(before, name) or (not value and name not in before)
            for name, value in said.fields.items()
        )

    def _seen(self, groups: list[Group]) -> set[UUID]:
        ids = [group.organisation_id for group in groups if group.organisation_id]
        return set(
            Organisation.objects.visible_to(self._actor).filter(pk__in=ids).values_list("pk", flat=True)
        )

    # --- New ones -----------------------------------------------------------------------------------

    def _fresh(self, group: Group, said: Said) -> "_New":
        now = timezone.now()
        organisation = _New(**(_empty() | {"id": uuid7(), "created_at": now, "updated_at": now}))
        fields = dict(said.fields)
        if said.more:
            fields["summary"] = self._noted(group, str(fields.get("summary", "")), said.more)
        self._assign(organisation, fields)
        return organisation

    def _noted(self, group: Group, summary: str, extras: list[Extra], before: str | None = None) -> str:
        """The summary with what else the rows name below it; where that is too long it stays as it was."""
        text = with_extras(summary, extras)
        if len(text) <= _LONGEST_SUMMARY:
            return text
        values = ", ".join(value for _what, value in extras)
        said = _("%(field)s is full: %(values)s is left out")
        what = {"field": label_of("summary"), "values": values}
        group.rows[0].note(NoteKind.LEFT_OUT, said % what)
        return summary if before is None else before

    def _insert(self, new: list[tuple["_New", Group, Said]]) -> None:
        if not new:
            return
        copy_rows(Organisation, (organisation for organisation, _group, _said in new))
        self._copy_external_ids((o.id, {row.external_id for row in group.rows}) for o, group, _said in new)
        _copy_periods((organisation, organisation.created_at) for organisation, _group, _said in new)
        source = self._mapping.source
        copy_values(
            ImportedFields,
            ["organisation_id", "source", "fingerprints"],
            ((organisation.id, source, _fingerprints(said)) for organisation, _group, said in new),
        )
        self._record(
            Changed(
                "organisation",
                o.id,
                Op.CREATED,
                o.version,
                [o.home_district_id],
                field_names=dict.fromkeys([*said.fields, *(["summary"] if said.more else [])]),
            )
            for o, _group, said in new
        )

    # --- Known ones -----------------------------------------------------------------------------------

    def _locked(self, ids: Iterable[UUID]) -> dict[UUID, Organisation]:
        """The organisations with these ids that the actor sees, locked in one order."""
        seen = Organisation.objects.visible_to(self._actor).filter(pk__in=list(ids))
        rows = seen.order_by("pk").select_for_update(of=("self",)).prefetch_related("also_in")
        return {row.pk: row for row in rows}

    def _bring_up_to_date(
        self, organisation: Organisation, group: Group, said: Said, before: Fingerprints, batch: "_Batch"
    ) -> list[Result]:
        current = self._current(organisation)
        summary, extras = without_extras(organisation.summary)
        found = difference(said.fields, current | {"summary": summary}, before)
        kept_extras = self._extras(organisation, said, before, extras, found)
        if kept_extras != extras or "summary" in found.write:
            text = str(found.write.get("summary", summary))
            found.write["summary"] = self._noted(group, text, kept_extras, organisation.summary)
            said.of.setdefault("summary", group.rows[0].line)
            if found.write["summary"] == organisation.summary:
                del found.write["summary"]
                kept_extras = extras
        names = [*found.write, *(["external_ids"] if group.new_ids else [])]
        districts = {organisation.home_district_id, *(district.pk for district in organisation.also_in.all())}
        self._assign(organisation, found.write)
        after = following(before, _fingerprints(said))
        if after != before:
            batch.imported.append(
                ImportedFields(organisation=organisation, source=self._mapping.source, fingerprints=after)
            )
        if names:
            organisation.version += 1
            organisation.updated_at = timezone.now()
            batch.changed.append(organisation)
            batch.before.append(
                {
                    "id": str(organisation.pk),
                    "version": organisation.version,
                    "fields": {name: current[name] for name in found.write},
                    "external_ids": sorted(group.new_ids),
                    "fingerprints": before,
                }
            )
            batch.names.update(found.write)
            batch.external_ids.append((organisation.pk, group.new_ids))
            batch.dated += [organisation] if set(found.write) & set(DATED) else []
            batch.changes.append(
                Changed(
                    "organisation",
                    organisation.pk,
                    Op.UPDATED,
                    organisation.version,
                    districts | {organisation.home_district_id},
                    field_names=names,
                )
            )
        noted = {extra for extra in said.first if drop([extra], extras) and not drop([extra], kept_extras)}
        note_kept(group.rows[0], said, found.kept, {name for name, _value in noted})
        return _compared(group, {said.of[name] for name in found.write if name in said.of})

    def _extras(
        self,
        organisation: Organisation,
        said: Said,
        before: Fingerprints,
        there: list[Extra],
        found: Difference,
    ) -> list[Extra]:
        """The note's numbers and addresses after this file: what is new is added, what it corrected goes.

        What the source has named before and is not there any more was taken out by a person.
        """
        write, known = found.write, set(said_before(before, MORE))
        had = {name: str(getattr(organisation, name) or "") for name in CHANNELS}
        first = {**had, **{name: str(value) for name, value in write.items() if name in CHANNELS}}
        replaced = [extra for extra in had.items() if extra[1] and extra[0] in write]
        kept = [one for one in said.first if one[0] in found.kept and one[0] not in before]
        named = [*((name, phone_text(v) if name == "phone" else v) for name, v in kept), *said.more]
        new = [
            extra
            for extra, print_ in zip(named, of_extras(named), strict=True)
            if print_ not in known or not drop([extra], replaced)
        ]
        gone = [extra for extra in drop(there, [*said.more, *said.first]) if set(of_extras([extra])) <= known]
        if gone:
            others = organisation.imported_fields.exclude(source=self._mapping.source)
            theirs = {
                p for prints in others.values_list("fingerprints", flat=True) for p in prints.get(MORE, [])
            }
            gone = [extra for extra in gone if not set(of_extras([extra])) & theirs]
        return drop(join(drop(there, gone), new), [one for one in first.items() if one[1]])

    def _update(self, batch: "_Batch") -> None:
        if batch.changed:
            names = batch.names | {"folded", "clues", "version", "updated_at"}
            Organisation.objects.bulk_update(batch.changed, sorted(names), batch_size=250)
            self._copy_external_ids(batch.external_ids)
            self._record(batch.changes)
            tell_of_moves(self._actor, moves_among(batch.changes), purpose=self._purpose)
        if batch.dated:
            now = timezone.now()
            ids = [organisation.pk for organisation in batch.dated]
            OrganisationPeriod.objects.filter(organisation__in=ids, until__isnull=True).update(until=now)
            _copy_periods((organisation, now) for organisation in batch.dated)
            refresh_meet_by(ids)
        ImportedFields.objects.bulk_create(
            batch.imported,
            update_conflicts=True,
            unique_fields=["organisation", "source"],
            update_fields=["fingerprints"],
        )

    # --- Both -----------------------------------------------------------------------------------------

    def _assign(self, organisation: Any, fields: dict[str, Value]) -> None:
        for name, value in fields.items():
            if name == "home_district":
                organisation.home_district_id = self._places.district(str(value)).pk
            else:  # past the field's own setter, which would read a number anew that `converting` has read
                organisation.__dict__[name] = value
        fold_organisation(organisation)

    def _current(self, organisation: Organisation) -> dict[str, Value]:
        """The organisation's values in the form converted rows have."""
        current: dict[str, Value] = {
            name: getattr(organisation, name) for name in self._mapping.fields if name != "home_district"
        }
        current["summary"] = organisation.summary
        current["home_district"] = self._places.code_of(organisation.home_district_id)
        current["phone"] = organisation.phone.as_e164 if organisation.phone else ""
        current["website"] = organisation.website
        return current

    def _copy_external_ids(self, ids: Iterable[tuple[UUID, set[str]]]) -> None:
        source = self._mapping.source
        copy_values(
            OrganisationExternalId,
            ["organisation_id", "source", "external_id"],
            ((pk, source, external_id) for pk, of_it in ids for external_id in sorted(of_it)),
        )

    def _record(self, changes: Iterable[Changed]) -> None:
        record_changes(self._actor, Action.IMPORT, changes, purpose=self._purpose)


class _Batch:
    """What one batch changes on organisations the book has."""

    def __init__(self) -> None:
        self.changed: list[Organisation] = []
        self.names: set[str] = set()
        self.external_ids: list[tuple[UUID, set[str]]] = []
        self.dated: list[Organisation] = []
        self.imported: list[ImportedFields] = []
        self.changes: list[Changed] = []
        self.before: list[dict[str, Any]] = []


class _New(SimpleNamespace):
    """The columns of an organisation that is not there yet: an instance of the model takes far longer."""


@cache
def _empty() -> dict[str, Any]:
    """What every column has where a file says nothing."""
    return {field.attname: field.get_default() for field in Organisation._meta.concrete_fields}


def _copy_periods(since: Iterable[tuple["Organisation | _New", datetime]]) -> None:
    dated: list[Any] = [OrganisationPeriod._meta.get_field(name) for name in DATED]
    names = [field.attname for field in dated]
    copy_values(
        OrganisationPeriod,
        ["id", "organisation_id", "since", *names],
        ((uuid7(), row.id, moment, *(getattr(row, name) for name in names)) for row, moment in since),
    )


def _fingerprints(said: Said) -> Fingerprints:
    prints: dict[str, str | list[str]] = {name: fingerprint(value) for name, value in said.fields.items()}
    if extras := of_extras([*said.first, *said.more]):
        prints[MORE] = extras
    return prints


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


def _compared(group: Group, changing_lines: set[int]) -> list[Result]:
    results = []
    for row in group.rows:
        if row.external_id in group.new_ids:
            why = _("an organisation the book has already")
            results.append(_result(row, RowOutcome.MERGED, why, NoteKind.SAME))
        elif row.line in changing_lines:
            results.append(_result(row, RowOutcome.UPDATED))
        else:
            results.append(_result(row, RowOutcome.UNCHANGED))
    return results


def _result(row: Row, outcome: RowOutcome, why: str = "", kind: NoteKind = NoteKind.KEPT) -> Result:
    return result_of(row.line, outcome, why, kind, row.notes)
