"""Who may read and who may write at every address: the one table.

A name in lower case is one person of the world, a name in capitals everybody who sits in that role. ``SIGNED`` is
whoever has signed in, ``ALL`` everybody. Whoever is not named gets the same answer as at an address that does not
exist; whoever has not signed in is led to the door instead of a page that others may read.
"""

from __future__ import annotations

from typing import NamedTuple

from tests.access.world import NOBODY, PEOPLE

ROLES = {
    "ALL": PEOPLE,
    "SIGNED": tuple(name for name in PEOPLE if name != NOBODY),
    "OWNER": ("owner.drafter", "owner.approver", "buyer.approver"),
    "AGENT": ("agent.drafter", "broker"),
    "BIDDER": ("acme", "elm"),
    "EXPERT": ("expert.one", "expert.seven"),
    "SUPERVISOR": ("supervisor", "bureau"),
    "CENTER": ("center",),
    "AUDIT": ("audit",),
    "KEY_HOLDER": ("owner.holder", "buyer.holder"),
    "MAY_NOT_APPROVE": ("owner.drafter", "agent.drafter", "owner.holder", "buyer.holder"),
    # of the project that the row is about
    "BUYING": ("owner.drafter", "owner.approver", "agent.drafter"),
}


class Row(NamedTuple):
    """Which object the address is about, and who may read and write there."""

    about: str = "now"
    get: str = ""
    post: str = ""

    @property
    def era(self) -> str:
        return self.about.partition(".")[0]

    def may(self, method: str) -> set[str]:
        words = (self.get if method == "get" else self.post).split()
        return {person for word in words for person in ROLES.get(word, (word,))}

    def foresees(self, person: str, method: str) -> tuple[str, ...]:
        """What may come of the request: words of ``world.outcome``."""
        if person in self.may(method):
            return ("in",)
        if not self.may(method):  # of no use to anybody: whatever is answered does not depend on the object
            return ("method", "no", "door")
        return ("door",) if person == NOBODY and method == "get" else ("no",)


CORE = {
    "core:now": Row(get="ALL"),
    "core:language": Row(get="ALL"),
    "core:style": Row(),  # there in the demonstration only
}
ACCOUNTS = {
    "accounts:account": Row(get="SIGNED"),
    "accounts:password": Row(get="SIGNED", post="SIGNED"),
    "accounts:sign-in": Row(get="ALL", post="ALL"),
    "accounts:sign-out": Row(post="SIGNED"),
    "accounts:step-up": Row(get="SIGNED", post="SIGNED"),
    "accounts:role": Row("now.own_seat", post="SIGNED"),
    "accounts:register": Row(get="ALL", post="ALL"),
    "accounts:registered": Row(get="ALL"),
    "accounts:recovery": Row(get="ALL", post="ALL"),
    "accounts:recovery-link": Row("now.ticket", get="ALL", post="ALL"),
    "accounts:organisation": Row(get="SIGNED"),
    "accounts:add-member": Row(get="SIGNED", post="SIGNED"),
    "accounts:invite": Row(get="SIGNED", post="SIGNED"),
    "accounts:member": Row(
        "now.member",
        get="owner.approver MAY_NOT_APPROVE",  # who may not approve is told so before anybody is looked for
        post="owner.approver MAY_NOT_APPROVE",
    ),
    "accounts:confirm-recovery": Row(get="SIGNED", post="SIGNED"),
    "accounts:bidder-key": Row(get="BIDDER"),
    "accounts:enrol-bidder-key": Row(post="BIDDER"),
    "accounts:wrapped-key": Row(get="acme"),  # whoever has one
    "accounts:admissions": Row(get="CENTER"),
    "accounts:admission": Row("now.organisation", get="CENTER"),
    "accounts:decide": Row("now.decision", get="CENTER", post="CENTER"),
    "accounts:person": Row("now.person", get="CENTER", post="CENTER"),
    "accounts:inbox": Row(get="SIGNED"),
    "accounts:message": Row("now.message", get="owner.drafter owner.approver"),
    "accounts:read": Row("now.message", post="owner.drafter owner.approver"),
    "accounts:read-all": Row(post="SIGNED"),
}

TABLE = CORE | ACCOUNTS

# Whoever only reads may do these things all the same (decision 16): keep the own account and seat.
OWN_AFFAIRS = {name for name, row in (CORE | ACCOUNTS).items() if row.post}
