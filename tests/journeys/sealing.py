"""What key holders and bidders do on their pages, with the keys that their own browsers made."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.journeys.visitors import KEY_WORK, PASSPHRASE

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from tests.journeys.visitors import Town, Visitor

SEATS = {
    "tenderee": "owner.holder",
    "agency": "agent.holder",
    "supervisor": "supervisor.holder",
    "platform": "center.holder",
}


def appoint_holders(town: Town, project: str, *, by: str, seats: Mapping[str, str]) -> None:
    """Choose a person for every seat of the page; seats that are not named stay empty."""
    visitor = town[by]
    visitor.go(f"/desk/projects/{project}/holders/appoint", name="appoint")
    for seat in visitor.find("main select").evaluate_all("all => all.map((field) => field.name)"):
        person = seats.get(seat)
        wanted = f"OR-{person.partition('.')[0]}/PE-{person.replace('.', '-')}" if person else ""
        visitor.fill(**{seat: wanted})
    visitor.press()
    visitor.look("holders")
    assert visitor.path == f"/desk/projects/{project}/holders"


def make_keys(town: Town, project: str, holders: Sequence[str]) -> None:
    """Every holder makes its key, all of them at the same time."""
    for name in holders:
        holder = town[name]
        holder.go("/desk/keys", name="seats")
        holder.go(f"/desk/keys/{project}", name="seat")
        holder.go(f"/desk/keys/{project}/make", name="holder-key")
        holder.start()
    _all_done(town, holders, name="holder-key-made")


def sign_ceremonies(town: Town, lots: Iterable[str], holders: Sequence[str]) -> None:
    for lot in lots:
        for name in holders:
            holder = town[name]
            holder.go(f"/desk/keys/lots/{lot}/ceremony")
            holder.page.wait_for_selector("[data-holders] tr.is-own")
            holder.look("sign-ceremony")
            holder.start()
        _all_done(town, holders, name="ceremony-signed")


def _all_done(town: Town, names: Sequence[str], *, name: str) -> None:
    for each in names:
        town[each].done()
        town[each].look(name)


def announce(town: Town, project: str, *, by: str) -> None:
    visitor = town[by]
    visitor.go(f"/desk/projects/{project}/announce", name="announce")
    visitor.confirm()
    visitor.look("holders-after-announcing")
    assert visitor.path == f"/desk/projects/{project}/holders"


def rehearse(town: Town, lots: Iterable[str], holders: Sequence[str]) -> None:
    """Every holder shows that its key works; the last one opens the box."""
    for lot in lots:
        for name in holders:
            holder = town[name]
            holder.go(f"/desk/keys/lots/{lot}/rehearsal", name="rehearsal")
            holder.start()
        _all_done(town, holders, name="rehearsed")


def enrol(town: Town, bidders: Sequence[str]) -> None:
    """Every bidder makes the key that signs its bids."""
    for name in bidders:
        town[name].go("/account/keys/bidder", name="bidder-key")
        town[name].start()
    _all_done(town, bidders, name="bidder-key-made")


def seal(
    town: Town,
    lot: str,
    bidder: str,
    files: Iterable[Path] = (),
    *,
    unit_prices: Iterable[str] = (),
    **offer: str,
) -> str:
    """Fill in bill and offer, check them, seal them, hand them in; returns the number of the receipt."""
    visitor = town[bidder]
    visitor.go(f"/desk/bids/{lot}", name="bid")
    visitor.go(f"/desk/bids/{lot}/seal", name="seal")
    for field, price in zip(visitor.find("[data-line] [data-field=unit_price]").all(), unit_prices, strict=True):
        field.fill(price)
    visitor.fill(**offer)
    visitor.find("#files-technical").set_input_files(list(files))
    visitor.page.fill("[data-form] [name=passphrase]", PASSPHRASE)
    visitor.look("seal-filled")
    visitor.page.click("[data-form] button.primary")
    visitor.page.wait_for_selector("[data-check]:not([hidden])")
    summary = visitor.find("[data-summary]").inner_text().replace(",", "")
    assert [value for value in offer.values() if value not in summary] == []
    visitor.look("seal-check")
    visitor.page.click("[data-confirm]")
    visitor.done()
    visitor.look("sealed")
    number = visitor.find("[data-show=reference]").inner_text()
    visitor.click("[data-next]")
    visitor.look("receipt")
    assert number in visitor.text()
    return number


def withdraw(town: Town, lot: str, bidder: str) -> None:
    visitor = town[bidder]
    visitor.go(f"/desk/bids/{lot}/withdraw", name="withdraw")
    visitor.unlock()
    visitor.look("withdrawn")


def release(town: Town, lot: str, holder: str) -> None:
    visitor = town[holder]
    visitor.go(f"/desk/keys/lots/{lot}/release", name="release")
    visitor.unlock()
    visitor.look("released")


def lead_session(town: Town, lot: str, *, bidder: str, by: str) -> None:
    """A bidder objects on the spot and confirms what was read out; it is answered, and the session ends."""
    attending, leading = town[bidder], town[by]
    attending.go(f"/desk/bids/{lot}", name="bid-opened")  # the hall is public: who is signed out watches as nobody
    attending.go(f"/hall/{lot}", name="hall-of-a-bidder")
    attending.press("/confirm")
    attending.go(f"/hall/{lot}/remarks", name="remark")
    attending.fill(body="请核对唱标内容")
    attending.press()
    leading.go(f"/desk/lots/{lot}/opening", name="session")
    leading.fill(answer="已核对，与投标文件一致")
    leading.press("/remarks/1")
    leading.look("session-answered")
    leading.press("/opening/finish")
    assert leading.path == f"/hall/{lot}"


def watch_hall(town: Town, lot: str) -> Visitor:
    """Somebody who is nobody in particular sits down in the hall and stays there, without ever reloading."""
    watcher = town["nobody"]
    watcher.go(f"/hall/{lot}", name="hall-before")
    sees(watcher, "实时")
    return watcher


def sees(watcher: Visitor, words: str, *, within: str = "main") -> None:
    """Wait until these words stand on the page that is open, without loading it again."""
    watcher.page.locator(within, has_text=words).wait_for(timeout=KEY_WORK)
