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
