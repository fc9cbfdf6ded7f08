"""How long the opening of many bids takes, against the sum of its primitive operations in the same run.

    python -m benchmarks.opening [--bids 200] [--kilobytes 100]

The ratio says what the platform adds to the mathematics, the hashing and the disk: rows, entries, locks, records.
It is measured on the machine and in the minute in which it runs, so figures of two machines need no conversion.
"""

# ruff: noqa: PLC0415  (the platform is imported once its settings are known)
from __future__ import annotations

import argparse
import os
import tempfile
import time
from datetime import timedelta
from pathlib import Path
from typing import IO, TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

    from bidding.rules.archive import IndexedFile
    from bidding.rules.seal_document import Seal, SealedEnvelope
    from tests.cast import Cast
    from tests.stories.bidding import Tender

T = TypeVar("T")

HOLDERS = ("agency", "platform", "tenderee")  # 3 of 4 release


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--bids", type=int, default=200)
    parser.add_argument("--kilobytes", type=int, default=100, help="size of the document in every bid")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="yangguang-benchmark-") as folder:
        _set_up(folder)
        _run(given.bids, given.kilobytes * 1024)


def _set_up(folder: str) -> None:
    """Make a database and a folder of files of their own; nothing that exists is touched."""
    os.environ |= {"YANGGUANG_DATA": folder, "YANGGUANG_LOG": "ERROR", "DJANGO_SETTINGS_MODULE": "config.settings"}
    os.environ.pop("DATABASE_URL", None)
    os.environ.pop("DATABASE_URL_FILE", None)
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0, skip_checks=True)


def _run(bids: int, size: int) -> None:
    from bidding import opening
    from bidding.models import OpenedBid
    from core import waiting

    with waiting.inline():  # no sequencer runs beside
        tender = _closed_tender(bids, size)
    primitives = _primitives(tender)
    started = time.perf_counter()
    opening.unseal(tender.lot.pk, at=tender.deadline + timedelta(minutes=1))
    whole = time.perf_counter() - started
    opened = OpenedBid.objects.filter(status="opened").count()
    if opened != bids:
        raise SystemExit(f"{opened} of {bids} bids opened")
    total = sum(primitives.values())
    print(f"opening of {bids} bids of {size // 1024} KiB, 3 of 4 key holders")
    for name, seconds in primitives.items():
        print(f"  {name:<44}{seconds:8.3f} s {1000 * seconds / bids:8.2f} ms a bid")
    print(f"  {'sum of the primitive operations':<44}{total:8.3f} s {1000 * total / bids:8.2f} ms a bid")
    print(f"  {'the opening itself':<44}{whole:8.3f} s {1000 * whole / bids:8.2f} ms a bid")
    print(f"ratio {whole / total:.2f}")


def _closed_tender(bids: int, size: int) -> Tender:
    """Return a lot whose box is closed over so many bids, with the releases of three holders."""
    from tests.cast import make_cast
    from tests.stories import bidding as story

    cast = make_cast()
    names = [_bidder(cast, number) for number in range(bids)]
    tender = story.bidding(cast)
    for number, name in enumerate(names):
        files = {"form.json": story.form(f"{900_000 + number}.00"), "offer.pdf": os.urandom(size)}
        story.submitted(tender, name, files=files)
    story.close(tender)
    for kid in HOLDERS:
        story.release(tender, kid)
    return tender


def _bidder(cast: Cast, number: int) -> str:
    from accounts.models import Membership, Organisation, User
    from accounts.names import Role
    from tests.cast import BEGINNING

    name = f"bidder-{number}"
    cast.organisations[name] = Organisation.objects.create(
        number=f"OR-{name}", scheme="TEST", code=f"B{number}", name=name, roles=["BIDDER"],
        registered_at=BEGINNING, admitted_at=BEGINNING,
    )  # fmt: skip
    user = User.objects.create(number=f"PE-{name}", username=name, name=name, registered_at=BEGINNING)
    cast.seats[name] = Membership.objects.create(
        user=user, organisation=cast[name], role=Role.BIDDER, since=BEGINNING, may_approve=True
    )
    return name


def _primitives(tender: Tender) -> dict[str, float]:
    """Time, once each for all bids, what no opening can do without."""
    from bidding import contents
    from bidding.rules.opening import shares_of
    from bidding.rules.recovery import recover
    from core import storage

    found: dict[str, float] = {}
    box = _timed(found, "reading seals and releases", lambda: contents.of(tender.lot))
    shares = shares_of(box.releases)
    envelopes = [(seal, seal.envelopes[0]) for seal in box.seals]
    secrets = _timed(
        found,
        "recovering secrets and dealing again",
        lambda: [
            recover(seal, one, ceremony=box.ceremony, shares=shares[seal.digest, one.name, one.lot]).secret
            for seal, one in envelopes
        ],
    )
    _timed(
        found,
        "hashing the sealed files",
        lambda: [storage.digest_of(storage.path_of(one.sha256)) for _, one in envelopes],
    )
    with tempfile.TemporaryDirectory(dir=storage.root()) as folder:
        plain = _timed(
            found,
            "decrypting and unpacking",
            lambda: [
                _unpacked(seal, one, secret, Path(folder))
                for (seal, one), secret in zip(envelopes, secrets, strict=True)
            ],
        )
        _timed(found, "writing the files durably", lambda: [_durable(path) for paths in plain for path in paths])
    return found


def _unpacked(seal: Seal, envelope: SealedEnvelope, secret: bytes, folder: Path) -> list[Path]:
    from bidding.rules.age import read_payload
    from bidding.rules.archive import read_archive
    from bidding.rules.derivation import payload_secret
    from core import storage

    written: list[Path] = []
    sinks: list[IO[bytes]] = []

    def keep(file: IndexedFile) -> IO[bytes]:
        for one in sinks[-1:]:
            one.close()
        written.append(folder / f"{seal.digest}-{file.name}")
        sinks.append(written[-1].open("wb"))
        return sinks[-1]

    with storage.open_file(envelope.sha256) as source:
        key = payload_secret(secret, seal.context(envelope))
        read_archive(read_payload(source, secret=key), belonging=seal.belonging(envelope), keep=keep)
    sinks[-1].close()
    return written


def _durable(path: Path) -> None:
    from core import storage

    storage.digest_of(path)
    for name in (path, path.parent):
        handle = os.open(name, os.O_RDONLY)
        os.fsync(handle)
        os.close(handle)


def _timed(found: dict[str, float], name: str, action: Callable[[], T]) -> T:
    started = time.perf_counter()
    result = action()
    found[name] = time.perf_counter() - started
    return result


if __name__ == "__main__":
    main()
