"""Packages: create the answer to a request as a file, and record its delivery."""

from datetime import date
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.actors import Actor
from audit.models import Action
from audit.services import record
from jobs.services.jobs import queue_job
from lib.cleaning import assign
from lib.conflicts import constraints_in_words
from lib.days import city_today
from lib.passphrases import kept_passphrase
from privacy.codes import Delivery
from privacy.models import DataRequest, Package
from privacy.models.package import SHORTEST_REASON
from privacy.policies import can_handle_requests
from privacy.services.requests import OBJECT_TYPE

PACKAGE: Final = "privacy_package"  # the kind of the background task


@transaction.atomic
def ask_package(
    *,
    actor: Actor,
    request_id: UUID,
    language: str,
    identity_essential: bool = False,
    naming_reason: str = "",
    officer_heard: bool = False,
    passphrase: str = "",
) -> Package:
    """Create the file of an answered request as a background task.

    Without a passphrase it is not encrypted. Raises PermissionDenied, DataRequest.DoesNotExist,
    ValidationError by field.
    """
    if not can_handle_requests(actor):
        raise PermissionDenied
    row = DataRequest.objects.visible_to(actor).get(pk=request_id)
    if row.answered_on is None:
        raise ValidationError(_("Answer the request before you create the letter."))
    if language not in dict(settings.LANGUAGES):
        raise ValidationError({"language": _("Choose a language from the list.")})
    package = Package(request=row, created_by_id=actor.id, identity_essential=identity_essential)
    assign(package, {"language": language, "naming_reason": naming_reason if identity_essential else ""})
    package.officer_heard = identity_essential and officer_heard
    if identity_essential and len(package.naming_reason) < SHORTEST_REASON:
        raise ValidationError({"naming_reason": _("Enter a reason of at least 50 characters.")})
    needs = {"passphrase": kept_passphrase(passphrase)} if passphrase else {}
    parameters: dict[str, Any] = {"package": str(package.pk), "purpose": row.number, "recipient": row.number}
    package.job = queue_job(actor=actor, kind=PACKAGE, parameters=parameters, needs=needs).pk
    with constraints_in_words(Package):
        package.save(force_insert=True)
    names = ["package", *(["identity_essential"] if identity_essential else [])]
    record(actor, Action.UPDATE, OBJECT_TYPE, [row.pk], field_names=names)
    return package


@transaction.atomic
def record_delivery(*, actor: Actor, package_id: UUID, delivery: str, delivered_on: date) -> Package:
    """Record how and on which date the person received the package.

    Raises PermissionDenied, Package.DoesNotExist, ValidationError by field.
    """
    if not can_handle_requests(actor):
        raise PermissionDenied
    packages: Any = Package.objects.visible_to(actor).select_for_update(no_key=True)
    package: Package = packages.get(pk=package_id)
    if package.made_at is None:
        raise ValidationError(_("The file is not ready yet."))
    if delivery not in Delivery.values:
        raise ValidationError({"delivery": _("Choose how it was delivered.")})
    if delivered_on > city_today():
        raise ValidationError({"delivered_on": _("Choose today or an earlier date.")})
    package.delivery, package.delivered_on = delivery, delivered_on
    package.save(update_fields=["delivery", "delivered_on"])
    record(actor, Action.UPDATE, OBJECT_TYPE, [package.request_id], field_names=["delivery", "delivered_on"])
    return package
