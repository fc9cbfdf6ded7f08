from __future__ import annotations

import unicodedata
from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models


class UserManager(BaseUserManager["User"]):
    """Finds people by the name they type; only verbs make them."""

    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(username=plain_username(username or ""))


def plain_username(text: str) -> str:
    """Return the one form in which a user name is kept and compared."""
    return unicodedata.normalize("NFKC", text).strip().casefold()


class User(AbstractBaseUser):
    """A person. What the person may do follows from seats, never from a flag here: there is no superuser.

    ``session_epoch`` is carried by every session; raising it ends them all at their next request.
    """

    last_login = None  # sign-ins are in the log, told by core.clock

    number = models.CharField(max_length=32, unique=True)
    username = models.CharField(max_length=64, unique=True)
    name = models.CharField(max_length=100)
    phone = models.CharField(max_length=32, blank=True)
    email = models.EmailField(blank=True)
    is_active = models.BooleanField(default=True)
    barred_because = models.CharField(max_length=1000, blank=True)
    session_epoch = models.PositiveIntegerField(default=0)
    registered_at = models.DateTimeField()

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    def __str__(self) -> str:
        return self.name

    def get_full_name(self) -> str:
        return self.name
