"""The unit that keeps a machine's host names, under a real systemd, against a provider of ours on another machine."""

import json
import secrets
import time
from collections.abc import Generator
from pathlib import Path

import pytest
import yaml

from hardening.certificates import Wanted, issue
from hardening.cli.sources import LAB_HEARTBEAT_SECONDS
from hardening.hosts import Host, connect
from hardening.lab import Lab, patience
from hardening.model.inventory import Inventory, SshTransport
from tests.lab.test_main_job import ask, deployed, eventually, harden

__all__ = ["deployed"]  # the fixture: one deployed cluster serves these tests as well

pytestmark = pytest.mark.timeout(patience(3600))
"""The first test may have to bring everything up."""

PASSWORD = "only-of-this-test"  # noqa: S105 - of a provider that exists in this test only
PORT = 8245
TWO, THREE, SHOP = (f"{name}-{secrets.token_hex(4)}.example.org" for name in ("two", "three", "shop"))
"""New with each run: machines remember what was accepted, and send nothing then."""
PROVIDER = """
import base64, http.server, json, ssl, urllib.parse
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        query = urllib.parse.parse_qs(urllib.parse.urlsplit(self.path).query)
        login = base64.b64decode(self.headers["Authorization"].split()[1]).decode()
        told = [query["hostname"][0], query["myip"][0], login, self.headers["User-Agent"]]
        with open("/run/test-provider/asked", "a") as file:
            file.write(json.dumps(told) + "\\n")
        answer = open("/run/test-provider/answer").read().strip()
        line = answer + (" " + query["myip"][0] if answer == "good" else "")
        names = query["hostname"][0].split(",") if answer == "good" else ["all"]
        body = "\\n".join(line for _ in names).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
server = http.server.ThreadingHTTPServer(("0.0.0.0", PORT), Handler)
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain("/run/test-provider/server.pem")
server.socket = context.wrap_socket(server.socket, server_side=True)
server.serve_forever()
""".replace("PORT", str(PORT))
SETTINGS = f"""\
name: names
stacks: {{}}
swarm: {{autolock: true, cert_expiry_hours: 24, heartbeat_seconds: {LAB_HEARTBEAT_SECONDS}}}
"""
NAMES = """\
dns:
  contact: admin@example.org
  provider: https://{address}:{port}/nic/update
  ca: provider-ca.pem
  interval: 60
  address: {{interface: cluster}}
  hostnames: []
  nodes:
    node2: {{hostnames: [{two}]}}
    node3: {{hostnames: [{three}, {shop}], address: {{{third}}}}}
"""


class Provider:
    """What runs on the first machine: told what to answer, and asked what it was asked."""

    def __init__(self, host: Host) -> None:
        self._host = host

    def answers(self, word: str) -> None:
        put(self._host, "/run/test-provider/answer", word)

    def asked(self) -> list[tuple[str, str, str, str]]:
        """Host names, address, login and User-Agent of each request."""
        text = ask(self._host, "sh", "-c", "cat /run/test-provider/asked || true")
        return [tuple(json.loads(line)) for line in text.splitlines()]


def put(host: Host, path: str, text: str) -> None:
    done = host.run(("sh", "-c", 'umask 077; mkdir -p "${1%/*}"; cat > "$1"', "sh", path), stdin=text.encode())
    assert done.ok, done.stderr


@pytest.fixture(scope="module")
def project(deployed: dict[str, Host], lab: Lab, tmp_path_factory: pytest.TempPathFactory) -> Generator[Path]:
    """A project that is about names alone, beside the deployed one."""
    assert deployed
    folder = tmp_path_factory.mktemp("names")
    # As a file, for `--inventory lab` keeps no host names.
    (folder / "inventory.yml").write_text(inventory_file(lab.inventory()))
    yield folder
    (folder / "harden.yml").write_text(SETTINGS)
    done = deploy(folder)
    assert done == 0
    with connect(lab.inventory()) as hosts:
        hosts["node1"].run(("systemctl", "stop", "test-provider"))
        hosts["node1"].run(("rm", "-r", "/run/test-provider"))


@pytest.fixture(scope="module")
def provider(project: Path, deployed: dict[str, Host]) -> Provider:
    host = deployed["node1"]
    authority, issued = issue("provider", {"server": Wanted((host.node.address,))})
    (project / "provider-ca.pem").write_text(authority)
    put(host, "/run/test-provider/server.pem", issued["server"].key + issued["server"].certificate)
    put(host, "/run/test-provider/provider.py", PROVIDER)
    put(host, "/run/test-provider/answer", "good")
    ask(host, "systemd-run", "--unit=test-provider", "--collect", "python3", "/run/test-provider/provider.py")
    login = project / "dns.credentials"
    login.write_text(f"username: group\npassword: {PASSWORD}\nsalt: {secrets.token_urlsafe(32)}\n")
    login.chmod(0o600)
    return Provider(host)


def inventory_file(inventory: Inventory) -> str:
    nodes = []
    for node in inventory.nodes:
        way = node.transport
        assert isinstance(way, SshTransport)
        files = {"identity_file": way.identity_file, "known_hosts_file": way.known_hosts_file}
        ssh = {"host": way.host, "port": way.port, **files}
        nodes.append(
            {"name": node.name, "address": node.address, "role": str(node.role), "labels": node.labels, "ssh": ssh}
        )
    return yaml.safe_dump({"nodes": nodes})


def deploy(folder: Path) -> int:
    done = harden("deploy", "--project", str(folder), "--yes")
    assert done.returncode == 0, f"{done.stdout[-3000:]}\n{done.stderr[-3000:]}"
    return done.returncode


def of_nodes(folder: Path) -> tuple[str, ...]:
    return "--project", str(folder), "--inventory", str(folder / "inventory.yml")


def status(folder: Path) -> tuple[int, dict[str, object]]:
    done = harden("dns", "status", *of_nodes(folder), "--json")
    assert done.stdout, done.stderr
    return done.returncode, json.loads(done.stdout)


def test_each_machine_keeps_its_names_at_its_address(
    project: Path, provider: Provider, deployed: dict[str, Host]
) -> None:
    write(project, deployed, "interface: cluster")
    deploy(project)
    assert eventually(lambda: len(provider.asked()) == 2, 120), provider.asked()
    second, third = (deployed[name].node.address for name in ("node2", "node3"))
    login = f"group:{PASSWORD}"
    assert sorted(each[:3] for each in provider.asked()) == [
        (f"{THREE},{SHOP}", third, login),
        (TWO, second, login),
    ]
    assert all(each[3].endswith(" admin@example.org") for each in provider.asked())
    code, told = status(project)
    assert code == 0, told
    assert harden("plan", "--project", str(project)).returncode == 0


def test_it_runs_as_nobody_in_particular_and_shows_no_login(project: Path, deployed: dict[str, Host]) -> None:
    assert project
    for name in ("node2", "node3"):
        host = deployed[name]
        pid = ask(host, "systemctl", "show", "--property=MainPID", "--value", "harden-dns")
        state = dict(
            line.split(":\t") for line in ask(host, "cat", f"/proc/{pid}/status").splitlines() if ":\t" in line
        )
        assert "0" not in state["Uid"].split()
        assert (state["CapEff"].strip("0"), state["CapBnd"].strip("0"), state["NoNewPrivs"]) == ("", "", "1")
        shown = ask(host, "sh", "-c", f"tr '\\0' ' ' < /proc/{pid}/cmdline; tr '\\0' ' ' < /proc/{pid}/environ")
        assert PASSWORD not in shown + ask(host, "journalctl", "--unit=harden-dns", "--no-pager")
        assert ask(host, "stat", "--format=%a %U", "/etc/harden/dns.credentials") == "600 root"


def test_nothing_is_sent_without_a_change(provider: Provider, deployed: dict[str, Host]) -> None:
    before = provider.asked()
    ask(deployed["node2"], "systemctl", "restart", "harden-dns")
    assert eventually(lambda: looked(deployed["node2"]), 60)
    assert provider.asked() == before


def test_a_new_address_is_sent_once_and_a_refusal_holds_until_a_person_acts(
    project: Path, provider: Provider, deployed: dict[str, Host]
) -> None:
    before = len(provider.asked())
    provider.answers("badauth")
    write(project, deployed, "fixed: 192.0.2.9")
    deploy(project)
    assert eventually(lambda: len(provider.asked()) == before + 1, 120), provider.asked()
    assert provider.asked()[-1][:2] == (f"{THREE},{SHOP}", "192.0.2.9")
    assert status(project)[0] == 1
    provider.answers("good")
    ask(deployed["node3"], "systemctl", "restart", "harden-dns")
    assert eventually(lambda: looked(deployed["node3"]), 60)
    assert len(provider.asked()) == before + 1, "it asked again although it was refused"
    assert harden("dns", "reset", *of_nodes(project)).returncode == 0
    assert eventually(lambda: len(provider.asked()) == before + 2, 120), provider.asked()
    assert eventually(lambda: status(project)[0] == 0, 60), status(project)


def test_a_machine_that_keeps_no_name_any_more_has_no_login(project: Path, deployed: dict[str, Host]) -> None:
    (project / "harden.yml").write_text(SETTINGS)
    deploy(project)
    for name in ("node2", "node3"):
        assert not deployed[name].run(("systemctl", "is-active", "harden-dns")).ok
        assert not deployed[name].run(("test", "-e", "/etc/harden/dns.credentials")).ok


def write(project: Path, deployed: dict[str, Host], third: str) -> None:
    address = deployed["node1"].node.address
    names = NAMES.format(address=address, port=PORT, third=third, two=TWO, three=THREE, shop=SHOP)
    (project / "harden.yml").write_text(SETTINGS + names)


def looked(host: Host) -> bool:
    """Whether the unit, as it runs now, has had the time for a look: that is the first thing it does."""
    running = ask(host, "systemctl", "show", "--property=InvocationID", "--value", "harden-dns")
    if "started" not in ask(host, "journalctl", f"_SYSTEMD_INVOCATION_ID={running}", "--no-pager", "--quiet"):
        return False
    time.sleep(patience(5))
    return True
