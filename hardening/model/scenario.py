"""What a service can be put through, as `profiles/<role>/scenarios.yml` says it."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

Times = Annotated[int, Meta(ge=1)]


class Request(Struct, frozen=True, forbid_unknown_fields=True):
    """One HTTP request.

    Attributes:
        path: with `${name}` for what an earlier answer of the same client left, and `${client}` for a text that is
            another one for each client.
        form: sent as JSON, when there is any; the same names are filled in.
        headers: the same names are filled in.
        keep: name -> key of the answer's JSON object whose value later requests may use.
        status: what the answer must be; 0 for any.
    """

    path: str
    method: str = "GET"
    form: dict[str, str] = {}
    headers: dict[str, str] = {}
    keep: dict[str, str] = {}
    status: Annotated[int, Meta(ge=0, le=599)] = 0


class Requests(Struct, frozen=True, forbid_unknown_fields=True):
    """Clients at work inside the network of each of a service's tasks, from its node.

    Attributes:
        port: on the container's loopback.
        tls: speak TLS; whose certificate is shown does not matter, for it is the container itself that is asked.
        ask: what each client asks for, in order.
        clients: how many, one after another or at once.
        together: how many of them at the same time.
    """

    port: Annotated[int, Meta(ge=1, le=65535)]
    ask: Annotated[tuple[Request, ...], Meta(min_length=1)]
    tls: bool = False
    clients: Times = 1
    together: Times = 1


class Dump(Struct, frozen=True, forbid_unknown_fields=True):
    """Everything that a member of a database's replica set holds, read as a backup does.

    Attributes:
        keyfile: secret by which the members know each other.
        authority: secret with the certificates that the server's is verified by; empty for a set without TLS.
    """

    keyfile: str
    authority: str = ""


class Step(Struct, frozen=True, forbid_unknown_fields=True):
    """One thing that is done to every running task of a service. Exactly one attribute says what.

    Attributes:
        requests: HTTP clients.
        exec: a command inside the container, as the container's own user.
        signal: sent to the container's first process, such as `HUP`.
        stop: stopped as a rollout does it; its successor is waited for.
        crash: `task`: its first process is killed and its successor waited for; `child`: a child of that process is.
        health: its own health check, once more.
        dump: every document and index of a database's member is read.
        wait: seconds in which only what happens by itself happens.
        run: a command on the machine this program runs on.
        service: the name within the stack, when it is not the recorded service.
        times: how often.
    """

    requests: Requests | None = None
    exec: tuple[str, ...] = ()
    signal: str = ""
    stop: bool = False
    crash: Literal["", "task", "child"] = ""
    health: bool = False
    dump: Dump | None = None
    wait: Annotated[float, Meta(ge=0)] = 0
    run: str = ""
    service: str = ""
    times: Times = 1

    @property
    def actions(self) -> tuple[str, ...]:
        """The attributes that say what is done."""
        return tuple(
            name for name in self.__struct_fields__ if name not in {"service", "times"} and getattr(self, name)
        )


class Scenario(Struct, frozen=True, forbid_unknown_fields=True):
    """A scenario of a role; its name is its key in the file."""

    does: str
    steps: Annotated[tuple[Step, ...], Meta(min_length=1)]
