"""The policy of the sealing page bites, and our modules live under it."""

from __future__ import annotations

import pytest


@pytest.mark.parametrize(
    ("attempt", "refused_by"),
    [
        ("document.body.innerHTML = '<b>x</b>'", "TrustedHTML"),
        ("new Worker('/static/sealing/worker.js')", "TrustedScriptURL"),
        ("trustedTypes.createPolicy('other', {})", "Policy"),
        ("await fetch('http://localhost:9/elsewhere')", "fetch"),
    ],
)
def test_what_the_policy_forbids_fails(run, site, attempt, refused_by):
    site.expected_complaints += ["Content Security Policy", "trusted", "localhost:9", "Trusted", "violates"]
    found = run("", f"try {{ {attempt}; return 'done'; }} catch (error) {{ return String(error); }}")
    assert refused_by in found


def test_the_worker_seals_under_the_policy_and_its_own_policy_lets_no_other_worker_in(run, site):
    site.expected_complaints += ["Trusted", "not our worker"]
    found = run(
        "background age",
        """const bytes = c.utf8("a secret");
        const locked = await m.background.locks.lock(bytes, "a passphrase of some length");
        return c.textOf(await m.age.unlock(locked, "a passphrase of some length"));""",
    )
    assert found == "a secret"


def test_a_job_that_fails_says_why_in_a_code_for_the_page(run):
    found = run(
        "background",
        """try { await m.background.locks.unlock(c.utf8("not an age file"), "whatever it is"); return "opened"; }
        catch (error) { return [error.name, error.code]; }""",
    )
    assert found == ["Fault", "passphrase_wrong"]
