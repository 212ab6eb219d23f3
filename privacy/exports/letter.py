"""The letter that answers a request, in the language of the person.

If police law forbids disclosure, the letter is the same, word for word, as if there were no data.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from django.conf import settings
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from privacy.codes import COPIES, Decision, Ground, Regime, RegisterPart, RequestKind
from privacy.exports.records import HeldData
from privacy.models import DataRequest, Finding
from privacy.queries.findings import title_of
from privacy.services.hiding import findings_that_stay

#: Sentences about what was done for a granted request.
_DONE: Final[Mapping[RequestKind, Any]] = {
    RequestKind.RECTIFY: gettext_lazy("We corrected your data."),
    RequestKind.RESTRICT: gettext_lazy("We restricted your data. We keep it, but no longer use it."),
    RequestKind.OBJECT: gettext_lazy("We agree with your objection and erased your data."),
    RequestKind.ERASE: gettext_lazy("We erased your data."),
}


def paragraphs(row: DataRequest, held: HeldData) -> Iterator[str]:
    """Yield the paragraphs of the letter, without salutation and rights."""
    yield _("On %(day)s you made a request: %(kind)s. Its number is %(number)s.") % {
        "day": date_format(row.received_on),
        "kind": row.get_kind_display(),
        "number": row.number,
    }
    hides_data = row.neither_confirm or row.decision == Decision.NOTHING_HELD
    if not hides_data and row.decision == Decision.REFUSED:
        yield _("We refuse this request. Reason: %(grounds)s.") % {"grounds": _grounds(row)}
    elif row.kind == RequestKind.ORGANISATION_COPY and not hides_data:
        yield _("This is what we hold about your organisation. Names of people are left out.")
        yield _("Tell us what is wrong. We correct it within 30 days.")
    elif row.kind in COPIES or hides_data:
        yield from _holdings_by_law(row, held)
    else:
        yield str(_DONE[RequestKind(row.kind)])
        if row.kind == RequestKind.RESTRICT:
            yield from _readable_texts(row)
    if not hides_data and row.decision == Decision.PARTLY and row.kind not in COPIES:
        yield _("A part stays as it was. Reason: %(grounds)s.") % {"grounds": _grounds(row)}
    elif not hides_data and row.decision == Decision.PARTLY:
        yield _("We leave out a part. Reason: %(grounds)s.") % {"grounds": _grounds(row)}
    if held.has_unsure:
        yield _(
            "We could not tell whether some notes are about you. Tell us one more detail, such as an address "
            "or an organisation. We will then look again."
        )


def rights(texts: Mapping[str, str]) -> list[str]:
    """Return the rights of the person. `texts`: the city's texts in the register, by part."""
    authority, court = texts.get(RegisterPart.AUTHORITY), texts.get(RegisterPart.COURT)
    officer = texts.get(RegisterPart.DPO)
    return [
        *([_("Data protection officer: %(text)s") % {"text": officer}] if officer else []),
        _("You can ask us to correct, restrict or erase your data. You can object to its use."),
        _("You can complain to the data protection authority. The authority can also check for you."),
        *([_("Authority: %(text)s") % {"text": authority}] if authority else []),
        _("You can take the matter to court."),
        *([_("Court: %(text)s") % {"text": court}] if court else []),
    ]


def salutation(row: DataRequest) -> str:
    names = row.terms()["names"]
    return _("Dear %(name)s,") % {"name": names[0]} if names else _("To the person who made this request")


def sender() -> str:
    return _("The police of %(city)s") % {"city": settings.CITY_NAME}


def _holdings_by_law(row: DataRequest, held: HeldData) -> Iterator[str]:
    """Yield a paragraph for each law that applies."""
    if Regime.GDPR in row.regimes:
        if held.other:
            yield _("Under data protection law (GDPR) we hold the personal data about you in this document.")
            yield _(
                "No machine decides anything about you, and we make no profile of you (Article 15(1)(h))."
            )
        else:
            yield _("Under data protection law (GDPR) we hold no personal data about you.")
    if Regime.LED in row.regimes:
        if held.police:
            yield _("Under police law (Directive 2016/680) we hold the data about you in this document.")
        else:
            yield _(
                "Police law (Directive 2016/680): There is nothing that we can disclose. The authority can "
                "check for you."
            )


def _readable_texts(row: DataRequest) -> Iterator[str]:
    """Yield which texts a restriction cannot hide."""
    places = {
        title_of(finding.model, finding.field)
        for finding in findings_that_stay(Finding.objects.of_request(row).about_person())
    }
    if places:
        text = _(
            "Some texts about you stay readable, because they are signed, released, or a name, an "
            "address or a list: %(places)s."
        )
        yield text % {"places": "; ".join(sorted(places))}


def _grounds(row: DataRequest) -> str:
    return ", ".join(str(Ground(code).label) for code in row.grounds)
