"""A signed audit beside today's figures."""

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.middleware import ActorRequest
from pages.disclosing import disclose
from pages.reviews.views import PAGE_OF, review_page
from reviews.models import Review
from reviews.queries.differences import since_signed


@require_safe
@review_page()
def review_since(request: ActorRequest, row: Review) -> HttpResponse:
    """Show the audit's figures as of today, and the records that made the difference."""
    if not (row.is_signed and row.district_code):
        raise Http404
    figures = since_signed(request.actor, row)
    disclose(request, "review", [row])
    for changed_figure in figures:
        if changed_records := [
            record for difference in changed_figure.differences for record in difference.rows
        ]:
            disclose(request, PAGE_OF[changed_figure.noun], changed_records)
    titles = {
        "counted": _("Counted now, not then"),
        "not_counted": _("Counted then, not now"),
        "new": _("In the total now, not then"),
        "gone": _("In the total then, not now"),
    }
    changed = [
        (
            changed_figure,
            [(titles[each.code], each) for each in changed_figure.differences],
            PAGE_OF.get(changed_figure.noun, ""),
        )
        for changed_figure in figures
        if changed_figure.differences
    ]
    context = {"review": row, "figures": figures, "changed": changed}
    return render(request, "pages/reviews/since.html", context)
