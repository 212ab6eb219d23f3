"""A rotation of SECRET_KEY ends no sessions, keys or links, and the old secret can be removed later."""

from io import StringIO
from urllib.parse import urlsplit

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from allauth.mfa.utils import decrypt
from django.core import signing
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from accounts.actors import SYSTEM, actor_for
from api.models import ApiSecret, CalendarFeed, Webhook
from api.services.feeds import create_feed
from api.services.signing import secrets_of
from api.services.webhooks import create_webhook, rotate_webhook
from pages.undo import SALT
from tests.api.clients import Tool
from tests.factories import make_district, make_officer

pytestmark = pytest.mark.django_db

NEW = "the next secret of this deployment"


def change_secret(settings: Settings) -> None:
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = NEW


def forget_the_older(settings: Settings) -> None:
    settings.SECRET_KEY_FALLBACKS = []


def report(*arguments: str) -> str:
    out = StringIO()
    call_command("rotate_secrets", *arguments, stdout=out)
    return out.getvalue()


def test_a_key_and_a_calendar_address_go_on_and_are_moved_when_they_are_used(settings: Settings) -> None:
    officer = make_officer(make_district())
    tool, token = Tool(), create_feed(actor=actor_for(officer))
    before = bytes(ApiSecret.objects.get().secret_hash), bytes(CalendarFeed.objects.get().token_hash)
    change_secret(settings)
    for _again in range(2):
        assert tool.get("/me/").status_code == 200
        assert Client().get(f"/feeds/{token}/meetings.ics").status_code == 200
    after = bytes(ApiSecret.objects.get().secret_hash), bytes(CalendarFeed.objects.get().token_hash)
    assert before[0] != after[0]
    assert before[1] != after[1]
    forget_the_older(settings)
    assert tool.get("/me/").status_code == 200
    assert Client().get(f"/feeds/{token}/meetings.ics").status_code == 200


def test_what_was_never_used_meanwhile_ends_with_the_older_secret(settings: Settings) -> None:
    tool = Tool()
    change_secret(settings)
    forget_the_older(settings)
    assert tool.get("/me/").status_code == 401


def test_a_webhooks_secrets_are_encrypted_anew_and_stay_the_same(settings: Settings) -> None:
    webhook, first = create_webhook(
        actor=SYSTEM,
        key_id=Tool().key.pk,
        name="Receiver",
        url="https://receiver.example/",
        resolve=lambda *_: ["93.184.215.14"],
    )
    _webhook, second = rotate_webhook(actor=SYSTEM, webhook_id=webhook.pk)
    change_secret(settings)
    assert secrets_of(Webhook.objects.get(), timezone.now()) == [second, first]
    assert "webhooks encrypted under the current key: 1" in report()
    forget_the_older(settings)
    assert secrets_of(Webhook.objects.get(), timezone.now()) == [second, first]


def test_second_factors_are_encrypted_anew_and_stay_the_same(settings: Settings) -> None:
    officer = make_officer(make_district())
    TOTP.activate(officer, "JBSWY3DPEHPK3PXP")
    RecoveryCodes.activate(officer)
    codes = RecoveryCodes(Authenticator.objects.get(type="recovery_codes")).generate_codes()
    change_secret(settings)
    assert "Two-factor secrets encrypted under the current key: 2" in report()
    forget_the_older(settings)
    assert decrypt(Authenticator.objects.get(type="totp").data["secret"]) == "JBSWY3DPEHPK3PXP"
    assert RecoveryCodes(Authenticator.objects.get(type="recovery_codes")).generate_codes() == codes


def test_somebody_signed_in_stays_so_and_may_still_undo(settings: Settings, client: Client) -> None:
    officer = make_officer(make_district())
    client.force_login(officer)
    link = signing.dumps({"user": str(officer.pk)}, salt=SALT)
    change_secret(settings)
    assert client.get("/").status_code == 200
    assert signing.loads(link, salt=SALT)
    forget_the_older(settings)
    assert client.get("/").status_code == 200
    stranger = Client()
    assert urlsplit(stranger.get("/").headers["Location"]).path.startswith("/accounts/")


def test_the_command_says_who_still_needs_the_older_secret(settings: Settings) -> None:
    officer = make_officer(make_district())
    used, idle = Tool(name="Used"), Tool(name="Idle")
    token = create_feed(actor=actor_for(officer))
    moment = timezone.now().isoformat()
    change_secret(settings)
    used.get("/me/")
    said = report("--since", moment)
    assert "API key not used since: Idle" in said
    assert "Used" not in said
    assert "calendar addresses not read since: 1" in said
    Client().get(f"/feeds/{token}/meetings.ics")
    idle.get("/me/")
    assert "Nothing needs the old SECRET_KEY any longer." in report("--since", moment)


def test_a_moment_without_an_offset_is_refused() -> None:
    with pytest.raises(CommandError, match="offset"):
        report("--since", "2026-11-25T10:00")
