"""The library: find a practice, read it, say what came of it, and write, review and publish one."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.middleware import ActorRequest
from accounts.models import User
from contacts.services.public_texts import flags_of
from lib.days import city_today
from lib.error_texts import texts
from lib.fold import fold, latin
from pages.disclosing import disclose
from pages.form_pages import form_page, posted, save_or_show_conflict
from pages.forms.base import RefusalsIn
from pages.lists import list_page, show_list
from pages.lookups import get_or_404, readers_only, refuse_unless, writers_only
from pages.practices.forms import (
    PRACTICE,
    TEXT,
    AdoptionForm,
    NewPracticeForm,
    PracticeForm,
    RetireForm,
    ReviewForm,
    TranslationForm,
    UseForm,
    written_sources,
)
from pages.undo import say_with_undo, undoer
from plans.services.goals import save_action
from practices.filters import LibraryFilters
from practices.models import Practice
from practices.policies import (
    can_exchange_practices,
    can_review_practice,
    can_start_practice,
    can_write_practice,
)
from practices.reading import practice_page, read_practice, with_adoption_results
from practices.rules import looks_like_a_person
from practices.services.adoptions import record_adoption, withdraw_adoption
from practices.services.practices import (
    confirm_practice,
    create_practice,
    discard_practice,
    edit_practice,
    publish_practice,
    retire_practice,
    review_practice,
    submit_practice,
)


@list_page
def practices(request: ActorRequest) -> HttpResponseBase:
    return show_list(
        request,
        "practice",
        LibraryFilters,
        with_adoption_results(Practice.objects.visible_to(request.actor)),
        heading=_("Practices"),
        find=_("Find a practice"),
        orderings=("folded", "confirmed_on"),
        default="folded",
        may_start=can_start_practice(request.actor),
        may_exchange=can_exchange_practices(request.actor),
        own_languages=own_languages(),
    )


@require_safe
def practice(request: ActorRequest, pk: UUID) -> HttpResponse:
    """Half a page first, the rest below. `?language=` chooses another text."""
    row = seen_practice(request, pk)
    page = practice_page(request.actor, row, request.GET.get("language", "")[:12], *own_languages())
    disclose(request, "practice", [row.pk])
    actor = request.actor
    context = {
        "practice": row,
        "page": page,
        "own_languages": own_languages(),
        "may_write": can_write_practice(actor, row),
        "may_review": can_review_practice(actor, row) and row.status == "in_review",
        "may_try": can_start_practice(actor),
    }
    return render(request, "pages/practices/detail.html", context)


@form_page
def practice_new(request: ActorRequest) -> HttpResponse:
    refuse_unless(can_start_practice(request.actor))
    form = NewPracticeForm(posted(request), initial={"language": own_languages()[-1]})
    if form.is_valid():
        with RefusalsIn(form):
            row = create_practice(actor=request.actor, **form.values())
            _warn_of_names(request, row)
            return redirect("practice", row.pk)
    return _form(request, None, form, _("New practice"))


@form_page
def practice_edit(request: ActorRequest, pk: UUID) -> HttpResponse:
    """The practice with its original text, or with that of `?language=`."""
    row = written_practice(request, pk)
    text = row.text_for(request.GET.get("language", "")[:12])
    if text is None:
        return redirect("practice_translate", pk)

    def current_values() -> dict[str, Any]:
        fresh = get_or_404(Practice.objects.visible_to(request.actor).with_texts(), pk)
        text_of_language = next(
            practice_text for practice_text in fresh.all_texts if practice_text.language == text.language
        )
        properties = {name: getattr(fresh, name) for name in (*PRACTICE, "version")}
        written = {name: getattr(text_of_language, name) for name in TEXT}
        return properties | written | {"sources": written_sources(text_of_language.sources)}

    def build(data: Any) -> PracticeForm:
        return PracticeForm(data, initial=current_values())

    form = build(posted(request))
    attempt = save_or_show_conflict(
        form,
        lambda: edit_practice(
            actor=request.actor,
            practice_id=pk,
            version=form.cleaned_data["version"],
            language=text.language,
            **form.values(),
        ),
        current=current_values,
        again=build,
    )
    if attempt.saved:
        _warn_of_names(request, attempt.saved)
        messages.success(request, _("Practice saved."))
        return redirect("practice", pk)
    disclose(request, "practice", [pk])
    context = {"practice": row, "title": _("Edit practice"), "unpublishes": True, **attempt.context}
    return render(request, "pages/practices/part.html", context, status=attempt.status)


@form_page
def practice_translate(request: ActorRequest, pk: UUID) -> HttpResponse:
    part: dict[str, Any] = {"title": _("Add translation"), "unpublishes": True}
    return _part(request, pk, TranslationForm(posted(request)), edit_practice, **part)


@form_page
def practice_review(request: ActorRequest, pk: UUID) -> HttpResponse:
    """Four questions, answered by a supervisor who did not write the practice."""
    row = seen_practice(request, pk)
    refuse_unless(can_review_practice(request.actor, row))
    form = ReviewForm(posted(request))
    message, flags = _("Review signed."), flags_of(row.typed_texts())
    part: dict[str, Any] = {"title": _("Review practice"), "message": message, "row": row, "flags": flags}
    return _part(request, pk, form, review_practice, **part)


@form_page
def practice_retire(request: ActorRequest, pk: UUID) -> HttpResponse:
    form, message = RetireForm(posted(request)), _("Practice retired.")
    return _part(request, pk, form, retire_practice, title=_("Retire practice"), message=message)


@require_POST
def practice_submit(request: ActorRequest, pk: UUID) -> HttpResponse:
    return _act(request, pk, submit_practice, message=_("Sent for review."))


@require_POST
def practice_publish(request: ActorRequest, pk: UUID) -> HttpResponse:
    return _act(request, pk, publish_practice, message=_("Practice published."))


@require_POST
def practice_confirm(request: ActorRequest, pk: UUID) -> HttpResponse:
    return _act(request, pk, confirm_practice, message=_("Practice confirmed for a year."))


@require_POST
def practice_discard(request: ActorRequest, pk: UUID) -> HttpResponse:
    return _act(request, pk, discard_practice, message=_("Draft discarded."), to="practices")


@form_page
def practice_tried(request: ActorRequest, pk: UUID) -> HttpResponse:
    """“We tried this”: what came of it, in a district where the actor works."""
    row = seen_practice(request, pk)
    writers_only(request)
    form = AdoptionForm(posted(request), initial={"started_on": city_today()}, actor=request.actor)
    if form.is_valid():
        with RefusalsIn(form):
            adoption = record_adoption(actor=request.actor, practice_id=pk, **form.cleaned_data)
            say_with_undo(request, _("Result recorded."), "practice_tried", adoption_id=str(adoption.pk))
            return redirect("practice", pk)
    return _form(request, row, form, _("We tried this"))


@undoer("practice_tried")
def _untried(*, actor: Any, adoption_id: str) -> None:
    withdraw_adoption(actor=actor, adoption_id=UUID(adoption_id))


@form_page
def practice_use(request: ActorRequest, pk: UUID) -> HttpResponse:
    """An action of a plan that uses the practice, with its title and what it does."""
    row = seen_practice(request, pk)
    writers_only(request)
    form = UseForm(posted(request), actor=request.actor, strands=row.strands)
    if form.is_valid() and (text := row.text_for(*own_languages())):
        goal = form.chosen()
        with RefusalsIn(form):
            action = save_action(
                actor=request.actor,
                plan_id=goal.plan_id,
                goal_id=goal.pk,
                title=text.title,
                description=text.how_it_works[:1000],
                practice=row,
            )
            messages.success(request, _("Action added. Choose who is responsible."))
            return redirect("plan_action_edit", goal.plan_id, action.pk)
    return _form(request, row, form, _("Use in a plan"), empty=not form.goals)


# --- Shared steps -----------------------------------------------------------------------------------------


def own_languages() -> tuple[str, ...]:
    """The reader's language, and the same without its region."""
    code = get_language() or "en"
    return tuple(dict.fromkeys((code, code.partition("-")[0])))


def seen_practice(request: ActorRequest, pk: UUID) -> Practice:
    readers_only(request)
    try:
        return read_practice(request.actor, pk)
    except Practice.DoesNotExist as error:
        raise Http404 from error


def written_practice(request: ActorRequest, pk: UUID) -> Practice:
    row = seen_practice(request, pk)
    refuse_unless(can_write_practice(request.actor, row))
    return row


def _part(
    request: ActorRequest,
    pk: UUID,
    form: Any,
    save: Callable[..., object],
    *,
    title: str,
    message: str = "",
    row: Practice | None = None,
    **more: Any,
) -> HttpResponse:
    """A page with one form of a practice, for who writes it unless `row` is given."""
    practice = row or written_practice(request, pk)
    if form.is_valid():
        with RefusalsIn(form):
            values = form.values() if hasattr(form, "values") else form.cleaned_data
            save(actor=request.actor, practice_id=pk, **values)
            messages.success(request, message or _("Practice saved."))
            return redirect("practice", pk)
    return _form(request, practice, form, title, **more)


def _form(request: ActorRequest, row: Practice | None, form: Any, title: str, **more: Any) -> HttpResponse:
    if row:
        disclose(request, "practice", [row.pk])
    context = {"practice": row, "form": form, "title": title, **more}
    return render(request, "pages/practices/part.html", context, status=422 if form.is_bound else 200)


def _act(
    request: ActorRequest, pk: UUID, service: Callable[..., object], *, message: str, to: str = ""
) -> HttpResponse:
    """Call a service for who writes the practice, and say why it refuses."""
    written_practice(request, pk)
    try:
        service(actor=request.actor, practice_id=pk)
    except ValidationError as error:
        messages.error(request, " ".join(texts(error)))
        return redirect("practice", pk)
    messages.success(request, message)
    return redirect(to) if to else redirect("practice", pk)


def _warn_of_names(request: ActorRequest, row: Practice) -> None:
    """The texts and the mailbox stay as they were typed, but should name no one."""
    practice = read_practice(request.actor, row.pk)
    if flags := flags_of(practice.typed_texts()):
        text = _("These words of the texts may name someone. Remove them if they do: %(words)s")
        messages.warning(request, text % {"words": ", ".join(flags)})
    if not row.contact:
        return
    rows = User.objects.visible_to(request.actor).active().values_list("name", flat=True)
    if looks_like_a_person(row.contact, [latin(fold(name)) for name in rows]):
        messages.warning(request, _("The contact looks like a person’s mailbox. Enter that of an office."))
