"""A verification from end to end: the runtime confines, the filter is exchanged, refusals are seen and told."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from hardening import record
from hardening.errors import FailedError, HostError
from hardening.model.policy import RoleProfile
from hardening.model.verification import Minimisation, Need
from hardening.record import minimising, verifying
from hardening.record.subject import Subject, find
from tests.engine.private_host import PrivateHost
from tests.engine.test_runtime import CONFINED, FILTER, Node, installed, node

if TYPE_CHECKING:
    from collections.abc import Callable

    from hardening.model.verification import Verification

pytestmark = [pytest.mark.engine, pytest.mark.timeout(600)]
__all__ = ["installed", "node"]  # fixtures

PROFILE = RoleProfile("web", "harden-web", "", json.dumps(FILTER))


def verified(node: Node, drive: Callable[[Subject], object]) -> Verification:
    node.start(*CONFINED, "--name=verified")
    subject = find({"here": PrivateHost(node.engine)}, (), "verified")
    target = record.Target(
        container="verified", engine_socket=str(node.engine.socket), policy=str(node.policy), audit="loaded"
    )
    try:
        return verifying.verify(subject, target, PROFILE, {"try": lambda: (drive(subject), None)[1]}, lambda *_: None)
    except HostError as error:
        if "bpftrace does not work here" in error.message:
            pytest.skip(f"ENGINE TESTS SKIPPED: this kernel cannot be recorded: {error.message}")
        raise


def makes_a_folder(node: Node) -> str:
    return node.engine.docker("exec", "verified", "mkdir", "/tmp/folder", check=False).stderr


def test_a_refusal_is_found_and_the_service_gets_its_own_filter_back(node: Node) -> None:
    said = []
    found = verified(node, lambda _: said.append(makes_a_folder(node)))
    start, trial = found.trials
    assert (start.scenario, trial.scenario) == ("start", "try")
    (denial,) = [each for each in trial.denials if each.what == "mkdir"]
    assert (denial.layer, denial.program, denial.command, denial.node, denial.task, denial.count) == (
        "seccomp",
        "/bin/busybox",
        "mkdir",
        "here",
        "verified",
        1,
    )
    assert not found.is_clean
    assert found.layers == ("seccomp",)
    assert "Operation not permitted" not in said[0]  # under the verifying filter it is another errno
    assert "Operation not permitted" in makes_a_folder(node)
    assert json.loads(node.filter.read_text()) == FILTER
    assert sorted(path.name for path in node.filter.parent.glob("*web.json*")) == ["web.json"]


def test_a_scenario_that_fails_leaves_the_node_as_it_was(node: Node) -> None:
    def fails(_: Subject) -> None:
        raise FailedError("the load failed")

    with pytest.raises(FailedError, match="the load failed"):
        verified(node, fails)
    assert json.loads(node.filter.read_text()) == FILTER
    assert "Operation not permitted" in makes_a_folder(node)


def test_taking_calls_out_shows_which_scenario_needs_them(node: Node) -> None:
    node.start(*CONFINED, "--name=verified")
    subject = find({"here": PrivateHost(node.engine)}, (), "verified")
    target = record.Target(
        container="verified", engine_socket=str(node.engine.socket), policy=str(node.policy), audit="loaded"
    )
    kept: list[Minimisation] = []
    found = minimising.minimise(
        subject,
        target,
        PROFILE,
        {"name": lambda: (node.engine.docker("exec", "verified", "id", check=False), None)[1]},
        lambda *_: None,
        before=None,
        keep=kept.append,
        calls=("getgid", "time"),
    )
    assert found.needs == (Need("getgid", ("name",)), Need("time", ()))
    assert [len(each.needs) for each in kept] == [1, 2]
    assert json.loads(node.filter.read_text()) == FILTER
