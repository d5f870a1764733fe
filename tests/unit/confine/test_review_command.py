"""`harden profile review`, `explain`, `diff`, `lint` and `init`, called as a user does."""

from __future__ import annotations

import contextlib
import json
import os
import pty
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest
import yaml
from msgspec.structs import replace
from typer.testing import CliRunner

from hardening import confine
from hardening.cli import roles
from hardening.cli.profile import app
from hardening.confine import library
from hardening.confine.decisions import read_review
from hardening.confine.recordings import sealed
from hardening.errors import HardenError
from hardening.model.facts import Facts
from hardening.model.recording import FileUse, SocketUse
from hardening.model.verification import Denial, Trial, Verification
from hardening.project import read_settings, with_expectations
from tests.unit.confine.evidence_factory import IMAGE, ORIGIN, analysis, files, recording

POLICY = "description: A shop\nabstractions: [libc]\n"
PROJECT = "name: shop\nstacks: {shop: {file: stack.yml}}\n"
STACK = """\
services:
  web:
    image: registry.example.org/shop/web@DIGEST
    x-harden: {profile: web}
    init: true
    secrets: [token]
    volumes: ["data:/var/lib/web", "/etc/shop:/etc/shop:ro"]
    ports: [{target: 8080, published: 8443, mode: host}]
secrets:
  token: {external: true}
volumes:
  data: {}
"""
INVENTORY = "nodes: [{name: one, address: 127.0.0.1, role: manager}]\n"
WHO = ("--by", "ana", "--reason", "it needs it")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    place = tmp_path / "profiles/web"
    (place / "recordings").mkdir(parents=True)
    (place / "policy.yml").write_text(POLICY)
    (place / "recordings/load.json").write_bytes(sealed(recording("read getxattr")))
    (place / "analysis.json").write_bytes(msgspec.json.encode(analysis("read setuid rename bpf")))
    (tmp_path / "harden.yml").write_text(PROJECT)
    (tmp_path / "inventory.yml").write_text(INVENTORY)
    (tmp_path / "stack.yml").write_text(STACK.replace("DIGEST", IMAGE))
    (tmp_path / "images.lock").write_text("{}\n")
    return tmp_path


def _run(project: Path, *words: str) -> tuple[int, str]:
    done = CliRunner().invoke(app, [*words, "--project", str(project)])
    if done.exception and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done.exit_code, done.stdout


def _open(project: Path) -> list[str]:
    return [item["id"] for item in json.loads(_run(project, "review", "web", "--json")[1])]


def _allowed(project: Path) -> frozenset[str]:
    return library.composed(project / "profiles", "web").profile.syscalls


def test_open_questions_are_listed_gravest_first_and_fail(project: Path) -> None:
    code, text = _run(project, "review", "web")
    assert code == 1
    assert text.index("load kernel code") < text.index("change identity") < text.index("rename")
    assert "CVE-2021-3490" in text
    assert "3 open" in text


def test_accepting_and_refusing_from_a_script_is_honoured_and_undone(project: Path) -> None:
    assert _run(project, "review", "web", "--accept", "call:rename", *WHO)[0] == 1
    assert "rename" in _allowed(project)
    assert _run(project, "review", "web", "--refuse", "call:setuid", "--refuse", "call:bpf", *WHO)[0] == 0
    assert _open(project) == []
    decisions = read_review(project / "profiles/web/review.yml").decisions
    assert [(each.by, each.reason, bool(each.date)) for each in decisions] == [("ana", "it needs it", True)] * 2
    assert _run(project, "review", "web", "--undo", "call:rename")[0] == 1
    assert _open(project) == ["call:rename"]
    assert "rename" not in _allowed(project)


def test_refusing_what_was_recorded_says_what_it_breaks(project: Path) -> None:
    uses = files("/srv/a r")
    (project / "profiles/web/recordings/load.json").write_bytes(sealed(recording("read", files=uses)))
    words = ["review", "web", "--refuse", "file:/srv/a r", "--refuse", "call:bpf", *WHO, "--project", str(project)]
    told = CliRunner().invoke(app, words).stderr
    assert "file:/srv/a r was recorded, and is refused now: load: /srv/a" in told
    assert "call:bpf was recorded" not in told
    assert "breaks without it: load: /srv/a" in _run(project, "explain", "web", "/srv/a")[1]


@pytest.mark.parametrize("command", ["lint", "review"])
def test_refusals_that_nobody_can_allow_are_told_beside_the_answer(project: Path, command: str) -> None:
    (project / "profiles/web/analysis.json").unlink()
    denial = Denial("apparmor", "mount /x\x1b[2J", "/usr/bin/web", "web", "one", "web.1", 1)
    verified = Verification("web", "shop_web", "0", ("seccomp",), ORIGIN, (Trial("load", 9, (denial,)),))
    (project / "profiles/web/verified.json").write_bytes(msgspec.json.encode(verified))
    done = CliRunner().invoke(app, [command, "web", "--project", str(project)])
    assert (done.exit_code, len(done.stdout.splitlines())) == (0, 1)
    assert r"web: remark: apparmor refused `mount /x\x1b[2J` (load: /usr/bin/web), and no review can" in done.stderr


def test_a_file_that_a_person_commented_keeps_its_comments(project: Path) -> None:
    path = project / "profiles/web/review.yml"
    path.write_text('# ours\ndecisions:\n  - items: ["call:bpf"]  # never\n    verdict: open\n')
    _run(project, "review", "web", "--refuse", "call:bpf", *WHO)
    text = path.read_text()
    assert text.startswith('# ours\ndecisions:\n  - items: ["call:bpf"]  # never\n')
    assert len(yaml.safe_load(text)["decisions"]) == 2


@pytest.mark.parametrize(
    "written",
    [
        'decisions:  # ours\n- items: ["call:bpf"]\n  verdict: open\n',
        'decisions:  # ours\n    - items: ["call:bpf"]\n      verdict: open\n',
        '---\ndecisions:  # ours\n  - items: ["call:bpf"]\n    verdict: open\n...\n',
    ],
)
def test_a_list_that_is_written_in_another_way_keeps_its_comments(project: Path, written: str) -> None:
    path = project / "profiles/web/review.yml"
    path.write_text(written)
    _run(project, "review", "web", "--refuse", "call:bpf", "--accept", "call:rename", *WHO)
    assert path.read_text().startswith(written.removesuffix("...\n"))
    assert [each.verdict for each in read_review(path).decisions] == ["open", "accept", "refuse"]


@pytest.mark.parametrize("text", ["caf\udce9", "one\u2028two", "one\x85two"])
@pytest.mark.parametrize("option", ["--reason", "--by"])
def test_what_no_file_can_say_is_refused_before_it_is_written(project: Path, option: str, text: str) -> None:
    words = {"--reason": "it needs it", "--by": "ana"} | {option: text}
    with pytest.raises(HardenError, match=f"`{option[2:]}` has "):
        _run(project, "review", "web", "--refuse", "call:bpf", *(word for pair in words.items() for word in pair))
    assert not (project / "profiles/web/review.yml").exists()


def test_a_path_that_is_no_text_is_refused_before_it_is_written(project: Path) -> None:
    uses = files(*(f"/var/data/{name} rw" for name in "abcd"))
    (project / "profiles/web/recordings/load.json").write_bytes(sealed(recording("read", files=uses)))
    with pytest.raises(HardenError, match="cannot be written as YAML"):
        _run(project, "review", "web", "--narrow", "file:/var/data/** rw", "--to", "file:/var/data/caf\udce9 rw", *WHO)
    assert not (project / "profiles/web/review.yml").exists()


def test_a_reason_may_have_several_lines(project: Path) -> None:
    reason = "# not ours\n- nor: theirs\n\ncafé"
    _run(project, "review", "web", "--refuse", "call:bpf", "--by", "ana", "--reason", reason)
    assert read_review(project / "profiles/web/review.yml").decisions[0].reason == reason


def test_an_empty_list_is_written_anew(project: Path) -> None:
    path = project / "profiles/web/review.yml"
    path.write_text("decisions: []\n")
    _run(project, "review", "web", "--refuse", "call:bpf", *WHO)
    assert [each.items for each in read_review(path).decisions] == [("call:bpf",)]


def _in_a_terminal(project: Path, answers: str) -> str:
    """What a person sees who types these lines; the terminal is a real one."""
    ours, theirs = pty.openpty()
    argv = [sys.executable, "-c", "from hardening.cli import main; main()", "profile", "review", "web", "--by", "ana"]
    with subprocess.Popen([*argv, "--project", str(project)], stdin=theirs, stdout=theirs, stderr=theirs) as process:
        os.close(theirs)
        os.write(ours, answers.encode())
        seen = b""
        with contextlib.suppress(OSError):  # a terminal that nobody has open any more ends so
            while part := os.read(ours, 4096):
                seen += part
        process.wait(60)
    os.close(ours)
    return seen.decode()


def test_a_person_decides_one_power_after_the_other(project: Path) -> None:
    seen = _in_a_terminal(project, "r\nno program of ours\nn\ncall:setuid\nits own user\ns\n")
    assert "high risk: load kernel code" in seen
    assert "1 open" in seen
    assert _open(project) == ["call:rename"]
    assert "setuid" in _allowed(project)
    decisions = read_review(project / "profiles/web/review.yml").decisions
    assert [(each.verdict, each.reason, each.by) for each in decisions] == [
        ("refuse", "no program of ours", "ana"),
        ("narrow", "its own user", "ana"),
    ]


def test_after_an_answer_that_does_not_do_the_same_power_is_asked_again(project: Path) -> None:
    seen = _in_a_terminal(project, "n\ncall:mount\nwhy not\nr\nno\nq\n")
    assert "`call:mount` is none of the items" in seen
    assert _open(project) == ["call:setuid", "call:rename"]


def test_patterns_with_alternatives_can_be_named_in_a_terminal(project: Path) -> None:
    (project / "profiles/web/analysis.json").unlink()
    uses = files(*(f"/opt/read/{folder}/{number} r" for folder in "ab" for number in range(4)))
    (project / "profiles/web/recordings/load.json").write_bytes(sealed(recording("read", files=uses)))
    assert _open(project) == ["file:/opt/read/{,**} r"]
    kept = ("file:/opt/read/a/{,**} r", "file:/opt/read/b/{1,2,3} r")
    _in_a_terminal(project, f"n\n{', '.join(kept)}\nonly these\nq\n")
    (decision,) = read_review(project / "profiles/web/review.yml").decisions
    assert decision.narrowed == kept
    assert _open(project) == ["file:/opt/read/b/0 r"]


def test_a_heading_says_the_gravest_risk_and_does_nothing_to_a_terminal(project: Path) -> None:
    sockets = (SocketUse("netlink", "raw"), SocketUse("packet", "raw"))
    seen = recording("read", files=(FileUse("/srv/\u009b31mred/\u202ex", "rw"),), sockets=sockets)
    (project / "profiles/web/recordings/load.json").write_bytes(sealed(seen))
    shown = _run(project, "review", "web")[1]
    assert "high risk: open rare sockets" in shown
    assert r"medium risk: write files below /srv/\x9b31mred" in shown
    refused = CliRunner().invoke(
        app, ["review", "web", "--refuse", f"file:{seen.files[0].path} rw", *WHO, "--project", str(project)]
    )
    assert r"refuse: file:/srv/\x9b31mred/\u202ex rw" in refused.stderr
    assert not {"\x9b", "\u202e"} & {*shown, *refused.stdout, *refused.stderr}


def test_quitting_leaves_what_was_decided_and_nothing_else(project: Path) -> None:
    _in_a_terminal(project, "r\nno\nq\n")
    assert _open(project) == ["call:setuid", "call:rename"]


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (("--accept", "call:mount", *WHO), "`call:mount` is no question"),
        (("--accept", "call:bpf", "--by", "ana"), "needs a reason"),
        (("--accept", "call:bpf", "--by", "ana", "--reason", " \u200b"), "needs a reason"),
        (("--narrow", "call:bpf", "--to", "call:read", *WHO), "is none of the items"),
        (("--narrow", "file:/var/data/** rw", "--to", "file:/etc/* rw", *WHO), "not within what is asked"),
        (("--narrow", "file:/var/data/** rw", "--to", "file:/var/data/* rwk", *WHO), "not within what is asked"),
        (("--narrow", "file:/var/data/** rw", "--to", "file:/var/data/* rwix", *WHO), "run what it wrote"),
        (("--narrow", "call:bpf", *WHO), "`narrow` needs `narrowed`"),
        (("--to", "call:bpf", *WHO), "--to says what a narrowing leaves"),
        (("--accept", "call:bpf", "--refuse", "call:bpf", *WHO), "`call:bpf` is decided in two ways"),
        (("--accept", "call:bpf", "--refuse", "call:mount", *WHO), "`call:mount` is no question"),
    ],
)
def test_a_decision_that_decides_nothing_is_bad_input_and_changes_nothing(
    project: Path, words: tuple[str, ...], complaint: str
) -> None:
    uses = files(*(f"/var/data/{name} rw" for name in "abcd"))
    (project / "profiles/web/recordings/load.json").write_bytes(sealed(recording("read", files=uses)))
    with pytest.raises(HardenError, match=complaint.replace("*", r"\*")):
        _run(project, "review", "web", *words)
    assert not (project / "profiles/web/review.yml").exists()


def test_open_questions_can_be_decided_in_the_file(project: Path) -> None:
    assert _run(project, "review", "web", "--write")[0] == 1
    path = project / "profiles/web/review.yml"
    written = path.read_text()
    assert _run(project, "review", "web", "--write")[0] == 1
    assert path.read_text() == written, "nothing is written twice"
    decided = written.replace("verdict: open", 'verdict: refuse\n    by: ana\n    date: "2026-11-24"')
    path.write_text(decided)
    assert _open(project) == []


def test_building_says_what_is_open(project: Path) -> None:
    code, text = _run(project, "build")
    assert code == 0
    assert "web: 3 questions are open" in text


def test_a_profile_with_open_questions_is_not_deployed(project: Path) -> None:
    with pytest.raises(HardenError, match=r"open questions: web \(3\)"):
        roles.demand_decided(project, ["web"])
    found = with_expectations(Facts(0, {}, (), ()), read_settings(project), project)
    assert found.roles
    assert {name: len(role.open) for name, role in found.roles.items()} == {"web": 3}
    _run(project, "review", "web", "--refuse", "call:bpf", "--refuse", "call:rename", "--refuse", "call:setuid", *WHO)
    roles.demand_decided(project, ["web"])


def test_lint_knows_the_image_that_runs(project: Path) -> None:
    assert _run(project, "lint")[0] == 0
    (project / "stack.yml").write_text(STACK.replace("DIGEST", "sha256:" + "b" * 64))
    code, text = _run(project, "lint")
    assert code == 1
    assert "evidence is stale" in text


@pytest.mark.parametrize("parser", ["²", "4.x", "", "٣.٠"])  # noqa: RUF001 - digits of other scripts are the point
def test_what_is_no_version_of_a_parser_is_bad_input(project: Path, parser: str) -> None:
    with pytest.raises(HardenError, match="not a version such as"):
        _run(project, "show", "web", "--parser", parser)


def test_building_without_recordings_says_so(project: Path) -> None:
    assert "nothing was recorded" not in _run(project, "build")[1]
    (project / "profiles/web/recordings/load.json").unlink()
    assert "web: nothing was recorded" in _run(project, "build")[1]


def test_a_first_policy_means_odd_names_as_they_are(project: Path) -> None:
    (project / "profiles/web/policy.yml").unlink()
    stack = (project / "stack.yml").read_text()
    (project / "stack.yml").write_text(stack.replace("data:/var/lib/web", "data:/var/lib/we b[1]"))
    _run(project, "init", "web")
    paths = [rule.path for rule in confine.load_policy(project / "profiles/web/policy.yml").apparmor.files]
    assert "/var/lib/we?b?1?/**" in paths


def test_a_first_policy_names_places_as_the_engine_makes_them(project: Path) -> None:
    (project / "profiles/web/policy.yml").unlink()
    stack = (project / "stack.yml").read_text()
    (project / "stack.yml").write_text(stack.replace("data:/var/lib/web", "data:/srv/../opt//shop/"))
    _run(project, "init", "web")
    paths = [rule.path for rule in confine.load_policy(project / "profiles/web/policy.yml").apparmor.files]
    assert {"/opt/shop/", "/opt/shop/**"} <= set(paths)
    assert not any(".." in path for path in paths)


def test_a_first_policy_has_the_programs_that_the_services_own_command_names(project: Path, tmp_path: Path) -> None:
    (project / "profiles/web/policy.yml").unlink()
    (tmp_path / "image/opt/shop").mkdir(parents=True)
    for name in ("serve", "ask"):
        (tmp_path / "image/opt/shop" / name).write_bytes(b"\x7fELF")
    own = "working_dir: /opt/shop\n    command: ./serve --all\n    healthcheck: {test: [CMD, ./ask]}\n"
    stack = (project / "stack.yml").read_text()
    (project / "stack.yml").write_text(stack.replace("    init: true\n", f"    {own}"))
    _run(project, "init", "web", "--image", str(tmp_path / "image"))
    rules = confine.load_policy(project / "profiles/web/policy.yml").apparmor.files
    assert {(rule.path, rule.access) for rule in rules} >= {
        ("/opt/shop/serve", "mrix"),
        ("/opt/shop/ask", "mrix"),
        ("/opt/shop/{,**}", "r"),
    }


def test_what_no_policy_may_hold_is_left_out_of_a_first_one_and_told(project: Path) -> None:
    (project / "profiles/web/policy.yml").unlink()
    stack = (project / "stack.yml").read_text()
    (project / "stack.yml").write_text(
        stack.replace("data:/var/lib/web", "/sys:/sys").replace("volumes:\n  data: {}\n", "")
    )
    _run(project, "init", "web")
    assert (
        "# Left out: `/sys/** rwk` writes what steers the machine" in (project / "profiles/web/policy.yml").read_text()
    )
    assert _run(project, "build", "web")[0] == 0


def test_what_is_grave_is_asked_though_a_first_policy_was_drawn_from_it(project: Path) -> None:
    (project / "profiles/web/policy.yml").unlink()
    grave = ["/run/docker.sock rw", "/proc/sys/net/core/somaxconn rw", "/sys/fs/cgroup/cgroup.procs w", "/opt/x mrw"]
    grave.append("/usr/lib/web/plugin.so w")
    (project / "profiles/web/recordings/load.json").write_bytes(sealed(recording("read", files=files(*grave))))
    _run(project, "init", "web")
    text = (project / "profiles/web/policy.yml").read_text()
    for path in (use.partition(" ")[0] for use in grave):
        assert f"# Left out: `{path}" in text or f"`{path}` lets the service write some of it" in text
    assert {f"file:{use}" for use in grave} <= set(_open(project))
    assert _run(project, "build", "web")[0] == _run(project, "lint", "web")[0] == 0


def test_sockets_beside_tcp_and_udp_are_asked_though_a_first_policy_was_drawn_from_them(project: Path) -> None:
    (project / "profiles/web/policy.yml").unlink()
    sockets = tuple(SocketUse("inet", kind) for kind in ("stream", "raw", "seqpacket"))
    (project / "profiles/web/recordings/load.json").write_bytes(sealed(recording("socket", sockets=sockets)))
    _run(project, "init", "web")
    named = confine.load_policy(project / "profiles/web/policy.yml").apparmor.network
    assert {(rule.family, rule.type) for rule in named} == {("inet", "stream")}
    assert {"network:inet raw", "network:inet seqpacket"} <= set(_open(project))


def test_a_single_file_that_is_mounted_has_a_rule_and_the_engines_socket_none(project: Path) -> None:
    (project / "profiles/web/policy.yml").unlink()
    mounts = '"/etc/localtime:/etc/localtime:ro", "./web.yml:/web.yml", "/run/docker.sock:/run/docker.sock:ro", '
    mounts += '{type: bind, source: /a, target: /a/b.conf, read_only: true}, "cache:/usr/lib/web"'
    stack = (project / "stack.yml").read_text().replace('"data:/var/lib/web"', mounts)
    (project / "stack.yml").write_text(stack.replace("data: {}", "cache: {}"))
    _run(project, "init", "web")
    policy = project / "profiles/web/policy.yml"
    rules = {rule.path: rule.access for rule in confine.load_policy(policy).apparmor.files}
    assert rules.items() >= {("/etc/localtime", "r"), ("/web.yml", "rwk"), ("/a/b.conf", "r"), ("/usr/lib/web/", "r")}
    assert not [path for path in rules if "docker" in path or path == "/usr/lib/web/**"]
    assert "# Left out: `/run/docker.sock r` is worth much to an intruder" in policy.read_text()
    assert "`/usr/lib/web/**` lets the service write some of it" in policy.read_text()


def test_explain_shows_one_rule_or_all(project: Path) -> None:
    assert "without it would break: load: /usr/bin/web" in _run(project, "explain", "web", "getxattr")[1]
    assert "not allowed, medium risk, lets it: change identity" in _run(project, "explain", "web", "setuid")[1]
    everything = json.loads(_run(project, "explain", "web", "--json")[1])
    assert {"call:getxattr", "call:setuid"} <= {each["name"] for each in everything}


def _git(folder: Path, *words: str) -> None:
    argv = ["git", "-c", "user.name=t", "-c", "user.email=t@example.org", *words]
    subprocess.run(argv, cwd=folder, check=True, capture_output=True, timeout=60)


def test_what_an_image_or_a_reviewer_wrote_does_nothing_to_a_terminal(project: Path) -> None:
    found = analysis("read setuid rename bpf")
    where = (replace(found.syscalls["bpf"][0], function="\x1b[2J\nsound"),)
    changed = replace(found, syscalls=found.syscalls | {"bpf": where})
    (project / "profiles/web/analysis.json").write_bytes(msgspec.json.encode(changed))
    for words in (("explain", "web", "bpf"), ("explain", "web"), ("review", "web")):
        shown = _run(project, *words)[1]
        assert r"\x1b[2J" in shown
        assert "\nsound" not in shown


def test_diff_compares_revisions_folders_roles_and_dockers_default(project: Path, tmp_path: Path) -> None:
    _run(project, "build")
    _git(project, "init", "-q")
    _git(project, "add", "-A")
    _git(project, "commit", "-qm", "first")
    assert _run(project, "diff", "web@HEAD", "web") == (0, "the same powers\n")
    _run(project, "review", "web", "--accept", "call:setuid", *WHO)
    code, text = _run(project, "diff", "web@HEAD", "web")
    assert (code, text) == (1, "change identity (wholly)\n  + setuid\n")
    _run(project, "build")
    assert _run(project, "diff", str(tmp_path / "profiles/web"), "web")[0] == 0
    assert "mount file systems" in _run(project, "diff", "docker-default", "web")[1]


@pytest.mark.parametrize("name", ["web@no-such-revision", "web@--output=x", "no-such-role", "./no/such/folder"])
def test_what_cannot_be_compared_is_bad_input(project: Path, name: str) -> None:
    with pytest.raises(HardenError):
        _run(project, "diff", name, "web")


def test_a_strangers_service_gets_a_policy_that_builds(project: Path) -> None:
    (project / "profiles/web/policy.yml").unlink()
    uses = files("/srv/shop/a r", *(f"/var/cache/web/{name} rw" for name in "abcd"), "/usr/bin/web x")
    (project / "profiles/web/recordings/load.json").write_bytes(sealed(recording("read clone", files=uses)))
    code, text = _run(project, "init", "web")
    assert code == 0
    assert "profiles/web/policy.yml" in text
    policy = confine.load_policy(project / "profiles/web/policy.yml")
    rules = {rule.path: rule.access for rule in policy.apparmor.files}
    assert rules == {
        "/run/secrets/token": "r",
        "/var/lib/web/": "r",
        "/var/lib/web/**": "rwk",
        "/etc/shop": "r",
        "/etc/shop/": "r",
        "/etc/shop/**": "r",
        "/srv/shop/a": "r",
        "/var/cache/web/**": "rw",
        "/usr/bin/web": "ix",
    }
    assert "init" in policy.abstractions
    assert not [name for name in _open(project) if name.startswith("file:")]
    with pytest.raises(HardenError, match="is there already"):
        _run(project, "init", "web")


def test_a_service_that_is_not_there_is_named_with_those_that_are(project: Path) -> None:
    with pytest.raises(HardenError) as complaint:
        _run(project, "init", "wbe")
    assert "web" in complaint.value.hint


def test_a_service_whose_name_is_no_role_is_told_a_name_that_is(project: Path) -> None:
    stack = (project / "stack.yml").read_text()
    bare = stack.replace("  web:\n", "  Web_2.x:\n").replace("    x-harden: {profile: web}\n", "")
    (project / "stack.yml").write_text(bare)
    with pytest.raises(HardenError, match=r"`Web_2\.x` is no name of a role") as complaint:
        _run(project, "init", "Web_2.x")
    assert complaint.value.hint.endswith("stack.yml: x-harden: {profile: web_2.x}")
    assert library.roles(project / "profiles") == ("web",)
