"""A list as a file: what its page shows under its filters, complete, for supervisors who say why.

Each list is one specification (docs/exports.md). The work is a
job: the trail says what left, to which file, before the file can be fetched.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, BinaryIO, Final
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import models
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import rules
from accounts.actors import Actor
from accounts.models import Act
from audit.codes import words_of
from audit.rules import recipient_of
from contacts.models import ContactDetail
from contacts.queries.search import hash_of_search
from districts.models import District
from exchange.exports import contacts, meetings, organisations
from exchange.exports.columns import ListExport, Rows
from exchange.exports.encrypting import as_asked
from exchange.exports.leaving import LeavingRows
from exchange.exports.vcard import MEDIA_TYPE, vcard
from exchange.policies import can_export
from jobs.models import Job, JobStatus
from jobs.services import kinds
from jobs.services.files import spool
from jobs.services.kinds import JobRefused, JobResult, KeptFile, Work
from lib import sheets
from lib.days import city_today
from lib.filters import FilterSet
from lib.sheets import Sheet
from lib.told import texts

KIND: Final = "export_list"
BEST: Final = 200  # rows of a search, as its page shows them
CHOSEN: Final = 200  # rows a reader may tick
_BATCH: Final = 2_000  # rows fetched from the cursor at once

TYPES: Final = {"csv": sheets.CSV_TYPE, "xlsx": sheets.XLSX_TYPE, "vcf": MEDIA_TYPE}


LISTS: Final[Mapping[str, ListExport]] = {
    export.noun: export
    for export in (
        organisations.EXPORT,
        contacts.EXPORT,
        meetings.MEETINGS,
        meetings.FOLLOW_UPS,
        meetings.CONCERNS,
    )
}


@dataclass(frozen=True, slots=True)
class Selection:
    """What is asked of a list: its filters as the page has them, or the rows that were ticked (`ids`)."""

    export: ListExport
    actor: Actor
    query: QueryDict
    ids: Sequence[UUID] = ()

    def filterset(self) -> FilterSet:
        return self.export.filters(self.query, self.export.rows(self.actor), actor=self.actor)

    def rows(self) -> Rows:
        """In the file's order. Raises ValidationError for a filter that is not understood or refused."""
        for name, reason in self.export.refused.items():
            if self.query.get(name):
                raise ValidationError(str(reason))
        filters = self.filterset()
        if not filters.is_valid():
            raise ValidationError([text for texts in filters.errors.values() for text in texts])
        rows: Rows = filters.qs
        if self.ids:
            rows = rows.filter(pk__in=list(self.ids)[:CHOSEN])
        if self.searched:  # the page shows the best ones; what is exported is what it shows
            rows = self.export.rows(self.actor).filter(pk__in=[row.pk for row in rows.only("pk")[:BEST]])
        return rows.order_by(*self.export.order)

    @property
    def searched(self) -> str:
        return str(self.query.get("q", ""))

    def digest(self) -> str:
        """Tells one selection from another in the trail, without its words: keyed, 64 hexadecimal digits."""
        text = "&".join([self.query.urlencode(), *sorted(map(str, self.ids))])
        return (hash_of_search(hashlib.sha256(text.encode()).hexdigest()) or b"").hex()

    def described(self) -> list[tuple[str, str]]:
        """The filters in words."""
        form = self.filterset().form
        said = []
        for name in self.query:
            if name in form.fields and self.query.get(name):
                label = form.fields[name].label or name.replace("_", " ").capitalize()
                said.append((str(label), _named(form.fields[name], str(self.query[name]))))
        if self.ids:
            said.append((_("Selected"), str(len(self.ids))))
        if self.searched:
            said.append((_("Search results"), _("best matches (limit: %(n)d)") % {"n": BEST}))
        return said


def _named(form_field: Any, value: str) -> str:
    names: dict[str, str] = {}
    for code, label in getattr(form_field.widget, "choices", ()):
        names[str(code)] = str(label)
    codes = [code for code in value.split(",") if code not in names]
    names |= dict(District.objects.filter(code__in=codes).values_list("code", "name")) if codes else {}
    return ", ".join(names.get(code, code) for code in value.split(","))


# --- The job --------------------------------------------------------------------------------------


def export_list(work: Work) -> JobResult:
    """Write the file, and say in the trail which rows are in it."""
    export = LISTS[work.parameters["list"]]
    chosen = [UUID(pk) for pk in work.needs.get("ids", ())]
    selection = Selection(export, work.actor, QueryDict(work.needs["query"]), chosen)
    extension, purpose = work.parameters["format"], work.parameters["purpose"]
    try:
        rows = selection.rows()
    except ValidationError as error:
        raise JobRefused(" ".join(texts(error))) from error
    told, out = LeavingRows(), spool()
    work.progress(0, rows.count())
    try:
        if extension == "vcf":
            _write_cards(out, rows, work, told)
        else:
            _write_table(out, extension, selection, rows, work, told)
    except sheets.TooLarge as error:
        raise JobRefused(
            _(
                "This is too large for an XLSX file (row limit: %(n)s; very long texts do not "
                "fit). Choose CSV instead."
            )
            % {"n": f"{sheets.MOST_ROWS:,}"}
        ) from error
    except BaseException:
        out.close()
        raise
    name, media_type = f"{export.noun}-{city_today():%Y-%m-%d}.{extension}", TYPES[extension]
    output, how = as_asked(work, name, media_type, out)

    def tell(files: Sequence[KeptFile]) -> None:
        to = f"{how} sha256:{files[0].digest} filter:{selection.digest()}"
        names = [column.name for column in export.columns] if extension != "vcf" else ["vcard"]
        told.disclose(
            work.actor,
            export.object_type,
            field_names=names,
            purpose=purpose,
            recipient=recipient_of(work.parameters.get("recipient", ""), to),
            searched=selection.searched,
        )

    result = {"rows": told.rows, "files": 1}
    if export.object_type == "contact":
        result["people"] = told.rows + _people_today(work.actor)
    return JobResult(result, [output], tell, district_ids=told.districts)


def _write_table(
    out: BinaryIO, extension: str, selection: Selection, rows: Rows, work: Work, told: LeavingRows
) -> None:
    export, actor = selection.export, work.actor
    names = [f"c{number}" for number in range(len(export.columns))]
    where = export.district
    extra = {"district_": where(actor) if callable(where) else models.F(where)}
    if export.others:
        extra["others_"] = export.others(actor)
    expressions = dict(zip(names, (one.expression(actor) for one in export.columns), strict=True))
    found = rows.annotate(**expressions, **extra).values_list("pk", *extra, *names)

    def cells() -> Iterator[list[Any]]:
        # A cursor on the server: a batch in memory at a time, of the list as it was at one moment.
        for row in found.iterator(chunk_size=_BATCH):
            pk, district, *rest = row
            told.add(pk, district, rest.pop(0) if export.others else ())
            if told.rows % 500 == 0:
                work.progress(told.rows)
            yield [column.shown(value) for column, value in zip(export.columns, rest, strict=True)]

    columns = [sheets.Column(str(one.heading), one.cell, one.width) for one in export.columns]
    sheet = Sheet(str(export.title)[:31], columns, cells())
    if extension == "csv":
        sheets.write_csv(out, sheet)
        return
    about = Sheet(
        _("About this file"),
        [sheets.Column("", width=30), sheets.Column("", width=90)],
        _about(selection, work, told),
        has_heading=False,
    )
    sheets.write_xlsx(out, [sheet, about], title=str(export.title), author=actor.name)


def _about(selection: Selection, work: Work, told: LeavingRows) -> Iterator[tuple[str, Any]]:
    """What a reader of the file has to know; written last, when the rows are counted."""
    yield _("List"), str(selection.export.title)
    yield (
        _("Confidential"),
        _("For police use only. Contains personal data. Delete it when you no longer need it."),
    )
    yield _("Exported by"), work.actor.name
    yield _("Exported at"), timezone.now()
    yield _("Reason"), words_of(work.parameters["purpose"])
    yield _("Rows"), told.rows
    for label, value in selection.described():
        yield _("Filter: %(label)s") % {"label": label}, value
    yield "", ""
    yield _("Column"), _("Description")
    for column in selection.export.columns:
        yield str(column.heading), str(column.about)


def _write_cards(out: BinaryIO, rows: Rows, work: Work, told: LeavingRows) -> None:
    """People without their organisations: a file of many is no way around rule 3 of docs/domain.md."""
    others = models.Prefetch("other_details", ContactDetail.objects.order_by("pk"))
    listed = rows.filter(withdrawn_on__isnull=True).prefetch_related(others)
    for contact in listed.iterator(chunk_size=_BATCH):
        out.write(vcard(contact, ()))
        told.add(contact.pk, contact.home_district_id, ())
        if told.rows % 500 == 0:
            work.progress(told.rows)


def _people_today(actor: Actor) -> int:
    """People in files that the actor had made in the last 24 hours and that no second person released.

    They count, so that many small files are no way around.
    """
    since = timezone.now() - timedelta(days=1)
    made = Job.objects.visible_to(actor).filter(kind=KIND, created_at__gte=since, released_at__isnull=True)
    done = made.filter(status=JobStatus.DONE).values_list("result", flat=True)
    return max((result.get("people", 0) for result in done), default=0)


def _names_many(result: Mapping[str, int]) -> bool:
    """Whether a second person must release the file, because it names so many people."""
    return result.get("people", 0) > rules.MANY_PEOPLE


JOB: Final = kinds.Kind(
    KIND,
    export_list,
    title=gettext_lazy("List export"),
    may=can_export,
    act=Act.EXPORT,
    opens=_names_many,
)
