from __future__ import annotations

import pytest

from bidding.rules import ceremony_signatures as signatures
from bidding.rules.ceremony import ROLES as HOLDER_ROLES
from bidding.rules.ceremony import accept_ceremony, make_ceremony, policy_objections, read_ceremony, scope_objections
from core.canonical import Malformed, b64u_encode, dumps
from core.errors import Refused
from core.notes import parse_vkey

from .sealed import altered, ceremony, document_of, holder, minimal_ceremony, signer, vectors


def reason_of(data: bytes) -> str:
    with pytest.raises(Malformed) as refusal:
        read_ceremony(data)
    return str(refusal.value)


def minimal(**changes: object) -> bytes:
    document = vectors("seal")["ceremony"] | changes
    return dumps({name: value for name, value in document.items() if value is not ...})


def holders_with(position: int, **changes: object) -> list[dict]:
    entries = document_of(ceremony().data)["holders"]
    entries[position] = {k: v for k, v in (entries[position] | changes).items() if v is not ...}
    return entries


# -- the document


def test_a_production_ceremony_carries_every_field():
    document = document_of(ceremony().data)
    assert {name: value for name, value in document.items() if name != "holders"} == {
        "v": "tsb/1",
        "type": "ceremony",
        "tender": "T-1",
        "suite": "X25519",
        "k": 3,
        "envelopes": {"opening": "public"},
        "max_size": 10_000_000,
        "stages": [["opening"]],
        "layer": "none",
        "grace": 0,
        "quorum": 2,
        "key_window": 0,
        "rescue": 1800,
    }
    assert document["holders"][0] == {
        "kid": "agency",
        "pk": b64u_encode(holder("agency").public),
        "vkey": str(signer("agency").verify_key),
        "org": "org/agency",
        "role": "agency",
    }


def test_holders_are_sorted_and_numbered_from_one():
    made = ceremony()
    assert [(h.kid, h.x) for h in made.holders] == [("agency", 1), ("platform", 2), ("supervisor", 3), ("tenderee", 4)]
    assert made.holder("platform").x == 2
    assert made.n == 4
    assert read_ceremony(made.data) == made
    assert made.is_minimal is False


def test_the_minimal_form_means_the_defaults():
    made = minimal_ceremony()
    assert (made.stages, made.layer, made.grace, made.key_window, made.quorum, made.rescue, made.k_recover) == (
        (("opening",),), "none", 0, 0, 2, 86_400, None,
    )  # fmt: skip
    assert made.is_minimal is True
    assert accept_ceremony(made.data) == made


def test_the_stages_of_a_minimal_form_are_the_public_then_the_restricted_names():
    made = read_ceremony(minimal(envelopes={"tech": "restricted", "b": "public", "a": "public"}))
    assert made.stages == (("a", "b"), ("tech",))
    assert made.stage(2) == ("tech",)
    for number in (0, 3):
        with pytest.raises(Malformed, match="no stage"):
            made.stage(number)


def test_a_stranger_is_no_holder():
    with pytest.raises(Malformed, match="“mallory” is not a key holder"):
        ceremony().holder("mallory")


def test_two_of_three_and_three_of_five_are_made_too():
    assert ceremony(3, 2).k == 2
    assert ceremony(5, 3).n == 5


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"k": 1}, "k: 1 is not between 2 and 4"),
        ({"k": 5}, "k: 5 is not between 2 and 4"),
        ({"k": True}, "k: an integer is expected"),
        ({"v": "tsb/2"}, "v: another version of the protocol than tsb/1"),
        ({"type": "seal"}, "type: another type of document than “ceremony”"),
        ({"tender": ""}, "tender: The value is not an id (letters, digits and . _ : / -, at most 128)."),
        ({"suite": "RSA"}, "suite: “RSA” is not one of: X25519, MLKEM768-X25519, SM2"),
        ({"suite": 1}, "suite: a text is expected"),
        ({"max_size": 0}, "max_size: 0 is not between 1 and 1125899906842624"),
        ({"envelopes": {}}, "envelopes: an object with at least one envelope is expected"),
        ({"envelopes": []}, "envelopes: an object with at least one envelope is expected"),
        ({"envelopes": {"opening": "secret"}}, "envelopes.opening: “secret” is not one of: public, restricted"),
        (
            {"envelopes": {"o p": "public"}},
            "envelopes.o p: The value is not an id (letters, digits and . _ : / -, at most 128).",
        ),
        ({"stages": []}, "stages: 0 entries instead of 1"),
        ({"stages": [["opening"], []]}, "stages: 2 entries instead of 1"),
        ({"stages": [["price"]]}, "stages: the stages do not name every envelope exactly once"),
        ({"layer": "perhaps"}, "layer: “perhaps” is not one of: none, required, recoverable"),
        ({"layer": "recoverable"}, "k_recover is present with the layer “recoverable” and only with it."),
        ({"k_recover": 3}, "k_recover is present with the layer “recoverable” and only with it."),
        ({"layer": "recoverable", "k_recover": 5}, "k_recover: 5 is not between 2 and 4"),
        ({"grace": 86_401}, "grace: 86401 is not between 0 and 86400"),
        ({"quorum": 1}, "quorum: 1 is not between 2 and 1000"),
        ({"key_window": 1}, "key_window: 1 is not between 0 and 0"),
        ({"rescue": -1}, "rescue: -1 is not between 0 and 2678400"),
        ({"rescue": ...}, "The ceremony lacks “rescue”."),
        ({"deadline": "x"}, "document: the field “deadline” is unknown"),
        ({"holders": []}, "holders: 0 entries instead of 2 to 16"),
        ({"holders": holders_with(0, kid="zed")}, "holders: the holders are not sorted by id, each once"),
        ({"holders": holders_with(0, kid="platform")}, "holders: the holders are not sorted by id, each once"),
        (
            {"holders": holders_with(0, pk=b64u_encode(holder("platform").public))},
            "holders: two holders have the same key",
        ),
        (
            {"holders": holders_with(1, pk=b64u_encode(bytes(32)))},
            "holders[1].pk: The X25519 public key is of low order: it protects nothing.",
        ),
        (
            {"holders": holders_with(1, pk=b64u_encode(b"\xff" * 32))},
            "holders[1].pk: The X25519 public key is not in canonical form.",
        ),
        ({"holders": holders_with(1, pk="AA")}, "holders[1].pk: The value has 1 bytes instead of 32."),
        ({"holders": holders_with(1, vkey="-")}, "holders[1].vkey: The verification key is not of the form name+keyid+key."),
        ({"holders": holders_with(1, role="friend")}, "holders[1].role: “friend” is not one of: " + ", ".join(HOLDER_ROLES)),
        ({"holders": holders_with(1, org=...)}, "holders[1]: the field “org” is missing"),
        ({"holders": [1, 2]}, "holders[0]: an object is expected"),
    ],
)  # fmt: skip
def test_a_malformed_ceremony_is_refused_with_the_place_and_the_reason(changes, why):
    assert reason_of(altered(ceremony(), **changes)) == why


def test_a_minimal_form_with_a_fault_is_refused_for_that_fault():
    assert reason_of(minimal(k=4)) == "k: 4 is not between 2 and 3"
    assert reason_of(minimal(holders=...)) == "document: the field “holders” is missing"
    assert reason_of(minimal(k_recover=2)) == "The ceremony lacks “grace”."


def test_stages_may_be_ordered_but_not_mixed():
    names = {"a": "public", "b": "public", "c": "restricted"}
    made = read_ceremony(altered(ceremony(), envelopes=names, stages=[["b"], ["c"], ["a"]]))
    assert made.stages == (("b",), ("c",), ("a",))
    mixed = altered(ceremony(), envelopes=names, stages=[["b"], ["a", "c"]])
    assert reason_of(mixed) == "stages: a stage mixes public and restricted envelopes"


# -- the choice of holders


def objections_to(**holders: dict) -> tuple[str, ...]:
    with pytest.raises(Refused) as refusal:
        make_ceremony(
            tender="T-1", k=2, holders=[holder(role, **changes) for role, changes in holders.items()], max_size=1
        )
    return refusal.value.reasons


def test_tenderee_and_agency_may_not_reach_the_threshold_together():
    assert objections_to(tenderee={}, agency={}, supervisor={}) == (
        "The tenderee and its agency hold 2 keys together, and 2 are enough to open.",
    )
    assert ceremony(4, 3).k == 3  # where three are needed, the two may hold keys


def test_one_organisation_may_not_reach_the_threshold():
    same = {"org": "org/same"}
    assert objections_to(tenderee=same, supervisor=same, platform={}) == (
        "org/same alone holds 2 keys, and 2 are enough to open.",
    )


def test_two_holders_sign_with_two_keys():
    vkey = str(signer("platform").verify_key)
    assert objections_to(tenderee={}, supervisor={"vkey": vkey}, platform={}) == (
        "Two holders sign with the same key.",
    )


def test_every_objection_is_said_at_once():
    same = {"org": "org/same", "vkey": str(signer("agency").verify_key)}
    assert len(objections_to(tenderee=same, agency=same, supervisor={})) == 3


def test_a_holder_without_organisation_or_role_holds_no_key_in_production():
    for missing in ("org", "role"):
        holders = [holder("supervisor", **{missing: None}), holder("platform"), holder("tenderee")]
        with pytest.raises(Malformed, match=f"holders.1.: the field “{missing}” is missing"):
            make_ceremony(tender="T-1", k=2, holders=holders, max_size=1)


def test_the_minimal_form_states_no_organisations_and_so_raises_no_objection():
    assert policy_objections(minimal_ceremony()) == ()


# -- what this edition runs


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"suite": "SM2"}, "The suite SM2 is not available; X25519 is."),
        ({"layer": "required", "key_window": 3600}, "A bidder's own key layer (required) is not available."),
        ({"layer": "recoverable", "k_recover": 4}, "A bidder's own key layer (recoverable) is not available."),
        ({"grace": 3600}, "Handing in files after the deadline (grace) is not available."),
        ({"envelopes": {"opening": "restricted"}}, "Restricted envelopes are not available."),
        (
            {"envelopes": {"opening": "public", "price": "public"}, "stages": [["opening"], ["price"]]},
            "Several stages of opening are not available.",
        ),
    ],
)
def test_what_is_not_available_yet_is_read_and_refused_with_the_reason(changes, why):
    data = altered(ceremony(), **changes)
    assert scope_objections(read_ceremony(data)) == (why,)
    with pytest.raises(Refused) as refusal:
        accept_ceremony(data)
    assert refusal.value.reasons == (why,)


# -- signatures


def notes_of(made) -> dict[str, str]:
    return {h.kid: signatures.sign_ceremony(made, key=signer(h.kid)) for h in made.holders}


def test_a_ceremony_is_signed_by_every_holder():
    made = ceremony()
    data = signatures.write_signatures(notes_of(made))
    assert data.count(b"\n") == 4
    signatures.verify_signatures(made, data=data)
    assert made.holder("agency").verify_key == parse_vkey(str(signer("agency").verify_key))


def refused_signatures(data: bytes) -> str:
    with pytest.raises(Malformed) as refusal:
        signatures.verify_signatures(ceremony(), data=data)
    return str(refusal.value)


def test_a_missing_signature_is_refused():
    notes = notes_of(ceremony())
    del notes["platform"]
    assert refused_signatures(signatures.write_signatures(notes)) == "3 signatures of the ceremony instead of 4."


def test_a_signature_of_another_holder_or_on_another_ceremony_is_refused():
    notes = notes_of(ceremony())
    swapped = notes | {"platform": notes["agency"]}
    assert "no signature of a known key" in refused_signatures(signatures.write_signatures(swapped))
    other = notes | {"platform": notes_of(ceremony(5, 3))["platform"]}
    assert refused_signatures(signatures.write_signatures(other)) == "The signature is for another document."


def test_signatures_in_another_form_are_refused():
    data = signatures.write_signatures(notes_of(ceremony()))
    lines = data.splitlines(keepends=True)
    assert "not lines" in refused_signatures(data[:-1])
    assert "not lines" in refused_signatures(b"\n" * 300_000)
    assert "order of the holders" in refused_signatures(b"".join(reversed(lines)))
    assert "canonical form" in refused_signatures(b" " + data)
