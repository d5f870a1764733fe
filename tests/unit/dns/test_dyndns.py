"""The program that keeps host names at an address, against a provider over TLS."""

import json
import os
import signal
import stat
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from hardening.node import dyndns, dyndns_address, dyndns_protocol, dyndns_settings, dyndns_state
from hardening.plan import dns_files

Any_ = Any  # the fixtures' classes live in conftest, which a test module cannot import by name
PASSWORD = "s3cret and long"  # noqa: S105 - see conftest
ADDRESS = "192.0.2.7"
A, B = "a.example.org", "b.example.org"
T0 = 1_800_000_000.0


class Round:
    """Rounds at chosen moments, and all that was told in them."""

    def __init__(self) -> None:
        self.told: list[str] = []

    def __call__(self, settings: dyndns_settings.Settings, minutes: float = 0) -> dict[str, str]:
        outcomes = dyndns.run_round(settings, self.told.append, lambda: T0 + minutes * 60)
        self.exit_code = dyndns.exit_code(outcomes)
        return {outcome.host: outcome.state for outcome in outcomes}


@pytest.fixture
def round_() -> Round:
    return Round()


def both(state: str) -> dict[str, str]:
    return {A: state, B: state}


# --- what is sent -----------------------------------------------------------------------------------------------------


def test_a_first_round_sends_all_names_in_one_request(
    provider: Any_, settings: dyndns_settings.Settings, round_: Round
) -> None:
    provider.answer = "good 192.0.2.7\r\nnochg 192.0.2.7\r\n"
    assert round_(settings) == both("updated")
    (asked,) = provider.asked
    assert asked == ("/nic/update", [A, B], ADDRESS, f"group:{PASSWORD}", settings.agent)
    assert round_.exit_code == 0


def test_nothing_is_sent_while_the_address_stays(
    provider: Any_, settings: dyndns_settings.Settings, round_: Round
) -> None:
    provider.answer = "good 192.0.2.7\ngood 192.0.2.7"
    round_(settings)
    for minutes in (5, 60, 60 * 24 * 400):
        assert round_(settings, minutes) == both("current")
    assert len(provider.asked) == 1


def test_another_address_is_sent_at_once(provider: Any_, settings: dyndns_settings.Settings, round_: Round) -> None:
    provider.answer = "good\ngood"
    round_(settings)
    moved = settings._replace(address={"fixed": "192.0.2.8"})
    assert round_(moved, 1) == both("updated")
    assert [asked.address for asked in provider.asked] == [ADDRESS, "192.0.2.8"]


def test_a_new_name_is_sent_alone(provider: Any_, settings: dyndns_settings.Settings, round_: Round) -> None:
    provider.answer = "good"
    assert round_(settings._replace(hostnames=(A,))) == {A: "updated"}
    assert round_(settings, 5) == {A: "current", B: "updated"}
    assert [asked.hostnames for asked in provider.asked] == [[A], [B]]


def test_another_provider_has_not_heard_of_the_address(
    provider: Any_, settings: dyndns_settings.Settings, round_: Round
) -> None:
    provider.answer = "good\ngood"
    round_(settings)
    assert round_(settings._replace(server=provider.url + "2"), 5) == both("updated")


def test_ipv6_travels_in_its_usual_form(provider: Any_, settings: dyndns_settings.Settings, round_: Round) -> None:
    provider.answer = "good 2001:DB8:0::1\ngood"
    assert round_(settings._replace(address={"fixed": "2001:0db8::1"})) == both("updated")
    assert provider.asked[0].address == "2001:db8::1"


@pytest.mark.parametrize("said", ["good\t192.0.2.7", "nochg 192.0.2.7,2001:db8::7", "good 192.0.2.7, 2001:db8::7"])
def test_a_host_name_may_have_an_address_of_each_family(
    provider: Any_, settings: dyndns_settings.Settings, round_: Round, said: str
) -> None:
    provider.answer = f"{said}\n{said}\n"
    assert round_(settings) == both("updated")


def test_more_than_twenty_names_travel_in_several_requests(
    provider: Any_, settings: dyndns_settings.Settings, round_: Round
) -> None:
    names = tuple(f"h{number}.example.org" for number in range(25))
    provider.answer = lambda handler: reply(handler, "good\n" * len(provider.asked[-1].hostnames))
    assert set(round_(settings._replace(hostnames=names)).values()) == {"updated"}
    assert [len(asked.hostnames) for asked in provider.asked] == [20, 5]


def reply(handler: Any_, text: str) -> None:
    handler.send_response(200)
    handler.send_header("Content-Length", str(len(text)))
    handler.end_headers()
    handler.wfile.write(text.encode())


# --- refusals ---------------------------------------------------------------------------------------------------------

REFUSED = {
    **{code: (code, (code, code)) for code in dyndns_protocol.REFUSALS if code not in dyndns_protocol.OF_THE_REQUEST},
    **{code: (code, (code,)) for code in sorted(dyndns_protocol.OF_THE_REQUEST & dyndns_protocol.REFUSALS.keys())},
}


@pytest.mark.parametrize(("code", "lines"), REFUSED.values(), ids=REFUSED)
def test_a_refusal_stops_until_a_person_acts(
    provider: Any_, settings: dyndns_settings.Settings, round_: Round, code: str, lines: tuple[str, ...]
) -> None:
    provider.answer = "\n".join(lines)
    assert round_(settings) == both("refused")
    assert round_.exit_code == 1
    assert code in round_.told[0]
    moved = settings._replace(address={"fixed": "192.0.2.8"})
    for minutes in (5, 60, 60 * 24 * 30):
        assert round_(moved, minutes) == both("refused")
    assert len(provider.asked) == 1


NOT_UNDERSTOOD: dict[str, str | tuple[int, str]] = {
    "nothing": "",
    "a page": "<html>Welcome to the hotel</html>",
    "an unknown word": "splendid\nsplendid",
    "a line too few": "good 192.0.2.7",
    "a line too many": "good\ngood\ngood",
    "an address that is none": "good 192.0.2\ngood 192.0.2",
    "the loopback, by which clients are told off": "good 127.0.0.1\ngood 127.0.0.1",
    "the loopback beside another": "good 192.0.2.7,127.0.0.1\ngood 192.0.2.7,127.0.0.1",
    "a redirect": (302, "good\ngood"),
    "a permanent redirect": (308, ""),
    "success in a failure": (404, "good\ngood"),
    "forbidden": (403, ""),
    "one refusal for two names": "nohost",
}


@pytest.mark.parametrize("answer", NOT_UNDERSTOOD.values(), ids=NOT_UNDERSTOOD)
def test_a_reply_that_is_not_understood_stops_too(
    provider: Any_, settings: dyndns_settings.Settings, round_: Round, answer: str
) -> None:
    provider.answer = answer
    assert round_(settings) == both("refused")
    assert round_(settings, 60 * 24) == both("refused")
    assert len(provider.asked) == 1
    assert provider.asked[0].path == "/nic/update"


def test_a_huge_reply_is_not_read_to_its_end(
    provider: Any_, settings: dyndns_settings.Settings, round_: Round, faults: Any_
) -> None:
    provider.answer = faults.huge
    assert round_(settings) == both("refused")
    assert "more than 4096 bytes" in round_.told[0]


@pytest.mark.parametrize("status", [403, 500, 503])
def test_a_refusal_in_words_counts_more_than_the_status(
    provider: Any_, settings: dyndns_settings.Settings, round_: Round, status: int
) -> None:
    provider.answer = (status, "abuse")
    assert round_(settings) == both("refused")
    assert round_(settings, 60 * 24) == both("refused")
    assert len(provider.asked) == 1


@pytest.mark.parametrize("body", ["", "badauth"])
def test_http_401_is_badauth(provider: Any_, settings: dyndns_settings.Settings, round_: Round, body: str) -> None:
    provider.answer = (401, body)
    assert round_(settings) == both("refused")
    state = json.loads(Path(settings.state).read_text())
    assert {record["refused"] for record in state["hosts"].values()} == {"badauth"}


def test_a_reply_is_taken_line_by_line(provider: Any_, settings: dyndns_settings.Settings, round_: Round) -> None:
    provider.answer = "nohost\ngood 192.0.2.7\n"
    assert round_(settings) == {A: "refused", B: "updated"}
    provider.answer = "good 192.0.2.8"
    assert round_(settings._replace(address={"fixed": "192.0.2.8"}), 5) == {A: "refused", B: "updated"}
    assert provider.asked[-1].hostnames == [B]


def test_other_credentials_lift_a_refusal(provider: Any_, settings: dyndns_settings.Settings, round_: Round) -> None:
    provider.answer = "badauth"
    round_(settings)
    Path(settings.credentials).touch()
    assert round_(settings, 5) == both("refused"), "the file is newer and says the same"
    Path(settings.credentials).write_text("username: group\npassword: another\n")
    provider.answer = "good\ngood"
    assert round_(settings, 6) == both("updated")
    assert provider.asked[-1].login == "group:another"


@pytest.mark.parametrize(
    ("field", "value", "lifts"),
    [
        ("server", "URL2", True),
        ("agent", "harden harden-dns/Linux-0.1.0 other@example.org", True),
        ("agent", "harden harden-dns/Linux-0.2.0 admin@example.org", False),
        ("interval", 600, False),
    ],
)
def test_other_settings_lift_a_refusal_where_they_bear_on_it(  # noqa: PLR0913, PLR0917 - fixtures
    provider: Any_, settings: dyndns_settings.Settings, round_: Round, field: str, value: object, lifts: bool
) -> None:
    provider.answer = "badagent"
    round_(settings)
    provider.answer = "good\ngood"
    change: dict[str, Any] = {field: provider.url + "2" if value == "URL2" else value}
    changed = settings._replace(**change)
    assert round_(changed, 5) == both("updated" if lifts else "refused")


def test_a_reset_lifts_refusals_of_the_names_it_is_told(
    provider: Any_, settings: dyndns_settings.Settings, round_: Round
) -> None:
    provider.answer = "abuse"
    round_(settings)
    assert dyndns_state.reset(settings.state, (B, "unknown.example.org")) == [B]
    provider.answer = "good"
    assert round_(settings, 5) == {A: "refused", B: "updated"}
    assert dyndns_state.reset(settings.state) == [A]
    assert round_(settings, 6) == {A: "updated", B: "current"}, "what was accepted is still known"


# --- faults of the provider -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("answer", ["911", "911\n911", (500, ""), (503, "good\ngood"), (429, "")], ids=str)
def test_a_fault_of_the_provider_forbids_requests_for_half_an_hour(
    provider: Any_, settings: dyndns_settings.Settings, round_: Round, answer: object
) -> None:
    provider.answer = answer
    assert round_(settings) == both("waiting")
    assert round_.exit_code == 3
    provider.answer = "good\ngood"
    moved = settings._replace(address={"fixed": "192.0.2.8"})
    assert round_(moved, 29.9) == both("waiting")
    assert len(provider.asked) == 1
    assert round_(moved, 30.1) == both("updated")


def test_911_for_one_name_lets_the_other_be(provider: Any_, settings: dyndns_settings.Settings, round_: Round) -> None:
    provider.answer = "good 192.0.2.7\n911"
    assert round_(settings) == {A: "updated", B: "waiting"}
    provider.answer = "good"
    assert round_(settings, 31) == {A: "current", B: "updated"}


def test_a_clock_that_was_set_back_does_not_lengthen_the_pause(
    provider: Any_, settings: dyndns_settings.Settings, round_: Round
) -> None:
    provider.answer = "911"
    round_(settings, 60 * 24 * 365)
    state = dyndns_state.read_state(settings.state)
    assert dyndns_state.pause_left(state, settings, T0) == dyndns_state.OUTAGE_SECONDS


@pytest.mark.parametrize("fault", ["cut_off", "closed", "silent", "one_byte_at_a_time", "no_http"])
def test_a_lost_answer_forbids_requests_for_half_an_hour(  # noqa: PLR0913, PLR0917 - fixtures
    provider: Any_,
    settings: dyndns_settings.Settings,
    round_: Round,
    faults: Any_,
    fault: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(dyndns_protocol, "REQUEST_SECONDS", 0.5)
    provider.answer = getattr(faults, fault)
    assert round_(settings) == both("waiting")
    assert round_(settings, 29) == both("waiting")
    assert len(provider.asked) == 1
    provider.answer = "good\ngood"
    assert round_(settings, 31) == both("updated")


def test_what_must_hold_is_on_the_disk_before_the_request_is_out(
    provider: Any_, settings: dyndns_settings.Settings, round_: Round
) -> None:
    """A process that is killed while it waits must not ask again right after its restart."""
    seen: list[dict[str, object]] = []

    def look(handler: Any_) -> None:
        seen.append(json.loads(Path(settings.state).read_text()))
        reply(handler, "good\ngood")

    provider.answer = look
    round_(settings)
    assert dyndns_state.pause_left(seen[0], settings, T0) == dyndns_state.OUTAGE_SECONDS


def test_a_provider_that_cannot_be_reached_may_be_tried_again(
    provider: Any_, settings: dyndns_settings.Settings, round_: Round, nobody: str
) -> None:
    assert round_(settings._replace(server=nobody)) == both("unreached")
    assert round_.exit_code == 3
    assert "Connection refused" in round_.told[0]
    provider.answer = "good\ngood"
    assert round_(settings, 1) == both("updated")


CERTIFICATES = {
    "of another host": {"host": "other.example.org"},
    "that has ended": {"days": -1},
}


@pytest.mark.parametrize("made", CERTIFICATES.values(), ids=CERTIFICATES)
def test_a_wrong_certificate_gets_no_password(
    provider: Any_, authority: Any_, settings: dyndns_settings.Settings, round_: Round, made: dict[str, Any]
) -> None:
    impostor = type(provider)(authority.issue("impostor", **made))
    try:
        assert round_(settings._replace(server=impostor.url)) == both("unreached")
        assert impostor.asked == []
    finally:
        impostor.stop()
    assert "its certificate is not accepted" in round_.told[0]


def test_an_unknown_authority_gets_no_password(
    provider: Any_, settings: dyndns_settings.Settings, round_: Round
) -> None:
    assert round_(settings._replace(ca="")) == both("unreached")
    assert provider.asked == []


# --- secrets ----------------------------------------------------------------------------------------------------------


def test_neither_state_nor_log_holds_the_password(
    provider: Any_, settings: dyndns_settings.Settings, round_: Round
) -> None:
    def parrot(handler: Any_) -> None:
        reply(handler, f"{handler.headers['Authorization']} {PASSWORD}")

    provider.answer = parrot
    round_(settings)
    dyndns.keep(lambda: settings, round_.told.append, Once())
    written = Path(settings.state).read_text() + "".join(round_.told)
    assert PASSWORD not in written
    assert provider.asked[0].login not in written
    assert "Basic (hidden)" in written


class Once(threading.Event):
    """An event that is set after one wait."""

    def wait(self, timeout: float | None = None) -> bool:
        assert timeout == 300
        self.set()
        return True


def test_what_a_server_says_cannot_speak_to_the_terminal(
    provider: Any_, settings: dyndns_settings.Settings, round_: Round
) -> None:
    provider.answer = "\x1b]0;owned\x07" + "x" * 500
    round_(settings)
    assert all(line.isprintable() and len(line) < 250 for line in round_.told)


def test_the_state_is_its_owners_alone(provider: Any_, settings: dyndns_settings.Settings, round_: Round) -> None:
    provider.answer = "good\ngood"
    round_(settings)
    assert stat.S_IMODE(Path(settings.state).stat().st_mode) == 0o600


LOGINS = {
    "readable by the group": ("username: a\npassword: b\n", 0o640, "others may read it (mode 0640)"),
    "readable by all": ("username: a\npassword: b\n", 0o604, "others may read it (mode 0604)"),
    "no password": ("username: a\n", 0o600, "has no line `password: …`"),
    "something else": ("username: a\nsecretword\n", 0o600, ":2: a line is `username: …`"),
    "twice": ("username: a\nusername: b\npassword: c\n", 0o600, ":2: a line is"),
    "a colon in the name": ("username: a:b\npassword: c\n", 0o600, "holds no colon"),
}


@pytest.mark.parametrize(("text", "mode", "message"), LOGINS.values(), ids=LOGINS)
def test_an_unfit_login_is_refused_without_its_content(  # noqa: PLR0913, PLR0917 - fixtures
    provider: Any_, settings: dyndns_settings.Settings, round_: Round, text: str, mode: int, message: str
) -> None:
    path = Path(settings.credentials)
    path.write_text(text)
    path.chmod(mode)
    with pytest.raises(dyndns_settings.DnsError) as caught:
        round_(settings)
    assert message in str(caught.value)
    assert "secretword" not in str(caught.value)
    assert provider.asked == []


# --- the state --------------------------------------------------------------------------------------------------------

DAMAGED = {
    "cut off": '{"version": 1, "hosts": {',
    "another version": '{"version": 2, "salt": "00", "outage": {}, "hosts": {}}',
    "no object": "[]",
    "a record without its reason": (
        '{"version": 1, "salt": "00", "outage": {}, "hosts": {"a": {"refused": "abuse", "server": "", "at": 0}}}'
    ),
}


@pytest.mark.parametrize("text", DAMAGED.values(), ids=DAMAGED)
def test_a_damaged_state_stops_everything_until_it_is_reset(
    provider: Any_, settings: dyndns_settings.Settings, round_: Round, text: str
) -> None:
    path = Path(settings.state)
    path.parent.mkdir()
    path.write_text(text)
    with pytest.raises(dyndns_settings.DnsError, match="state"):
        round_(settings)
    assert provider.asked == []
    dyndns_state.reset(settings.state)
    provider.answer = "good\ngood"
    assert round_(settings) == both("updated")


def test_nothing_is_sent_when_it_could_not_be_remembered(
    provider: Any_, settings: dyndns_settings.Settings, round_: Round
) -> None:
    with pytest.raises(dyndns_settings.DnsError, match="cannot be written"):
        round_(settings._replace(state="/proc/harden/dns.json"))
    assert provider.asked == []


# --- the address ------------------------------------------------------------------------------------------------------


def test_the_address_may_be_asked_for(provider: Any_, settings: dyndns_settings.Settings, round_: Round) -> None:
    provider.answer = lambda handler: reply(handler, "198.51.100.3\n" if handler.path == "/ip" else "good\ngood")
    asking = settings._replace(address={"url": provider.url.replace("/nic/update", "/ip")})
    assert round_(asking) == both("updated")
    assert provider.asked[0].login == "", "the login is for the provider alone"
    assert provider.asked[1].address == "198.51.100.3"


def test_whoever_was_refused_does_not_ask_for_the_address_either(
    provider: Any_, settings: dyndns_settings.Settings, round_: Round
) -> None:
    provider.answer = lambda handler: reply(handler, "198.51.100.3\n" if handler.path == "/ip" else "badauth")
    asking = settings._replace(address={"url": provider.url.replace("/nic/update", "/ip")})
    assert round_(asking) == both("refused")
    assert round_(asking, 60) == both("refused")
    assert [asked.path for asked in provider.asked] == ["/ip", "/nic/update"]


@pytest.mark.parametrize("said", ["", "your address is 198.51.100.3", "127.0.0.1", "0.0.0.0", "169.254.1.1"])  # noqa: S104 - an answer
def test_an_answer_that_is_no_address_is_not_sent_on(
    provider: Any_, settings: dyndns_settings.Settings, round_: Round, said: str
) -> None:
    provider.answer = said
    with pytest.raises(dyndns_protocol.NotReachedError):
        round_(settings._replace(address={"url": provider.url.replace("/nic/update", "/ip")}))
    assert len(provider.asked) == 1


def test_an_interface_that_is_not_there_is_named(settings: dyndns_settings.Settings) -> None:
    for family in ("ipv4", "ipv6"):
        with pytest.raises(dyndns_protocol.NotReachedError, match="interface none0"):
            dyndns_address.find_address(settings._replace(address={"interface": "none0", "family": family}))


def test_an_interface_is_read_from_the_kernel(settings: dyndns_settings.Settings) -> None:
    with pytest.raises(dyndns_protocol.NotReachedError, match=r"interface lo gives 127\.0\.0\.1, which leads nowhere"):
        dyndns_address.find_address(settings._replace(address={"interface": "lo"}))


# --- as a program -----------------------------------------------------------------------------------------------------


def installed(settings: dyndns_settings.Settings, tmp_path: Path) -> list[str]:
    """The program as a node has it, its settings beside it."""
    for path, text in dns_files.sources(str(tmp_path)).items():
        place = Path(path) if path != dns_files.PROGRAM else tmp_path / "harden-dns"
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text)
    found = tmp_path / "dns.json"
    found.write_text(json.dumps({"version": 1, **settings._asdict()}))
    return [sys.executable, "-BISE", str(tmp_path / "harden-dns"), "--settings", str(found)]


def test_the_installed_program_does_one_round(
    provider: Any_, settings: dyndns_settings.Settings, tmp_path: Path
) -> None:
    argv = installed(settings, tmp_path)
    for answer, code, said in (("good\ngood", 0, "updated host=a.example.org"), ("", 0, "current host=a.example.org")):
        provider.answer = answer
        done = subprocess.run([*argv, "--once"], capture_output=True, text=True, timeout=60, check=False)
        assert (done.returncode, done.stderr) == (code, "")
        assert said in done.stdout
    status = subprocess.run([*argv, "status"], capture_output=True, text=True, timeout=60, check=True)
    assert json.loads(status.stdout)["hosts"][A]["detail"] == ADDRESS


def test_the_running_program_ends_in_order(provider: Any_, settings: dyndns_settings.Settings, tmp_path: Path) -> None:
    provider.answer = "nohost\ngood 192.0.2.7"
    argv = installed(settings, tmp_path)
    with subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as running:
        assert running.stdout
        lines = [running.stdout.readline() for _ in range(4)]
        running.send_signal(signal.SIGTERM)
        out, err = running.communicate(timeout=30)
    assert [line.split()[1] for line in lines] == ["started", "refused", "updated", "standing"]
    assert (out, err, running.returncode) == ("harden-dns: stopped\n", "", 0)


def test_a_request_under_way_is_finished_before_the_end(
    provider: Any_, settings: dyndns_settings.Settings, tmp_path: Path
) -> None:
    argv = installed(settings, tmp_path)
    running = subprocess.Popen(argv, stdout=subprocess.PIPE, text=True)

    def late(handler: Any_) -> None:
        running.send_signal(signal.SIGTERM)
        reply(handler, "good\ngood")

    provider.answer = late
    out, _ = running.communicate(timeout=30)
    assert "updated host=a.example.org" in out
    assert running.returncode == 0
    state = dyndns_state.read_state(settings.state)
    assert state["outage"] == {}
    assert set(state["hosts"]) == {A, B}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"server": "http://example.org/nic/update"}, "server must be https://"),
        ({"server": "https://user:word@example.org/"}, "without a login"),
        ({"address": {"url": "http://example.org/"}}, "address must be https://"),
        ({"hostnames": ["a.example.org&x=1"]}, "is no full host name"),
        ({"hostnames": None}, "are no settings of harden-dns"),
    ],
)
def test_settings_that_would_send_a_password_astray_are_refused(
    settings: dyndns_settings.Settings, tmp_path: Path, change: dict[str, object], message: str
) -> None:
    path = tmp_path / "dns.json"
    path.write_text(json.dumps({"version": 1, **settings._asdict(), **change}))
    with pytest.raises(dyndns_settings.DnsError) as caught:
        dyndns_settings.read_settings(str(path))
    assert message in str(caught.value)


def test_two_processes_do_not_send_at_the_same_time(
    provider: Any_, settings: dyndns_settings.Settings, tmp_path: Path
) -> None:
    provider.answer = "good\ngood"
    argv = [*installed(settings, tmp_path), "--once"]
    started = [subprocess.Popen(argv, stdout=subprocess.PIPE, env={**os.environ}) for _ in range(3)]
    assert [each.wait(60) for each in started] == [0, 0, 0]
    for each in started:
        if each.stdout:
            each.stdout.close()
    assert len(provider.asked) == 1
