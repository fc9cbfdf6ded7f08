"""Telling those whom a project concerns: who bids or may bid, and the buying side.

Who obtained the documents is for nobody's eyes; each message stands in the inbox of the one that it is for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Q

from accounts.models import Organisation
from accounts.names import Role
from accounts.telling import tell
from trading.models import Obtained, Participation
from trading.names import Side

if TYPE_CHECKING:
    from datetime import datetime

    from core.reasons import Reason
    from trading.models import Project


@transaction.atomic(savepoint=False)
def tell_bidding_side(
    project: Project, *, kind: str, title: Reason, at: datetime, body: Reason | None = None, link: str = ""
) -> None:
    """Tell everybody that obtained the documents or has bid."""
    obtained = Obtained.objects.filter(project=project).values("organisation")
    bidding = Participation.objects.filter(project=project, side=Side.BIDDING).values("organisation")
    for organisation in Organisation.objects.filter(Q(pk__in=obtained) | Q(pk__in=bidding)).order_by("pk"):
        tell(
            organisation,
            kind=kind,
            title=title,
            body=body,
            at=at,
            role=Role.BIDDER,
            project=project.number,
            link=link or f"/projects/{project.number}",
        )


@transaction.atomic(savepoint=False)
def tell_buying_side(
    project: Project, *, kind: str, title: Reason, at: datetime, body: Reason | None = None, link: str = ""
) -> None:
    """Tell the owner and, where there is one, the agent."""
    for organisation, role in ((project.owner, Role.OWNER), (project.agent, Role.AGENT)):
        if organisation is not None:
            tell(
                organisation,
                kind=kind,
                title=title,
                body=body,
                at=at,
                role=role,
                project=project.number,
                link=link or f"/projects/{project.number}",
            )
