from __future__ import annotations

import pytest

from core.canonical import Malformed
from core.checkpoints import cosigning_vkey
from core.cosigning import Answer, answer, read_head, read_request, write_request
from core.notes import SigningKey, sign_note, verify_note
from tests.witness.growing import KEY, ORIGIN, OTHER_KEY, asking, checkpoint, leaves

WITNESS = SigningKey("witness.example/w1", b"\x01" * 32)
LOGS = {ORIGIN: [KEY.verify_key]}
AT = 1_790_000_000


def head(size: int, *, of: str = "entry") -> str:
    return checkpoint(size, of=of).rpartition("\n\n")[0] + "\n"


def asked(body: bytes, *, signed: str = "") -> Answer:
    latest = read_head(signed) if signed else None
    return answer(read_request(body), logs=LOGS, latest=latest, key=WITNESS, at=AT)


@pytest.mark.parametrize(("old", "new"), [(0, 1), (0, 7), (1, 2), (3, 7), (4, 8), (7, 7), (6, 65)])
def test_a_tree_that_grew_is_cosigned_and_is_what_must_be_kept(old: int, new: int) -> None:
    given = asked(asking(old, new), signed=head(old) if old else "")
    assert (given.status, given.keep) == (200, checkpoint(new) + given.body)
    signatures = verify_note(checkpoint(new) + given.body, keys=[cosigning_vkey(WITNESS)]).signatures
    assert [(str(one.key), one.time) for one in signatures] == [(str(cosigning_vkey(WITNESS)), AT)]


def test_the_empty_tree_is_cosigned_as_the_first_one() -> None:
    assert asked(asking(0, 0)).status == 200
    lying = sign_note(f"{ORIGIN}\n0\n{'A' * 43}=\n", key=KEY)
    assert asked(write_request(old=0, proof=[], note=lying)).status == 409


def test_lines_that_the_log_adds_are_cosigned_with_the_rest() -> None:
    given = asked(asking(0, 5, more="extension\n"))
    verified = verify_note(checkpoint(5, more="extension\n") + given.body, keys=[cosigning_vkey(WITNESS)])
    assert verified.text.endswith("\nextension\n")


@pytest.mark.parametrize(
    ("body", "signed", "status", "said"),
    [
        (asking(0, 5, key=OTHER_KEY), "", 403, "The note carries no signature of a known key.\n"),
        (
            write_request(old=0, proof=[], note=checkpoint(5, origin="other.example/log")),
            "",
            404,
            "This witness does not",
        ),
        (write_request(old=6, proof=[], note=checkpoint(5)), head(6), 400, "The old size is larger"),
        (asking(0, 7), head(5), 409, "5\n"),
        (asking(4, 7), head(5), 409, "5\n"),
        (asking(3, 4), head(5), 409, "5\n"),
        (asking(5, 7), "", 409, "0\n"),
        (asking(5, 5, of="another entry"), head(5), 409, "5\n"),
        (asking(5, 7, of="another entry"), head(5), 422, "The log does not continue"),
        (write_request(old=5, proof=[], note=checkpoint(7)), head(5), 422, "The proof has more or fewer"),
        (write_request(old=0, proof=leaves(1), note=checkpoint(7)), "", 422, "The proof has more or fewer"),
    ],
    ids=["key", "origin", "shrinks", "zero", "behind", "back", "ahead", "fork", "rewrite", "no proof", "proof of none"],
)
def test_what_is_not_the_continuation_of_what_was_signed_is_refused(
    body: bytes, signed: str, status: int, said: str
) -> None:
    given = asked(body, signed=signed)
    assert (given.status, given.body.startswith(said), given.keep) == (status, True, "")
    assert given.content_type == ("text/x.tlog.size" if status == 409 else "text/plain; charset=utf-8")


@pytest.mark.parametrize(
    "note",
    [
        "",
        checkpoint(5).replace("\n5\n", "\n05\n"),
        checkpoint(5).replace("\n5\n", "\n-5\n"),
        f"{ORIGIN}\n5\n\n— {ORIGIN} AAAAAAA=\n",
        f"{ORIGIN}\n5\nAAAA\n\n— {ORIGIN} AAAAAAA=\n",
        checkpoint(5).rstrip("\n"),
        checkpoint(5).replace("— ", "- "),
    ],
)
def test_what_is_no_checkpoint_is_a_bad_request(note: str) -> None:
    assert asked(write_request(old=0, proof=[], note=note)).status == 400


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"old 5\n",
        b"old 05\n\n",
        b"old -1\n\n",
        b"new 5\n\n",
        b"old 1\nAAAA\n\n",
        b"old 1\n" + b"A" * 43 + b"=\n" * 2 + b"\n",
        b"old 1\n" + (b"A" * 43 + b"=\n") * 64 + b"\n",
        b"old 1\n\n\xff",
        b"old 1\n\n" + b"x" * 65536,
    ],
)
def test_what_is_no_request_is_malformed(body: bytes) -> None:
    with pytest.raises(Malformed):
        read_request(body)


def test_a_request_reads_back_as_it_was_written() -> None:
    request = read_request(asking(3, 7))
    assert (request.old, request.note) == (3, checkpoint(7))
    assert write_request(old=request.old, proof=request.proof, note=request.note) == asking(3, 7)
