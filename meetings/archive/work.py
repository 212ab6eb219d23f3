"""A district's archive as a job, for supervisors who say why."""

from collections.abc import Sequence
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from contacts.policies import can_export
from districts.models import District
from jobs import kinds
from jobs.files import spool
from jobs.kinds import JobRefused, KeptFile, Outcome, Output, Work
from lib.days import city_today
from meetings.archive.parts import MEDIA_TYPE
from meetings.archive.writing import scope_of, write_archive

KIND: Final = "export_archive"


def export_archive(work: Work) -> Outcome:
    """Write it, and say in the trail which objects are in it."""
    district = District.objects.covered_by(work.actor).filter(code=work.parameters["district"]).first()
    if district is None:
        raise JobRefused(_("You do not cover this district any more."))
    purpose, out = work.parameters["purpose"], spool()
    try:
        told = write_archive(
            out,
            actor=work.actor,
            scope=scope_of(work.actor, district),
            district=district,
            purpose=purpose,
            progress=work.progress,
        )
    except BaseException:
        out.close()
        raise

    def tell(files: Sequence[KeptFile]) -> None:
        told.record(work.actor, purpose=purpose, digest=files[0].digest)

    name = f"district-{district.code}-{city_today():%Y-%m-%d}.zip"
    return Outcome({"rows": told.rows, "files": 1}, [Output(name, MEDIA_TYPE, out)], tell)


def register() -> None:
    kinds.register(KIND, export_archive, title=gettext_lazy("Archive of a district"), may=can_export)
