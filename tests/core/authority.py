"""A time-stamping authority made on the spot with OpenSSL: a root, a signing certificate, answers to requests."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

CONFIG = """\
[req]
distinguished_name = dn
prompt = no
[dn]
CN = {name}
[root]
basicConstraints = critical,CA:TRUE
keyUsage = critical,keyCertSign
[stamper]
basicConstraints = critical,CA:FALSE
keyUsage = critical,digitalSignature
extendedKeyUsage = critical,timeStamping
[tsa]
default_tsa = authority
[authority]
serial = {folder}/serial
crypto_device = builtin
signer_cert = {folder}/tsa.pem
signer_key = {folder}/tsa.key
{chain}
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256, sha512
accuracy = secs:1
ess_cert_id_chain = no
ess_cert_id_alg = sha256
"""


@dataclass(frozen=True)
class Authority:
    folder: Path

    @property
    def pem(self) -> bytes:
        return (self.folder / "root.pem").read_bytes()

    def answer(self, query: bytes) -> bytes:
        (self.folder / "query.tsq").write_bytes(query)
        run(self.folder, "ts", "-reply", "-config", "tsa.cnf", "-queryfile", "query.tsq", "-out", "answer.tsr")
        return (self.folder / "answer.tsr").read_bytes()


def make_authority(folder: Path, *, name: str, sends_root: bool = False) -> Authority:
    folder.mkdir()
    chain = f"certs = {folder}/root.pem" if sends_root else ""
    (folder / "tsa.cnf").write_text(CONFIG.format(folder=folder, name=name, chain=chain))
    (folder / "serial").write_text("01\n")
    curve = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-config", "tsa.cnf")
    root = ("-x509", "-keyout", "root.key", "-out", "root.pem", "-extensions", "root", "-days", "2")
    run(folder, "req", *curve, *root)
    run(folder, "req", *curve, "-keyout", "tsa.key", "-out", "tsa.csr", "-subj", f"/CN={name} stamper")
    signing = ("-CA", "root.pem", "-CAkey", "root.key", "-set_serial", "2", "-days", "2")
    extensions = ("-extfile", "tsa.cnf", "-extensions", "stamper")
    run(folder, "x509", "-req", "-in", "tsa.csr", "-out", "tsa.pem", *signing, *extensions)
    return Authority(folder)


def run(folder: Path, *words: str) -> None:
    done = subprocess.run(["openssl", *words], cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
