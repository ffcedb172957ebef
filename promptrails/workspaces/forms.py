"""The forms of people and members."""

from django import forms
from django.contrib.auth.forms import AuthenticationForm

from promptrails.workspaces.models import Role, User


def normal_email(text: str) -> str:
    """An address as it is compared: without spaces around it, whatever its case."""
    return text.strip().lower()


class SignInForm(AuthenticationForm):
    """Email and password; one answer for a wrong password, an unknown and an inactive account."""

    username = forms.EmailField(
        label="Email", widget=forms.EmailInput(attrs={"autofocus": True, "autocomplete": "username"})
    )
    error_messages = {
        "invalid_login": "This email and password do not belong together.",
        "inactive": "This email and password do not belong together.",
    }

    def clean_username(self) -> str:
        return normal_email(str(self.cleaned_data["username"]))


class MemberForm(forms.Form):
    """Somebody with an account joins, in a role."""

    email = forms.EmailField(label="Email", max_length=254)
    role = forms.ChoiceField(label="Role", choices=Role.choices, initial=Role.USER)

    def clean_email(self) -> User:
        email = normal_email(str(self.cleaned_data["email"]))
        user = User.objects.with_email(email).filter(is_active=True).first()
        if user is None:
            raise forms.ValidationError(
                f"Nobody has an account as {email}. An operator makes one with manage.py create_user."
            )
        return user


class RoleForm(forms.Form):
    role = forms.ChoiceField(choices=Role.choices)
