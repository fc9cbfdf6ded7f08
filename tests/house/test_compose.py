from __future__ import annotations

import importlib.util
import re
from typing import Any

import pytest
import yaml

from config.console import main
from tests.house.house_rules import ROOT

COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "compose.yml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = ["migrate", "pages", "rooms", "worker", "clock", "sequencer"]
OF_THE_LOG = {"YANGGUANG_LOG_KEY_FILE", "YANGGUANG_WITNESSES"}  # what the sequencer alone has
OF_ROLES = {"YANGGUANG_APPLICATION_DATABASE_URL_FILE", "YANGGUANG_SEQUENCER_DATABASE_URL_FILE", "DATABASE_URL_FILE"}
THEIRS = ["postgres", "redis", "proxy"]
OUR_WORDS = {"rooms", "clock", "sequencer", "migrate", "install", "log_roles"}


def commands(service: str) -> list[list[str]]:
    command = SERVICES[service]["command"]
    if command[:2] == ["sh", "-c"]:
        return [part.split() for part in command[2].split("&&")]
    return [command]


def test_the_services_are_the_processes_of_the_scale_out_form() -> None:
    assert sorted(SERVICES) == sorted(OURS + THEIRS)


def test_every_process_of_ours_is_switched_by_the_same_three_addresses() -> None:
    switched = {name: SERVICES[name]["environment"] for name in OURS}
    assert all(set(env) >= {"DATABASE_URL_FILE", "REDIS_URL", "STORAGE_URL"} for env in switched.values())
    assert (
        len({repr({k: v for k, v in env.items() if k not in OF_THE_LOG | OF_ROLES}) for env in switched.values()}) == 1
    )


def test_the_key_of_the_log_is_the_sequencer_s_alone() -> None:
    assert [name for name in OURS if OF_THE_LOG & set(SERVICES[name]["environment"])] == ["sequencer"]
    assert [name for name in SERVICES if "log_key" in SERVICES[name].get("secrets", [])] == ["sequencer"]


def test_each_kind_of_process_has_its_own_database_user() -> None:
    users = {name: SERVICES[name]["environment"]["DATABASE_URL_FILE"].rpartition("/")[2] for name in OURS}
    assert users == dict.fromkeys(OURS, "application_database_url") | {
        "migrate": "database_url",
        "sequencer": "sequencer_database_url",
    }
    held = {name: {one for one in SERVICES[name]["secrets"] if one.endswith("database_url")} for name in OURS}
    assert [name for name, secrets in held.items() if secrets != {users[name]}] == ["migrate"]
    assert {SERVICES[name]["environment"]["YANGGUANG_LOG_ROLES"] for name in OURS} == {"yes"}


@pytest.mark.parametrize("service", OURS)
def test_a_process_of_ours_runs_what_exists(service: str) -> None:
    for command in commands(service):
        targets = [word.partition(":")[0] for word in command if word.startswith("config.")]
        assert [target for target in targets if importlib.util.find_spec(target) is None] == []
        assert targets or (command[0] == "yangguang" and command[1] in OUR_WORDS)


def test_the_words_of_the_console_are_the_ones_that_compose_says(capsys: pytest.CaptureFixture[str]) -> None:
    said = {command[1] for name in OURS for command in commands(name) if command[0] == "yangguang"}
    assert said == OUR_WORDS
    for word in ("rooms", "clock", "sequencer"):
        with pytest.raises(SystemExit) as ended:
            main([word, "--help"])
        assert ended.value.code == 0
        assert f"yangguang {word}" in capsys.readouterr().out


@pytest.mark.parametrize("service", OURS)
def test_a_process_of_ours_has_no_rights_that_it_does_not_need(service: str) -> None:
    described = SERVICES[service]
    assert (described["read_only"], described["cap_drop"], described["security_opt"]) == (
        True,
        ["ALL"],
        ["no-new-privileges:true"],
    )
    assert described.get("ports") is None


@pytest.mark.parametrize("service", [name for name in OURS + THEIRS if name != "migrate"])
def test_everything_that_stays_up_is_watched(service: str) -> None:
    assert SERVICES[service]["healthcheck"]["test"][0] == "CMD"
    assert SERVICES[service]["restart"] == "unless-stopped"


def test_images_are_named_with_a_version_and_no_host() -> None:
    bases = re.findall(r"^FROM (\S+)", (ROOT / "Dockerfile").read_text(), re.MULTILINE)
    images = [SERVICES[name]["image"] for name in SERVICES] + bases
    assert [image for image in images if not re.fullmatch(r"[a-z]+:\d[\w.-]*", image)] == []


def test_the_image_runs_as_nobody_in_particular() -> None:
    lines = (ROOT / "Dockerfile").read_text().splitlines()
    users = [line.split()[1] for line in lines if line.startswith("USER ")]
    assert users == ["yangguang"]
    assert lines.index("USER yangguang") > max(n for n, line in enumerate(lines) if line.startswith("RUN "))


def test_only_the_proxy_is_reached_from_outside_and_it_reaches_what_listens() -> None:
    assert [name for name in SERVICES if "ports" in SERVICES[name]] == ["proxy"]
    upstreams = re.findall(r"reverse_proxy (\w+):(\d+)", (ROOT / "deploy" / "Caddyfile").read_text())
    assert upstreams == [("rooms", "8001"), ("pages", "8000")]
    for service, port in upstreams:
        command = SERVICES[service]["command"]
        assert command[command.index("--port") + 1] == port


def test_what_is_waited_for_exists_and_every_secret_is_a_file() -> None:
    for described in SERVICES.values():
        assert set(described.get("depends_on", {})) <= set(SERVICES)
        assert set(described.get("secrets", [])) <= set(COMPOSE["secrets"])
    assert {name for name, secret in COMPOSE["secrets"].items() if set(secret) != {"file"}} == set()
    assert "password" not in re.sub(r"database_password|PASSWORD_FILE", "", (ROOT / "compose.yml").read_text())
