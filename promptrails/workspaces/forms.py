"""The forms of people and members."""

from django import forms
from django.contrib.auth.forms import AuthenticationForm

from promptrails.workspaces.models import Role, Scope, User


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


class ApiKeyForm(forms.Form):
    """What an admin says of a new key."""

    LIVES = [("", "No end"), ("30", "30 days"), ("90", "90 days"), ("365", "1 year")]

    name = forms.CharField(
        label="Name", max_length=100, help_text="What will use it, such as “image agent, production”."
    )
    scopes = forms.MultipleChoiceField(
        label="It may", choices=Scope.choices, initial=[Scope.READ], widget=forms.CheckboxSelectMultiple
    )
    expires_in_days = forms.TypedChoiceField(
        label="Expires after", choices=LIVES, required=False, coerce=int, empty_value=None
    )
    allowed_addresses = forms.CharField(
        label="Only from these addresses",
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 2, "spellcheck": "false"}),
        help_text="Addresses or networks such as 203.0.113.7 or 10.0.0.0/8, one a line. Empty: any.",
    )

    def clean_allowed_addresses(self) -> list[str]:
        return [part for part in self.cleaned_data["allowed_addresses"].replace(",", " ").split() if part]
