"""A district's archive as a job, for supervisors who say why."""

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
    """Write it, and say in the trail which objects are in it."""
    district = District.objects.covered_by(work.actor).filter(code=work.parameters["district"]).first()
    if district is None:
        raise JobRefused(_("You no longer cover this district."))
    purpose, recipient = work.parameters["purpose"], work.parameters["recipient"]
    passphrase, out = _open_passphrase(work.needs["passphrase"]), spool()
    try:
        with spool() as plain:
            told = write_archive(
                plain,
                actor=work.actor,
                scope=scope_of(work.actor, district),
                district=district,
                purpose=purpose,
                progress=work.progress,
            )
            plain.seek(0)
            encrypt(plain, out, passphrase)
    except BaseException:
        out.close()
        raise

    def tell(files: Sequence[KeptFile]) -> None:
        told.disclose(work.actor, purpose=purpose, digest=files[0].digest, recipient=recipient)

    name = f"district-{district.code}-{city_today():%Y-%m-%d}.zip.age"
    result = {"rows": told.rows, "files": 1}
    return JobResult(result, [Output(name, AGE_TYPE, out)], tell, district_ids=[district.pk])


def needs_of(passphrase: str) -> dict[str, str]:
    """What the job needs and nobody keeps: encrypted even for the minutes until it has run."""
    return {"passphrase": kept_passphrase(passphrase)}


def _open_passphrase(kept: str) -> str:
    try:
        return open_passphrase(kept)
    except PassphraseLost:
        raise JobRefused(_("The passphrase is no longer available. Create the archive again.")) from None


JOB: Final = kinds.Kind(
    KIND, export_archive, title=gettext_lazy("Archive of a district"), may=can_export, act=Act.ARCHIVE
)
