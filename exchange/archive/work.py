"""The job that writes a district's archive, for supervisors with a reason."""

from collections.abc import Sequence
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Act
from districts.models import District
from exchange.archive.writing import scope_of, write_archive
from exchange.policies import can_export
from jobs.services import kinds
from jobs.services.files import spool
from jobs.services.kinds import JobRefused, JobResult, KeptFile, Output, Work
from lib.age import AGE_TYPE, encrypt
from lib.days import city_today
from lib.passphrases import PassphraseLost, kept_passphrase, open_passphrase

KIND: Final = "export_archive"


def export_archive(work: Work) -> JobResult:
    """Write the archive, and record its objects in the activity log."""
    district = District.objects.covered_by(work.actor).filter(code=work.parameters["district"]).first()
    if district is None:
        raise JobRefused(_("You no longer cover this district."))
    purpose, recipient = work.parameters["purpose"], work.parameters["recipient"]
    passphrase, out = _open_passphrase(work.needs["passphrase"]), spool()
    try:
        with spool() as readable:
            archived = write_archive(
                readable,
                actor=work.actor,
                scope=scope_of(work.actor, district),
                district=district,
                purpose=purpose,
                progress=work.progress,
            )
            readable.seek(0)
            encrypt(readable, out, passphrase)
    except BaseException:
        out.close()
        raise

    def disclose_file(files: Sequence[KeptFile]) -> None:
        archived.disclose(work.actor, purpose=purpose, digest=files[0].digest, recipient=recipient)

    name = f"district-{district.code}-{city_today():%Y-%m-%d}.zip.age"
    result = {"rows": archived.rows, "files": 1}
    return JobResult(result, [Output(name, AGE_TYPE, out)], disclose_file, district_ids=[district.pk])


def needs_of(passphrase: str) -> dict[str, str]:
    """Return the encrypted passphrase for the job. It is deleted when the job has run."""
    return {"passphrase": kept_passphrase(passphrase)}


def _open_passphrase(encrypted: str) -> str:
    try:
        return open_passphrase(encrypted)
    except PassphraseLost:
        raise JobRefused(_("The passphrase is no longer available. Create the archive again.")) from None


JOB: Final = kinds.Kind(
    KIND, export_archive, title=gettext_lazy("Archive of a district"), may=can_export, act=Act.ARCHIVE
)
