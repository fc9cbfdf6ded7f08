"""Verb: the platform's first organisation is its trading centre, founded from the console, once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.auth.hashers import make_password
from django.db import transaction

from accounts import passwords
from accounts.models import Membership, Organisation
from accounts.names import Role
from core import audit, numbering
from core.actors import SYSTEM
from core.errors import Refused
from core.reasons import reason

if TYPE_CHECKING:
    from datetime import datetime

    from accounts.identity import Identity, Newcomer


def found_centre(identity: Identity, *, newcomer: Newcomer, password: str, at: datetime) -> Organisation:
    """Make the trading centre, admitted, with its first person; refused when there is a centre already."""
    identity = identity.cleaned()
    reasons = identity.objections() + newcomer.objections()
    reasons += passwords.objections(password, newcomer.as_user(number="", encoded="", at=at))
    if reasons:
        raise Refused(*reasons)
    return _found(identity, newcomer, encoded=make_password(password), at=at)


@transaction.atomic(durable=True)
def _found(identity: Identity, newcomer: Newcomer, *, encoded: str, at: datetime) -> Organisation:
    if Membership.objects.filter(role=Role.CENTER).exists():
        raise Refused(reason("This platform has its trading centre already."))
    user = newcomer.as_user(number=numbering.take("PE", at=at), encoded=encoded, at=at)
    user.save()
    centre = Organisation.objects.create(
        number=numbering.take("OR", at=at),
        scheme=identity.scheme,
        code=identity.code,
        name=identity.name,
        address=identity.address,
        contact=identity.contact,
        roles=[Role.CENTER.value],
        registered_at=at,
        admitted_at=at,
    )
    Membership.objects.create(
        user=user, organisation=centre, role=Role.CENTER, may_draft=True, may_approve=True, since=at
    )
    data = {"organisation": centre.number, "scheme": centre.scheme, "code": centre.code}
    audit.append("accounts.centre.founded", data=data, actor=SYSTEM, at=at)
    return centre
