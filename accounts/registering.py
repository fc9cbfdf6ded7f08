"""Verbs: an organisation asks to be admitted, by its first person or by somebody with an account; later it may move."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.auth.hashers import make_password
from django.db import IntegrityError, transaction

from accounts import access, pairs, passwords, queries
from accounts.identity import Identity, objections_to_roles
from accounts.models import Membership, Organisation, User
from accounts.models.user import plain_username
from accounts.names import Role
from accounts.telling import tell
from core import audit, numbering
from core.errors import NotYours, Refused
from core.reasons import Reason, reason

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from accounts.identity import Newcomer
    from core.actors import Actor

_MEANWHILE = reason("Somebody registered the same name or code at the same moment: try again.")


class UsernameTaken(Refused):
    """A refusal that tells, among its reasons, that a name exists: entrances count how often they say so."""


def register_organisation(
    identity: Identity, *, roles: Collection[str], newcomer: Newcomer, password: str, at: datetime
) -> Organisation:
    """Register an organisation and the person who will first act for it; both wait for the centre's admission."""
    identity = identity.cleaned()
    draft = newcomer.as_user(number="", encoded="", at=at)
    reasons = _against(identity, roles) + newcomer.objections() + passwords.objections(password, draft)
    if User.objects.filter(username=draft.username).exists():
        raise UsernameTaken(*reasons, username_taken(draft.username))
    if reasons:
        raise Refused(*reasons)
    encoded = make_password(password)  # slow on purpose, so outside the transaction
    try:
        return _register_with_newcomer(identity, roles=roles, newcomer=newcomer, encoded=encoded, at=at)
    except IntegrityError:
        raise Refused(_MEANWHILE) from None


@transaction.atomic(durable=True)
def _register_with_newcomer(
    identity: Identity, *, roles: Collection[str], newcomer: Newcomer, encoded: str, at: datetime
) -> Organisation:
    user = newcomer.as_user(number=numbering.take("PE", at=at), encoded=encoded, at=at)
    user.save()
    return register(identity, roles=roles, user=user, actor=access.actor_without_seat(user), at=at)


def register_another(identity: Identity, *, roles: Collection[str], actor: Actor, at: datetime) -> Organisation:
    """Register a further organisation for a person who has an account."""
    identity = identity.cleaned()
    if reasons := _against(identity, roles):
        raise Refused(*reasons)
    try:
        return _register_for(identity, roles=roles, actor=actor, at=at)
    except IntegrityError:
        raise Refused(_MEANWHILE) from None


@transaction.atomic(durable=True)
def _register_for(identity: Identity, *, roles: Collection[str], actor: Actor, at: datetime) -> Organisation:
    user = User.objects.filter(number=actor.person, is_active=True).first()
    if user is None:
        raise NotYours(actor.as_text())
    if reasons := pairs.objections(user, roles):
        raise Refused(*reasons)
    return register(identity, roles=roles, user=user, actor=actor, at=at)


@transaction.atomic(savepoint=False)
def register(identity: Identity, *, roles: Collection[str], user: User, actor: Actor, at: datetime) -> Organisation:
    """Write the organisation and the first person's seats, with every right: somebody must begin."""
    organisation = Organisation.objects.create(
        number=numbering.take("OR", at=at),
        scheme=identity.scheme,
        code=identity.code,
        name=identity.name,
        address=identity.address,
        contact=identity.contact,
        roles=sorted(set(roles)),
        registered_at=at,
    )
    for role in organisation.roles:
        Membership.objects.create(
            user=user, organisation=organisation, role=role, may_draft=True, may_approve=True, since=at
        )
    data = {"organisation": organisation.number, "scheme": identity.scheme, "code": identity.code}
    audit.append("accounts.organisation.registered", data=data | {"roles": organisation.roles}, actor=actor, at=at)
    _tell_the_centre(organisation, at=at)
    return organisation


@transaction.atomic(durable=True)
def change_contact(*, address: str, contact: str, actor: Actor, at: datetime) -> Organisation:
    """Change where one's organisation is found; its name and code stay as they were admitted."""
    seat = access.approving_seat(actor)
    organisation = Organisation.objects.select_for_update().get(pk=seat.organisation_id)
    identity = Identity(organisation.scheme, organisation.code, organisation.name, address, contact).cleaned()
    if reasons := identity.objections():
        raise Refused(*reasons)
    if (identity.address, identity.contact) == (organisation.address, organisation.contact):
        raise Refused(reason("The address and the contact are as they were."))
    organisation.address, organisation.contact = identity.address, identity.contact
    organisation.save(update_fields=["address", "contact"])
    audit.append(
        "accounts.organisation.moved", data={"organisation": organisation.number}, actor=actor, at=at
    )  # where: not in the log, which keeps for ever
    return organisation


def username_taken(username: str) -> Reason:
    return reason("The user name {name} is taken.", name=plain_username(username))


def _against(identity: Identity, roles: Collection[str]) -> list[Reason]:
    reasons = identity.objections() + objections_to_roles(roles)
    living = Organisation.objects.filter(scheme=identity.scheme, code=identity.code, refused_at=None)
    if living.exists():
        reasons.append(
            reason("An organisation with the code {code} ({scheme}) is registered already.", **_code(identity))
        )
    return reasons


def _code(identity: Identity) -> dict[str, str]:
    return {"code": identity.code, "scheme": identity.scheme}


def _tell_the_centre(organisation: Organisation, *, at: datetime) -> None:
    for centre in queries.admitted([Role.CENTER]):
        tell(
            centre,
            role=Role.CENTER,
            kind="accounts.organisation.registered",
            title=reason("{name} asks for admission", name=organisation.name),
            body=reason("Code {code} ({scheme}).", code=organisation.code, scheme=organisation.scheme),
            link=f"/account/admission/{organisation.number}",
            at=at,
        )
