"""People, the workspaces they share, and the ways to prove who they are.

Secrets (API tokens, sign-in links) are kept as SHA-256 only: both hold 256 random bits, so a slow
hash would add nothing.
"""

from __future__ import annotations

import hashlib
from functools import partial
from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.utils import timezone

from designer.api.ids import MAX_LENGTH, new_id


def digest(secret: str) -> str:
    """Return how a secret is kept."""
    return hashlib.sha256(secret.encode()).hexdigest()


def id_field(kind: str) -> Any:
    """Return a primary key of opaque ids of one kind."""
    return models.CharField(
        primary_key=True, max_length=MAX_LENGTH, default=partial(new_id, kind), editable=False
    )


class Role(models.TextChoices):
    """What a member may do; each role may do what the ones before it may."""

    VIEWER = "viewer"
    COMMENTER = "commenter"
    EDITOR = "editor"
    REVIEWER = "reviewer"
    OWNER = "owner"

    def covers(self, needed: Role) -> bool:
        order = list(Role)
        return order.index(self) >= order.index(needed)


class Scope(models.TextChoices):
    """What an API token may do, at most; its owner's role still counts."""

    DESIGNS_READ = "designs:read"
    DESIGNS_WRITE = "designs:write"
    ESTIMATES_RUN = "estimates:run"
    EXPORTS_READ = "exports:read"
    TOKENS_ADMIN = "tokens:admin"
    MEMBERS_ADMIN = "members:admin"
    AUDIT_READ = "audit:read"
    SHARES_ADMIN = "shares:admin"
    REVIEWS_WRITE = "reviews:write"
    WEBHOOKS_ADMIN = "webhooks:admin"


class UserManager(BaseUserManager["User"]):
    """Users by e-mail address, whatever its capitals."""

    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(email=(username or "").strip().lower())

    def create_user(self, email: str, name: str = "", password: str | None = None) -> User:
        user = self.model(email=email.strip().lower(), name=name or email.split("@")[0])
        user.set_password(password)
        user.save(using=self._db)
        return user


class User(AbstractBaseUser):
    """A person, known by e-mail address, or a service account of one workspace."""

    id = id_field("usr")
    email = models.EmailField(unique=True)
    name = models.CharField(max_length=120)
    is_active = models.BooleanField(default=True)
    #: For a service account: the workspace it serves. It has tokens and never signs in.
    service_of = models.ForeignKey(
        "Workspace", models.CASCADE, null=True, related_name="service_accounts"
    )
    email_notices = models.BooleanField(default=True)
    created_at = models.DateTimeField(default=timezone.now)

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    def __str__(self) -> str:
        return self.email


class Workspace(models.Model):
    """What a team shares; everything belongs to exactly one."""

    id = id_field("wsp")
    name = models.CharField(max_length=120)
    created_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return self.name


class Membership(models.Model):
    """A person in a workspace."""

    id = id_field("mbr")
    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="memberships")
    user = models.ForeignKey(User, models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=10, choices=Role.choices)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["workspace", "user"], name="one_membership_each")
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.role} of {self.workspace_id}"


class Invitation(models.Model):
    """A link that makes one person a member, once, within its time."""

    id = id_field("inv")
    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="invitations")
    role = models.CharField(max_length=10, choices=Role.choices)
    email = models.EmailField(blank=True)  # Whom it is for; blank: whoever holds the link.
    digest = models.CharField(max_length=64, unique=True)
    created_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    accepted_at = models.DateTimeField(null=True)
    accepted_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")

    def __str__(self) -> str:
        return f"{self.pk} {self.role} of {self.workspace_id}"


class ApiToken(models.Model):
    """A key for programs: bound to a person, one workspace, some scopes and a last day."""

    id = id_field("tok")
    user = models.ForeignKey(User, models.CASCADE, related_name="tokens")
    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="tokens")
    name = models.CharField(max_length=120)
    hint = models.CharField(max_length=16)  # The first characters, to recognise it by.
    digest = models.CharField(max_length=64, unique=True)
    scopes = models.JSONField()
    expires_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"{self.hint}… {self.name}"


class LoginLink(models.Model):
    """A link that signs a person in, once."""

    user = models.ForeignKey(User, models.CASCADE, related_name="login_links")
    digest = models.CharField(max_length=64, unique=True)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"link for {self.user_id}"


class AuditEntry(models.Model):
    """One write: who, with what, where, and what it changed. Rows are only ever added."""

    id = id_field("aud")
    # Plain ids: the trail stays when a person, token or workspace goes.
    workspace_id = models.CharField(max_length=MAX_LENGTH, blank=True)
    user_id = models.CharField(max_length=MAX_LENGTH, blank=True)
    token_id = models.CharField(max_length=MAX_LENGTH, blank=True)
    action = models.CharField(max_length=60)
    route = models.CharField(max_length=200, blank=True)
    request_id = models.CharField(max_length=128, blank=True)
    object_id = models.CharField(max_length=MAX_LENGTH)
    before_hash = models.CharField(max_length=80, blank=True)
    after_hash = models.CharField(max_length=80, blank=True)
    note = models.TextField(blank=True)  # What the actor said, where a reason is asked for.
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [models.Index(fields=["workspace_id", "-at", "id"], name="audit_by_time")]

    def __str__(self) -> str:
        return f"{self.at:%F %T} {self.action} {self.object_id}"
