"""RFC 3161: ask an authority to state that a text existed, and verify what it stated.

The imprint is SHA-256 over the text of a checkpoint (three lines, without signatures), so that cosignatures that
come later change nothing. Verified with rfc3161-client; a response that this strict reader cannot parse, as some
authorities send it (a set that is not in DER's order), is given to ``openssl ts`` instead of being thrown away.
"""

from __future__ import annotations

import hashlib
import re
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from cryptography import x509
from rfc3161_client import HashAlgorithm, TimestampRequestBuilder, VerificationError, VerifierBuilder
from rfc3161_client import decode_timestamp_response as decode

if TYPE_CHECKING:
    from rfc3161_client import TimeStampResponse

SHA256_OID: Final = x509.ObjectIdentifier("2.16.840.1.101.3.4.2.1")
MAX_TOKEN: Final = 65_536  # bytes of a response
_PATIENCE: Final = 10  # seconds for openssl
_TIME = re.compile(r"^Time stamp: (\w{3}) +(\d{1,2}) (\d\d):(\d\d):(\d\d)(?:\.\d+)? (\d{4}) GMT$", re.MULTILINE)
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


class BadTimestamp(Exception):  # noqa: N818  (it says what the response is)
    """The response is not a time stamp of this authority over this text; says why, in English."""


@dataclass(frozen=True)
class Query:
    """A request (DER) and the nonce that the answer must repeat."""

    der: bytes
    nonce: int


def ask_for(text: str) -> Query:
    """Return the request to stamp a text; it asks for the authority's certificate too."""
    builder = TimestampRequestBuilder().data(text.encode()).hash_algorithm(HashAlgorithm.SHA256)
    request = builder.nonce(nonce=True).cert_request(cert_request=True).build()
    if request.nonce is None:
        raise RuntimeError("a request for a time stamp was made without a nonce")
    return Query(request.as_bytes(), request.nonce)


def verify(token: bytes, *, text: str, authority: bytes, query: Query | None = None) -> datetime:
    """Return the time (UTC) at which an authority says that ``text`` existed; raises BadTimestamp.

    ``token`` is the whole response (DER); ``authority`` holds the certificates that are trusted (PEM, the root and
    what lies between). With the ``query`` that was sent, the answer must repeat its nonce.
    """
    if len(token) > MAX_TOKEN:
        raise BadTimestamp(f"the response has more than {MAX_TOKEN} bytes")
    try:
        response = decode(token)
    except ValueError:
        return _verified_by_openssl(token, text=text, authority=authority, query=query)
    return _verified(response, text=text, authority=authority, query=query)


def _verified(response: TimeStampResponse, *, text: str, authority: bytes, query: Query | None) -> datetime:
    certificates = _certificates(authority)
    verifier = VerifierBuilder(
        roots=[one for one in certificates if one.issuer == one.subject],
        intermediates=[one for one in certificates if one.issuer != one.subject],
        nonce=query.nonce if query else None,
    )
    try:
        if response.tst_info.message_imprint.hash_algorithm != SHA256_OID:
            raise BadTimestamp("the imprint is not SHA-256")
        verifier.build().verify(response, hashlib.sha256(text.encode()).digest())
        return response.tst_info.gen_time.astimezone(UTC)
    except (VerificationError, ValueError) as fault:
        raise BadTimestamp(str(fault)) from fault


def _certificates(pem: bytes) -> list[x509.Certificate]:
    try:
        return x509.load_pem_x509_certificates(pem)
    except ValueError as fault:
        raise BadTimestamp("the authority's certificates cannot be read") from fault


def _verified_by_openssl(token: bytes, *, text: str, authority: bytes, query: Query | None) -> datetime:
    openssl = shutil.which("openssl")
    if openssl is None:
        raise BadTimestamp("the response cannot be parsed, and there is no openssl that might")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        given = {"answer.tsr": token, "text": text.encode(), "authority.pem": authority}
        for file, content in (given | ({"query.tsq": query.der} if query else {})).items():
            (folder / file).write_bytes(content)
        over = ["-queryfile", "query.tsq"] if query else ["-data", "text"]
        verify = ["-verify", *over, "-in", "answer.tsr", "-CAfile", "authority.pem", "-untrusted", "authority.pem"]
        _openssl(openssl, folder, verify)
        if query:  # the query says which imprint: it must be that of the text
            _openssl(openssl, folder, ["-verify", "-data", "text", *verify[3:]])
        said = _openssl(openssl, folder, ["-reply", "-in", "answer.tsr", "-text"])
    if "Hash Algorithm: sha256" not in said:
        raise BadTimestamp("the imprint is not SHA-256")
    return _time_in(said)


def _openssl(openssl: str, folder: Path, words: list[str]) -> str:
    try:
        done = subprocess.run(  # noqa: S603  (fixed words, files of this folder)
            [openssl, "ts", *words], cwd=folder, capture_output=True, text=True, timeout=_PATIENCE, check=False
        )
    except subprocess.TimeoutExpired as fault:
        raise BadTimestamp("openssl did not answer") from fault
    if done.returncode != 0:
        raise BadTimestamp(f"openssl does not accept it: {done.stderr.strip()[-300:]}")
    return done.stdout


def _time_in(said: str) -> datetime:
    match = _TIME.search(said)
    if match is None:
        raise BadTimestamp("openssl tells no time")
    month, day, hour, minute, second, year = match.groups()
    month_number = _MONTHS.index(month) + 1
    return datetime(int(year), month_number, int(day), int(hour), int(minute), int(second), tzinfo=UTC)
