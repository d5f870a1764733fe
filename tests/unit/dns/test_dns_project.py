"""`dns:` of harden.yml: read with the line of every complaint, run here, and planned onto nodes."""

import json
import os
import re
import shutil
import signal
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from hardening import dns, project
from hardening.errors import HardenError
from hardening.model.dns import AddressSource, DnsSettings, Hidden, NodeNames, ProjectDns
from hardening.model.facts import FileFacts
from hardening.model.known import Known, Unavailable
from hardening.model.plan import InstallFile
from hardening.node import dyndns_settings
from hardening.plan import dns_files

Any_ = Any  # the fixtures' classes live in conftest
HEAD = "name: shop\nstacks: {}\ndns:\n"
GOOD = "  contact: admin@example.org\n  address: {interface: eth0}\n  hostnames: [a.example.org]\n"
PASSWORD = "s3cret and long"  # noqa: S105 - see conftest

BAD = {
    "no contact": ("  address: {interface: eth0}\n  hostnames: [a.b]\n", 3, "contact"),
    "no address": ("  contact: a@b.c\n  hostnames: [a.b]\n", 3, "address"),
    "two addresses": (GOOD.replace("{interface: eth0}", "{interface: eth0, fixed: 192.0.2.1}"), 5, "exactly one"),
    "an address that is none": (GOOD.replace("{interface: eth0}", "{fixed: here}"), 5, "`here` is not an IP address"),
    "an address asked for in the clear": (GOOD.replace("{interface: eth0}", "{url: http://x.y/}"), 5, "https://"),
    "a provider in the clear": (GOOD + "  provider: http://x.y/nic/update\n", 7, "https://"),
    "an unknown provider": (GOOD + "  provider: noip\n", 7, "https://"),
    "no full host name": (GOOD.replace("a.example.org", "localhost"), 6, "`localhost` is no full host name"),
    "a name in capitals": (GOOD.replace("a.example.org", "A.example.org"), 6, "lower case"),
    "a name twice": (GOOD.replace("[a.example.org]", "[a.b.c, a.b.c]"), 6, "stands twice"),
    "no name": (GOOD.replace("[a.example.org]", "[]"), 3, "names no host name"),
    "too often": (GOOD + "  interval: 5\n", 7, ">= 60"),
    "an unknown key": (GOOD + "  hostname: x\n", 7, "unknown key `hostname`"),
    "a contact that is none": (GOOD.replace("admin@example.org", "me"), 4, "no mail address"),
}


@pytest.mark.parametrize(("text", "line", "message"), BAD.values(), ids=BAD)
def test_a_mistake_is_named_with_its_line(tmp_path: Path, text: str, line: int, message: str) -> None:
    path = tmp_path / "harden.yml"
    path.write_text(HEAD + text)
    with pytest.raises(HardenError) as caught:
        project.read_settings(tmp_path)
    assert caught.value.message.startswith(f"{path}:{line}: ")
    assert message in caught.value.message


def test_a_node_that_the_inventory_lacks_is_named(tmp_path: Path) -> None:
    (tmp_path / "harden.yml").write_text(HEAD + GOOD + "  nodes:\n    n9: {hostnames: [b.example.org]}\n")
    with pytest.raises(HardenError, match=r"harden.yml:8: the inventory has no node `n9`"):
        project.read_settings(tmp_path, ("n1",))


def test_another_inventory_is_held_to_the_same_and_this_machine_alone_is_not(tmp_path: Path) -> None:
    (tmp_path / "harden.yml").write_text(HEAD + GOOD + "  nodes:\n    n9: {hostnames: [b.example.org]}\n")
    (tmp_path / "inventory.yml").write_text("nodes: [{name: n1, address: 192.0.2.1, role: manager}]\n")
    with pytest.raises(HardenError, match="the inventory has no node `n9`"):
        project.load(tmp_path)
    here = project.load(tmp_path, project.local_inventory()).dns
    assert here
    assert here.nodes["localhost"].hostnames == ("a.example.org",)


def wanted(**changes: Any) -> DnsSettings:  # noqa: ANN401 - any field
    fields: dict[str, Any] = {
        "contact": "a@b.c",
        "address": AddressSource(interface="eth0"),
        "hostnames": ("all.example.org",),
    }
    return DnsSettings(**(fields | changes))


def test_a_node_keeps_the_names_of_all_and_its_own() -> None:
    own = NodeNames(("n1.example.org",), AddressSource(fixed="192.0.2.1"))
    settings = wanted(nodes={"n1": own})
    first, second = dns.of_node(settings, "n1"), dns.of_node(settings, "n2")
    assert first
    assert second
    assert (first.hostnames, first.address) == (("all.example.org", "n1.example.org"), {"fixed": "192.0.2.1"})
    assert (second.hostnames, second.address) == (
        ("all.example.org",),
        {"interface": "eth0", "family": "ipv4"},
    )
    assert dns.of_node(wanted(hostnames=(), nodes={"n1": own}), "n2") is None


def test_no_ip_is_known_by_name_and_told_who_asks() -> None:
    found = dns.of_node(wanted(), "n1")
    assert found
    assert found.server == "https://dynupdate.no-ip.com/nic/update"
    assert found.agent.split(" ")[0] == "harden"
    assert found.agent.endswith(" a@b.c")


# --- the login --------------------------------------------------------------------------------------------------------


def test_a_written_login_is_private_salted_and_can_be_read(tmp_path: Path) -> None:
    path = tmp_path / "dns.credentials"
    dns.write_credentials(path, "group", PASSWORD)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert dyndns_settings.read_credentials(str(path)) == dyndns_settings.Credentials("group", PASSWORD)
    first = path.read_text()
    dns.write_credentials(path, "group", PASSWORD)
    assert path.read_text() != first, "each has a salt of its own"
    assert [entry.name for entry in tmp_path.iterdir()] == ["dns.credentials"]


@pytest.mark.parametrize(("name", "password"), [("a:b", "x"), ("a", "x\ny"), ("a", " x"), ("", "x")])
def test_a_login_that_would_not_be_read_back_is_not_written(tmp_path: Path, name: str, password: str) -> None:
    with pytest.raises(HardenError):
        dns.write_credentials(tmp_path / "c", name, password)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("text", "mode", "reason"),
    [
        (None, 0, "cannot be read"),
        ("username: a\npassword: b\n", 0o600, "has no salt"),
        ("username: a\npassword: b\nsalt: short\n", 0o600, "has no salt of 43"),
        (f"username: a\npassword: b\nsalt: {'x' * 43}\n", 0o644, "others may read it"),
    ],
)
def test_a_login_that_is_not_fit_for_nodes_says_why(tmp_path: Path, text: str | None, mode: int, reason: str) -> None:
    if text is not None:
        (tmp_path / "dns.credentials").write_text(text)
        (tmp_path / "dns.credentials").chmod(mode)
    found = dns.of_project(wanted(), tmp_path, ("n1",)).credentials
    assert isinstance(found, Unavailable)
    assert reason in found.reason


# --- the plan ---------------------------------------------------------------------------------------------------------


def planned(**changes: Any) -> ProjectDns:  # noqa: ANN401
    node = dns.of_node(wanted(), "n1")
    assert node
    text = f"username: group\npassword: {PASSWORD}\nsalt: {'x' * 43}\n"
    fields: dict[str, Any] = {"nodes": {"n1": node}, "credentials": Known(Hidden(text))}
    return ProjectDns(**(fields | changes))


class Project:
    """As much of a project as these functions read."""

    def __init__(self, found: ProjectDns | None) -> None:
        self.dns = found


def files(found: ProjectDns, node: str = "n1") -> dict[str, Any]:
    return {file.path: file for file in dns_files.wanted(Project(found), node)}  # type: ignore[arg-type]  # see above


def test_a_node_gets_the_program_and_starts_it_last() -> None:
    found = files(planned(ca_pem="PEM"))
    modules = [path for path in found if path.startswith(dns_files.MODULES_FOLDER)]
    assert list(found) == [
        *modules,
        dns_files.PROGRAM,
        dns_files.CA_FILE,
        dns_files.SETTINGS_FILE,
        dns_files.CREDENTIALS_FILE,
        dns_files.UNIT_FILE,
    ]
    assert found[dns_files.CREDENTIALS_FILE].mode == 0o600
    assert found[dns_files.PROGRAM].mode == 0o755
    assert [path for path, file in found.items() if file.then] == [dns_files.UNIT_FILE]
    assert files(planned(), "n2") == {}


def test_the_program_is_installed_with_every_module_that_it_imports() -> None:
    wanted_by = re.findall(r"^from hardening\.node\.(\w+) import", "".join(dns_files.sources().values()), re.MULTILINE)
    assert set(wanted_by) == set(dns_files.MODULES)


def test_the_installed_settings_are_ones_the_program_takes(tmp_path: Path) -> None:
    path = tmp_path / "dns.json"
    path.write_text(files(planned())[dns_files.SETTINGS_FILE].content)
    settings = dyndns_settings.read_settings(str(path))
    assert settings.hostnames == ("all.example.org",)
    assert settings.credentials == dns_files.CREDENTIALS_FILE


def test_another_login_starts_the_service_anew() -> None:
    first = files(planned())[dns_files.UNIT_FILE].content
    text = f"username: group\npassword: another\nsalt: {'x' * 43}\n"
    assert files(planned(credentials=Known(Hidden(text))))[dns_files.UNIT_FILE].content != first


def test_neither_the_unit_nor_anything_shown_holds_the_login() -> None:
    found = planned()
    shown = repr(found) + files(found)[dns_files.UNIT_FILE].content
    shown += repr(InstallFile(dns_files.CREDENTIALS_FILE, files(found)[dns_files.CREDENTIALS_FILE].content))
    assert PASSWORD not in shown


class Machine:
    """As much of a machine."""

    def __init__(self, *, runs: bool) -> None:
        link = FileFacts("link", 0o777, 0, 0, "root", "root", 32, 0.0)
        self.files = {dns_files.RUNNING: Known(link if runs else None)}


@pytest.mark.parametrize("runs", [True, False])
def test_the_unit_is_in_force_while_it_runs(runs: bool) -> None:
    unit = files(planned())[dns_files.UNIT_FILE]
    machine: Any = Machine(runs=runs)
    assert dns_files.with_service_state(unit, machine).in_force is runs


@pytest.mark.parametrize(
    ("found", "runs", "stops"),
    [(None, True, True), (None, False, False), (planned(), True, False), (planned(nodes={}), True, True)],
    ids=["no dns any more", "nothing runs", "still wanted", "on another node now"],
)
def test_what_is_no_longer_wanted_is_stopped(found: ProjectDns | None, runs: bool, stops: bool) -> None:
    made: Any = Project(found)
    machine: Any = Machine(runs=runs)
    assert bool(list(dns_files.stop(made, "n1", machine))) is stops


# --- the command ------------------------------------------------------------------------------------------------------


@pytest.fixture
def folder(provider: Any_, authority: Any_, tmp_path: Path) -> Path:
    (tmp_path / "harden.yml").write_text(
        HEAD
        + "  contact: admin@example.org\n  address: {fixed: 192.0.2.7}\n  hostnames: [a.example.org]\n"
        + f"  provider: {provider.url}\n  ca: {authority.certificate}\n"
    )
    dns.write_credentials(tmp_path / "dns.credentials", "group", PASSWORD)
    return tmp_path


def call(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    argv = [sys.executable, "-c", "from hardening.cli import main; main()", "dns", *words]
    if words[0] != "login":
        argv += ["--project", str(folder), "--state", str(folder / "state.json")]
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[3])}
    return subprocess.run(argv, capture_output=True, text=True, timeout=60, check=False, cwd="/", env=environment)


def test_the_command_updates_shows_and_resets(provider: Any_, folder: Path) -> None:
    provider.answer = "good 192.0.2.7"
    first, second = call(folder, "update", "--once"), call(folder, "update", "--once")
    assert (first.returncode, first.stderr, second.returncode) == (0, "", 0)
    assert "updated host=a.example.org address=192.0.2.7" in first.stdout
    assert "current host=a.example.org" in second.stdout
    assert len(provider.asked) == 1
    shown = call(folder, "status", "--json")
    (machine,) = json.loads(shown.stdout).values()
    assert machine["hosts"]["a.example.org"]["state"] == "accepted"


def test_a_refusal_is_exit_1_until_it_is_reset(provider: Any_, folder: Path) -> None:
    provider.answer = "nohost"
    assert call(folder, "update", "--once").returncode == 1
    assert call(folder, "update", "--once").returncode == 1
    assert call(folder, "status").returncode == 1
    assert "a.example.org" in call(folder, "reset").stdout
    provider.answer = "good"
    assert call(folder, "update", "--once").returncode == 0
    assert len(provider.asked) == 2


def test_bad_input_is_one_line_and_nothing_is_sent(provider: Any_, folder: Path) -> None:
    (folder / "dns.credentials").chmod(0o644)
    result = call(folder, "update", "--once")
    assert result.returncode == 2
    assert result.stderr.startswith(f"harden: {folder}/dns.credentials: others may read it")
    assert result.stdout == ""
    assert provider.asked == []


def test_the_command_runs_until_it_is_ended(provider: Any_, folder: Path) -> None:
    provider.answer = "good"
    argv = [sys.executable, "-c", "from hardening.cli import main; main()", "dns", "update", "--project", str(folder)]
    argv += ["--state", str(folder / "state.json")]
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[3])}
    with subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment) as running:
        assert running.stdout
        lines = [running.stdout.readline() for _ in range(2)]
        running.send_signal(signal.SIGTERM)
        out, err = running.communicate(timeout=30)
    assert [line.split()[1] for line in lines] == ["started", "updated"]
    assert (out, err, running.returncode) == ("harden-dns: stopped\n", "", 0)


@pytest.mark.may_skip(reason="not every machine has systemd")
@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="there is no systemd-analyze")
def test_systemd_finds_no_fault_with_the_unit(tmp_path: Path) -> None:
    path = tmp_path / "harden-dns.service"
    path.write_text(dns_files.unit("", "").replace(dns_files.PROGRAM, "/bin/sh"))
    done = subprocess.run(
        ["systemd-analyze", "verify", str(path)], capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_a_secret_that_a_service_manager_hands_over_may_be_readable_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Swarm secrets are 0444 by default, and systemd's show the group's bits; others cannot reach either folder."""
    path = tmp_path / "dns"
    path.write_text("username: a\npassword: b\n")
    path.chmod(0o444)
    with pytest.raises(dyndns_settings.DnsError):
        dyndns_settings.read_credentials(str(path))
    monkeypatch.setattr(dyndns_settings, "_PRIVATE", (f"{tmp_path}/",))
    assert dyndns_settings.read_credentials(str(path)).username == "a"
    outside = tmp_path.parent / f"{tmp_path.name}-outside"
    outside.write_text("username: a\npassword: b\n")
    outside.chmod(0o444)
    (tmp_path / "link").symlink_to(outside)
    with pytest.raises(dyndns_settings.DnsError, match="others may read it"):
        dyndns_settings.read_credentials(str(tmp_path / "link"))
