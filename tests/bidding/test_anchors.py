from __future__ import annotations

import json
import threading
from io import StringIO
from typing import TYPE_CHECKING

import pytest
from django.core.management import CommandError, call_command

from bidding import anchors, platform_key
from bidding.models import KeyHolder
from core import log_key, sequencing
from core.checkpoints import cosigning_vkey
from core.notes import COSIGNATURE, SigningKey, parse_vkey
from core.sequencer import SequencerLoop
from tests.stories import bidding as story

if TYPE_CHECKING:
    from pathlib import Path

    from pytest_django.fixtures import SettingsWrapper

    from tests.cast import Cast


def test_trust_json_names_every_key_that_a_verifier_must_know(
    cast: Cast, settings: SettingsWrapper, tmp_path: Path
) -> None:
    settings.DATA_DIR = tmp_path / "data"
    tender = story.keyed(cast)
    SequencerLoop(stopped=threading.Event()).turn()
    (tmp_path / "root.pem").write_text("-----BEGIN CERTIFICATE-----\n")
    (tmp_path / "authorities").write_text("one https://tsa.example/ root.pem\n")
    settings.TIMESTAMP_AUTHORITIES = str(tmp_path / "authorities")
    said, warned = StringIO(), StringIO()
    call_command("trust", f"--project={tender.project.number}", stdout=said, stderr=warned)
    trust = json.loads(said.getvalue())
    assert list(trust) == ["origin", "log", "platform", "witnesses", "quorum", "holders", "tsa"]
    assert (trust["origin"], trust["log"]) == (log_key.origin(), log_key.vkey())
    assert trust["platform"] == platform_key.vkey()
    assert [parse_vkey(one).kind for one in trust["witnesses"]] == [COSIGNATURE] * 3
    assert (trust["quorum"], trust["tsa"]) == (2, ["-----BEGIN CERTIFICATE-----\n"])
    assert trust["holders"] == sorted(KeyHolder.objects.values_list("vkey", flat=True))
    assert "prove nothing against" in warned.getvalue()
    call_command("trust", str(tmp_path / "trust.json"), stdout=said, stderr=warned)
    assert json.loads((tmp_path / "trust.json").read_text()) == trust


def test_before_the_log_there_is_nothing_to_trust_and_a_project_must_exist(db: None) -> None:
    with pytest.raises(CommandError, match="the sequencer never ran here"):
        call_command("trust", stdout=StringIO())
    with pytest.raises(CommandError, match="there is no project XX-1"):
        call_command("trust", "--project=XX-1", stdout=StringIO())


def test_a_quorum_of_groups_cannot_be_said_in_trust_json(db: None) -> None:
    witnesses = [cosigning_vkey(SigningKey(f"w{n}.example", bytes([n]) * 32)) for n in (1, 2)]
    policy = "".join(f"witness w{n} {key}\n" for n, key in enumerate(witnesses, start=1))
    sequencing.announce(vkey=log_key.vkey(), policy=f"{policy}group a 1 w1\ngroup b 1 a w2\nquorum b\n", is_house=False)
    with pytest.raises(anchors.NoAnchors, match="one of groups"):
        anchors.anchors()
