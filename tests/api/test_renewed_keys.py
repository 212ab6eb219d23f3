"""A key is renewed without an outage, and its owner is warned before it expires."""

from datetime import datetime, timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.utils import timezone

from accounts.actors import SYSTEM, actor_for
from accounts.models import Role
from api.models import ApiKey, ApiSecret, KeyWarning
from api.services import key_warnings
from api.services.key_warnings import warn_of_ends
from api.services.keys import confirm_key, create_key, revoke_key, rotate_key
from audit.models import Action, Event
from tests.api.clients import Tool
from tests.api.test_keys import call
from tests.factories import make_user
from tests.plugins.mail import MailSink

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


def ends_in(tool: Tool, left: timedelta) -> datetime:
    ends_at = timezone.now() + left
    ApiKey.objects.filter(pk=tool.key.pk).update(expires_at=ends_at)
    return ends_at


def wait(left: timedelta) -> None:
    """Set back the times of all secrets."""
    for pk, until in ApiSecret.objects.filter(expires_at__isnull=False).values_list("pk", "expires_at"):
        if until:
            ApiSecret.objects.filter(pk=pk).update(expires_at=until - left)


def test_a_renewed_key_stays_the_same_key_with_a_later_end_and_both_secrets() -> None:
    tool = Tool(source="participation")
    ends_in(tool, 3 * DAY)
    ApiKey.objects.update(created_at=timezone.now() - 362 * DAY)
    key, token = rotate_key(actor=SYSTEM, key_id=tool.key.pk, days=365)
    assert (key.pk, key.source) == (tool.key.pk, "participation")
    assert timedelta(days=364, hours=23) < key.expires_at - timezone.now() <= 365 * DAY
    assert (call(tool.token), call(str(token))) == (200, 200)
    wait(7 * DAY)
    assert (call(tool.token), call(str(token))) == (401, 200)
    event = Event.objects.filter(object_type="api_key", action=Action.UPDATE).get()
    assert event.field_names == ["expires_at", "secret"]


@pytest.mark.parametrize("days", [0, 366, -1])
def test_a_renewal_is_for_a_year_at_most(days: int) -> None:
    with pytest.raises(ValidationError) as refused:
        rotate_key(actor=SYSTEM, key_id=Tool().key.pk, days=days)
    assert "days" in refused.value.message_dict


def test_a_renewal_never_shortens_a_key_and_a_revoked_one_is_over() -> None:
    tool = Tool(days=300)
    with pytest.raises(ValidationError):
        rotate_key(actor=SYSTEM, key_id=tool.key.pk, days=10)
    revoke_key(actor=SYSTEM, key_id=tool.key.pk)
    with pytest.raises(ValidationError):
        rotate_key(actor=SYSTEM, key_id=tool.key.pk, days=365)


def test_rotating_again_within_a_week_ends_no_secret_that_may_be_in_use() -> None:
    tool = Tool()
    _key, lost = rotate_key(actor=SYSTEM, key_id=tool.key.pk)  # as if the response was lost
    _key, token = rotate_key(actor=SYSTEM, key_id=tool.key.pk)
    assert [call(one) for one in (tool.token, str(lost), str(token))] == [200, 200, 200]
    for _more in range(2):
        rotate_key(actor=SYSTEM, key_id=tool.key.pk)
    with pytest.raises(ValidationError, match="This key already has the maximum number of valid secrets"):
        rotate_key(actor=SYSTEM, key_id=tool.key.pk)
    assert call(tool.token) == 200
    wait(7 * DAY)
    _key, last = rotate_key(actor=SYSTEM, key_id=tool.key.pk)
    assert [call(one) for one in (tool.token, str(token), str(last))] == [401, 401, 200]
    assert ApiSecret.objects.filter(key=tool.key).count() == 2


def test_an_expired_key_is_renewed_or_refused_and_gets_no_dead_secret() -> None:
    tool = Tool()
    ends_in(tool, -DAY)
    with pytest.raises(ValidationError) as refused:
        rotate_key(actor=SYSTEM, key_id=tool.key.pk)
    assert "days" in refused.value.message_dict
    _key, token = rotate_key(actor=SYSTEM, key_id=tool.key.pk, days=90)
    assert (call(tool.token), call(str(token))) == (200, 200)


@pytest.mark.parametrize(("late", "status"), [(6 * DAY, 200), (8 * DAY, 401)])
def test_a_key_renewed_long_after_its_end_is_confirmed_again_and_its_old_secret_is_over(
    late: timedelta, status: int
) -> None:
    administrator = actor_for(make_user(Role.ADMINISTRATOR))
    privacy_officer = actor_for(make_user(Role.PRIVACY_OFFICER))
    fields = {"name": "Platform", "purpose": "participation", "source": "x", "is_citywide": True}
    key, first = create_key(actor=administrator, scopes=["contacts:read"], **fields)
    confirm_key(actor=privacy_officer, key_id=key.pk)
    ApiKey.objects.update(expires_at=timezone.now() - late)
    _key, token = rotate_key(actor=administrator, key_id=key.pk, days=90)
    assert (call(str(first)), call(str(token))) == (status, status)
    confirm_key(actor=privacy_officer, key_id=key.pk)
    assert (call(str(first)), call(str(token))) == (status, 200)


def test_a_key_that_waits_is_renewed_and_goes_on_waiting() -> None:
    administrator = actor_for(make_user(Role.ADMINISTRATOR))
    fields = {"name": "Platform", "purpose": "participation", "source": "x", "is_citywide": True}
    key, _first = create_key(actor=administrator, scopes=["contacts:read"], **fields)
    _key, token = rotate_key(actor=administrator, key_id=key.pk, days=365)
    assert call(str(token)) == 401


def test_an_expired_key_leaves_its_source_name_to_the_next_one() -> None:
    old = Tool(source="participation")
    with pytest.raises(ValidationError):
        Tool(source="participation")
    ends_in(old, -DAY)
    assert call(Tool(source="participation").token) == 200
    old.key.refresh_from_db()
    assert old.key.status == "revoked"
    with pytest.raises(ValidationError):
        rotate_key(actor=SYSTEM, key_id=old.key.pk, days=30)


def test_the_command_renews_by_source_name_and_prints_the_token_alone() -> None:
    tool = Tool(source="participation")
    out = StringIO()
    call_command("renew_api_key", source="participation", days=365, stdout=out, stderr=StringIO())
    assert (call(tool.token), call(out.getvalue().splitlines()[-1])) == (200, 200)
    for wrong in ({"source": "other"}, {"source": "participation", "days": 1}):
        with pytest.raises(CommandError):
            call_command("renew_api_key", **wrong, stdout=out, stderr=StringIO())


def test_the_command_sets_people_a_day_and_requests_a_minute() -> None:
    given = {"name": "x", "scopes": "meetings:read", "districts": "all", "purpose": "testing"}
    limits = {"people_a_day": 5000, "requests_a_minute": 60}
    call_command("create_api_key", **given, **limits, stdout=StringIO(), stderr=StringIO())
    key = ApiKey.objects.get()
    assert (key.daily_contacts, key.requests_per_minute) == (5000, 60)
    with pytest.raises(CommandError):
        call_command("create_api_key", **given, source="y", people_a_day=-1, stderr=StringIO())


def test_answers_say_in_the_last_thirty_days_when_the_key_ends() -> None:
    tool = Tool(days=365)
    assert "Key-Expires-At" not in tool.get("/me/").headers
    ends_at = ends_in(tool, 29 * DAY)
    for path in ("/me/", "/organisations/", "/organisations/?kind=nonsense"):
        said = tool.get(path).headers["Key-Expires-At"]
        assert datetime.fromisoformat(said) == ends_at.replace(microsecond=0)


def test_administrators_get_one_e_mail_thirty_days_before_and_another_for_another_end(
    mail_sink: MailSink,
) -> None:
    administrator = make_user(Role.ADMINISTRATOR)
    make_user(Role.ADMINISTRATOR, is_active=False)
    make_user(Role.PRIVACY_OFFICER)
    tool = Tool(name="Participation platform", days=365)
    assert warn_of_ends() == 0
    ends_in(tool, 29 * DAY)
    assert [warn_of_ends(), warn_of_ends()] == [1, 0]
    (message,) = mail_sink.messages
    assert message["to"] == administrator.email
    assert "Participation platform" in message["subject"]
    assert f"/settings/keys/{tool.key.pk}/" in message.get_payload()
    rotate_key(actor=SYSTEM, key_id=tool.key.pk, days=365)
    assert warn_of_ends() == 0
    ends_in(tool, 20 * DAY)
    assert warn_of_ends() == 1
    assert Event.objects.filter(action=Action.NOTIFY, object_type="api_key").count() == 2


def test_a_warning_that_could_not_be_sent_is_tried_again_unless_it_is_not_true_any_more(
    mail_sink: MailSink, settings: Any
) -> None:
    make_user(Role.ADMINISTRATOR)
    tool = Tool()
    ends_in(tool, 5 * DAY)
    port, settings.EMAIL_PORT = settings.EMAIL_PORT, 1
    assert warn_of_ends() == 0
    settings.EMAIL_PORT = port
    assert warn_of_ends() == 0  # leased for a while
    KeyWarning.objects.update(lease_until=timezone.now() - DAY)
    assert warn_of_ends() == 1
    other = Tool()
    ends_in(other, 5 * DAY)
    key_warnings._make_due(timezone.now())
    revoke_key(actor=SYSTEM, key_id=other.key.pk)
    assert warn_of_ends() == 0
    assert KeyWarning.objects.filter(sent_at__isnull=True, last_error="not wanted any more").count() == 1
