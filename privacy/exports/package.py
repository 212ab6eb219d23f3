"""The package: a letter with the data as PDF, and the same data as JSON with its schema, in a ZIP file.

Both files come from one document, so both have the same cuts.
"""

import json
import zipfile
from collections.abc import Sequence
from copy import copy
from pathlib import Path
from typing import Any, BinaryIO, Final
from uuid import UUID

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.translation import get_language, get_language_bidi, gettext_lazy
from django.utils.translation import gettext as _

from accounts.actors import Actor
from audit.models import Action
from audit.rules import recipient_of
from disclosure.services.disclosing import disclose
from jobs.services import kinds
from jobs.services.files import encrypted, spool
from jobs.services.kinds import JobRefused, JobResult, KeptFile, Output, Work
from jobs.services.printing import FACE, print_html
from lib.age import AGE_TYPE
from privacy.codes import COPIES, Decision
from privacy.exports import letter, uses
from privacy.exports.organisation import organisation_held
from privacy.exports.records import HeldData, Officers, cuts_in_words, data_held
from privacy.models import DataRequest, Package, RegisterText
from privacy.policies import can_handle_requests
from privacy.services.packages import PACKAGE
from privacy.services.requests import OBJECT_TYPE

SCHEMA: Final = Path(__file__).with_name("package.schema.json")
VERSION: Final = 1
ZIP_TYPE: Final = "application/zip"


def document(actor: Actor, package: Package) -> dict[str, Any]:
    """Return the content of a package as in its JSON file. The caller activates the letter's language."""
    return _document(actor, package, data_of_letter(package))


def data_of_letter(package: Package) -> HeldData:
    """Return the data in the letter of a package."""
    row = package.request
    officers = Officers(row, are_named=package.identity_essential)
    held_data = data_held(row, officers) if row.needs_search else organisation_held(row)
    return held_data if _gives_data(row) else _without_data(held_data)


def draft(actor: Actor, row: DataRequest, decision: str = "") -> tuple[dict[str, Any], HeldData]:
    """Return the content and data of a pending request's letter as of today. Nothing is stored."""
    copied = copy(row)
    copied.decision = decision or row.decision or Decision.GRANTED
    package = Package(request=copied, language=get_language() or settings.LANGUAGE_CODE)
    held_data = data_of_letter(package)
    return _document(actor, package, held_data), held_data


def write_draft(row: DataRequest, content: dict[str, Any]) -> BinaryIO:
    """Return the draft as a PDF with a note on each page. Raises JobRefused if the machine cannot print."""
    out = spool()
    print_html(_html(row, content, is_draft=True), out)
    out.seek(0)
    return out


def _document(actor: Actor, package: Package, held_data: HeldData) -> dict[str, Any]:
    row, officers = package.request, Officers(package.request, are_named=package.identity_essential)
    ids = uses.ids_of(held_data)
    return {
        "version": VERSION,
        "controller": settings.CITY_NAME,
        "language": package.language,
        "request": {
            "number": row.number,
            "kind": row.kind,
            "received_on": f"{row.received_on}",
            "answered_on": f"{row.answered_on}",
            "laws": list(row.regimes),
        },
        "letter": list(letter.paragraphs(row, held_data)),
        "rights": letter.rights(RegisterText.objects.visible_to(actor).by_part()),
        "records": list(held_data.records),
        "facts": list(held_data.facts),
        "opinions": list(held_data.opinions),
        "sources": uses.sources(held_data) if held_data.tables and row.needs_search else [],
        "purposes": uses.purposes(held_data) if row.needs_search else [],
        "recipients": uses.recipients(actor, ids) if ids and row.needs_search else [],
        "consultations": uses.consultations(actor, row, package, ids, officers)
        if ids and row.needs_search
        else [],
    }


def write(row: DataRequest, content: dict[str, Any]) -> BinaryIO:
    """Return the ZIP file. Raises JobRefused if the machine cannot print."""
    pdf = spool()
    print_html(_html(row, content), pdf)
    out = spool()
    with pdf, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        pdf.seek(0)
        package.writestr("letter.pdf", pdf.read())
        package.writestr("data.json", json.dumps(content, ensure_ascii=False, indent=2))
        package.writestr("data.schema.json", SCHEMA.read_text())
    return out


def make_package(work: Work) -> JobResult:
    """Write the package of an answered request, encrypted if the task has a passphrase."""
    packages = Package.objects.visible_to(work.actor).select_related("request")
    package = packages.filter(pk=UUID(work.parameters["package"])).first()
    if package is None or package.request.answered_on is None:
        raise JobRefused(_("The request is not answered yet."))
    row = package.request
    with translation.override(package.language):
        content = document(work.actor, package)
        out = write(row, content)
    name, media_type, is_encrypted = f"request-{row.number}.zip", ZIP_TYPE, "passphrase" in work.needs
    if is_encrypted:
        name, media_type, out = f"{name}.age", AGE_TYPE, encrypted(out, work.needs["passphrase"])

    def record_file(files: Sequence[KeptFile]) -> None:
        digest = files[0].digest
        Package.objects.filter(pk=package.pk).update(made_at=timezone.now(), digest=digest)
        form = "encrypted file" if is_encrypted else "file"
        disclose(
            work.actor,
            OBJECT_TYPE,
            [object_id for object_id in (row.pk, row.contact_id, row.organisation_id) if object_id],
            action=Action.EXPORT,
            reason=row.number,
            recipient=recipient_of(work.parameters["recipient"], f"{form} sha256:{digest}"),
        )

    return JobResult({"files": 1}, [Output(name, media_type, out)], record_file)


def _gives_data(row: DataRequest) -> bool:
    """Whether the answer contains the data. An open refusal has only the letter."""
    if row.neither_confirm:
        return True
    return row.kind in COPIES and row.decision != Decision.REFUSED


def _without_data(held_data: HeldData) -> HeldData:
    return HeldData((), (), (), frozenset(), frozenset(), held_data.police, held_data.other, has_unsure=False)


def _html(row: DataRequest, content: dict[str, Any], *, is_draft: bool = False) -> str:
    texts = [
        (_("Notes: facts"), content["facts"]),
        (_("Notes: opinions of officers"), content["opinions"]),
    ]
    context = {
        "content": content,
        "texts": [(title, [(text, _cuts_in_words(text)) for text in rows]) for title, rows in texts if rows],
        "views": uses.views_by_reason(content["consultations"]),
        "is_draft": is_draft,
        "salutation": letter.salutation(row),
        "sender": letter.sender(),
        "day": date_format(row.answered_on or row.received_on),
        "face": FACE,
        "direction": "rtl" if get_language_bidi() else "ltr",
    }
    return render_to_string("privacy/package.html", context)


def _cuts_in_words(text: dict[str, Any]) -> str:
    return cuts_in_words(text["cuts"], text["grounds"]) if text["cuts"] else ""


JOB: Final = kinds.Kind(
    PACKAGE,
    make_package,
    title=gettext_lazy("Answer to a data request"),
    may=can_handle_requests,
    lane=kinds.Lane.PRIVACY,
)
