"""Who is it? User name and password; passkeys and codes have verbs of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.auth.backends import BaseBackend
from django.contrib.auth.hashers import check_password, make_password

from accounts.models import User

if TYPE_CHECKING:
    from django.http import HttpRequest


class PasswordBackend(BaseBackend):
    """Compares the password; the work is the same whether or not the name exists."""

    def authenticate(  # type: ignore[override]  # the base takes credentials of any name
        self,
        request: HttpRequest | None,  # noqa: ARG002  (Django passes it)
        *,
        username: str = "",
        password: str = "",
    ) -> User | None:
        try:
            user = User.objects.get_by_natural_key(username)
        except User.DoesNotExist:
            make_password(password)  # an unknown name must cost as much as a wrong password
            return None
        return user if check_password(password, user.password) and user.is_active else None

    def get_user(self, user_id: int) -> User | None:
        return User.objects.filter(pk=user_id, is_active=True).first()
