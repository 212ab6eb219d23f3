"""Council papers of two pages: figures of a release, those of a year before, and texts of a supervisor."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Final
from uuid import UUID

from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.actors import Actor
from audit.models import Action, Op
from audit.services import Changed, record_changes
from contacts.services.public_texts import refuse_protected
from jobs.services.printing import can_write_pdf
from lib.cleaning import assign
from publishing.models import CouncilPaper, Release
from publishing.policies import can_publish
from publishing.queries.files import print_paper
from publishing.queries.paper_figures import figure_choices, state_figures
from publishing.services.grids import lock_releases

MOST_FIGURES: Final = 5
MOST_PAGES: Final = 2
RECIPIENT: Final = "council"


def prepare_paper(
    *, actor: Actor, release_id: UUID, figures: Sequence[str], texts: Mapping[str, str]
) -> CouncilPaper:
    """Build the next version of the paper of a release with its PDF, without saving it.

    `figures` are keys of `figure_choices`, and `texts` the text fields of the paper by name. Raises
    PermissionDenied, DoesNotExist, and ValidationError for other figures or for more than two pages.
    """
    if not can_publish(actor):
        raise PermissionDenied
    if not can_write_pdf():
        raise ValidationError(_("This server cannot create PDFs (Pango is not installed)."))
    release: Release = Release.objects.visible_to(actor).get(pk=release_id)
    keys = list(dict.fromkeys(figures))
    _check_figures(release, keys)
    last_paper = release.papers.order_by("version").last()
    paper = CouncilPaper(
        release=release, version=last_paper.version + 1 if last_paper else 1, made_by_id=actor.id
    )
    assign(paper, texts)
    refuse_protected(texts.values())
    with translation.override(settings.LANGUAGE_CODE):
        paper.figures = [asdict(figure) for figure in state_figures(release, keys)]
    paper.full_clean(exclude=["release", "made_by", "pdf"])
    paper.pdf, pages = print_paper(paper)
    if pages > MOST_PAGES:
        raise ValidationError(
            ngettext(
                "The paper has %(n)d page. Shorten the texts until it has 2 pages.",
                "The paper has %(n)d pages. Shorten the texts until it has 2 pages.",
                pages,
            )
            % {"n": pages},
            code="too_long",
        )
    return paper


@transaction.atomic
def make_paper(
    *, actor: Actor, release_id: UUID, figures: Sequence[str], texts: Mapping[str, str]
) -> CouncilPaper:
    """Save the next version of the paper of a release. Raises as `prepare_paper`."""
    lock_releases()
    paper = prepare_paper(actor=actor, release_id=release_id, figures=figures, texts=texts)
    paper.save(force_insert=True)
    digest = hashlib.sha256(paper.pdf).hexdigest()
    changed = Changed("council_paper", paper.pk, Op.CREATED, paper.version, [])
    record_changes(actor, Action.CREATE, [changed], purpose=f"sha256:{digest}", recipient=RECIPIENT)
    return paper


def _check_figures(release: Release, keys: Sequence[str]) -> None:
    known_keys = {key for rows in figure_choices(release).values() for key, _name in rows}
    if not keys or len(keys) > MOST_FIGURES or not known_keys.issuperset(keys):
        raise ValidationError(_("Choose 1 to 5 figures from the list."), code="figures")
