"""What is decided after the report, on the pages of those who decide: candidates, objection, award, contract."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.journeys.visitors import Town


def publish_candidates(town: Town, lot: str, *, by: str) -> None:
    visitor = town[by]
    visitor.go(f"/evaluation/{lot}", name="room-evaluated")
    visitor.go(f"/evaluation/{lot}/candidates", name="candidates")
    visitor.press()
    assert visitor.path == f"/evaluation/{lot}", visitor.text()


def deliver_report(town: Town, lot: str, *, by: str) -> None:
    visitor = town[by]
    visitor.go(f"/evaluation/{lot}/deliver", name="deliver")
    visitor.press()
    visitor.look("room-confirming")
    assert visitor.path == f"/evaluation/{lot}", visitor.text()


def object_to(town: Town, lot: str, body: str, *, by: str) -> str:
    """Object to the result; returns the number of the objection."""
    visitor = town[by]
    visitor.go(f"/objections/lots/{lot}", name="object")
    visitor.fill(body=body)
    visitor.press()
    visitor.look("object-check")
    visitor.confirm()
    visitor.look("objection")
    assert visitor.path.startswith("/objections/"), visitor.text()
    return visitor.path.removeprefix("/objections/")


def answer_objection(town: Town, number: str, text: str, *, by: str) -> None:
    visitor = town[by]
    visitor.go("/objections", name="objections")
    visitor.go(f"/objections/{number}/answer", name="objection-answer")
    visitor.fill(upheld="no", text=text)
    visitor.press()
    visitor.confirm()
    visitor.look("objection-answered")
    assert text in visitor.text()


def award_first(town: Town, lot: str, *, by: str) -> None:
    """Award to the first candidate."""
    visitor = town[by]
    visitor.go(f"/evaluation/{lot}/award", name="award")
    visitor.find("main [name=winner]").first.check()
    visitor.press()
    visitor.look("award-check")
    visitor.confirm()
    visitor.look("room-awarded")
    assert visitor.path == f"/evaluation/{lot}", visitor.text()


def announce_award(town: Town, lot: str, *, by: str) -> None:
    visitor = town[by]
    visitor.go(f"/evaluation/{lot}/notify", name="notify")
    visitor.press()
    visitor.look("room-contracting")
    assert visitor.path == f"/evaluation/{lot}", visitor.text()


def draft_contract(town: Town, lot: str, *, by: str, **fields: object) -> str:
    """Draft the contract over the award; returns its number."""
    visitor = town[by]
    visitor.go(f"/desk/lots/{lot}/contract", name="draft-contract")
    visitor.fill(**fields)
    visitor.press()
    visitor.look("contract-drafted")
    assert visitor.path.startswith("/desk/contracts/"), visitor.text()
    return visitor.path.removeprefix("/desk/contracts/")


def sign_contract(town: Town, contract: str, *, by: str) -> None:
    visitor = town[by]
    visitor.go(f"/desk/contracts/{contract}", name="contract-to-sign")
    visitor.go(f"/desk/contracts/{contract}/sign", name="sign-contract")
    visitor.fill(keeps_to_bid=True)
    visitor.press()
    visitor.look("contract-signed")
    assert visitor.path == f"/desk/contracts/{contract}", visitor.text()


def register_contract(town: Town, contract: str, *, by: str) -> None:
    visitor = town[by]
    visitor.go(f"/desk/contracts/{contract}", name="contract-of-both")
    visitor.press("/register")
    visitor.look("contract-registered")


def receive_security(town: Town, contract: str, *, by: str) -> None:
    """Record that the performance security has arrived."""
    visitor = town[by]
    visitor.go(f"/desk/contracts/{contract}", name="contract-without-security")
    visitor.press("/security")


def accept_performance(town: Town, contract: str, result: str, *, by: str) -> None:
    """Accept what was delivered or built: the project is closed."""
    visitor = town[by]
    visitor.go(f"/desk/contracts/{contract}/accept", name="accept-contract")
    visitor.fill(acceptance=result)
    visitor.press()
    visitor.confirm()
    visitor.look("contract-accepted")
    assert result in visitor.text()
