"""Export lists with the filters of their pages, for supervisors with a reason.

Each list is one specification (docs/exports.md). The work is a job. The activity log records the rows and the
file before the file can be downloaded.
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
from lib.error_texts import texts
from lib.filters import FilterSet
from lib.sheets import Sheet

KIND: Final = "export_list"
BEST: Final = 200  # rows of a search, as on its page
CHOSEN: Final = 200  # rows that a reader can select
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
    """The rows to export: a list with the filters of its page, or the selected rows (`ids`)."""

    export: ListExport
    actor: Actor
    query: QueryDict
    ids: Sequence[UUID] = ()

    def filterset(self) -> FilterSet:
        return self.export.filters(self.query, self.export.rows(self.actor), actor=self.actor)

    def rows(self) -> Rows:
        """Return the rows in the file's order. Raises ValidationError for an invalid or refused filter."""
        for name, reason in self.export.refused.items():
            if self.query.get(name):
                raise ValidationError(str(reason))
        filters = self.filterset()
        if not filters.is_valid():
            raise ValidationError([text for texts in filters.errors.values() for text in texts])
        rows: Rows = filters.qs
        if self.ids:
            rows = rows.filter(pk__in=list(self.ids)[:CHOSEN])
        if self.searched:  # the page shows only the best matches, and so does the file
            rows = self.export.rows(self.actor).filter(pk__in=[row.pk for row in rows.only("pk")[:BEST]])
        return rows.order_by(*self.export.order)

    @property
    def searched(self) -> str:
        return str(self.query.get("q", ""))

    def digest(self) -> str:
        """Return a keyed hash that identifies the selection in the activity log without its words."""
        text = "&".join([self.query.urlencode(), *sorted(map(str, self.ids))])
        return (hash_of_search(hashlib.sha256(text.encode()).hexdigest()) or b"").hex()

    def described(self) -> list[tuple[str, str]]:
        """Return the filters as labels and values."""
        form = self.filterset().form
        descriptions = []
        for name in self.query:
            if name in form.fields and self.query.get(name):
                label = form.fields[name].label or name.replace("_", " ").capitalize()
                descriptions.append((str(label), _value_in_words(form.fields[name], str(self.query[name]))))
        if self.ids:
            descriptions.append((_("Selected"), str(len(self.ids))))
        if self.searched:
            descriptions.append((_("Search results"), _("best matches (limit: %(n)d)") % {"n": BEST}))
        return descriptions


def _value_in_words(form_field: Any, value: str) -> str:
    names: dict[str, str] = {}
    for code, label in getattr(form_field.widget, "choices", ()):
        names[str(code)] = str(label)
    codes = [code for code in value.split(",") if code not in names]
    names |= dict(District.objects.filter(code__in=codes).values_list("code", "name")) if codes else {}
    return ", ".join(names.get(code, code) for code in value.split(","))


# --- The job --------------------------------------------------------------------------------------


def export_list(work: Work) -> JobResult:
    """Write the file, and record its rows in the activity log."""
    export = LISTS[work.parameters["list"]]
    chosen_ids = [UUID(pk) for pk in work.needs.get("ids", ())]
    selection = Selection(export, work.actor, QueryDict(work.needs["query"]), chosen_ids)
    extension, purpose = work.parameters["format"], work.parameters["purpose"]
    try:
        rows = selection.rows()
    except ValidationError as error:
        raise JobRefused(" ".join(texts(error))) from error
    leaving_rows, out = LeavingRows(), spool()
    work.progress(0, rows.count())
    try:
        if extension == "vcf":
            _write_cards(out, rows, work, leaving_rows)
        else:
            _write_table(out, extension, selection, rows, work, leaving_rows)
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
    output, protection = as_asked(work, name, media_type, out)

    def disclose_file(files: Sequence[KeptFile]) -> None:
        to = f"{protection} sha256:{files[0].digest} filter:{selection.digest()}"
        names = [column.name for column in export.columns] if extension != "vcf" else ["vcard"]
        leaving_rows.disclose(
            work.actor,
            export.object_type,
            field_names=names,
            purpose=purpose,
            recipient=recipient_of(work.parameters.get("recipient", ""), to),
            searched=selection.searched,
        )

    result = {"rows": leaving_rows.rows, "files": 1}
    if export.object_type == "contact":
        result["people"] = leaving_rows.rows + _people_today(work.actor)
    return JobResult(result, [output], disclose_file, district_ids=leaving_rows.districts)


def _write_table(
    out: BinaryIO, extension: str, selection: Selection, rows: Rows, work: Work, leaving_rows: LeavingRows
) -> None:
    export, actor = selection.export, work.actor
    names = [f"c{number}" for number in range(len(export.columns))]
    district_of = export.district
    extra = {"district_": district_of(actor) if callable(district_of) else models.F(district_of)}
    if export.other_ids:
        extra["others_"] = export.other_ids(actor)
    expressions = dict(zip(names, (column.expression(actor) for column in export.columns), strict=True))
    values = rows.annotate(**expressions, **extra).values_list("pk", *extra, *names)

    def cells() -> Iterator[list[Any]]:
        # A server-side cursor keeps one batch in memory, and reads the list as it was at one moment.
        for row in values.iterator(chunk_size=_BATCH):
            pk, district, *cells_of_row = row
            leaving_rows.add(pk, district, cells_of_row.pop(0) if export.other_ids else ())
            if leaving_rows.rows % 500 == 0:
                work.progress(leaving_rows.rows)
            yield [
                column.cell_value(value) for column, value in zip(export.columns, cells_of_row, strict=True)
            ]

    columns = [sheets.Column(str(column.heading), column.cell, column.width) for column in export.columns]
    sheet = Sheet(str(export.title)[:31], columns, cells())
    if extension == "csv":
        sheets.write_csv(out, sheet)
        return
    about_sheet = Sheet(
        _("About this file"),
        [sheets.Column("", width=30), sheets.Column("", width=90)],
        _describe_file(selection, work, leaving_rows),
        has_heading=False,
    )
    sheets.write_xlsx(out, [sheet, about_sheet], title=str(export.title), author=actor.name)


def _describe_file(selection: Selection, work: Work, leaving_rows: LeavingRows) -> Iterator[tuple[str, Any]]:
    """Yield the lines of the sheet about the file. It is written last, when the rows are counted."""
    yield _("List"), str(selection.export.title)
    yield (
        _("Confidential"),
        _("For police use only. Contains personal data. Delete it when you no longer need it."),
    )
    yield _("Exported by"), work.actor.name
    yield _("Exported at"), timezone.now()
    yield _("Reason"), words_of(work.parameters["purpose"])
    yield _("Rows"), leaving_rows.rows
    for label, value in selection.described():
        yield _("Filter: %(label)s") % {"label": label}, value
    yield "", ""
    yield _("Column"), _("Description")
    for column in selection.export.columns:
        yield str(column.heading), str(column.about)


def _write_cards(out: BinaryIO, rows: Rows, work: Work, leaving_rows: LeavingRows) -> None:
    """Write contacts as vCards without their organisations (docs/domain.md, rule 3)."""
    details = models.Prefetch("other_details", ContactDetail.objects.order_by("pk"))
    listed = rows.filter(withdrawn_on__isnull=True).prefetch_related(details)
    for contact in listed.iterator(chunk_size=_BATCH):
        out.write(vcard(contact, ()))
        leaving_rows.add(contact.pk, contact.home_district_id, ())
        if leaving_rows.rows % 500 == 0:
            work.progress(leaving_rows.rows)


def _people_today(actor: Actor) -> int:
    """Count contacts in the actor's files of the last 24 hours that no second person released.

    They count, so that many small files cannot replace a large one.
    """
    since = timezone.now() - timedelta(days=1)
    exports = Job.objects.visible_to(actor).filter(kind=KIND, created_at__gte=since, released_at__isnull=True)
    done = exports.filter(status=JobStatus.DONE).values_list("result", flat=True)
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
