from __future__ import annotations

import pytest
from cryptography.hazmat.primitives import hpke
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from bidding.rules import wrapping
from bidding.rules.derivation import share_info
from bidding.rules.wrapping import DoesNotOpen, Wrap, check_public_key, public_key_of, unwrap, wrap
from core.canonical import Malformed

SECRET = X25519PrivateKey.from_private_bytes(b"\7" * 32)
PUBLIC = public_key_of(b"\7" * 32)
INFO = share_info("hold", bytes(32), "agency")
P = 2**255 - 19
LOW_ORDER = [
    0,
    1,
    325606250916557431795983626356110631294008115727848805560023387167927233504,
    39382357235489614581723060781553021112529911719440698176882885853963445705823,
    P - 1,
]


def make(share: bytes = b"\1" * 32) -> Wrap:
    return wrap(share, kid="agency", public=PUBLIC, info=INFO, ekm=b"\2" * 32)


@given(st.binary(min_size=32, max_size=32), st.binary(min_size=32, max_size=32))
def test_stock_hpke_opens_what_is_wrapped(share, ekm):
    wrapped = wrap(share, kid="agency", public=PUBLIC, info=INFO, ekm=ekm)
    assert (len(wrapped.enc), len(wrapped.ct)) == (wrapping.ENC_LENGTH, wrapping.CT_LENGTH)
    suite = hpke.Suite(hpke.KEM.X25519, hpke.KDF.HKDF_SHA256, hpke.AEAD.AES_256_GCM)
    assert suite.decrypt(wrapped.enc + wrapped.ct, SECRET, INFO) == share
    assert unwrap(wrapped, secret=SECRET, info=INFO) == share


def test_the_same_arguments_make_the_same_bytes():
    assert make() == make()


def test_what_stock_hpke_wraps_is_unwrapped():
    suite = hpke.Suite(hpke.KEM.X25519, hpke.KDF.HKDF_SHA256, hpke.AEAD.AES_256_GCM)
    both = suite.encrypt(b"\1" * 32, SECRET.public_key(), INFO)
    assert unwrap(Wrap("agency", both[:32], both[32:]), secret=SECRET, info=INFO) == b"\1" * 32


@pytest.mark.parametrize(
    "info",
    [
        share_info("rehearse", bytes(32), "agency"),
        share_info("hold", b"\1" * 32, "agency"),
        share_info("hold", bytes(32), "platform"),
    ],
)
def test_a_wrap_opens_only_under_its_label_context_and_holder(info):
    with pytest.raises(DoesNotOpen):
        unwrap(make(), secret=SECRET, info=info)


@pytest.mark.parametrize(
    "broken",
    [
        Wrap("agency", make().enc, bytes(48)),
        Wrap("agency", bytes(32), make().ct),
        Wrap("agency", b"\xff" * 32, make().ct),
        Wrap("agency", make().enc, b""),
        Wrap("agency", b"", b""),
    ],
)
def test_a_broken_wrap_does_not_open(broken):
    with pytest.raises(DoesNotOpen):
        unwrap(broken, secret=SECRET, info=INFO)


def test_another_holders_key_does_not_open_a_wrap():
    with pytest.raises(DoesNotOpen):
        unwrap(make(), secret=X25519PrivateKey.from_private_bytes(b"\3" * 32), info=INFO)


@pytest.mark.parametrize("u", LOW_ORDER)
def test_a_public_key_of_low_order_is_refused(u):
    public = u.to_bytes(32, "little")
    with pytest.raises(Malformed, match="low order"):
        check_public_key(public)
    with pytest.raises(Malformed, match="low order"):
        wrap(bytes(32), kid="agency", public=public, info=INFO, ekm=bytes(32))


def test_a_public_key_in_another_form_is_refused():
    for u in (P, P + 9, 2**255, 2**256 - 1):
        with pytest.raises(Malformed, match="canonical"):
            check_public_key(u.to_bytes(32, "little"))
    with pytest.raises(Malformed, match="32 bytes"):
        check_public_key(b"\1" * 31)
    assert check_public_key(PUBLIC) == PUBLIC
