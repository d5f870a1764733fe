"""harden-dns: keeps host names at this machine's address, at a provider that speaks dyndns2 (No-IP and many others).

A provider shuts out who asks too often or goes on after a refusal, so the rule is to send little and to remember:

- Nothing is sent while a name's address is the one that was last accepted.
- A refusal (`badauth`, `nohost`, `abuse`, …), and any reply that is not understood, holds for its host name until a
  person acts: `reset`, other credentials, or other settings. With every name refused, a service that tells the address
  is not asked either.
- `911`, a fault of the provider's server, and a request whose answer never came forbid the next request for half an
  hour. That is written down before each request, so neither a crash nor a restart is a way around it.

The state is one JSON file, mode 0600, replaced whole. Credentials come from a file that only its owner may read; what
stands in the state of them is a salted scrypt, by which a change is noticed. HTTPS only, certificates verified,
redirects not followed, replies and times limited.

Standard library only, Python 3.9 or later: `harden dns` runs it here, and it is installed on nodes with the modules of
`node/` that it imports.
"""

from __future__ import annotations

import argparse
import json
import signal
import sys
import threading
import time
from collections.abc import Callable
from typing import Any, NamedTuple

from hardening.node.dyndns_address import find_address
from hardening.node.dyndns_protocol import (
    AT_ONCE,
    DONE,
    OUTAGES,
    REFUSALS,
    NoAnswerError,
    NotReachedError,
    Verdict,
    send,
)
from hardening.node.dyndns_settings import Credentials, DnsError, Settings, read_credentials, read_settings
from hardening.node.dyndns_state import (
    OUTAGE_SECONDS,
    State,
    locked,
    mark_of,
    pause_left,
    read_state,
    reset,
    write_state,
)

SETTINGS = "/etc/harden/dns.json"


class Outcome(NamedTuple):
    """How a round went for one host name: `state` is current, updated, refused, waiting or unreached."""

    host: str
    state: str
    detail: str


Tell = Callable[[str], None]


def refused(state: State, settings: Settings, mark: str) -> dict[str, Outcome]:
    """The host names that are given up until a person acts."""
    found = {}
    for host in settings.hostnames:
        record = state["hosts"].get(host, {})
        if "refused" in record and record["by"] == mark:
            found[host] = Outcome(host, "refused", f"{record['refused']}: {record['said']}")
    return found


def current(state: State, settings: Settings, address: str) -> dict[str, Outcome]:
    """The host names for which the provider last accepted this address."""
    accepted = {"server": settings.server, "address": address}.items()
    return {
        host: Outcome(host, "current", address)
        for host in settings.hostnames
        if accepted <= state["hosts"].get(host, {}).items()
    }


def run_round(settings: Settings, tell: Tell, now: Callable[[], float] = time.time) -> tuple[Outcome, ...]:
    """Look at the address, send what has changed, remember what was said. One outcome per host name.

    Raises:
        DnsError: settings, credentials or state do not allow anything to be sent.
        NotReachedError: the address could not be found out.
    """
    credentials = read_credentials(settings.credentials)
    with locked(settings.state):
        state = read_state(settings.state)
        mark = mark_of(settings, credentials, state["salt"])
        outcomes = refused(state, settings, mark)
        if all(host in outcomes for host in settings.hostnames):
            return tuple(outcomes.values())
        address = find_address(settings)
        outcomes.update(current(state, settings, address))
        due = [host for host in settings.hostnames if host not in outcomes]
        for start in range(0, len(due), AT_ONCE):
            hosts = tuple(due[start : start + AT_ONCE])
            if left := pause_left(state, settings, now()):
                why = f"{state['outage']['why']}; next request in {left / 60:.0f} min"
                outcomes.update((host, Outcome(host, "waiting", why)) for host in hosts)
                continue
            outcomes.update(_update(settings, credentials, state, hosts, address, mark, tell, now))
    return tuple(outcomes[host] for host in settings.hostnames)


def _update(  # noqa: PLR0913, PLR0917 - all of a round
    settings: Settings,
    credentials: Credentials,
    state: State,
    hosts: tuple[str, ...],
    address: str,
    mark: str,
    tell: Tell,
    now: Callable[[], float],
) -> dict[str, Outcome]:
    """Send one request. What must hold if this process dies in the middle of it is on the disk before."""

    def pause(why: str) -> None:
        state["outage"] = {"server": settings.server, "until": now() + OUTAGE_SECONDS, "why": why}

    pause("the last request got no answer")
    write_state(settings.state, state)
    try:
        verdicts = send(settings, credentials, hosts, address)
    except NotReachedError as error:
        state["outage"] = {}
        write_state(settings.state, state)
        tell(f"unreached hosts={','.join(hosts)} address={address} reason={json.dumps(str(error))}")
        return {host: Outcome(host, "unreached", str(error)) for host in hosts}
    except NoAnswerError as error:
        pause(str(error))
        write_state(settings.state, state)
        tell(f"unanswered hosts={','.join(hosts)} address={address} reason={json.dumps(str(error))}")
        return {host: Outcome(host, "waiting", str(error)) for host in hosts}
    state["outage"] = {}
    outcomes = {}
    for host, verdict in verdicts.items():
        outcomes[host] = _remember(settings, state, host, verdict, address, mark, now())
        if verdict.code in OUTAGES:
            pause(verdict.said)
    write_state(settings.state, state)
    for host, verdict in verdicts.items():
        tell(f"{outcomes[host].state} host={host} address={address} reply={json.dumps(verdict.said)}")
    return outcomes


def _remember(  # noqa: PLR0913, PLR0917 - all that is written down
    settings: Settings, state: State, host: str, verdict: Verdict, address: str, mark: str, moment: float
) -> Outcome:
    if verdict.code in DONE:
        state["hosts"][host] = {"server": settings.server, "address": address, "at": moment}
        return Outcome(host, "updated", verdict.said)
    if verdict.code in OUTAGES:
        return Outcome(host, "waiting", f"{verdict.said}: {OUTAGES[verdict.code]}")
    why = REFUSALS.get(verdict.code, "the reply is not understood")
    state["hosts"][host] = {
        "server": settings.server,
        "refused": verdict.code,
        "said": f"{verdict.said} ({why})",
        "by": mark,
        "at": moment,
    }
    return Outcome(host, "refused", f"{verdict.code}: {verdict.said} ({why})")


# --- the program ------------------------------------------------------------------------------------------------------


def keep(load: Callable[[], Settings], tell: Tell, stop: threading.Event) -> None:
    """Rounds until `stop` is set; settings and login are read anew each time. What stays the same is told once."""
    told = ""
    while not stop.is_set():
        settings = load()
        try:
            outcomes = run_round(settings, tell)
            rest = [each for each in outcomes if each.state in ("refused", "waiting")]
            now = "; ".join(f"{each.host} {each.state}: {each.detail.partition(';')[0]}" for each in rest)
        except NotReachedError as error:
            now = f"address unknown: {error}"
        if now and now != told:
            tell(f"standing {json.dumps(now, ensure_ascii=False)}")
        told = now
        stop.wait(settings.interval)


def until_signalled(load: Callable[[], Settings], tell: Tell) -> None:
    """`keep` until SIGTERM or SIGINT; a request that is under way is still answered and remembered."""
    stop = threading.Event()
    former = {number: signal.signal(number, lambda *_: stop.set()) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        tell("started")
        keep(load, tell, stop)
        tell("stopped")
    finally:
        for number, handler in former.items():
            signal.signal(number, handler)


def exit_code(outcomes: tuple[Outcome, ...]) -> int:
    """0 when every name is at the address, 1 when one was refused, 3 when the provider could not be asked."""
    states = {outcome.state for outcome in outcomes}
    return 1 if "refused" in states else 3 if states & {"waiting", "unreached"} else 0


def main() -> int:
    """The installed program."""
    parser = argparse.ArgumentParser(prog="harden-dns", description="Keeps host names at this machine's address.")
    parser.add_argument("command", nargs="?", choices=("update", "status", "reset"), default="update")
    parser.add_argument("hosts", nargs="*", metavar="HOST", help="of reset: these only")
    parser.add_argument("--settings", default=SETTINGS)
    parser.add_argument("--credentials", default="", help="instead of the settings' own")
    parser.add_argument("--once", action="store_true", help="one round, then end")
    options = parser.parse_args()

    def load() -> Settings:
        settings = read_settings(options.settings)
        return settings._replace(credentials=options.credentials or settings.credentials)

    def tell(line: str) -> None:
        print(f"harden-dns: {line}", flush=True)

    try:
        return _run(options, load, tell)
    except (DnsError, NotReachedError) as error:
        print(f"harden-dns: {error}", file=sys.stderr, flush=True)
        return 3 if isinstance(error, NotReachedError) else 2


def _run(options: argparse.Namespace, load: Callable[[], Settings], tell: Tell) -> int:
    if options.command == "reset":
        print(json.dumps({"reset": reset(load().state, tuple(options.hosts))}))
        return 0
    if options.command == "status":
        settings = load()
        print(json.dumps(public(read_state(settings.state), settings)))
        return 0
    if options.once:
        outcomes = run_round(load(), tell)
        for outcome in outcomes:
            if outcome.state in ("current", "waiting"):
                tell(f"{outcome.state} host={outcome.host} {json.dumps(outcome.detail)}")
        return exit_code(outcomes)
    until_signalled(load, tell)
    return 0


def public(state: State, settings: Settings) -> dict[str, Any]:
    """What may be shown of a state: {"hosts": {NAME: {"state", "detail", "at"}}, "pause": seconds}."""
    hosts = {}
    for host in settings.hostnames:
        record = state["hosts"].get(host)
        if record is None:
            hosts[host] = {"state": "never sent", "detail": "", "at": 0.0}
        elif "refused" in record:
            hosts[host] = {"state": "refused", "detail": f"{record['refused']}: {record['said']}", "at": record["at"]}
        else:
            hosts[host] = {"state": "accepted", "detail": record["address"], "at": record["at"]}
    return {"hosts": hosts, "pause": pause_left(state, settings, time.time())}


if __name__ == "__main__":
    sys.exit(main())
