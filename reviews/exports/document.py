"""Document of a signed audit to print, with names that were not erased."""

from collections.abc import Iterator
from typing import Any, Final

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.actors import Actor
from audit.codes import words_of
from lib.sheets import Column
from reports.exports.cells import Value, text_cell
from reports.exports.document import Document, marking_of
from reports.exports.tables import Table
from reports.figures.wording import reconstruction_note
from reports.queries.questions import By
from reviews.codes import ActionOutcome
from reviews.models import Review
from reviews.queries.definitions import Definition, definition_of, n_of, vintage_note
from reviews.queries.parts import (
    digest_of_record,
    earlier_actions,
    figures_of,
    with_meetings,
    with_names,
    with_organisations,
)

_WIDE: Final = 40


def document_of(review: Review, actor: Actor, purpose: str, recipient: str) -> Document:
    """Return the document in the active language. Blind spots are left out, as in every file."""
    tables = [_figures(review), *_actions(review), *_checked(review, actor)]
    comments_by_slug = {row.slug: row for row in review.comments.all()}
    methods = _methods(review)
    comments = [
        (method.title, comments_by_slug[method.slug].text)
        for method in methods
        if method.slug in comments_by_slug
    ]
    now = timezone.now()
    return Document(
        title=_("Audit: %(name)s") % {"name": review.name},
        subtitle=str(review.period),
        facts=[*_facts(review), *_creation_facts(actor, purpose, recipient)],
        tables=[table for table in tables if table.rows],
        methods=methods,
        texts=[(_("Conclusion"), review.conclusion), *comments, *_addenda(review)],
        marking=marking_of(actor, recipient, now),
        made_at=now,
        author=actor.name,
    )


def _facts(review: Review) -> Iterator[tuple[str, str]]:
    yield _("District"), f"{review.name} ({review.district_code})"
    yield _("Period"), review.period.span
    yield _("Figures as at"), _moment(review.as_of)
    yield _("Figures"), vintage_note(review.figures.defer("ids", "rest"))
    if history_notice := reconstruction_note(review.recorded_since):
        yield _("History"), history_notice
    signatures = with_names(review, review.signatures.all(), "signed_by", has_kept_names=True)
    for signature in signatures.order_by("position"):
        title = _("Signed by") if signature.position == 1 else _("Second signature")
        yield title, f"{signature.person or _('name erased')}, {_moment(signature.signed_at)}"
        if signature.key_id:
            yield _("Key"), signature.key_id
    if review.supersedes_id:
        yield _("Replaces an earlier audit"), review.superseding_reason
    if review.seed:
        yield _("Audits started for this period"), str(review.drafts)
    yield _("Digest of the record"), digest_of_record(review)
    yield (
        _("Figures by group, and the IDs of counted records"),
        _("In the JSON file, which anyone can verify"),
    )


def _addenda(review: Review) -> Iterator[tuple[str, str]]:
    rows = with_names(review, review.addenda.all(), "written_by", has_kept_names=True)
    for addendum in rows.order_by("written_at", "pk"):
        title = _("Addendum of %(day)s") % {"day": _moment(addendum.written_at)}
        yield f"{title}, {addendum.person or _('name erased')}", addendum.text


def _creation_facts(actor: Actor, purpose: str, recipient: str) -> Iterator[tuple[str, str]]:
    yield _("Created by"), actor.name
    yield _("Reason"), words_of(purpose)
    if recipient:
        yield _("For"), recipient


def _methods(review: Review) -> list[Definition]:
    slugs = review.figures.order_by("position").values_list("slug", flat=True)
    definitions = [definition_of(review.definitions, slug) for slug in dict.fromkeys(slugs)]
    return [definition for definition in definitions if definition]


def _figures(review: Review) -> Table:
    """Return the figures of the district and its parts, as on the audit's page."""
    rows = [row for row in figures_of(review) if row.by == By.DISTRICT]
    columns = [
        Column(_("Indicator"), width=_WIDE),
        Column(_("District"), width=24),
        Column(_("Figure")),
        Column(_("Numbers"), width=16),
    ]
    methods = {method.slug: method for method in _methods(review)}
    return Table(
        _("Figures"),
        columns,
        [
            _cells(method.title, row.name, method.value_of(row), n_of(row))
            for row in rows
            if (method := methods.get(row.slug))
        ],
    )


def _actions(review: Review) -> Iterator[Table]:
    columns = [
        Column(_("Action"), width=60),
        Column(_("Due date"), width=16),
        Column(_("Assigned to"), width=24),
    ]
    agreed_actions = with_names(review, review.actions.all(), "owner", has_kept_names=True)
    agreed_rows = [
        _cells(action.text, _day(action.due_on), action.person or "")
        for action in agreed_actions.order_by("due_on", "pk")
    ]
    yield Table(_("Agreed actions"), columns, agreed_rows)
    earlier_rows = [
        _cells(
            action.text,
            _day(action.due_on),
            action.person or "",
            ActionOutcome(action.answer).label,
            action.remark,
        )
        for action in earlier_actions(review, has_kept_names=True)
    ]
    answer_columns = [Column(_("Done?"), width=16), Column(_("Note"), width=_WIDE)]
    yield Table(_("Actions from earlier audits"), [*columns, *answer_columns], earlier_rows)


def _checked(review: Review, actor: Actor) -> Iterator[Table]:
    columns = [
        Column(_("Meeting"), width=_WIDE),
        Column(_("Facts and opinion separate"), width=24),
        Column(_("Follow-ups recorded"), width=24),
        Column(_("Note"), width=_WIDE),
    ]
    samples = [
        _cells(
            _moment(sample.held_at) if sample.held_at else str(sample.meeting_id),
            sample.get_facts_apart_display(),
            sample.get_follow_up_recorded_display(),
            sample.note,
        )
        for sample in with_meetings(actor, review)
    ]
    draw_note = _("Chosen at random from %(held)s meetings held by others.") % {"held": review.meetings_held}
    yield Table(_("Records checked"), columns, samples, notes=[draw_note])
    columns = [
        Column(_("Organisation"), width=_WIDE),
        Column(_("What do they say?"), width=24),
        Column(_("Note"), width=_WIDE),
    ]
    calls = [
        _cells(call.organisation or _("name erased"), call.get_answer_display(), call.note)
        for call in with_organisations(actor, review)
    ]
    yield Table(_("Organisations called back"), columns, calls)


def _cells(*values: Any) -> list[Value]:
    return [text_cell(str(value)) for value in values]


def _day(day: Any) -> str:
    return date_format(day, "DATE_FORMAT")


def _moment(moment: Any) -> str:
    return date_format(timezone.localtime(moment), "DATETIME_FORMAT")
