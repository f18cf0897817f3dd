"""People, teams, and what a person is in a team."""

from typing import ClassVar

from django.contrib.auth.models import AbstractUser
from django.db import models


class Role(models.TextChoices):
    """What a person may do in a team, from least to most."""

    VIEWER = "viewer", "viewer"
    ON_CALL = "on_call", "on-call"
    RELEASE_MANAGER = "release_manager", "release manager"
    SECURITY_ENGINEER = "security_engineer", "security engineer"
    ADMINISTRATOR = "administrator", "administrator"


class User(AbstractUser):
    """A person who signs in."""


class Team(models.Model):
    """People who look after the same sources."""

    name = models.CharField(max_length=100, unique=True)
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name


class Membership(models.Model):
    """One person's role in one team."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=20, choices=Role.choices)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["user", "team"], name="one_role_in_a_team")
        ]

    def __str__(self) -> str:
        return f"{self.user} is {self.get_role_display()} of {self.team}"


class Scope(models.TextChoices):
    """What a token is good for."""

    READ = "read", "read"
    ACT = "act", "read and act"


class ApiToken(models.Model):
    """Lets a program do what its owner may, or less. The token itself is stored nowhere."""

    owner = models.ForeignKey(User, on_delete=models.CASCADE, related_name="tokens")
    name = models.CharField(max_length=100)
    digest = models.CharField(max_length=64, unique=True)
    """SHA-256 of the token, hexadecimal."""
    hint = models.CharField(max_length=12)
    """How it begins, to tell tokens apart."""
    scope = models.CharField(max_length=10, choices=Scope.choices)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.hint}… of {self.owner_id}"


class Calendar(models.Model):
    """Lets a calendar program read when documents expire, by an address that holds a secret.

    The secret is stored nowhere. What is read is what the owner may see at that moment.
    """

    owner = models.ForeignKey(User, on_delete=models.CASCADE, related_name="calendars")
    name = models.CharField(max_length=100)
    digest = models.CharField(max_length=64, unique=True)
    """SHA-256 of the secret, hexadecimal."""
    hint = models.CharField(max_length=12)
    """How it begins, to tell calendars apart."""
    narrowed = models.JSONField(default=dict)
    """Which expiries: `team`, `source`, `role`, `source_id`, `kind` as `pages.due.Asked` has them."""
    created_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["owner", "-id"], name="calendars_of_owner")]

    def __str__(self) -> str:
        return f"{self.hint}… of {self.owner_id}"


class CacheEntry(models.Model):
    """The table of Django's database cache: what counts failed sign-ins."""

    cache_key = models.CharField(max_length=255, primary_key=True)
    value = models.TextField()
    expires = models.DateTimeField(db_index=True)

    class Meta:
        db_table = "accounts_cache"

    def __str__(self) -> str:
        return self.cache_key
