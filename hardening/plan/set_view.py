"""A replica set's own answers as one view of it. Pure: the answers are JSON text, from facts or asked for now."""

from collections.abc import Iterable, Mapping
from datetime import datetime

import msgspec
from msgspec import Struct, field

from hardening.model.replica_set import Member, SetView


class _Moment(Struct, frozen=True):
    """A date as relaxed extended JSON writes it."""

    text: str = field(name="$date")

    @property
    def seconds(self) -> float:
        return datetime.fromisoformat(self.text).timestamp()


class _ConfigMember(Struct, frozen=True, rename="camel"):
    host: str
    arbiter_only: bool = False
    votes: float = 1
    priority: float = 1


class _Settings(Struct, frozen=True, rename="camel"):
    chaining_allowed: bool | None = None
    heartbeat_timeout_secs: float | None = None
    election_timeout_millis: float | None = None
    catch_up_timeout_millis: float | None = None


class Config(Struct, frozen=True):
    """`replSetGetConfig`'s `config`."""

    name: str = field(name="_id")
    version: int
    members: tuple[_ConfigMember, ...]
    term: int = 0
    settings: _Settings = _Settings()


class _StatusMember(Struct, frozen=True, rename="camel"):
    name: str
    state_str: str
    health: float = 0
    is_self: bool = field(default=False, name="self")
    uptime: float = 0
    optime_date: _Moment | None = None
    last_heartbeat_recv: _Moment | None = None


class Status(Struct, frozen=True, rename="camel"):
    """`replSetGetStatus`."""

    date: _Moment | None = None
    my_state: int = 0
    term: int = 0
    members: tuple[_StatusMember, ...] = ()

    @property
    def primary(self) -> _StatusMember | None:
        """Who takes writes."""
        return next((each for each in self.members if each.state_str == "PRIMARY"), None)

    @property
    def authority(self) -> tuple[bool, int, float]:
        """A primary's view before others'; of two that believe to be primary the later elected; else the fullest."""
        return self.my_state == 1, self.term, sum(each.health for each in self.members)


class _WriteConcern(Struct, frozen=True):
    w: str | int = ""


class Concern(Struct, frozen=True, rename="camel"):
    """`getDefaultRWConcern`."""

    default_write_concern: _WriteConcern = _WriteConcern()
    default_write_concern_source: str = ""


def newest_config(texts: Iterable[str]) -> Config | None:
    """Of the configurations that members hold, the newest; None when there is none."""
    configs = [msgspec.json.decode(text, type=Config) for text in texts]
    return max(configs, key=lambda config: (config.term, config.version), default=None)


def best_status(texts: Iterable[str]) -> Status:
    """Of the members' views, the most to be trusted; an empty one when there is none."""
    answers = [msgspec.json.decode(text, type=Status) for text in texts]
    return max(answers, key=lambda answer: answer.authority, default=Status())


def set_view(config: Config, status: Status, concern: str | None, nodes: Mapping[str, str]) -> SetView:
    """A view from three answers.

    Args:
        config: the newest.
        status: without any, nobody is known to be healthy.
        concern: `getDefaultRWConcern`; None when nobody told it.
        nodes: host of the set -> machine it was found on.
    """
    states = {each.name: each for each in status.members}
    members = [_member(each, states.get(each.host), status, nodes.get(each.host, "")) for each in config.members]
    told = config.settings
    settings = {
        "chainingAllowed": told.chaining_allowed,
        "heartbeatTimeoutSecs": told.heartbeat_timeout_secs,
        "electionTimeoutMillis": told.election_timeout_millis,
        "catchUpTimeoutMillis": told.catch_up_timeout_millis,
    }
    return SetView(
        name=config.name,
        version=config.version,
        members=tuple(members),
        settings={
            key: value if isinstance(value, bool) else int(value)
            for key, value in settings.items()
            if value is not None
        },
        write_concern=_write_concern(concern),
    )


def _write_concern(text: str | None) -> str:
    """The default that somebody set. One that nobody set follows from the members, and changes with them."""
    concern = msgspec.json.decode(text, type=Concern) if text else Concern()
    return "" if concern.default_write_concern_source == "implicit" else str(concern.default_write_concern.w)


def _member(entry: _ConfigMember, state: _StatusMember | None, status: Status, node: str) -> Member:
    healthy = state is not None and state.health == 1
    return Member(
        host=entry.host,
        arbiter=entry.arbiter_only,
        votes=int(entry.votes),
        priority=entry.priority,
        state=state.state_str if state else "unknown",
        healthy=healthy,
        lag=_lag(state, status.primary) if state and healthy and not entry.arbiter_only else None,
        away=_away(state, status) if state and not healthy else None,
        node=node,
    )


def _lag(state: _StatusMember, primary: _StatusMember | None) -> float | None:
    if not primary or not state.optime_date or not primary.optime_date:
        return None
    return max(0.0, primary.optime_date.seconds - state.optime_date.seconds)


def _away(state: _StatusMember, status: Status) -> float | None:
    """Seconds without word from a member, by the clock of the one that was asked.

    A member that was never heard of is away for as long as the one that was asked runs, at least.
    """
    if state.last_heartbeat_recv and status.date and state.last_heartbeat_recv.seconds > 0:
        return max(0.0, status.date.seconds - state.last_heartbeat_recv.seconds)
    return next((each.uptime for each in status.members if each.is_self), None)
