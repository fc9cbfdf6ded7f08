from __future__ import annotations

import re
import tomllib
from importlib.metadata import distributions

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.house.house_rules import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
LOCKS = ["requirements.lock", "requirements.hashes.lock"]


def locked(lock: str) -> dict[str, str]:
    pins = re.findall(r"^([\w.-]+)==([\w.+!-]+)", (ROOT / lock).read_text(), re.MULTILINE)
    return {canonicalize_name(name): version for name, version in pins}


def required(*extras: str) -> list[Requirement]:
    lines = [*PROJECT["dependencies"]]
    lines += [line for extra in extras for line in PROJECT["optional-dependencies"][extra]]
    found = [Requirement(line) for line in lines]
    return [requirement for requirement in found if requirement.name != PROJECT["name"]]


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_names_no_host_and_no_folder(lock: str) -> None:
    text = (ROOT / lock).read_text()
    assert [line for line in text.splitlines() if "://" in line or "@ " in line or "index" in line] == []
    assert re.findall(r"(?:^|\s)/\w+", text) == []


def test_the_lock_is_a_list_of_constraints_without_extras_and_digests() -> None:
    lines = [
        line for line in (ROOT / "requirements.lock").read_text().splitlines() if not line.lstrip().startswith("#")
    ]
    assert [line for line in lines if not re.fullmatch(r"[\w.-]+==[\w.+!-]+( ; .+)?", line)] == []


def test_every_line_of_the_image_s_lock_has_its_digests() -> None:
    entries = re.split(r"\n(?=\w)", (ROOT / "requirements.hashes.lock").read_text().strip())
    assert [entry.split()[0] for entry in entries if "--hash=sha256:" not in entry] == []


@pytest.mark.parametrize(
    ("lock", "extras"), [("requirements.lock", ("scale", "dev")), ("requirements.hashes.lock", ("scale",))]
)
def test_a_lock_pins_everything_that_the_project_asks_for(lock: str, extras: tuple[str, ...]) -> None:
    pins = locked(lock)
    unmet = [
        str(requirement)
        for requirement in required(*extras)
        if not requirement.specifier.contains(pins.get(canonicalize_name(requirement.name), "0"))
    ]
    assert unmet == []


def test_both_locks_pin_the_same_versions() -> None:
    everything = locked("requirements.lock")
    assert {name: everything.get(name) for name in locked("requirements.hashes.lock")} == locked(
        "requirements.hashes.lock"
    )


def test_the_other_distribution_that_installs_django_fsm_is_absent() -> None:
    names = {canonicalize_name(found.metadata["Name"]) for found in distributions()}
    assert {name for name in names if name.startswith("django-fsm")} == {"django-fsm-2"}
    assert "django-fsm" not in locked("requirements.lock")
