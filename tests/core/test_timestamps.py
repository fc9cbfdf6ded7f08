from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from core import timestamps
from core.timestamps import BadTimestamp, ask_for, verify
from tests.core.authority import Authority, make_authority

if TYPE_CHECKING:
    from pathlib import Path

TEXT = "tender.example/log/1\n5\nIa5FIn6TBKHILmPQJgYNQSs5mn6wEYjl8u8WeCvXqSs=\n"


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return make_authority(tmp_path_factory.mktemp("tsa") / "strict", name="Authority")


@pytest.fixture(scope="module")
def careless(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """Sends its root certificate along, in an order that DER does not allow."""
    return make_authority(tmp_path_factory.mktemp("tsa") / "careless", name="Authority", sends_root=True)


def test_a_response_tells_when_the_text_existed(authority: Authority) -> None:
    query = ask_for(TEXT)
    at = verify(authority.answer(query.der), text=TEXT, authority=authority.pem, query=query)
    assert at.tzinfo is UTC
    assert abs(at - datetime.now(UTC)) < timedelta(minutes=1)


def test_a_response_that_is_not_strict_der_is_verified_by_openssl(careless: Authority) -> None:
    query = ask_for(TEXT)
    token = careless.answer(query.der)
    with pytest.raises(ValueError, match="InvalidSetOrdering"):
        timestamps.decode(token)
    with_query = verify(token, text=TEXT, authority=careless.pem, query=query)
    assert abs(with_query - datetime.now(UTC)) < timedelta(minutes=1)
    assert verify(token, text=TEXT, authority=careless.pem) == with_query


@pytest.mark.parametrize("sender", ["authority", "careless"])
def test_another_text_another_nonce_another_authority_and_other_bytes_are_refused(
    sender: str, request: pytest.FixtureRequest
) -> None:
    strict, other = request.getfixturevalue("authority"), request.getfixturevalue("careless")
    asked, stranger = (strict, other) if sender == "authority" else (other, strict)
    query = ask_for(TEXT)
    token = asked.answer(query.der)
    broken = token[:-4] + bytes(4)
    for given, text, pem, sent in [
        (token, TEXT.replace("5", "6"), asked.pem, None),
        (token, TEXT.replace("5", "6"), asked.pem, query),
        (token, TEXT, asked.pem, ask_for(TEXT)),
        (token, TEXT, stranger.pem, None),
        (token, TEXT, b"no certificate", None),
        (broken, TEXT, asked.pem, None),
        (b"", TEXT, asked.pem, None),
        (b"0" * 70_000, TEXT, asked.pem, None),
    ]:
        with pytest.raises(BadTimestamp):
            verify(given, text=text, authority=pem, query=sent)


def test_an_imprint_that_is_not_sha_256_is_refused(authority: Authority, careless: Authority) -> None:
    from rfc3161_client import HashAlgorithm, TimestampRequestBuilder

    request = TimestampRequestBuilder().data(TEXT.encode()).hash_algorithm(HashAlgorithm.SHA512).build()
    for one in (authority, careless):
        with pytest.raises(BadTimestamp, match="not SHA-256"):
            verify(one.answer(request.as_bytes()), text=TEXT, authority=one.pem)


def test_without_openssl_a_response_that_cannot_be_parsed_is_refused(
    careless: Authority, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    token = careless.answer(ask_for(TEXT).der)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(BadTimestamp, match="no openssl"):
        verify(token, text=TEXT, authority=careless.pem)


def test_an_openssl_that_hangs_or_tells_no_time_is_no_witness(
    careless: Authority, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    token = careless.answer(ask_for(TEXT).der)
    program = tmp_path / "openssl"
    program.write_text("#!/bin/sh\n[ $2 = -reply ] && echo 'Hash Algorithm: sha256'\nexit 0\n")
    program.chmod(0o755)
    monkeypatch.setattr(timestamps.shutil, "which", lambda _name: str(program))
    with pytest.raises(BadTimestamp, match="tells no time"):
        verify(token, text=TEXT, authority=careless.pem)
    program.write_text("#!/bin/sh\nexec sleep 5\n")
    monkeypatch.setattr(timestamps, "_PATIENCE", 0.05)
    with pytest.raises(BadTimestamp, match="did not answer"):
        verify(token, text=TEXT, authority=careless.pem)
