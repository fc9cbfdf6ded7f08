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
    "BIDDER": ("acme", "bolt", "elm"),
    "EXPERT": ("expert.one", "expert.seven"),
    "SUPERVISOR": ("supervisor", "bureau"),
    "CENTER": ("center",),
    "AUDIT": ("audit",),
    "KEY_HOLDER": ("owner.holder", "buyer.holder"),
    "MAY_NOT_APPROVE": ("owner.drafter", "agent.drafter", "owner.holder", "buyer.holder"),
    # of the project that the row is about
    "BUYING": ("owner.drafter", "owner.approver", "agent.drafter"),
    "BUYING_SIDE": ("owner.drafter", "owner.approver", "agent.drafter", "owner.holder"),
    "WORKING": ("owner.drafter", "owner.approver", "agent.drafter", "supervisor", "center"),
    "HOLDER": ("owner.holder",),
    "OWNING": ("owner.drafter", "owner.approver"),
    "MEMBER": ("expert.one",),
    # of a procurement
    "BUYING_GP": ("buyer.approver", "agent.drafter"),
    "MEMBER_GP": ("expert.one", "expert.seven"),
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
        return ("door", "no") if person == NOBODY and method == "get" else ("no",)


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
    "accounts:sign-in-with-code": Row(get="ALL", post="ALL"),
    "accounts:signatures": Row(get="SIGNED"),
    "accounts:signature": Row("now.signature"),  # nobody of this world signed anything
    "accounts:passkeys": Row(get="SIGNED"),
    "accounts:new-passkey": Row(get="SIGNED", post="SIGNED"),
    "accounts:register-passkey": Row(post="SIGNED"),
    "accounts:recovery-codes": Row(post="SIGNED"),
    "accounts:passkey": Row("now.passkey", get="acme", post="acme"),
    "accounts:ask-who": Row(post="ALL"),
    "accounts:passkey-sign-in": Row(post="ALL"),
    "accounts:ask-again": Row(post="SIGNED"),
    "accounts:prove": Row(post="SIGNED"),
    "accounts:ask-to-sign": Row(post="SIGNED"),
    "accounts:passphrases": Row("now.file", get="SIGNED", post="SIGNED"),
    "accounts:role": Row("now.own_seat", post="SIGNED"),
    "accounts:register": Row(get="ALL", post="ALL"),
    "accounts:registered": Row(get="ALL"),
    "accounts:recovery": Row(get="ALL", post="ALL"),
    "accounts:recovery-link": Row("now.ticket", get="ALL", post="ALL"),
    "accounts:organisation": Row(get="SIGNED"),
    "accounts:contact": Row(get="SIGNED", post="SIGNED"),
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

TRADING = {
    "trading:desk": Row(get="SIGNED"),
    "trading:projects": Row(get="OWNER AGENT SUPERVISOR CENTER"),
    "trading:create": Row(get="OWNER AGENT", post="OWNER AGENT"),
    "trading:project": Row("draft.project", get="WORKING"),
    "trading:edit": Row("draft.step", get="BUYING", post="BUYING"),
    "trading:criteria": Row("draft.project", get="BUYING", post="BUYING"),
    "trading:lots": Row("draft.project", get="BUYING"),
    "trading:add-lot": Row("draft.project", get="BUYING", post="BUYING"),
    "trading:lot": Row("draft.lot", get="BUYING", post="BUYING"),
    "trading:remove-lot": Row("draft.lot", post="BUYING"),
    "trading:documents": Row("draft.project", get="WORKING", post="BUYING"),
    "trading:remove-document": Row("draft.document", post="BUYING"),
    "trading:document": Row("open.document", get="ALL"),
    "trading:document#draft": Row("draft.document", get="BUYING_SIDE"),
    "trading:preview": Row("draft.project", get="WORKING"),
    "trading:intend": Row("draft.project", get="BUYING", post="BUYING"),
    "trading:submit": Row("draft.project", post="BUYING"),
    "trading:return": Row("early.project", get="BUYING", post="BUYING"),
    "trading:questions": Row("open.project", get="BUYING"),
    "trading:answer": Row("open.question", get="BUYING", post="BUYING"),
    "trading:ask": Row("open.project", get="BIDDER", post="BIDDER"),
    "trading:ask#draft": Row("draft.project"),
    "trading:amendments": Row("open.project", get="BUYING"),
    "trading:amend": Row("open.project", get="BUYING", post="BUYING"),
    "trading:amendment": Row("open.amendment", get="BUYING", post="BUYING"),
    "trading:drop-amendment": Row("open.amendment", post="BUYING"),
    "trading:place-hold": Row("open.lot", get="WORKING", post="WORKING"),
    "trading:lift-hold": Row("held.hold", get="supervisor", post="supervisor"),
    "trading:terminate": Row("open.project", get="BUYING supervisor", post="BUYING supervisor"),
    "trading:fail-documents": Row("open.project", get="BUYING", post="BUYING"),
    "trading:after-failure": Row("open.project", get="BUYING", post="BUYING"),
    "trading:draft-contract": Row("late.lot", get="BUYING", post="BUYING"),
    "trading:contract": Row("late.contract", get="WORKING bolt"),
    "trading:contract-file": Row("late.contract", get="WORKING bolt"),
    "trading:sign-contract": Row(
        "late.contract", get="owner.drafter owner.approver bolt", post="owner.drafter owner.approver bolt"
    ),
    "trading:take-back-contract": Row("late.contract", get="BUYING", post="BUYING"),
    "trading:give-security": Row("late.contract", post="BUYING"),
    "trading:register-contract": Row("late.contract", post="BUYING"),
    "trading:supplement": Row("late.contract", get="owner.drafter owner.approver", post="owner.drafter owner.approver"),
    "trading:accept-contract": Row(
        "late.contract", get="owner.drafter owner.approver", post="owner.drafter owner.approver"
    ),
}
BIDDING = {
    "bidding:hall": Row("open.lot", get="ALL"),
    "bidding:hall#early": Row("early.lot"),
    "bidding:hall-state": Row("open.lot", get="ALL"),
    "bidding:hall-state#early": Row("early.lot"),
    "bidding:opening-record": Row("late.lot", get="ALL"),
    "bidding:opening-record#open": Row("open.lot"),
    "bidding:remark": Row("opened.lot", get="acme bolt", post="acme bolt"),
    "bidding:confirm-read-out": Row("opened.lot", post="acme bolt"),
    "bidding:ceremony": Row("open.lot", get="ALL"),
    "bidding:ceremony#early": Row("early.lot", get="BUYING HOLDER"),
    "bidding:ceremony-signatures": Row("open.lot", get="ALL"),
    "bidding:ceremony-signatures#early": Row("early.lot", get="BUYING HOLDER"),
    "bidding:holders": Row("early.project", get="WORKING"),
    "bidding:appoint": Row("early.project", get="BUYING", post="BUYING"),
    "bidding:assemble": Row("early.project", post="BUYING"),
    "bidding:announce": Row("early.project", get="BUYING", post="BUYING"),
    "bidding:rehearse-again": Row("open.lot", post="BUYING"),
    "bidding:open-box": Row("open.lot", post="BUYING"),
    "bidding:opening": Row("opened.lot", get="BUYING center"),
    "bidding:finish-opening": Row("opened.lot", post="BUYING center"),
    "bidding:answer-remark": Row("opened.remark", post="BUYING"),
    "bidding:deposits": Row("opened.lot", get="BUYING center"),
    "bidding:match-statement": Row("opened.lot", post="BUYING center"),
    "bidding:lock-deposits": Row("opened.lot", post="BUYING center"),
    "bidding:deposit": Row("opened.deposit", get="BUYING center", post="BUYING center"),
    "bidding:seats": Row(get="KEY_HOLDER"),
    "bidding:seat": Row("early.project", get="HOLDER"),
    "bidding:holder-key": Row("early.project", get="HOLDER"),
    "bidding:submit-key": Row("early.project", post="HOLDER"),
    "bidding:holder-wrapped": Row("early.project", get="HOLDER"),
    "bidding:report-lost": Row("early.project", get="HOLDER", post="HOLDER"),
    "bidding:sign-ceremony": Row("early.lot", get="HOLDER"),
    "bidding:sign": Row("early.lot", post="HOLDER"),
    "bidding:rehearsal": Row("open.lot", get="HOLDER"),
    "bidding:rehearsal-document": Row("open.lot", get="HOLDER"),
    "bidding:answer-rehearsal": Row("open.lot", post="HOLDER"),
    "bidding:release": Row("closed.lot", get="HOLDER"),
    "bidding:close-document": Row("closed.lot", get="HOLDER"),
    "bidding:close-document#open": Row("open.lot"),
    "bidding:close-proof": Row("closed.lot", get="HOLDER"),
    "bidding:close-proof#open": Row("open.lot"),
    "bidding:accepted-seals": Row("closed.lot", get="HOLDER"),
    "bidding:accepted-seals#open": Row("open.lot"),
    "bidding:hand-in-release": Row("closed.lot", post="HOLDER"),
    "bidding:bids": Row(get="BIDDER"),
    "bidding:bid": Row("open.lot", get="BIDDER"),
    "bidding:bid#early": Row("early.lot"),
    "bidding:seal": Row("open.lot", get="BIDDER"),
    "bidding:uploads": Row("open.lot", post="BIDDER"),
    "bidding:seals": Row("open.lot", post="BIDDER"),
    "bidding:seals#early": Row("early.lot"),
    "bidding:upload": Row("open.slot"),  # PATCH and HEAD only
    "bidding:finish-upload": Row("open.slot", post="acme"),
    "bidding:withdraw": Row("open.lot", get="BIDDER"),
    "bidding:hand-in-withdrawal": Row("open.lot", post="BIDDER"),
    "bidding:give-up": Row("opened.lot", get="acme bolt", post="acme bolt"),
    "bidding:receipt": Row("open.receipt", get="acme"),
    "bidding:receipt-pdf": Row("open.receipt", get="acme"),
    "bidding:receipt-file": Row("open.receipt_file", get="acme"),
}
EVALUATION = {
    "evaluation:draw": Row("drawing.draw", get="ALL"),
    "evaluation:draw-state": Row("drawing.draw", get="ALL"),
    "evaluation:draw-manifest": Row("drawing.draw", get="ALL"),
    "evaluation:draw-record": Row("drawn.draw", get="ALL"),
    "evaluation:draw-record#early": Row("drawing.draw"),
    "evaluation:contribute": Row("drawing.draw", get="HOLDER"),
    "evaluation:hand-in-commit": Row("drawing.draw", post="HOLDER"),
    "evaluation:hand-in-reveal": Row("drawing.draw", post="HOLDER"),
    "evaluation:open-contributions": Row("drawing.draw", get="HOLDER"),
    "evaluation:hand-in-shares": Row("drawing.draw", post="HOLDER"),
    "evaluation:give-up-draw": Row("drawing.draw", get="BUYING", post="BUYING"),
    "evaluation:refuse-draw": Row("drawn.draw", get="BUYING", post="BUYING"),
    "evaluation:refuse-draw#early": Row("drawing.draw"),
    "evaluation:order-tied": Row("drawn.draw", post="BUYING"),
    "evaluation:draws": Row("drawing.lot", get="BUYING supervisor"),
    "evaluation:prepare-experts": Row("drawing.lot", get="BUYING", post="BUYING"),
    "evaluation:prepare-tie": Row("tied.lot", get="BUYING", post="BUYING"),
    "evaluation:prepare-tie#none": Row("judged.lot"),
    "evaluation:prepare-value": Row("drawing.value"),  # nothing of this lot is left to a draw
    "evaluation:seat-drawn": Row("drawn.lot", get="BUYING", post="BUYING"),
    "evaluation:seat-drawn#named": Row("named.lot"),
    "evaluation:party-key": Row(get="BIDDER"),
    "evaluation:enrol-party-key": Row(post="BIDDER"),
    "evaluation:pool": Row(get="CENTER", post="CENTER"),
    "evaluation:leave-pool": Row("drawing.place", get="CENTER", post="CENTER"),
    "evaluation:lot": Row("judged.lot", get="BUYING MEMBER supervisor"),
    "evaluation:lot#named": Row("named.lot", get="BUYING MEMBER supervisor"),
    "evaluation:lot#opened": Row("opened.lot", get="BUYING supervisor"),
    "evaluation:committee": Row("opened.lot", get="BUYING", post="BUYING"),
    "evaluation:committee#named": Row("named.lot", get="BUYING", post="BUYING"),
    "evaluation:name-again": Row("named.lot", get="BUYING", post="BUYING"),
    "evaluation:name-again#begun": Row("judged.lot"),
    "evaluation:replace": Row("named.member", get="BUYING", post="BUYING"),
    "evaluation:convene": Row("named.lot", post="BUYING"),
    "evaluation:qualification": Row("qualifying_gp.lot", get="BUYING_GP", post="BUYING_GP"),
    "evaluation:qualification#ct": Row("named.lot"),
    "evaluation:qualify": Row("qualifying_gp.lot", get="BUYING_GP", post="BUYING_GP"),
    "evaluation:declaration": Row("named.lot", get="MEMBER", post="MEMBER"),
    "evaluation:review": Row("judged.lot", get="MEMBER", post="MEMBER"),
    "evaluation:file": Row("judged.file", get="MEMBER"),
    "evaluation:file#qualifying": Row("qualifying_gp.file", get="BUYING_GP MEMBER_GP"),  # members are told to wait
    "evaluation:scores": Row("judged.lot", get="MEMBER", post="MEMBER"),
    "evaluation:sheet": Row("judged.bid", get="MEMBER", post="MEMBER"),
    "evaluation:time-short": Row("judged.lot", post="MEMBER"),
    "evaluation:extend": Row("judged.lot", get="BUYING", post="BUYING"),
    "evaluation:recheck": Row("pending.lot", get="OWNING", post="OWNING"),
    "evaluation:recheck#early": Row("judged.lot"),
    "evaluation:calculation": Row("judged.lot", get="MEMBER", post="MEMBER"),
    "evaluation:tie": Row("tied.lot", get="BUYING", post="BUYING"),
    "evaluation:tie#none": Row("judged.lot"),
    "evaluation:report": Row("judged.lot", get="MEMBER", post="MEMBER"),
    "evaluation:report#drawn-up": Row("reported.lot", get="MEMBER"),
    "evaluation:report#final": Row("evaluated.lot", get="BUYING MEMBER supervisor audit"),
    "evaluation:report-pdf": Row("reported.lot", get="MEMBER"),
    "evaluation:report-pdf#final": Row("evaluated.lot", get="BUYING MEMBER supervisor audit"),
    "evaluation:answer": Row("reported.lot", get="MEMBER", post="MEMBER"),
    "evaluation:take-back": Row("reported.lot", get="MEMBER", post="MEMBER"),
    "evaluation:conclude": Row("reported.lot", post="MEMBER"),
    "evaluation:note-refusal": Row("reported.member", post="MEMBER"),
    "evaluation:candidates": Row("evaluated.lot", get="BUYING", post="BUYING"),
    "evaluation:deliver": Row("evaluated_gp.lot", get="BUYING_GP", post="BUYING_GP"),
    "evaluation:award": Row("pending.lot", get="OWNING", post="OWNING"),
    "evaluation:failure": Row("pending.lot", get="OWNING", post="OWNING"),
    "evaluation:notify": Row("awarded.lot", get="BUYING", post="BUYING"),
    "evaluation:refusal": Row("late.lot", get="OWNING", post="OWNING"),
    "evaluation:result": Row("late.lot", get="acme bolt"),
    "evaluation:result#awarded": Row("awarded.lot"),
}
SUPERVISION = {
    "supervision:board": Row(get="SUPERVISOR"),
    "supervision:objections": Row(get="BIDDER OWNER AGENT SUPERVISOR AUDIT"),
    "supervision:object": Row("candidates.lot", get="BIDDER", post="BIDDER"),
    "supervision:object#early": Row("early.lot"),
    "supervision:objection": Row("candidates.objection", get="BUYING supervisor audit acme"),
    "supervision:answer": Row("candidates.objection", get="BUYING", post="BUYING"),
    "supervision:withdraw": Row("candidates.objection", get="acme", post="acme"),
}
DISCLOSURE = {
    "disclosure:home": Row(get="ALL"),
    "disclosure:openings": Row(get="ALL"),
    "disclosure:notices": Row(get="ALL"),
    "disclosure:notices-csv": Row(get="ALL"),
    "disclosure:notice": Row("late.notice", get="ALL"),
    "disclosure:notice#letter": Row("late.letter", get="BUYING_SIDE bolt audit"),
    "disclosure:notice-pdf": Row("late.notice", get="ALL"),
    "disclosure:notice-pdf#letter": Row("late.letter", get="BUYING_SIDE bolt audit"),
    "disclosure:projects": Row(get="ALL"),
    "disclosure:projects-csv": Row(get="ALL"),
    "disclosure:project": Row("late.project", get="ALL"),
    "disclosure:project#early": Row("early.project"),
    "disclosure:lot": Row("late.lot", get="ALL"),
    "disclosure:lot#early": Row("early.lot"),
    "disclosure:bundle": Row("late.lot", get="ALL"),
    "disclosure:bundle#early": Row("early.lot"),
    "disclosure:evidence": Row(get="ALL"),
    "disclosure:evidence-jsonl": Row(get="ALL"),
    "disclosure:entry": Row("late.entry", get="ALL"),
    "disclosure:entry#sealed": Row("open.sealed_entry"),
    "disclosure:log": Row(get="ALL"),
    "disclosure:log-checkpoint": Row(get="ALL"),
    "disclosure:log-witnessed": Row(get="ALL"),
    "disclosure:log-tile": Row("open.tile", get="ALL"),
    "disclosure:log-bundle": Row("open.bundle"),
    "disclosure:log-entry": Row("open.public_place", get="ALL"),
    "disclosure:log-entry#sealed": Row("open.sealed_place"),
    "disclosure:log-proof": Row("open.sealed_place", get="ALL"),
    "disclosure:log-stamped": Row("open.stamp", get="ALL"),
    "disclosure:log-timestamp": Row("open.stamp_token", get="ALL"),
    "disclosure:about": Row(get="ALL"),
    "disclosure:verify": Row(get="ALL"),
    "disclosure:edition": Row("now.edition", get="ALL"),
}

TABLE = CORE | ACCOUNTS | TRADING | BIDDING | EVALUATION | SUPERVISION | DISCLOSURE

# Whoever only reads may do these things all the same (decision 16): keep the own account and seat.
OWN_AFFAIRS = {name for name, row in (CORE | ACCOUNTS).items() if row.post}
