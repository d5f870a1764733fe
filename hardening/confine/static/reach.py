"""Follows what can run from where an image starts, across its files, to the system calls."""

from collections import defaultdict, deque
from collections.abc import Iterable
from pathlib import Path

from hardening.confine.syscalls import names_by_number
from hardening.errors import HardenError
from hardening.model.analysis import Analysis, Unresolved, Where

from .image import Root
from .linking import NOWHERE, Linker, Loaded, Surroundings
from .scan import BY_NUMBER

_MOST_PLACES = 3
"""Places kept for each call and program: enough to see why, few enough to read."""
BY_KERNEL = ("restart_syscall",)
"""Made without an instruction of the program: the kernel goes on with a wait that a signal interrupted."""

_Node = tuple[int, int]
_ALL = -1
"""Stands for every function of a file that counts whole."""


def analyse(
    root: Root,
    words: Iterable[str],
    image: str = "",
    cache: Path | None = None,
    around: Surroundings = NOWHERE,
) -> Analysis:
    """Which system calls an image's programs can make.

    Args:
        root: the image's files.
        words: of its entry point, command, health check and recorded executions; those that name a program count.
        image: digest, for the record.
        cache: folder in which answers are kept by digest of the file.
        around: what the image's environment says of where things are.

    Raises:
        HardenError: nothing names a program, or a program's code cannot be read. An answer without it would be taken
            for one that says it does nothing.
    """
    linker = Linker(root, cache, around)
    programs = linker.programs(words)
    if not programs:
        raise HardenError("no program to follow", "name one by its path in the image: --program PATH")
    calls: defaultdict[str, set[Where]] = defaultdict(set)
    unresolved: set[Unresolved] = set()
    for program in programs:
        group = _Group(program, linker.load(program))
        for name, places in group.calls().items():
            calls[name] |= places
        unresolved |= group.unresolved()
    return Analysis(
        image=image,
        programs=tuple(map(_readable, programs)),
        files={_readable(path): digest for path, digest in sorted(linker.digests.items())},
        syscalls={name: tuple(sorted(calls[name])) for name in sorted(calls)},
        unresolved=tuple(sorted(unresolved)),
        missing=tuple(map(_readable, sorted(linker.missing))),
    )


def programs(root: Root, words: Iterable[str], around: Surroundings = NOWHERE) -> tuple[str, ...]:
    """The ELF programs behind words of command lines."""
    return tuple(Linker(root, around=around).programs(words))


def _readable(text: str) -> str:
    """A path, or a phrase with one, of which bytes that are no text stand as escapes."""
    return text.encode(errors="surrogateescape").decode(errors="backslashreplace")


class _Group:
    """A program with all that it loads."""

    def __init__(self, program: str, files: list[Loaded]) -> None:
        self._program, self._files = _readable(program), files
        self._exports: defaultdict[str, list[_Node]] = defaultdict(list)
        for index, file in enumerate(files):
            for name, functions in file.scan.exports.items():
                self._exports[name] += [(index, _ALL if file.scan.whole else each) for each in functions]
        self._entered: dict[_Node, str] = {}
        self._follow()

    def calls(self) -> dict[str, set[Where]]:
        """Names of system calls -> where they are reached."""
        known = names_by_number()
        found: defaultdict[str, set[Where]] = defaultdict(set)
        for index, function, entered in self._reached():
            file = self._files[index]
            for number in file.scan.numbers.get(function, ()):
                if number in known and len(found[known[number]]) < _MOST_PLACES:
                    name = entered or file.scan.names.get(function, "")
                    found[known[number]].add(Where(self._program, _readable(file.path), name))
        for name in BY_KERNEL if self._files else ():
            found[name].add(Where(self._program, self._program, "the kernel, after a signal"))
        return dict(found)

    def unresolved(self) -> set[Unresolved]:
        """Places that can make any call. The C library's own way in is no place of its own: its users are looked at."""
        return {
            Unresolved(_readable(self._files[index].path), name, count)
            for index, function, _ in self._reached()
            if (count := self._files[index].scan.unresolved.get(function))
            and (name := self._files[index].scan.names[function]) != BY_NUMBER
        }

    def _reached(self) -> Iterable[tuple[int, int, str]]:
        for (index, function), entered in sorted(self._entered.items()):
            scan = self._files[index].scan
            if function == _ALL:
                yield from ((index, each, "") for each in sorted({*scan.numbers, *scan.unresolved}))
            else:
                yield index, function, entered

    def _follow(self) -> None:
        todo = deque(self._start())
        while todo:
            node, entered = todo.popleft()
            if node in self._entered:
                continue
            self._entered[node] = entered
            index, function = node
            scan = self._files[index].scan
            names = scan.uses.get(0 if function == _ALL else function, ())
            todo += [(target, name) for name in names for target in self._exports.get(name, ())]
            todo += [((index, target), entered) for target in scan.calls.get(function, ())]

    def _start(self) -> Iterable[tuple[_Node, str]]:
        for index, file in enumerate(self._files):
            if file.scan.whole:
                yield (index, _ALL), ""
                continue
            yield from (((index, each), file.scan.names.get(each, "")) for each in file.scan.roots)
            for name in file.scan.held:
                yield from ((target, name) for target in self._exports.get(name, ()))
            if file.plugin:
                for name, functions in file.scan.exports.items():
                    yield from (((index, each), name) for each in functions)
