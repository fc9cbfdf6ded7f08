"""``tsb`` from key file to receipt, as a bidder types it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from bidding.rules import age, age_passphrase
from bidding.rules.archive import read_archive
from bidding.rules.bid_secret import unlock_bid_secret
from bidding.rules.ceremony_signatures import sign_ceremony, write_signatures
from bidding.rules.derivation import payload_secret
from bidding.rules.seal_document import read_seal, verify_seal_signature
from client import keys
from client.console import main
from client.words import CHINESE
from core.canonical import dumps
from core.notes import parse_vkey, sign_statement
from tests.bidding.rules import sealed
from tests.verifier.paper import TENDER, honest

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PASSPHRASE = "correct horse battery"
CEREMONY = sealed.ceremony()
PAPER = honest()
FILES = PAPER.bundle()
SEAL = PAPER.live["B2"].digest
FORM = {
    "currency": "CNY", "price": "950000.00", "price_words": "", "duration": "90", "quality": "", "manager": "",
    "deposit": "", "lines": [],
}  # fmt: skip


@pytest.fixture(autouse=True)
def _cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    """Passphrases cost a second each by design; here they need not."""
    slow = age_passphrase.encrypt
    monkeypatch.setattr(age_passphrase, "encrypt", lambda data, **given: slow(data, **given | {"work_factor": 2}))


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    """A bidder's folder: passphrase, anchors, ceremony with signatures, an offer, a receipt."""
    trust = PAPER.keys.trust()
    trust["holders"] = [holder.vkey for holder in CEREMONY.holders]
    notes = {one.kid: sign_ceremony(CEREMONY, key=sealed.signer(one.kid)) for one in CEREMONY.holders}
    for name, data in {
        "pass": f"{PASSPHRASE}\n".encode(),
        "trust.json": json.dumps(trust).encode(),
        "ceremony.json": CEREMONY.data,
        "ceremony.sigs": write_signatures(notes),
        "offer/form.json": dumps(FORM),
        "offer/方案.pdf": b"%PDF-1.7 plan",
        "receipt.json": FILES[f"receipts/{SEAL}.json"],
        "receipt.sig": FILES[f"receipts/{SEAL}.sig"],
        "seal.json": FILES[f"seals/{SEAL}.json"],
    }.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(data)
    return tmp_path


def run(desk: Path, *words: str, lang: str = "en") -> int:
    return main(["--lang", lang, "--passphrase-file", str(desk / "pass"), *words])


def made(desk: Path, kind: str = "bidder") -> Path:
    assert run(desk, "keys", "new", kind, f"trade.example/{kind}/B1", str(desk / "my.age")) == 0
    return desk / "my.age"


def seal_words(desk: Path) -> Iterator[str]:
    yield "seal"
    given = {"ceremony": "ceremony.json", "signatures": "ceremony.sigs", "trust": "trust.json"}
    for name, file in (given | {"keys": "my.age", "folder": "offer", "out": "out"}).items():
        yield from (f"--{name}", str(desk / file))
    yield from ("--bidder", "B1", "--envelope", "opening", "--lot", "1")


def test_a_key_file_is_the_owners_alone_and_shows_its_public_part(
    desk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = made(desk)
    assert file.stat().st_mode & 0o777 == 0o600
    vkey = capsys.readouterr().out.splitlines()[1]
    assert parse_vkey(vkey).name == "trade.example/bidder/B1"
    assert run(desk, "keys", "show", str(file)) == 0
    assert capsys.readouterr().out == f"{vkey}\n"


def test_a_holders_key_file_shows_the_key_of_the_ceremony_too(desk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = made(desk, "holder")
    found = keys.unlock(file.read_bytes(), passphrase=PASSPHRASE)
    assert capsys.readouterr().out.splitlines()[1:] == [found.vkey, found.public]


def test_a_key_file_has_the_form_that_the_browser_reads(desk: Path) -> None:
    document = json.loads(age_passphrase.decrypt(made(desk).read_bytes(), passphrase=PASSPHRASE))
    assert sorted(document) == ["ed25519", "kind", "name", "type", "v"]
    assert (document["v"], document["type"], document["kind"]) == ("tsb/1", "keys", "bidder")


def test_a_key_file_is_not_overwritten_and_wants_a_long_passphrase(
    desk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = made(desk).read_bytes()
    assert run(desk, "keys", "new", "bidder", "B1", str(desk / "my.age")) == 1
    assert (desk / "my.age").read_bytes() == before
    (desk / "pass").write_text("short\n")
    assert run(desk, "keys", "new", "bidder", "B1", str(desk / "other.age"), lang="zh") == 1
    assert not (desk / "other.age").exists()
    assert capsys.readouterr().err.splitlines() == [
        f"tsb: {desk / 'my.age'} exists already and is not overwritten; choose another name",
        "tsb: 口令少于 10 个字符；请使用更长的口令",
    ]


def test_another_passphrase_opens_nothing_and_says_so_in_chinese(
    desk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = made(desk)
    (desk / "pass").write_text("another passphrase\n")
    assert run(desk, "keys", "show", str(file), lang="zh") == 1
    said = capsys.readouterr().err
    assert "口令" in said
    assert "passphrase" not in said


def test_a_folder_becomes_a_seal_that_the_platform_and_its_owner_can_read(desk: Path) -> None:
    own = keys.unlock(made(desk).read_bytes(), passphrase=PASSPHRASE)
    assert run(desk, *seal_words(desk)) == 0
    out = desk / "out"
    seal = read_seal((out / "seal.json").read_bytes(), ceremony=CEREMONY, bidder="B1", lots={"1"})
    verify_seal_signature(seal, note=(out / "seal.sig").read_text(), key=own.signing_key.verify_key)
    (envelope,) = seal.envelopes
    secret = unlock_bid_secret((out / "bid-secret.age").read_bytes(), passphrase=PASSPHRASE)
    payload = out / f"{envelope.sha256}.age"
    assert sorted(path.name for path in out.iterdir()) == sorted(
        ["bid-secret.age", "seal.json", "seal.sig", payload.name]
    )
    identity = payload_secret(secret.envelopes[0].secret, seal.context(envelope))
    with payload.open("rb") as source:
        opened = read_archive(age.read_payload(source, secret=identity), belonging=seal.belonging(envelope))
    assert [(file.name, file.title) for file in opened.files] == [("form.json", "form.json"), ("001.pdf", "方案.pdf")]


def test_nothing_is_sealed_to_a_holder_that_is_not_trusted(desk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    made(desk)
    trust = json.loads((desk / "trust.json").read_text())
    (desk / "trust.json").write_text(json.dumps(trust | {"holders": trust["holders"][1:]}))
    assert run(desk, *seal_words(desk)) == 1
    assert not (desk / "out").exists()
    assert f"holder {CEREMONY.holders[0].kid} is not in trust.json" in capsys.readouterr().err


def test_nothing_is_sealed_without_every_holders_signature(desk: Path) -> None:
    made(desk)
    lines = (desk / "ceremony.sigs").read_bytes().splitlines(keepends=True)
    (desk / "ceremony.sigs").write_bytes(b"".join(lines[:-1]))
    assert run(desk, *seal_words(desk)) == 1
    assert not (desk / "out").exists()


def test_an_offer_that_cannot_be_read_is_refused_with_every_reason(
    desk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made(desk)
    (desk / "offer/form.json").write_bytes(dumps(FORM | {"price": "dear", "currency": "yuan"}))
    assert run(desk, *seal_words(desk), lang="zh") == 1
    assert len(capsys.readouterr().err.splitlines()) == 2
    (desk / "offer/form.json").unlink()
    assert run(desk, *seal_words(desk)) == 1
    assert "holds no form.json" in capsys.readouterr().err
    assert not (desk / "out").exists()


def audit_words(desk: Path) -> list[str]:
    out = desk / "out"
    given = ["--ceremony", str(desk / "ceremony.json"), "--secret", str(out / "bid-secret.age")]
    return ["audit-own", str(out / "seal.json"), *given]


def test_ones_own_seal_follows_from_ones_secret_with_and_without_its_payload(
    desk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made(desk)
    assert run(desk, *seal_words(desk)) == 0
    (payload,) = set((desk / "out").glob("*.age")) - {desk / "out/bid-secret.age"}
    capsys.readouterr()
    assert run(desk, *audit_words(desk)) == 0
    assert capsys.readouterr().out.splitlines()[1] == "  its payload was not given and not checked"
    assert run(desk, *audit_words(desk), "--payload", str(payload), lang="zh") == 0
    size = len(dumps(FORM))
    assert capsys.readouterr().out.splitlines()[1:] == [f"  form.json（{size} 字节）", "  方案.pdf（13 字节）"]
    payload.write_bytes(payload.read_bytes()[:-1] + b"x")
    assert run(desk, *audit_words(desk), "--payload", str(payload)) == 1
    assert capsys.readouterr().err == f"tsb: {payload} is not the payload that was sealed\n"


@pytest.mark.parametrize("part", ["commit", "ct", "cid"])
def test_a_seal_made_from_anything_else_is_found_out(desk: Path, part: str, capsys: pytest.CaptureFixture[str]) -> None:
    made(desk)
    assert run(desk, *seal_words(desk)) == 0
    file = desk / "out/seal.json"
    seal = json.loads(file.read_bytes())
    holder = seal["envelopes"][0]["deal"][1]
    where = {"commit": seal["envelopes"][0], "ct": holder, "cid": seal}[part]
    where[part] = ("B" if where[part][0] == "A" else "A") + where[part][1:]
    file.write_bytes(dumps(seal))
    assert run(desk, *audit_words(desk)) == 1
    expected = {
        "commit": "the commitment of envelope opening is not of your secret; seal again",
        "ct": f"envelope opening gives holder {holder['kid']} a wrong share; seal again",
        "cid": "the secret belongs to another seal: cid",
    }[part]
    assert capsys.readouterr().err == f"tsb: {expected}\n"


def test_a_receipt_holds_for_ones_own_seal(desk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ("receipt", "check", str(desk / "receipt.json"), "--trust", str(desk / "trust.json"))
    assert run(desk, *words, "--seal", str(desk / "seal.json")) == 0
    assert f"seal {SEAL} of tender {TENDER} is entry {PAPER.places[SEAL]}" in capsys.readouterr().out
    (desk / "seal.json").write_bytes(FILES[f"seals/{PAPER.live['B1'].digest}.json"])
    assert run(desk, *words, "--seal", str(desk / "seal.json"), lang="zh") == 1
    assert capsys.readouterr().err.startswith(f"tsb: 回执对应的密封件是 {SEAL}")


@pytest.mark.parametrize(("field", "value"), [("seal", "0" * 64), ("tender", "T-9"), ("entry", "{}"), ("proof", "x")])
def test_a_receipt_that_says_something_else_does_not_hold(desk: Path, field: str, value: str) -> None:
    file = desk / "receipt.json"
    words = ("receipt", "check", str(file), "--trust", str(desk / "trust.json"))
    changed = dumps(json.loads(file.read_bytes()) | {field: value})
    file.write_bytes(changed)
    assert run(desk, *words) == 1
    note = sign_statement("receipt", sealed_digest(changed), key=PAPER.keys.platform)
    file.with_suffix(".sig").write_text(note)  # even if the platform signs it
    assert run(desk, *words) == 1


def test_too_few_witnesses_are_named(desk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    trust = json.loads((desk / "trust.json").read_text())
    more = trust["witnesses"] + [str(sealed_witness())]
    (desk / "trust.json").write_text(json.dumps(trust | {"witnesses": more, "quorum": len(more)}))
    assert run(desk, "receipt", "check", str(desk / "receipt.json"), "--trust", str(desk / "trust.json")) == 1
    assert f"{len(more)} are needed" in capsys.readouterr().err


def sealed_digest(data: bytes) -> str:
    from core.canonical import digest

    return digest(data)


def sealed_witness() -> object:
    from core.checkpoints import cosigning_vkey

    return cosigning_vkey(sealed.signer("stranger"))


def test_every_sentence_has_its_places_in_both_languages() -> None:
    import re

    places = re.compile(r"\{(\w+)\}")
    assert {en for en, zh in CHINESE.items() if sorted(places.findall(en)) != sorted(places.findall(zh))} == set()
