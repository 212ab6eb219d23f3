"""Requirements of a public page before it goes live: notice, imprint, contact and a tested way to report."""

from django.utils.translation import gettext as _

from accounts.actors import SYSTEM
from districts.models import District
from publishing.codes import TextSlug
from publishing.models import PublicDistrict, PublicText, ReportingRoute


def missing_for(page: PublicDistrict) -> list[str]:
    """Return what the page of a district still needs, each as a sentence that says what to do."""
    texts = PublicText.objects.visible_to(SYSTEM)
    if page.languages:
        texts = texts.filter(language__in=page.languages)
    written_slugs = set(texts.values_list("slug", flat=True))
    needs = {
        _("Write the privacy notice in a language of the page. A supervisor of the whole city can."): (
            TextSlug.PRIVACY_NOTICE in written_slugs
        ),
        _("Write the imprint in a language of the page. A supervisor of the whole city can."): (
            TextSlug.IMPRINT in written_slugs
        ),
        _("Enter a phone number or an email address of the team."): bool(
            page.contact_line or page.contact_email
        ),
        _("Test a way to report of this district or of the whole city, and show it on the public page."): (
            _has_route(page.district)
        ),
    }
    return [sentence for sentence, is_met in needs.items() if not is_met]


def pages_without_route() -> list[District]:
    """Return the districts whose page is public and shows no way to report to which someone has answered."""
    pages = PublicDistrict.objects.visible_to(SYSTEM).on().select_related("district")
    routes = ReportingRoute.objects.visible_to(SYSTEM).meant_to_be_public().select_related("district")
    working = [route for route in routes if _is_tested(route)]
    return [
        page.district
        for page in pages
        if not any(route.district is None or page.pk in route.district.lineage for route in working)
    ]


def _has_route(district: District) -> bool:
    """Whether the page would show a way to report to which someone has answered."""
    under = District.objects.under(district).values("pk")
    routes = ReportingRoute.objects.visible_to(SYSTEM).of_districts(under)
    return any(_is_tested(route) for route in routes)


def _is_tested(route: ReportingRoute) -> bool:
    return route.is_shown and not route.tests.is_emergency
