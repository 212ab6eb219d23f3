"""API keys that wait for a privacy officer: the effects of a decision, and the entries of the inbox."""

from collections.abc import Collection, Mapping
from typing import Any, Final
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.models import Act, PendingAct
from accounts.services.effects import ActSummary, Effect
from api.codes import Scope
from api.models import ApiKey
from api.models.key import KeyStatus
from api.services.keys import confirm_locked, end_locked


def _key_of(act: PendingAct) -> ApiKey:
    key_id: Any = act.subject  # acts of this kind are about a key
    return ApiKey.objects.select_for_update().get(pk=key_id)


def _lock(act: PendingAct) -> None:
    _key_of(act)


def _confirmed(actor: Actor, act: PendingAct) -> None:
    confirm_locked(actor, _key_of(act))


def _dropped(actor: Actor, act: PendingAct) -> None:
    key = _key_of(act)
    if key.status == KeyStatus.WAITING:
        end_locked(actor, key)


def _inbox_entries(key_ids: Collection[UUID]) -> Mapping[UUID, ActSummary]:
    keys = ApiKey.objects.filter(pk__in=key_ids).prefetch_related("districts")
    return {key.pk: ActSummary(key.name, _lines(key), reverse("settings_key", args=[key.pk])) for key in keys}


def _lines(key: ApiKey) -> list[str]:
    scopes = ", ".join(str(Scope(code).label) for code in key.scopes)
    places = ", ".join(sorted(district.name for district in key.districts.all()))
    return [scopes, _("whole city") if key.is_citywide else places, key.purpose]


EFFECT: Final = Effect([Act.API_KEY], _lock, _confirmed, _dropped, _inbox_entries)
