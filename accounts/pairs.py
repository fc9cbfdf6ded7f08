"""Roles that one person never has at the same time, whatever the organisation.

Who runs the platform acts in no tender: above all it holds no key, not even the centre's own. The database refuses
the pair as well (migration 0002), so that two clerks who seat the same person at once do not bring it about.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from accounts.models import Membership, User
from accounts.names import ROLE_NAMES, TENDER_ROLES, Role
from core.reasons import Reason, reason

if TYPE_CHECKING:
    from collections.abc import Collection


def operators() -> set[int]:
    """Return the ids of the persons who run the platform, for those who must not be one of them."""
    return set(Membership.objects.filter(role=Role.CENTER, until=None).values_list("user_id", flat=True))


def objections(user: User, roles: Collection[str]) -> list[Reason]:
    """Lock the person and return why it may not sit in ``roles`` besides the seats it has; inside a transaction."""
    User.objects.select_for_update(of=("self",), no_key=True).get(pk=user.pk)
    held = set(Membership.objects.filter(user=user, until=None).values_list("role", flat=True))
    if Role.CENTER in held and not TENDER_ROLES.isdisjoint(roles):
        return [reason("{name} runs the platform and so acts in no tender.", name=user.name)]
    if Role.CENTER in roles and (kept := held & TENDER_ROLES):
        role = ROLE_NAMES[Role(min(kept))]
        return [reason("{name} is “{role}” and so does not run the platform.", name=user.name, role=role)]
    return []
