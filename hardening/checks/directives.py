"""NGINX's configuration as a request meets it: servers, their locations, and what each inherits."""

from collections.abc import Iterator

from msgspec import Struct

from hardening.model.facts import Directive

PASSES = frozenset({"proxy_pass", "fastcgi_pass", "grpc_pass", "scgi_pass", "uwsgi_pass"})

CONDITIONS = frozenset({"if", "limit_except"})


class Scope(Struct, frozen=True):
    """A server or one of its locations; `chain` runs from `http` inwards to itself."""

    chain: tuple[Directive, ...]

    @property
    def name(self) -> str:
        """As people find it: `server a.example location /docs/ (nginx.conf:12)`."""
        inner = self.chain[1:]
        words = [f"{_title(block)}" for block in inner]
        return f"{' '.join(words)} ({inner[-1].file.rpartition('/')[2]}:{inner[-1].line})"

    @property
    def own(self) -> tuple[Directive, ...]:
        """The directives of the block itself."""
        return self.chain[-1].block or ()

    @property
    def is_location(self) -> bool:
        """Whether it is a location, not a server."""
        return self.chain[-1].name == "location"

    @property
    def is_internal(self) -> bool:
        """Whether clients cannot ask for it: a named location, or one that says so."""
        args = self.chain[-1].args
        return self.is_location and (args[0].startswith("@") or self.has("internal"))

    @property
    def passes(self) -> Directive | None:
        """The directive that hands requests to another server; it may stand under a condition."""
        inner = (each for outer in self.own if outer.name in CONDITIONS for each in outer.block or ())
        return next((each for each in (*self.own, *inner) if each.name in PASSES), None)

    @property
    def serves_files(self) -> bool:
        """Whether requests end here, answered from disk."""
        if self.passes or self.is_internal or self.has("return") or self.value("ssl_reject_handshake") == "on":
            return False
        locations = [each.args for each in self.own if each.name == "location"]
        return self.is_location or ("/",) not in locations

    def has(self, name: str) -> bool:
        """Whether the block itself has a directive."""
        return any(each.name == name for each in self.own)

    def all(self, name: str) -> tuple[Directive, ...]:
        """The directives of that name in force here: those of the innermost block that has any."""
        for block in reversed(self.chain):
            found = tuple(each for each in block.block or () if each.name == name)
            if found:
                return found
        return ()

    def value(self, name: str, default: str = "") -> str:
        """The first argument of the directive in force here."""
        found = self.all(name)
        return found[-1].args[0] if found and found[-1].args else default


def scopes(config: tuple[Directive, ...]) -> Iterator[Scope]:
    """Every server, each followed by its locations, nested ones too."""
    for server in servers(config):
        yield server
        yield from _locations(server)


def servers(config: tuple[Directive, ...], kind: str = "http") -> Iterator[Scope]:
    """Every server of `http`, or of another kind."""
    for outer in config:
        if outer.name == kind:
            for block in outer.block or ():
                if block.name == "server":
                    yield Scope((outer, block))


def listens(server: Scope) -> tuple[tuple[str, ...], ...]:
    """Arguments of each `listen`; NGINX listens on 80 where there is none."""
    return tuple(each.args for each in server.own if each.name == "listen") or (("80",),)


def walk(config: tuple[Directive, ...]) -> Iterator[Directive]:
    """Every directive at any depth."""
    for directive in config:
        yield directive
        yield from walk(directive.block or ())


def seconds(text: str) -> float | None:
    """A time as NGINX writes it (`10`, `10s`, `1m30s`, `500ms`); None when it is none."""
    units = {"ms": 0.001, "s": 1, "m": 60, "h": 3600, "d": 86400}
    total, digits, index = 0.0, "", 0
    while index < len(text):
        if text[index].isdigit():
            digits += text[index]
            index += 1
            continue
        unit = "ms" if text.startswith("ms", index) else text[index]
        if not digits or unit not in units:
            return None
        total += int(digits) * units[unit]
        digits, index = "", index + len(unit)
    return total + int(digits or 0) if text else None


def size(text: str) -> int | None:
    """A size as NGINX writes it (`8k`, `1m`), in bytes; None when it is none."""
    number, factor = text, 1
    if text and text[-1].lower() in "kmg":
        number, factor = text[:-1], 1 << (10 * ("kmg".index(text[-1].lower()) + 1))
    return int(number) * factor if number.isdigit() else None


def _locations(outer: Scope) -> Iterator[Scope]:
    for block in outer.own:
        if block.name == "location":
            inner = Scope((*outer.chain, block))
            yield inner
            yield from _locations(inner)


def _title(block: Directive) -> str:
    if block.name == "location":
        return f"location {' '.join(block.args)}"
    names = next((each.args for each in block.block or () if each.name == "server_name"), ())
    return f"server {names[0]}" if names else "server"
