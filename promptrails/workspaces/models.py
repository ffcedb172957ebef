"""People, the workspaces they belong to, and with which role."""

from typing import TYPE_CHECKING, Any

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone

from promptrails.workspaces.ksuids import KSUIDField, new_ksuid


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, name: str = "", **fields: Any) -> "User":
        user = self.model(email=email.strip(), name=name, **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def with_email(self, email: str) -> models.QuerySet["User"]:
        """The account of that address, if any; folded as throttling and the unique index fold it."""
        # iexact compares upper case, where ſ is S and ı is I: other spellings would reach one account.
        return self.alias(folded=Lower("email")).filter(folded=email.strip().lower())

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.with_email(username or "").get()


class User(AbstractBaseUser):
    """A person, known by an email address whatever its case."""

    email = models.EmailField(max_length=254)
    name = models.CharField(max_length=150, blank=True, default="")
    is_active = models.BooleanField(default=True)
    date_joined = models.DateTimeField(default=timezone.now)

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    objects = UserManager()

    class Meta:
        constraints = [models.UniqueConstraint(Lower("email"), name="user_email_unique")]

    def __str__(self) -> str:
        return self.name or self.email


class Workspace(models.Model):
    id = KSUIDField(primary_key=True, default=new_ksuid)
    slug = models.SlugField(max_length=50, unique=True)
    name = models.CharField(max_length=100)
    created_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return self.name


class Role(models.TextChoices):
    OWNER = "owner", "Owner"
    ADMIN = "admin", "Admin"
    USER = "user", "User"


class Membership(models.Model):
    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="memberships")
    user = models.ForeignKey(User, models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=10, choices=Role.choices, default=Role.USER)

    if TYPE_CHECKING:
        workspace_id: str
        user_id: int

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["workspace", "user"], name="membership_unique"),
            models.CheckConstraint(condition=models.Q(role__in=Role.values), name="membership_role_known"),
        ]

    @property
    def is_admin(self) -> bool:
        """Admins and owners may delete assets and manage members."""
        return self.role in {Role.OWNER, Role.ADMIN}

    @property
    def is_owner(self) -> bool:
        return self.role == Role.OWNER


class Scope(models.TextChoices):
    """What a key may do; the names are those of the API's contract."""

    READ = "assets:read", "Read assets"
    WRITE = "assets:write", "Upload and delete assets"


class ApiKey(models.Model):
    """A program's way in to one workspace. Only the SHA-256 of the key is kept; rows are never deleted."""

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="api_keys")
    name = models.CharField(max_length=100)
    prefix = models.CharField(max_length=20, help_text="the key's first characters, to tell it by")
    secret_hash = models.CharField(max_length=64, unique=True, help_text="SHA-256, hexadecimal")
    scopes = ArrayField(models.CharField(max_length=30, choices=Scope.choices))
    allowed_addresses = ArrayField(
        models.CharField(max_length=50),
        default=list,
        blank=True,
        help_text="addresses or networks; none: any",
    )
    created_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    revoked_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")

    if TYPE_CHECKING:
        workspace_id: str

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"

    @property
    def is_expired(self) -> bool:
        return self.expires_at is not None and self.expires_at <= timezone.now()

    @property
    def is_active(self) -> bool:
        return self.revoked_at is None and not self.is_expired


class ApiKeyWindow(models.Model):
    """How often a key was used in its present minute: an unlogged table, so counting writes no WAL."""

    key = models.OneToOneField(ApiKey, models.CASCADE, primary_key=True, related_name="+")
    started_at = models.DateTimeField()
    requests = models.PositiveIntegerField()
