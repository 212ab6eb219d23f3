"""allauth's forms with our labels: sentence case, and no placeholder that repeats the label."""

from typing import Any, Final

from allauth.account import forms as allauth
from allauth.mfa.webauthn.forms import AddWebAuthnForm
from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.services import second_factor
from accounts.services.held_forms import ENDED

LABELS: Final = {
    "login": _("Email address"),
    "email": _("Email address"),
    "oldpassword": _("Current password"),
    "password1": _("New password"),
    "password2": _("New password again"),
    "name": _("Name"),
    "passwordless": _("Sign in without a password"),
}


class _Labelled(forms.Form):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            field.label = LABELS.get(name, field.label)
            field.widget.attrs.pop("placeholder", None)


class SignInForm(_Labelled, allauth.LoginForm):
    """Fill in the address of a user who was signed out for inactivity, so that only the password is left.

    If one of their passkeys signs in alone, the page asks for it instead.
    """

    has_passkey = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        login = self.fields["login"]
        login.widget.attrs["autocomplete"] = "username"
        if owner := self.request.session.get(ENDED):
            user = User.objects.active().filter(pk=owner).first()
            login.initial = user.email if user else None
            self.has_passkey = user is not None and second_factor.has_passkey_alone(user)
        if login.initial and not self.has_passkey:
            self.fields["password"].widget.attrs["autofocus"] = True


class ChangeForm(_Labelled, allauth.ChangePasswordForm):
    pass


class LinkForm(_Labelled, allauth.ResetPasswordForm):
    pass


class ChooseForm(_Labelled, allauth.ResetPasswordKeyForm):
    pass


class LinkOwnerForm(allauth.UserTokenForm):
    """Find the owner of a link for choosing a password. A deactivated account has no valid link."""

    def _get_user(self, uidb36: str) -> User | None:
        user: User | None = super()._get_user(uidb36)
        return user if user and user.is_active else None


class ConfirmForm(_Labelled, allauth.ReauthenticateForm):
    pass


class PasskeyForm(_Labelled, AddWebAuthnForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["passwordless"].initial = True
        self.fields["passwordless"].help_text = _(
            "This passkey alone signs you in. Your device asks for your fingerprint, face or PIN."
        )
