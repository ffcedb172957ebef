"""Signing in and out, and the password."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import views
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse_lazy
from django.utils.decorators import method_decorator

from promptrails.workspaces.forms import SignInForm, normal_email


class SignIn(views.LoginView):
    template_name = "workspaces/sign_in.html"
    authentication_form = SignInForm
    redirect_authenticated_user = True


@method_decorator(login_not_required, name="dispatch")
class SignOut(views.LogoutView):
    """For those, too, whose session has ended meanwhile: they are where they wanted to be."""

    next_page = "sign_in"


class PasswordChange(views.PasswordChangeView):
    """This session stays; all others of the same person end, because their hash no longer fits."""

    template_name = "workspaces/password_change.html"
    success_url = reverse_lazy("home")

    def form_valid(self, form: object) -> HttpResponse:
        messages.success(self.request, "Your password was changed. Other sessions of yours have ended.")
        return super().form_valid(form)  # type: ignore[arg-type]


def locked_out(request: HttpRequest, *args: object) -> HttpResponse:
    """What django-axes answers after too many failures, to the right password too."""
    context = {"form": SignInForm(request), "locked_minutes": settings.SIGN_IN_PAUSE // 60}
    response = render(request, "workspaces/sign_in.html", context, status=429)
    response["Retry-After"] = str(settings.SIGN_IN_PAUSE)
    return response


def attempted_email(request: HttpRequest, credentials: dict[str, str] | None = None) -> str:
    """Whose password is tried: spaces and case make no other account of it."""
    given = (credentials or {}).get("username") or request.POST.get("username") or ""
    return normal_email(given)[:254]
