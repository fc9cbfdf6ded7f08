from __future__ import annotations

import pytest

from core.checkpoints import cosigning_vkey
from core.notes import SigningKey
from core.policies import BadPolicy, read_policy, write_policy

W1, W2, W3 = (str(cosigning_vkey(SigningKey(f"witness.example/w{n}", bytes([n]) * 32))) for n in (1, 2, 3))
LOG = str(SigningKey("tender.example/log/1", b"\x09" * 32).verify_key)
ABOVE = f"log {LOG} https://tender.example/log/\nwitness a {W1} https://a.example/\nwitness b {W2}\nwitness c {W3}\n"
TWO_OF_THREE = f"# who\n\n {ABOVE}group\tall-of-them  2 a b c\nquorum all-of-them\n"


def test_two_of_three_is_met_by_any_two_and_by_no_one() -> None:
    policy = read_policy(TWO_OF_THREE)
    assert [policy.is_met_by(some) for some in ([W1, W2], [W1, W3], [W2, W3], [W1, W2, W3])] == [True] * 4
    assert [policy.is_met_by(some) for some in ([], [W1], [W2, W2], [W3, LOG])] == [False] * 4
    assert (policy.smallest_quorum(), policy.is_plain()) == (2, True)
    assert [(one.name, str(one.key), one.url) for one in policy.witnesses] == [
        ("a", W1, "https://a.example/"),
        ("b", W2, ""),
        ("c", W3, ""),
    ]
    assert [(str(log.key), log.url) for log in policy.logs] == [(LOG, "https://tender.example/log/")]


def test_a_written_policy_reads_back_the_same() -> None:
    policy = read_policy(TWO_OF_THREE)
    assert read_policy(write_policy(policy)) == policy


def test_groups_of_groups_count_each_group_once() -> None:
    policy = read_policy(f"{ABOVE}group pair any a b\ngroup both all pair c\nquorum both\n")
    assert [policy.is_met_by(some) for some in ([W1, W3], [W2, W3], [W1, W2], [W3])] == [True, True, False, False]
    assert (policy.smallest_quorum(), policy.is_plain()) == (2, False)


def test_one_witness_or_none_may_be_the_quorum() -> None:
    one = read_policy(f"{ABOVE}quorum b\n")
    assert (one.is_met_by([W2]), one.is_met_by([W1, W3]), one.smallest_quorum(), one.is_plain()) == (
        True,
        False,
        1,
        False,
    )
    none = read_policy("quorum none\n")
    assert (none.is_met_by([]), none.smallest_quorum(), none.is_plain()) == (True, 0, True)


@pytest.mark.parametrize(
    ("text", "why"),
    {
        "": "does not end with a newline",
        f"{ABOVE}quorum a": "does not end with a newline",
        ABOVE: "has no quorum line",
        f"{ABOVE}quorum a\r\n": "holds a control character",
        f"# {'x' * 70000}\nquorum none\n": "is too long",
        f"{ABOVE}quorum a\nquorum b\n": "Line 6 of the witness policy is a second quorum line",
        f"{ABOVE}quorum d\n": "Line 5 of the witness policy names d, which stands on no line above it",
        f"group g any a\n{ABOVE}quorum g\n": "Line 1 of the witness policy names a",
        f"{ABOVE}group g 0 a b\nquorum g\n": "Line 5 of the witness policy asks for 0 of 2",
        f"{ABOVE}group g 3 a b\nquorum g\n": "Line 5 of the witness policy asks for 3 of 2",
        f"{ABOVE}group g 02 a b\nquorum g\n": "Line 5 of the witness policy asks for 02 of 2",
        f"{ABOVE}group g some a b\nquorum g\n": "Line 5 of the witness policy asks for some of 2",
        f"{ABOVE}group g 2\nquorum a\n": "Line 5 of the witness policy is none that is known",
        f"{ABOVE}group g any a none\nquorum g\n": "Line 5 of the witness policy names none",
        f"{ABOVE}group g any a a\nquorum g\n": "Line 5 of the witness policy puts a into a group for the second time",
        f"{ABOVE}group g any a\ngroup h any g a\nquorum h\n": "Line 6 of the witness policy puts a into a group",
        f"{ABOVE}group a any b\nquorum a\n": "Line 5 of the witness policy uses the name a for the second time",
        f"{ABOVE}witness a {W1}\nquorum a\n": "Line 5 of the witness policy uses the name a for the second time",
        f"{ABOVE}witness none {W1}\nquorum a\n": "Line 5 of the witness policy uses the name none for the second time",
        f"{ABOVE}witness d {W1}\nquorum a\n": "Line 5 of the witness policy names a key for the second time",
        f"{ABOVE}log {LOG}\nquorum a\n": "Line 5 of the witness policy names a key for the second time",
        f"{ABOVE}witness d {LOG}\nquorum a\n": "Line 5 of the witness policy has a key of the wrong type",
        f"{ABOVE}log {W1}\nquorum a\n": "Line 5 of the witness policy has a key of the wrong type",
        f"{ABOVE}witness d {W1[:-4]}AAA=\nquorum a\n": "Line 5 of the witness policy has no good key",
        f"{ABOVE}witness d {W1} u v\nquorum a\n": "Line 5 of the witness policy is none that is known",
    }.items(),
)
def test_each_line_that_a_policy_may_not_hold_is_named(text: str, why: str) -> None:
    with pytest.raises(BadPolicy) as fault:
        read_policy(text)
    assert why in str(fault.value)


def test_more_witnesses_or_groups_than_a_reader_bears_are_refused() -> None:
    keys = [str(cosigning_vkey(SigningKey(f"w.example/{n}", n.to_bytes(32, "big")))) for n in range(1, 34)]
    lines = "".join(f"witness w{n} {key}\n" for n, key in enumerate(keys))
    with pytest.raises(BadPolicy, match="more than 32"):
        read_policy(f"{lines}quorum none\n")
    few = "".join(f"witness w{n} {key}\n" for n, key in enumerate(keys[:1]))
    groups = "".join(f"group g{n + 1} any g{n}\n" for n in range(33)).replace("any g0", "any w0")
    with pytest.raises(BadPolicy, match="more than 32"):
        read_policy(f"{few}{groups}quorum none\n")
