"""The pages of people and workspaces."""

from django.urls import path

from promptrails.workspaces.pages.accounts import PasswordChange, SignIn, SignOut
from promptrails.workspaces.pages.home import home, workspace_home, workspaces
from promptrails.workspaces.pages.keys import key_create, key_list, key_revoke
from promptrails.workspaces.pages.members import member_add, member_list, member_remove, member_role

MEMBERS = "w/<slug:workspace>/members/"
KEYS = "w/<slug:workspace>/keys/"
urlpatterns = [
    path("", home, name="home"),
    path("sign-in/", SignIn.as_view(), name="sign_in"),
    path("sign-out/", SignOut.as_view(), name="sign_out"),
    path("password/", PasswordChange.as_view(), name="password_change"),
    path("workspaces/", workspaces, name="workspaces"),
    path("w/<slug:workspace>/", workspace_home, name="workspace_home"),
    path(KEYS, key_list, name="keys"),
    path(f"{KEYS}create/", key_create, name="key_create"),
    path(f"{KEYS}<int:key_id>/revoke/", key_revoke, name="key_revoke"),
    path(MEMBERS, member_list, name="members"),
    path(f"{MEMBERS}add/", member_add, name="member_add"),
    path(f"{MEMBERS}<int:membership_id>/role/", member_role, name="member_role"),
    path(f"{MEMBERS}<int:membership_id>/remove/", member_remove, name="member_remove"),
]
