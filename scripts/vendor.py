"""Fetch the browser libraries and write `static/vendor`. For maintainers; neither users nor CI need Node.

    python scripts/vendor.py

Every package is named with its version and the digest of its archive, its own dependencies included, so that
the same script run twice gives the same bytes. Each bundle is one readable (not minified) ES module with the
exports that our modules import: browsers cannot follow the bare names by which these packages import each other.
"""

from __future__ import annotations

import base64
import hashlib
import json
import shutil
import subprocess
import sys
import tarfile
import tempfile
from dataclasses import dataclass
from pathlib import Path

VENDOR = Path(__file__).resolve().parent.parent / "static" / "vendor"


@dataclass(frozen=True)
class Package:
    """One archive of the registry: its `integrity` is the SHA-512 that the registry publishes."""

    name: str
    version: str
    licence: str
    integrity: str


@dataclass(frozen=True)
class Bundle:
    """One file of `static/vendor`: its exports and the packages it is built from (the first names it)."""

    file: str
    exports: str
    packages: tuple[Package, ...]


HPKE_CORE = Package(
    "@hpke/core",
    "1.9.0",
    "MIT",
    "sha512-pFxWl1nNJeQCSUFs7+GAblHvXBCjn9EPN65vdKlYQil2aURaRxfGMO6vBKGqm1YHTKwiAxJQNEI70PbSowMP9Q==",
)
HPKE_COMMON = Package(
    "@hpke/common",
    "1.10.1",
    "MIT",
    "sha512-moJwhmtLtuxiUzzNp1jpfBfx8yefKoO9D/RCR9dmwrnc7qjJqId1rEtQz+lSlU5cabX8daToMSx/7HayXOiaFw==",
)
AGE = Package(
    "age-encryption",
    "0.3.1",
    "BSD-3-Clause",
    "sha512-bYgd7lxM7tEANmb9bXf7xTFB3Qpq+JGKinVSdFh5MV+t2fJJZSTdKhWkvXTFJQGysZd+K9Dt3F+n+4DKazXlnQ==",
)
NOBLE_CIPHERS = Package(
    "@noble/ciphers",
    "2.1.1",
    "MIT",
    "sha512-bysYuiVfhxNJuldNXlFEitTVdNnYUc+XNJZd7Qm2a5j1vZHgY+fazadNFWFaMK/2vye0JVlxV3gHmC0WDfAOQw==",
)
NOBLE_CURVES = Package(
    "@noble/curves",
    "2.0.1",
    "MIT",
    "sha512-vs1Az2OOTBiP4q0pwjW5aF0xp9n4MxVrmkFBxc6EKZc6ddYx5gaZiAsZoq0uRRXWbi3AT/sBqn05eRPtn1JCPw==",
)
NOBLE_HASHES = Package(
    "@noble/hashes",
    "2.0.1",
    "MIT",
    "sha512-XlOlEbQcE9fmuXxrVTXCTlG2nlRXa9Rj3rr5Ue/+tX+nmkgbX720YHh0VR3hBF9xDvwnb8D2shVGOwNx+ulArw==",
)
NOBLE_POST_QUANTUM = Package(
    "@noble/post-quantum",
    "0.5.4",
    "MIT",
    "sha512-leww0zzIirrvwaYMPI9fj6aRIlA/c6Y0/lifQQ1YOOyHEr0MNH3yYpjXeiVG+tWdPps4XxGclFWX2INPO3Yo5w==",
)
SCURE_BASE = Package(
    "@scure/base",
    "2.0.0",
    "MIT",
    "sha512-3E1kpuZginKkek01ovG8krQ0Z44E3DHPjc5S2rjJw9lZn3KSQOs8S7wqikF/AH7iRanHypj85uGyxk0XAyC37w==",
)
HASH_WASM = Package(
    "hash-wasm",
    "4.13.0",
    "MIT",
    "sha512-GrWl7wsV46fKIXQZB5ebskLZLAmKL6d9RS0fspCxDeQyjoNu1AfTJTMLPOJyfzaQm0ldFiwFN21/w+sE/kgEFQ==",
)
# The bundler is a tool: nothing of it reaches the browser. Its Linux build contains the program itself.
ESBUILD = Package(
    "@esbuild/linux-x64",
    "0.28.2",
    "MIT",
    "sha512-4xTZr1FUmSoQW4XIWmit3tzQrUTZM+N3P0XV8xROKYF50XfI7xeO90+1bZvNwxIufQ9hDQVRJH5YhgPVF8A/HQ==",
)

BUNDLES = (
    Bundle(
        "hpke-core.js",
        'export { Aes256Gcm, CipherSuite, DhkemX25519HkdfSha256, HkdfSha256 } from "@hpke/core";\n',
        (HPKE_CORE, HPKE_COMMON),
    ),
    Bundle(
        "age-encryption.js",
        'export { Decrypter, Encrypter } from "age-encryption";\nexport { bech32 } from "@scure/base";\n',
        (AGE, NOBLE_CIPHERS, NOBLE_CURVES, NOBLE_HASHES, NOBLE_POST_QUANTUM, SCURE_BASE),
    ),
    Bundle("hash-wasm.js", 'export { createSHA256 } from "hash-wasm";\n', (HASH_WASM,)),
)


def fetch_package(package: Package, *, into: Path) -> Path:
    """Pack one package with npm, compare its digest, unpack it as `node_modules` would have it."""
    packed = subprocess.run(  # noqa: S603 - a fixed command over the table above
        ["npm", "pack", "--silent", "--ignore-scripts", f"{package.name}@{package.version}"],  # noqa: S607 - npm is wherever it is
        cwd=into,
        check=True,
        capture_output=True,
        text=True,
    )
    archive = into / packed.stdout.strip().splitlines()[-1]
    found = "sha512-" + base64.b64encode(hashlib.sha512(archive.read_bytes()).digest()).decode("ascii")
    if found != package.integrity:
        raise SystemExit(f"{package.name} {package.version}: the archive has another digest: {found}")
    home = into / "node_modules" / package.name
    with tarfile.open(archive) as opened:
        opened.extractall(into / "unpacked", filter="data")
    home.parent.mkdir(parents=True, exist_ok=True)
    shutil.move(into / "unpacked" / "package", home)
    return home


def build_bundle(bundle: Bundle, *, workshop: Path, bundler: Path) -> bytes:
    """Build one ES module with the wished exports; its first line says what it is and where its licences are."""
    entry = workshop / f"entry-{bundle.file}"
    entry.write_text(bundle.exports, encoding="utf-8")
    named = ", ".join(f"{package.name} {package.version} ({package.licence})" for package in bundle.packages)
    built = subprocess.run(  # noqa: S603 - the bundler just fetched and compared
        [
            str(bundler),
            entry.name,
            "--bundle",
            "--format=esm",
            "--target=es2022",
            "--charset=utf8",
            "--legal-comments=none",
            f"--banner:js=// Built by scripts/vendor.py from {named}. Licences: licences.txt.",
        ],
        cwd=workshop,
        check=True,
        capture_output=True,
    )
    return built.stdout


def licence_text(package: Package, *, home: Path) -> str:
    """Return the package's own licence file under a heading."""
    text = (home / "LICENSE").read_text(encoding="utf-8").strip()
    return f"{package.name} {package.version}\n{'=' * 72}\n\n{text}\n"


def listing(bundle: Bundle, content: bytes) -> dict[str, object]:
    """Describe one bundle for LIST.json."""
    first = bundle.packages[0]
    return {
        "name": first.name,
        "version": first.version,
        "licence": first.licence,
        "file": bundle.file,
        "sha256": hashlib.sha256(content).hexdigest(),
        "contains": [
            {
                "name": package.name,
                "version": package.version,
                "licence": package.licence,
                "archive": package.integrity,
            }
            for package in bundle.packages
        ],
    }


def main() -> None:
    """Fetch, bundle, write the files, their licences and the list of digests."""
    VENDOR.mkdir(parents=True, exist_ok=True)
    packages = [package for bundle in BUNDLES for package in bundle.packages]
    with tempfile.TemporaryDirectory() as scratch:
        workshop = Path(scratch)
        homes = {package: fetch_package(package, into=workshop) for package in packages}
        bundler = fetch_package(ESBUILD, into=workshop) / "bin" / "esbuild"
        bundler.chmod(0o755)
        entries = []
        for bundle in BUNDLES:
            content = build_bundle(bundle, workshop=workshop, bundler=bundler)
            (VENDOR / bundle.file).write_bytes(content)
            entries.append(listing(bundle, content))
        licences = "\n\n".join(licence_text(package, home=homes[package]) for package in packages)
    (VENDOR / "licences.txt").write_text(licences, encoding="utf-8")
    (VENDOR / "LIST.json").write_text(json.dumps(entries, indent=2) + "\n", encoding="utf-8")
    sys.stdout.write("".join(f"{entry['sha256']}  {entry['file']}\n" for entry in entries))


if __name__ == "__main__":
    main()
