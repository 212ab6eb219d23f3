"""Possible duplicates: list, merge, or mark as different."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from accounts.actors import Actor
from accounts.middleware import ActorRequest
from audit.models import Action
from audit.rules import both_purposes
from contacts.merging.choices import TOGETHER, choices_for
from contacts.merging.services import MODELS, MOST_MERGED, merge_contacts, merge_organisations, undo_merge
from contacts.policies import can_edit_contact, can_edit_organisation
from contacts.queries.pairs import contact_pairs, organisation_pairs
from contacts.services.duplicates import mark_as_different, unmark_as_different
from lib.conflicts import StaleVersion
from lib.error_texts import texts
from pages.disclosing import disclose
from pages.duplicates.forms import MergeForm, PairForm
from pages.duplicates.merging import label_of, tell_apart, text_of, what_refers_to
from pages.form_pages import form_page
from pages.lookups import writers_only
from pages.reasons import ANSWER, given_reasons, take_reasons
from pages.undo import LaterFirst, offer_undo, offered_undo, say_with_undo, undo_url, undoer

NOUNS = {"organisations": "organisation", "contacts": "contact"}
PAIRS = {"organisation": organisation_pairs, "contact": contact_pairs}
MERGES = {"organisation": merge_organisations, "contact": merge_contacts}
MAY_EDIT: Mapping[str, Any] = {"organisation": can_edit_organisation, "contact": can_edit_contact}


@require_safe
def duplicates(request: ActorRequest, noun: str = "organisations") -> HttpResponse:
    object_type = _type_of(request, noun)
    pairs, total = PAIRS[object_type](request.actor)
    ids = dict.fromkeys(row.pk for pair in pairs for row in (pair.row, pair.other_row))
    districts = {row.home_district_id for pair in pairs for row in (pair.row, pair.other_row)}
    disclose(request, object_type, ids, action=Action.LIST, district_ids=districts)
    may_edit = MAY_EDIT[object_type]
    distinctions = tell_apart(request.actor, [row for pair in pairs for row in (pair.row, pair.other_row)])
    lines = [
        {
            "reasons": pair.reasons,
            "rows": [(row, distinctions[row.pk]) for row in (pair.row, pair.other_row)],
            "may_merge": may_edit(request.actor, pair.row) and may_edit(request.actor, pair.other_row),
        }
        for pair in pairs
    ]
    context = {
        "noun": noun,
        "object_type": object_type,
        "pairs": lines,
        "total": total,
        "undo": offered_undo(request, f"duplicates_{noun}"),
    }
    return render(request, "pages/duplicates/list.html", context)


@require_POST
def not_a_duplicate(request: ActorRequest, noun: str) -> HttpResponse:
    object_type = _type_of(request, noun)
    form = PairForm(request.POST)
    if not form.is_valid():
        raise Http404
    ids = form.cleaned_data["one"], form.cleaned_data["other"]
    try:
        mark_as_different(actor=request.actor, object_type=object_type, ids=ids)
    except MODELS[object_type].DoesNotExist as error:
        raise Http404 from error
    say_with_undo(
        request,
        _("Marked as not duplicates."),
        "not_a_duplicate",
        object_type=object_type,
        ids=[str(pk) for pk in ids],
    )
    return redirect("duplicates", noun)


@undoer("not_a_duplicate")
def _look_again(*, actor: Actor, object_type: str, ids: list[str]) -> None:
    first_id, second_id = ids
    unmark_as_different(actor=actor, object_type=object_type, ids=(UUID(first_id), UUID(second_id)))


@form_page
def merge(request: ActorRequest, noun: str) -> HttpResponse:
    """Merge the rows in `?row=…&row=…`. The first is kept unless another is chosen."""
    object_type = _type_of(request, noun)
    rows = _rows(request, object_type)
    if not 2 <= len(rows) <= MOST_MERGED:
        messages.warning(
            request, _("Select at least two duplicates. The limit is %(most)s.") % {"most": MOST_MERGED}
        )
        return redirect("duplicates", noun)
    if read_only := [row for row in rows if not MAY_EDIT[object_type](request.actor, row)]:
        return _only_looked_at(request, noun, rows, read_only)
    people = [row.pk for row in rows] if object_type == "contact" else []
    if question := take_reasons(request, people):  # shows as much as the contact's page
        return question
    if ANSWER in request.POST and "keep" not in request.POST:  # the reason was just given: reload the page
        return redirect(request.get_full_path())
    reasons = given_reasons(request, people)
    form = MergeForm(request.POST or None, rows=rows, distinctions=tell_apart(request.actor, rows))
    if request.method == "POST" and form.is_valid():
        try:
            done = MERGES[object_type](
                actor=replace(request.actor, purpose=both_purposes(request.actor.purpose, reasons)),
                kept_id=form.kept_id,
                versions=form.versions(),
                choices=form.choices(),
            )
        except StaleVersion:
            form.add_error(
                None, _("One of these records has changed since you opened this page. Check it again.")
            )
        except ValidationError as error:
            form.add_error(None, texts(error))
        else:
            text = ngettext("%(n)s duplicate merged.", "%(n)s duplicates merged.", len(rows) - 1)
            back = undo_url(request, "merge", merge_id=str(done.pk))
            offer_undo(request, text % {"n": len(rows) - 1}, back, on=f"duplicates_{noun}")
            return redirect(object_type, done.kept_id)
    disclose(request, object_type, rows, people=people, reason=reasons)
    model = MODELS[object_type]
    same = [choice for choice in choices_for(rows) if not choice.differs]
    context = {
        "noun": noun,
        "object_type": object_type,
        "form": form,
        "rows": rows,
        "same": [(label_of(model, choice), text_of(model, choice, choice.options[0])) for choice in same],
        "referring": what_refers_to(rows),
    }
    return render(request, "pages/duplicates/merge.html", context, status=422 if form.errors else 200)


def _only_looked_at(request: ActorRequest, noun: str, rows: list[Any], read_only: list[Any]) -> HttpResponse:
    """Show which selected rows the user cannot merge, with a link to continue with the others."""
    if request.method == "POST":
        raise PermissionDenied
    object_type = NOUNS[noun]
    disclose(request, object_type, [row.pk for row in rows], district_ids={r.home_district_id for r in rows})
    context = {"noun": noun, "object_type": object_type, "rows": rows, "read_only": read_only}
    return render(request, "pages/duplicates/read_only.html", context, status=403)


@undoer("merge")
def _take_merge_back(*, actor: Actor, merge_id: str) -> None:
    try:
        undo_merge(actor=actor, merge_id=UUID(merge_id))
    except ValidationError as error:
        if error.code != "later_first" or not error.params:
            raise
        raise LaterFirst(texts(error)[0], "merge", merge_id=str(error.params["merge_id"])) from error


def _type_of(request: ActorRequest, noun: str) -> str:
    """Return the object type. Only users who may write can look for duplicates."""
    if noun not in NOUNS:
        raise Http404
    writers_only(request)
    return NOUNS[noun]


def _rows(request: ActorRequest, object_type: str) -> list[Any]:
    """The rows named in the URL, in order. Raises 404 unless all are visible."""
    try:
        ids = list(dict.fromkeys(UUID(text) for text in request.GET.getlist("row")))
    except ValueError as error:
        raise Http404 from error
    model = MODELS[object_type]
    relations = {
        name for names in TOGETHER[model] for name in names if model._meta.get_field(name).is_relation
    }
    rows = model.objects.visible_to(request.actor).select_related(*relations).in_bulk(ids[: MOST_MERGED + 1])
    if len(rows) < min(len(ids), MOST_MERGED + 1) or not (ids or "chosen" in request.GET):
        raise Http404
    return [rows[pk] for pk in ids[: MOST_MERGED + 1]]
