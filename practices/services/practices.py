"""The writer of practices: start, edit, submit, review, publish, confirm and retire."""

from collections.abc import Collection, Mapping
from datetime import date, timedelta
from typing import Any, Final
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from accounts.actors import SYSTEM, Actor
from audit.models import Action, Op
from audit.services import Changed, record_changes
from contacts.services.change_feed import record_moves
from contacts.services.public_texts import refuse_protected
from lib.cleaning import assign, clean_text
from lib.conflicts import check_version
from lib.days import city_today
from lib.fold import findable, fold, latin
from practices import rules
from practices.codes import Evidence, PracticeStatus, Translated
from practices.models import EditorialReview, Practice, PracticeText
from practices.models.practice import is_due_to_retire
from practices.policies import can_review_practice, can_start_practice, can_write_practice
from practices.services.sources import clean_sources
from reminders.services.reminders import refresh_reminders

OBJECT: Final = "practice"
MOST_LANGUAGES: Final = 40
LONGEST_CODE: Final = 60


@transaction.atomic
def create_practice(*, actor: Actor, text: Mapping[str, Any], language: str, **fields: Any) -> Practice:
    """Start a draft with its original text. Raises PermissionDenied, ValidationError by field."""
    if not can_start_practice(actor):
        raise PermissionDenied
    practice = Practice(author_id=actor.id, edited_by_id=actor.id)
    assign(practice, fields)
    practice.code = _free_code(str(text.get("title", "")))
    _validate(practice)
    practice.save(force_insert=True)
    _save_text(practice, language, {**text, "translated": Translated.ORIGINAL})
    write_practice(actor, practice, [], op=Op.CREATED)
    return practice


@transaction.atomic
def edit_practice(
    *,
    actor: Actor,
    practice_id: UUID,
    version: int | None = None,
    text: Mapping[str, Any] | None = None,
    language: str = "",
    **fields: Any,
) -> Practice:
    """Change a practice, and with `text` its text in `language`. A published practice becomes a draft again.

    Raises as `locked_practice`, StaleVersion, ValidationError by field.
    """
    practice = locked_practice(actor, practice_id)
    check_version(practice.version, version)
    changed = assign(practice, fields)
    _validate(practice)
    if text is not None and _save_text(practice, language, text):
        changed.append("texts")
    if changed:
        begin_edition(actor, practice)
        write_practice(actor, practice, changed)
    return practice


@transaction.atomic
def remove_text(*, actor: Actor, practice_id: UUID, language: str) -> Practice:
    """Remove a translation. Raises as `locked_practice`, DoesNotExist, ValidationError for an original."""
    practice = locked_practice(actor, practice_id)
    text = practice.texts.get(language=language)
    if text.translated == Translated.ORIGINAL:
        raise ValidationError(_("The original cannot be removed."), code="original")
    text.delete()
    begin_edition(actor, practice)
    write_practice(actor, practice, ["texts"])
    return practice


@transaction.atomic
def submit_practice(*, actor: Actor, practice_id: UUID) -> Practice:
    """Send a draft with a complete original for review. Raises as `locked_practice`."""
    practice = locked_practice(actor, practice_id)
    if practice.status != PracticeStatus.DRAFT:
        raise ValidationError(_("Only a draft can be sent for review."), code="not_a_draft")
    _refuse_incomplete(practice)
    _refuse_protected(practice)
    practice.status, practice.submitted_on = PracticeStatus.IN_REVIEW, city_today()
    write_practice(actor, practice, ["status"])
    return practice


@transaction.atomic
def review_practice(
    *, actor: Actor, practice_id: UUID, level: str, note: str = "", **answers: str
) -> EditorialReview:
    """Sign a review of a practice that is in review. The reviewer decides its level of evidence.

    Raises DoesNotExist, PermissionDenied for its writers and for all but supervisors, ValidationError by
    field.
    """
    practice = _visible_practice(actor, practice_id)
    if not can_review_practice(actor, practice):
        raise PermissionDenied
    if practice.status != PracticeStatus.IN_REVIEW:
        raise ValidationError(_("This practice is not in review."), code="not_in_review")
    review = EditorialReview(practice=practice, edition=practice.edition, reviewer_id=actor.id)
    assign(review, {"level": level, "note": note, **answers})
    review.full_clean(exclude=["practice", "reviewer"])
    if not rules.is_allowed(level, review.answers()):
        message = _("The four answers allow “%(level)s” at most.")
        allowed = Evidence(rules.highest_level(review.answers())).label
        raise ValidationError({"level": message % {"level": allowed}}, code="level")
    refuse_protected([review.note])
    review.save(force_insert=True)
    practice.level = level
    write_practice(actor, practice, ["reviews", "level"])
    return review


@transaction.atomic
def publish_practice(*, actor: Actor, practice_id: UUID) -> Practice:
    """Publish an edition that another person has reviewed. Raises as `locked_practice`."""
    practice = locked_practice(actor, practice_id)
    if practice.status != PracticeStatus.IN_REVIEW:
        raise ValidationError(_("Send the practice for review first."), code="not_in_review")
    _refuse_incomplete(practice)
    _refuse_protected(practice)
    writer_ids = [user_id for user_id in (practice.author_id, practice.edited_by_id) if user_id]
    reviews = practice.reviews.filter(edition=practice.edition).exclude(reviewer__in=writer_ids)
    review = reviews.order_by("-signed_at").first()
    if review is None:
        raise ValidationError(_("Another person must review the practice first."), code="not_reviewed")
    if not rules.is_allowed(practice.level, review.answers()):
        raise ValidationError(_("The review does not allow this level of evidence."), code="level")
    practice.status = PracticeStatus.PUBLISHED
    _confirm(practice)
    write_practice(actor, practice, ["status"])
    return practice


@transaction.atomic
def confirm_practice(*, actor: Actor, practice_id: UUID) -> Practice:
    """Confirm that a published practice is still done in this way. Raises as `locked_practice`."""
    practice = locked_practice(actor, practice_id)
    if not practice.is_published:
        raise ValidationError(_("Only a published practice can be confirmed."), code="not_published")
    _confirm(practice)
    write_practice(actor, practice, ["confirmed_on"])
    return practice


@transaction.atomic
def retire_practice(*, actor: Actor, practice_id: UUID, reason: str) -> Practice:
    """Retire a published practice. Its page stays. Raises as `locked_practice`, ValidationError by field."""
    practice = locked_practice(actor, practice_id)
    if not practice.is_published:
        raise ValidationError(_("Only a published practice can be retired."), code="not_published")
    if len(clean_text(reason)) < rules.SHORTEST_REASON:
        message = _("Enter why, in 10 characters or more.")
        raise ValidationError({"retired_reason": message}, code="reason")
    _retire(actor, practice, reason)
    return practice


@transaction.atomic
def discard_practice(*, actor: Actor, practice_id: UUID) -> None:
    """Delete a draft without a review.

    Raises as `locked_practice`, ValidationError for any other practice.
    """
    practice = locked_practice(actor, practice_id)
    if practice.status != PracticeStatus.DRAFT or practice.reviews.exists():
        raise ValidationError(_("Only a draft without a review can be discarded."), code="reviewed")
    changed = Changed(OBJECT, practice.pk, Op.ERASED, practice.version + 1)
    record_changes(actor, Action.ERASE, [changed])
    practice.delete()


def retire_unconfirmed(today: date | None = None) -> int:
    """Retire practices that were not confirmed for 2 years after the due date, and return their number."""
    day = today or city_today()
    rows = Practice.objects.published().of_this_city().order_by("pk")
    late = rows.filter(confirm_by__lte=day - timedelta(days=rules.RETIRED_DAYS))
    return sum(_retire_late(pk, day) for pk in late.values_list("pk", flat=True))


@transaction.atomic
def _retire_late(practice_id: UUID, today: date) -> bool:
    rows = Practice.objects.published().select_for_update(of=("self",))
    practice = rows.filter(pk=practice_id).first()
    if practice is None or not is_due_to_retire(practice, today):
        return False
    _retire(SYSTEM, practice, _("Not confirmed for two years."), today)
    return True


# --- Shared steps -----------------------------------------------------------------------------------------


def locked_practice(actor: Actor, practice_id: UUID) -> Practice:
    """Return a practice of this city for writing, locked until the transaction ends.

    Raises DoesNotExist if the actor does not see the practice. Raises PermissionDenied if the actor cannot
    write it, or if it is from another city.
    """
    practice = _visible_practice(actor, practice_id)
    if not can_write_practice(actor, practice):
        raise PermissionDenied
    return practice


def write_practice(actor: Actor, practice: Practice, names: Collection[str], *, op: Op = Op.UPDATED) -> None:
    """Save a practice in its next version with its search text, and record the change."""
    if op != Op.CREATED:
        practice.version += 1
        practice.updated_at = timezone.now()
    searchable_texts = [word for text in practice.texts.order_by("pk") for word in (text.title, text.problem)]
    practice.folded = findable(*searchable_texts, practice.origin)
    practice.save()
    action = Action.CREATE if op == Op.CREATED else Action.UPDATE
    record_changes(actor, action, [Changed(OBJECT, practice.pk, op, practice.version, field_names=names)])
    if "status" in names:
        record_moves(actor, OBJECT, {practice.pk: ()})  # a plan names only a published practice
    if practice.is_ours:
        refresh_reminders(OBJECT, practice.pk)


def begin_edition(actor: Actor, practice: Practice) -> None:
    """Set a practice back to draft, in a new edition if the current one was published or reviewed."""
    practice.edited_by_id = actor.id
    was_public = practice.status in (PracticeStatus.PUBLISHED, PracticeStatus.RETIRED)
    if was_public or practice.reviews.filter(edition=practice.edition).exists():
        practice.edition += 1
    practice.status = PracticeStatus.DRAFT
    practice.submitted_on = practice.retired_on = None


def _visible_practice(actor: Actor, practice_id: UUID) -> Practice:
    return Practice.objects.visible_to(actor).select_for_update(of=("self",)).get(pk=practice_id)


def _confirm(practice: Practice) -> None:
    practice.confirmed_on = city_today()
    practice.confirm_by = practice.confirmed_on + timedelta(days=rules.CONFIRMED_DAYS)


def _retire(actor: Actor, practice: Practice, reason: str, today: date | None = None) -> None:
    assign(practice, {"retired_reason": reason})
    practice.status, practice.retired_on = PracticeStatus.RETIRED, today or city_today()
    write_practice(actor, practice, ["status"])


def _save_text(practice: Practice, language: str, fields: Mapping[str, Any]) -> bool:
    """Write the text of a language, and return whether it changed."""
    text = practice.texts.filter(language=language).first()
    is_new = text is None
    if text is None:
        if practice.texts.count() >= MOST_LANGUAGES:
            raise ValidationError({"language": _("Too many. The limit is %(n)d.") % {"n": MOST_LANGUAGES}})
        text = PracticeText(practice=practice, language=language)
    values = dict(fields)
    sources = clean_sources(values.pop("sources", text.sources))
    changed = assign(text, values)
    if sources != text.sources:
        text.sources = sources
        changed.append("sources")
    if changed or is_new:
        text.full_clean(exclude=["practice"])
        text.save()
    return bool(changed) or is_new


def _refuse_incomplete(practice: Practice) -> None:
    """Raise ValidationError unless the practice has an original and each original is complete."""
    originals = list(practice.texts.filter(translated=Translated.ORIGINAL))
    if not originals:
        raise ValidationError(
            _("A practice needs an original text. Translations by a machine are not enough."), code="original"
        )
    for text in originals:
        if gaps := rules.missing({name: getattr(text, name) for name in rules.REQUIRED}):
            fields = [field for field in PracticeText._meta.concrete_fields if field.name in gaps]
            names = {field.name: capfirst(field.verbose_name) for field in fields}
            messages = {name: _("Enter “%(field)s”.") % {"field": field} for name, field in names.items()}
            raise ValidationError(messages, code="required")


def _refuse_protected(practice: Practice) -> None:
    """Raise ValidationError if a text names an organisation or an address that is protected."""
    practice.all_texts = list(practice.texts.order_by("language"))
    refuse_protected(practice.typed_texts())


def _validate(practice: Practice) -> None:
    practice.full_clean(exclude=["author", "edited_by"])


def _free_code(title: str) -> str:
    """Return a code from the title that no practice of this city uses."""
    stem = "-".join(latin(fold(title)).split())[: LONGEST_CODE - 4].strip("-") or "practice"
    used_codes = set(
        Practice.objects.of_this_city().filter(code__startswith=stem).values_list("code", flat=True)
    )
    return next(
        code
        for code in (stem, *(f"{stem}-{n}" for n in range(2, len(used_codes) + 3)))
        if code not in used_codes
    )
