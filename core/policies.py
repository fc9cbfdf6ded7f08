"""Who must have cosigned a checkpoint before it counts: c2sp.org/tlog-policy, read strictly.

A policy lists logs, witnesses, groups of witnesses and which group is the quorum. Lines end with a newline; words
are parted by spaces and tabs; empty lines and lines that begin with ``#`` say nothing. A group names what stands
above it, so nothing goes in circles, and each name is a member of one group at most.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from core.canonical import Malformed
from core.notes import COSIGNATURE, ED25519, VerifyKey, parse_vkey

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

NONE: Final = "none"
MAX_MEMBERS: Final = 32  # witnesses and groups each: what the specification asks every reader to bear
MAX_POLICY: Final = 65_536  # characters


class BadPolicy(ValueError):  # noqa: N818  (it says what the file is)
    """The policy file cannot be read; says in English, for whoever runs the machine, which line is wrong."""


@dataclass(frozen=True)
class KnownLog:
    """A log whose checkpoints are accepted; the key's name is the origin line."""

    key: VerifyKey
    url: str = ""


@dataclass(frozen=True)
class Witness:
    """A witness: ``name`` counts inside the policy alone; ``url`` is its submission prefix, empty if none is given."""

    name: str
    key: VerifyKey
    url: str = ""


@dataclass(frozen=True)
class Group:
    """A group has witnessed what at least ``needed`` of its ``members`` (witnesses or groups) have."""

    needed: int
    members: tuple[str, ...]


@dataclass(frozen=True)
class Policy:
    """What a policy file says. ``quorum`` is the name of a witness, of a group, or ``none``."""

    logs: tuple[KnownLog, ...]
    witnesses: tuple[Witness, ...]
    groups: Mapping[str, Group]
    quorum: str

    def is_met_by(self, vkeys: Collection[str]) -> bool:
        """Return whether cosignatures of the witnesses with these vkey texts make the quorum."""
        cosigned = {witness.name for witness in self.witnesses if str(witness.key) in vkeys}
        return self.quorum == NONE or self._has_witnessed(self.quorum, cosigned)

    def smallest_quorum(self) -> int:
        """Return the smallest number of witnesses that can make the quorum; 0 when none is asked for."""
        return self._least(self.quorum) if self.quorum != NONE else 0

    def is_plain(self) -> bool:
        """Return whether any witnesses, as many as :meth:`smallest_quorum`, make the quorum: "k of n" says it all."""
        group = self.groups.get(self.quorum, Group(1, (self.quorum,)))
        return self.quorum == NONE or set(group.members) == {witness.name for witness in self.witnesses}

    def _has_witnessed(self, name: str, cosigned: Collection[str]) -> bool:
        group = self.groups.get(name)
        if group is None:
            return name in cosigned
        return sum(self._has_witnessed(member, cosigned) for member in group.members) >= group.needed

    def _least(self, name: str) -> int:
        group = self.groups.get(name)
        if group is None:
            return 1
        return sum(sorted(self._least(member) for member in group.members)[: group.needed])


def write_policy(policy: Policy) -> str:
    """Return the text of a policy, one line for each log, witness and group, then the quorum."""
    lines = [" ".join(filter(None, ["log", str(log.key), log.url])) for log in policy.logs]
    lines += [" ".join(filter(None, ["witness", one.name, str(one.key), one.url])) for one in policy.witnesses]
    lines += [f"group {name} {group.needed} {' '.join(group.members)}" for name, group in policy.groups.items()]
    return "".join(f"{line}\n" for line in [*lines, f"quorum {policy.quorum}"])


def read_policy(text: str) -> Policy:
    """Return the policy of a file's text; raises BadPolicy with the number of the line that is wrong."""
    if len(text) > MAX_POLICY:
        raise BadPolicy("The witness policy is too long.")
    if any(character not in "\t\n" and (character < " " or character == "\x7f") for character in text):
        raise BadPolicy("The witness policy holds a control character.")
    if not text.endswith("\n"):
        raise BadPolicy("The witness policy does not end with a newline.")
    reader = _Reader()
    for number, words in _lines(text):
        reader.take(number, words)
    if not reader.quorum:
        raise BadPolicy("The witness policy has no quorum line.")
    return Policy(tuple(reader.logs), tuple(reader.witnesses), reader.groups, reader.quorum)


def _lines(text: str) -> Iterator[tuple[int, list[str]]]:
    for number, line in enumerate(text[:-1].split("\n"), start=1):
        words = [word for word in line.replace("\t", " ").split(" ") if word]
        if words and not words[0].startswith("#"):
            yield number, words


class _Reader:
    """Takes one line after the other; a line may name only what stands above it."""

    def __init__(self) -> None:
        self.logs: list[KnownLog] = []
        self.witnesses: list[Witness] = []
        self.groups: dict[str, Group] = {}
        self.quorum = ""
        self._grouped: set[str] = set()

    def take(self, number: int, words: list[str]) -> None:
        match words:
            case ["log", vkey, *url] if len(url) <= 1:
                self._take_log(number, vkey, "".join(url))
            case ["witness", name, vkey, *url] if len(url) <= 1:
                self._take_witness(number, name, vkey, "".join(url))
            case ["group", name, needed, *members] if members:
                self._take_group(number, name, needed, members)
            case ["quorum", name]:
                self._take_quorum(number, name)
            case _:
                raise BadPolicy(f"Line {number} of the witness policy is none that is known.")

    def _take_log(self, number: int, vkey: str, url: str) -> None:
        key = _key(number, vkey, ED25519)
        if key.public in {log.key.public for log in self.logs}:
            raise BadPolicy(f"Line {number} of the witness policy names a key for the second time.")
        self.logs.append(KnownLog(key, url))

    def _take_witness(self, number: int, name: str, vkey: str, url: str) -> None:
        self._check_new(number, name)
        key = _key(number, vkey, COSIGNATURE)
        if key.public in {witness.key.public for witness in self.witnesses}:
            raise BadPolicy(f"Line {number} of the witness policy names a key for the second time.")
        if len(self.witnesses) == MAX_MEMBERS:
            raise BadPolicy(f"The witness policy has more than {MAX_MEMBERS} witnesses or groups.")
        self.witnesses.append(Witness(name, key, url))

    def _take_group(self, number: int, name: str, needed: str, members: list[str]) -> None:
        self._check_new(number, name)
        for member in members:
            self._check_known(number, member)
            if member in self._grouped:
                raise BadPolicy(f"Line {number} of the witness policy puts {member} into a group for the second time.")
            self._grouped.add(member)
        if len(self.groups) == MAX_MEMBERS:
            raise BadPolicy(f"The witness policy has more than {MAX_MEMBERS} witnesses or groups.")
        self.groups[name] = Group(_threshold(number, needed, len(members)), tuple(members))

    def _take_quorum(self, number: int, name: str) -> None:
        if self.quorum:
            raise BadPolicy(f"Line {number} of the witness policy is a second quorum line.")
        if name != NONE:
            self._check_known(number, name)
        self.quorum = name

    def _names(self) -> set[str]:
        return {witness.name for witness in self.witnesses} | set(self.groups)

    def _check_new(self, number: int, name: str) -> None:
        if name == NONE or name in self._names():
            raise BadPolicy(f"Line {number} of the witness policy uses the name {name} for the second time.")

    def _check_known(self, number: int, name: str) -> None:
        if name not in self._names():
            raise BadPolicy(f"Line {number} of the witness policy names {name}, which stands on no line above it.")


def _key(number: int, vkey: str, kind: int) -> VerifyKey:
    try:
        key = parse_vkey(vkey)
    except Malformed as fault:
        raise BadPolicy(f"Line {number} of the witness policy has no good key: {fault.reason}") from fault
    if key.kind != kind:
        raise BadPolicy(f"Line {number} of the witness policy has a key of the wrong type.")
    return key


def _threshold(number: int, needed: str, members: int) -> int:
    count = {"any": "1", "all": str(members)}.get(needed, needed)
    if not (count.isascii() and count.isdigit() and not count.startswith("0") and int(count[:4]) <= members):
        raise BadPolicy(f"Line {number} of the witness policy asks for {needed} of {members}.")
    return int(count)
