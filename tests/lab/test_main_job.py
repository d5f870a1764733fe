"""The main job on a real cluster: quickstart, and then everything by the kernel's word.

The tests build on each other in this order: one deployed cluster serves them all.
"""

import http.client
import json
import ssl
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Generator
from functools import cache
from pathlib import Path

import pytest

from hardening.hosts import Host, connect
from hardening.lab import Lab, patience

pytestmark = pytest.mark.timeout(patience(3600))
"""The first test waits for the lab, the images and the deploy."""

HARDEN = (sys.executable, "-c", "from hardening.cli import main; main()")
ROOT = Path(__file__).parents[2]
SERVICES = {
    "nodepop_mongo1": ("mongod", 1),
    "nodepop_mongo2": ("mongod", 1),
    "nodepop_mongo3": ("mongod", 1),
    "nodepop_arbiter": ("mongod", 1),
    "nodepop_api": ("api", 3),
    "nodepop_nginx": ("nginx", 3),
}
"""Service -> profile and number of tasks."""


KERNEL_CHECKS = (
    "container-apparmor-enforced",
    "container-apparmor-own-profile",
    "container-capabilities",
    "container-seccomp",
    "container-no-new-privileges",
    "container-user-namespace",
    "container-root-read-only",
)


TLS_CHECKS = (
    "mongo-tls-required",
    "mongo-tls-protocols",
    "nginx-tls-offered",
    "nginx-tls-protocols",
    "nginx-tls-ciphers",
    "nginx-session-tickets",
    "nginx-hsts",
    "nginx-unknown-hosts",
)


def harden(*argv: str, seconds: float = 900) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*HARDEN, *argv], cwd=ROOT, capture_output=True, text=True, timeout=patience(seconds), check=False
    )


@pytest.fixture(scope="module")
def deployed(lab: Lab, tmp_path_factory: pytest.TempPathFactory) -> Generator[dict[str, Host]]:
    """The whole thing through the one command of the README."""
    folder = tmp_path_factory.mktemp("report")
    done = harden("quickstart", "--output", str(folder), seconds=2400)
    assert done.returncode == 0, f"{done.stdout[-3000:]}\n{done.stderr[-6000:]}"
    sys.stderr.write(done.stdout)
    assert (folder / "report.html").stat().st_size > 10_000
    with connect(lab.inventory()) as connected:
        yield connected


def ask(host: Host, *argv: str) -> str:
    answer = host.run(argv, timeout=patience(180))
    assert answer.ok, f"{host.node.name}: {' '.join(argv)}: {answer.stderr.decode()[-500:]}"
    return answer.text.strip()


def containers(host: Host) -> dict[str, str]:
    """Container id -> service."""
    lines = ask(
        host, "docker", "ps", "--no-trunc", "--format", '{{.ID}} {{.Label "com.docker.swarm.service.name"}}'
    ).splitlines()
    return dict(line.split(" ") for line in lines)


def eventually(question: Callable[[], bool], seconds: float) -> bool:
    deadline = time.monotonic() + patience(seconds)
    while not question():
        if time.monotonic() > deadline:
            return False
        time.sleep(1)
    return True


@cache
def trust() -> ssl.SSLContext:
    """What a user's client has: the authority that the site's certificate came from, and no other."""
    told = harden("certificates", "--inventory", "lab", "--ca", "site_certificate")
    assert told.returncode == 0, told.stderr
    return ssl.create_default_context(cadata=told.stdout)


def opened(request: str | urllib.request.Request) -> http.client.HTTPResponse:
    answer = urllib.request.urlopen(request, timeout=patience(20), context=trust())  # noqa: S310 - the lab's own loopback ports
    assert isinstance(answer, http.client.HTTPResponse)
    return answer


def get(url: str) -> tuple[int, str]:
    """Status and body; 0 when nothing answered."""
    try:
        with opened(url) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()
    except OSError:
        return 0, ""


def site(lab: Lab, name: str) -> str:
    return next(node.https for node in lab.status().nodes if node.name == name)


PROCESS = (
    "cd /proc/$pid 2>/dev/null && "
    'printf "%s\\t%s\\t%s\\t%s\\n" "$pid" "$(cat attr/current)" '
    '"$(grep -E "^(Seccomp|NoNewPrivs|Cap...):" status | tr -s "\\t\\n" "  ")" "$(cat uid_map)"'
)
"""What the kernel says of a process, in one line; nothing when it ended before."""


def confinement(host: Host, pids: list[str]) -> dict[str, str]:
    """Process id -> what the kernel says, of those that are still there: a health check ends at any moment."""
    answer = host.run(("sh", "-c", f"for pid in {' '.join(pids)}; do {PROCESS}; done; true"), timeout=patience(180))
    assert answer.ok, answer.stderr.decode()[-500:]
    lines = [line.split("\t", 1) for line in answer.text.splitlines()]
    return {pid: rest for pid, rest in lines if not rest.startswith("\t")}


def is_confined(host: Host, pid: str, role: str) -> None:
    assert_confined(host, confinement(host, [pid])[pid], role)


def assert_confined(host: Host, said: str, role: str) -> None:
    where = f"{host.node.name} {role}: {said}"
    label, lines, uid_map = said.split("\t")
    assert label == f"harden-{role} (enforce)", where
    words = lines.replace(":", "").split()
    found = dict(zip(words[::2], words[1::2], strict=True))
    assert (found["Seccomp"], found["NoNewPrivs"]) == ("2", "1"), where
    for name in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"):
        assert int(found[name], 16) == 0, where
    inside, outside, _ = uid_map.split()
    assert inside == "0", where
    assert int(outside) >= 100_000, where


def test_every_process_of_every_task_is_confined(deployed: dict[str, Host]) -> None:
    seen: dict[str, int] = {}
    for host in deployed.values():
        for container, service in containers(host).items():
            said = confinement(host, ask(host, "docker", "top", container, "-eo", "pid").split()[1:])
            assert said, (host.node.name, service)
            seen[service] = seen.get(service, 0) + 1
            for each in said.values():
                assert_confined(host, each, SERVICES[service][0])
    assert seen == {service: count for service, (_, count) in SERVICES.items()}


def test_an_exec_does_not_escape(deployed: dict[str, Host]) -> None:
    host = deployed["node1"]
    container = next(key for key, service in containers(host).items() if service == "nodepop_api")
    # Looked at from the node: the profile does not even let the process read its own label.
    ask(host, "docker", "exec", "--detach", container, "/usr/bin/node", "-e", "setTimeout(() => 0, 120000)")

    def executed() -> list[str]:
        lines = ask(host, "docker", "top", container, "-eo", "pid,args").splitlines()
        return [line.split()[0] for line in lines if "120000" in line]

    assert eventually(lambda: bool(executed()), 60)
    for pid in executed():
        is_confined(host, pid, "api")


def test_the_site_answers_on_every_machine(deployed: dict[str, Host], lab: Lab) -> None:
    for name in deployed:
        url = site(lab, name)
        assert eventually(lambda url=url: get(f"{url}/docs/")[0] == 200, 60), name  # type: ignore[misc]  # bound now
        code, body = get(f"{url}/apiv1/anuncios")
        assert code == 403, body  # ads want a token
        assert json.loads(body)["ok"] is False


def test_plain_http_leads_to_tls(deployed: dict[str, Host], lab: Lab) -> None:
    assert deployed
    for node in lab.status().nodes:
        connection = http.client.HTTPConnection(node.http.removeprefix("http://"), timeout=patience(20))
        connection.request("GET", "/docs/")
        answer = connection.getresponse()
        assert (answer.status, answer.getheader("location")) == (308, "https://127.0.0.1/docs/")
        connection.close()


def test_a_user_registers_and_reads_the_first_ads_from_the_real_database(deployed: dict[str, Host], lab: Lab) -> None:
    assert deployed
    url = site(lab, "node2")
    person = {"nombre": "Ada", "email": "ada@example.org", "clave": "correct horse"}
    # On emulated machines a hash and a majority write come near the five seconds after which the API says 503.
    assert eventually(lambda: _registers(f"{url}/apiv1/usuarios/register", person), 120)
    tokens: list[object] = []

    def authenticates() -> bool:
        try:
            tokens.append(_post(f"{url}/apiv1/usuarios/authenticate", person)["token"])
        except OSError:
            return False
        return True

    assert eventually(authenticates, 120)
    request = urllib.request.Request(  # noqa: S310 - as above
        f"{url}/apiv1/anuncios", headers={"x-access-token": str(tokens[0])}
    )
    with opened(request) as answer:
        rows = json.load(answer)["result"]["rows"]
    assert {row["nombre"] for row in rows} == {"Bicicleta", "iPhone 3GS"}


def _post(url: str, body: dict[str, str]) -> dict[str, object]:
    request = urllib.request.Request(  # noqa: S310 - as above
        url, json.dumps(body).encode(), {"content-type": "application/json"}
    )
    with opened(request) as answer:
        parsed: dict[str, object] = json.load(answer)
        return parsed


def test_a_second_deploy_finds_nothing_to_do(deployed: dict[str, Host]) -> None:
    assert deployed
    planned = harden("plan", "--inventory", "lab", "--json")
    assert planned.returncode == 0, planned.stdout + planned.stderr
    assert json.loads(planned.stdout)["steps"] == []


def test_no_secret_is_in_facts_or_service_definitions(deployed: dict[str, Host], tmp_path: Path) -> None:
    facts = tmp_path / "facts.json"
    assert harden("facts", "--inventory", "lab", "-o", str(facts)).returncode == 0
    text = facts.read_text()
    host = deployed["node1"]
    container = next(key for key, service in containers(host).items() if service == "nodepop_mongo1")
    pid = ask(host, "docker", "inspect", "--format", "{{.State.Pid}}", container)
    for name in ("keyfile", "admin_password", "nodepop_password", "auditor_password"):
        value = ask(host, "cat", f"/proc/{pid}/root/run/secrets/{name}")
        assert len(value) >= 40
        assert value not in text
    assert "SWMTKN" not in text
    assert "SWMKEY" not in text


def test_the_audit_sees_every_task_confined_and_every_way_encrypted(deployed: dict[str, Host], tmp_path: Path) -> None:
    assert deployed
    report = tmp_path / "report.json"
    done = harden("audit", "--inventory", "lab", "-o", str(report))
    assert done.returncode in {0, 1}, done.stderr
    findings = json.loads(report.read_text())["findings"]
    for check in (*KERNEL_CHECKS, *TLS_CHECKS):
        verdicts = [finding["outcome"]["status"] for finding in findings if finding["check"] == check]
        assert verdicts, check
        assert set(verdicts) == {"pass"}, (check, findings)


def test_plain_docker_stack_deploy_and_a_rolling_update_leave_tasks_confined(deployed: dict[str, Host]) -> None:
    host = deployed["node1"]
    rendered = harden("render", "--inventory", "lab")
    assert rendered.returncode == 0, rendered.stderr
    answer = host.run(
        ("docker", "stack", "deploy", "--resolve-image", "never", "-c", "-", "nodepop"),
        stdin=rendered.stdout.encode(),
        timeout=patience(300),
    )
    assert answer.ok, answer.stderr.decode()
    before = containers(host)
    ask(host, "docker", "service", "update", "--quiet", "--detach", "--force", "nodepop_nginx")

    def replaced() -> bool:
        nginx = {key for key, service in containers(host).items() if service == "nodepop_nginx"}
        return bool(nginx) and not nginx & before.keys()

    assert eventually(replaced, 900)
    for container, service in containers(host).items():
        pid = ask(host, "docker", "inspect", "--format", "{{.State.Pid}}", container)
        is_confined(host, pid, SERVICES[service][0])


def test_the_loss_of_a_machine_leaves_the_site_answering(deployed: dict[str, Host], lab: Lab) -> None:
    assert deployed
    lab.kill("node3")
    for name in ("node1", "node2"):
        url = f"{site(lab, name)}/apiv1/anuncios"
        assert eventually(lambda url=url: get(url)[0] == 403, 120), name  # type: ignore[misc]  # bound now
        body = {"nombre": "Bo", "email": f"bo-{name}@example.org", "clave": "correct horse"}
        register = f"{site(lab, name)}/apiv1/usuarios/register"
        assert eventually(lambda register=register, body=body: _registers(register, body), 120), name  # type: ignore[misc]


def _registers(url: str, body: dict[str, str]) -> bool:
    try:
        return _post(url, body)["ok"] is True
    except urllib.error.HTTPError as error:
        return error.code == 409  # an earlier try was written, its answer was lost
    except OSError:
        return False
