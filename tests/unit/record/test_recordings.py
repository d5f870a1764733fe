from __future__ import annotations

import msgspec
import pytest

from hardening.confine.syscalls import numbers
from hardening.errors import FailedError, HardenError, HostError
from hardening.model.recording import ArgumentUse, FileUse, Loss, Recording, SignalUse, SocketUse
from hardening.record import merge, recording
from hardening.record.answer import (
    Answer,
    Audit,
    Barred,
    Changed,
    Counted,
    Failed,
    Granted,
    Loaded,
    Named,
    Opened,
    Ran,
    Signalled,
    Touched,
    Value,
    decode,
    started,
)
from hardening.record.merging import origin

GROUP, WEB, RUNC, EARLY = 7, 100, 200, 300
IMAGE = "sha256:" + "a" * 64
WHEN = "2026-11-24T07:00:00Z"
FILTERED, FREE = 2, 0


def number(name: str) -> int:
    return numbers()[name]


def answer(**more: object) -> Answer:
    """A node on which a web server read something once."""
    plain = Answer(
        kernel="6.12.57",
        architecture="x86_64",
        engine="26.1.5",
        runtime="runc 1.1.15",
        bpftrace="0.23",
        images=(IMAGE,),
        groups={str(GROUP): "c0" * 32},
        calls=(Counted(GROUP, WEB, FILTERED, 0, number("read"), 3),),
        programs=(Named(GROUP, WEB, "/usr/sbin/web"),),
    )
    return msgspec.structs.replace(plain, **more)


def of(**more: object) -> Recording:
    return recording("web", "load", {"node1": answer(**more)}, WHEN)


def test_calls_are_told_by_program_and_name() -> None:
    found = of()
    assert found.programs == {"/usr/sbin/web": {"read": 3}}
    assert found.is_whole
    assert (found.role, found.scenario, found.origin.image, found.origin.recorder) == (
        "web",
        "load",
        IMAGE,
        "bpftrace 0.23",
    )


def test_the_runtimes_calls_count_only_once_its_filter_is_in() -> None:
    calls = (
        Counted(GROUP, WEB, FILTERED, 0, number("read"), 3),
        Counted(GROUP, RUNC, FREE, 1, number("mount"), 9),
        Counted(GROUP, RUNC, FILTERED, 1, number("execve"), 1),
        Counted(GROUP, EARLY, FREE, 0, number("execveat"), 1),
    )
    found = of(calls=calls)
    assert found.programs == {"/usr/sbin/web": {"read": 3}}
    assert found.runtime == {"execve": 1}


def test_a_service_that_takes_the_runtimes_name_stays_a_service() -> None:
    found = of(calls=(Counted(GROUP, WEB, FILTERED, 1, number("ptrace"), 1),))
    assert found.programs == {"/usr/sbin/web": {"ptrace": 1}}
    assert found.runtime == {}


def test_a_program_that_nobody_can_name_is_not_dropped() -> None:
    found = of(calls=(Counted(GROUP, 55, FILTERED, 0, number("read"), 1),))
    assert found.programs == {"unknown:55": {"read": 1}}


def test_a_program_of_a_container_that_is_gone_has_its_name_from_the_others_of_the_image() -> None:
    gone, other = GROUP + 1, GROUP + 2
    calls = (
        Counted(gone, WEB, FILTERED, 0, number("unlink"), 1),
        Counted(gone, 55, FILTERED, 0, number("read"), 1),
        *answer().calls,
    )
    programs = (
        Named(GROUP, WEB, "/usr/sbin/web"),
        Named(GROUP, 55, "/tmp/one"),
        Named(other, 55, "/tmp/two"),
    )
    found = of(calls=calls, programs=programs, groups={str(each): "c" * each for each in (GROUP, gone, other)})
    assert found.programs == {"/usr/sbin/web": {"read": 3, "unlink": 1}, "unknown:55": {"read": 1}}


def test_a_lock_of_a_container_that_is_gone_has_its_path_from_its_successor_by_the_same_volume() -> None:
    gone, device = GROUP + 1, 9
    lock = Opened(GROUP, WEB, 4, device, 3, append=False, folder=False, path="/data/lock", count=1)
    both = {str(each): "c" * each for each in (GROUP, gone)}
    found = of(opened=(lock,), locked=(Touched(gone, WEB, 4, device, 1),), groups=both)
    assert found.files == (FileUse("/data/lock", "rwk", 2),)
    assert found.is_whole
    elsewhere = of(opened=(lock,), locked=(Touched(gone, WEB, 4, device + 1, 1),), groups=both)
    assert elsewhere.lost == Loss(files=1)


def test_what_the_runtime_did_to_files_is_left_out() -> None:
    found = of(
        calls=(Counted(GROUP, RUNC, FREE, 1, number("openat"), 1), *answer().calls),
        opened=(
            Opened(GROUP, RUNC, 1, 2, 1, append=False, folder=False, path="/etc/host", count=1),
            Opened(GROUP, WEB, 2, 2, 1, append=False, folder=False, path="/etc/own", count=4),
        ),
        granted=(Granted(GROUP, RUNC, 21, 3), Granted(GROUP, WEB, 10, 1)),
    )
    assert found.files == (FileUse("/etc/own", "r", 4),)
    assert found.capabilities == ("net_bind_service",)


@pytest.mark.parametrize(
    ("access", "append", "letters"),
    [(1, False, "r"), (2, False, "w"), (3, False, "rw"), (2, True, "a"), (3, True, "ra")],
)
def test_an_open_files_mode_becomes_letters(access: int, append: bool, letters: str) -> None:
    found = of(opened=(Opened(GROUP, WEB, 2, 2, access, append, folder=False, path="/f", count=1),))
    assert found.files == (FileUse("/f", letters, 1),)


def test_uses_of_one_file_become_one() -> None:
    found = of(
        opened=(
            Opened(GROUP, WEB, 2, 9, 1, append=False, folder=False, path="/lib/a.so", count=2),
            Opened(GROUP, WEB, 3, 9, 1, append=False, folder=True, path="/data", count=1),
        ),
        mapped=(Touched(GROUP, WEB, 2, 9, 5),),
        locked=(Touched(GROUP, WEB, 4, 9, 1),),
        held=(Named(GROUP, 4, "/data/lock"),),
        changed=(
            Changed(GROUP, WEB, "rename", 0, "/data/new", 1),
            Changed(GROUP, WEB, "rename", 1, "/data/old", 1),
            Changed(GROUP, WEB, "mkdir", 0, "/data/folder", 1),
            Changed(GROUP, WEB, "connect", 0, "/run/socket", 1),
        ),
        ran=(Ran(GROUP, WEB, "/usr/sbin/web", 1),),
        loaders=(Loaded(GROUP, "/lib/ld.so"),),
    )
    assert {use.path: use.access for use in found.files} == {
        "/lib/a.so": "mr",
        "/lib/ld.so": "mr",
        "/data/": "r",
        "/data/folder/": "w",
        "/data/lock": "k",
        "/data/new": "rw",
        "/data/old": "w",
        "/run/socket": "rw",
        "/usr/sbin/web": "mrx",
    }
    assert found.executed == ("/usr/sbin/web",)


def test_a_script_and_its_shell_are_both_executed() -> None:
    found = of(
        programs=(Named(GROUP, WEB, "/bin/sh"),),
        ran=(Ran(GROUP, WEB, "/app/run.sh", 1), Ran(GROUP, WEB, "/proc/self/exe", 1)),
    )
    assert found.executed == ("/app/run.sh", "/bin/sh")


def test_arguments_are_told_with_their_index() -> None:
    found = of(
        values=(
            Value(GROUP, WEB, "socket", 10, 1, 2),
            Value(GROUP, WEB, "setsockopt", 6, 1, 5),
            Value(GROUP, WEB, "mprotect", 5, 0, 1),
        )
    )
    assert found.arguments == (
        ArgumentUse("mprotect", {2: 5}, 1),
        ArgumentUse("setsockopt", {1: 6, 2: 1}, 5),
        ArgumentUse("socket", {0: 10, 1: 1}, 2),
    )
    assert found.sockets == (SocketUse("inet6", "stream", 2),)


def test_signals_are_told_by_apparmors_names() -> None:
    found = of(sent=(Signalled(GROUP, WEB, 10, "node /app/x\n", 1),), received=(Signalled(GROUP, WEB, 15, "runc", 2),))
    assert found.signals == (
        SignalUse("term", "receive", "process runc", 2),
        SignalUse("usr1", "send", "process node /app/x?", 1),
    )


def test_refused_calls_are_in_no_other_attribute() -> None:
    eperm, enosys, private = 1, 38, 133
    found = of(
        failed=(
            Failed(GROUP, WEB, 0, number("mkdir"), eperm, "web", 2),
            Failed(GROUP, WEB, 0, number("clone3"), enosys, "web", 1),
            Failed(GROUP, WEB, 0, number("read"), eperm, "web", 9),  # it began: the kernel answered
            Failed(GROUP, WEB, 0, number("read"), private, "web", 1),  # nobody but a filter answers so
            Failed(GROUP, WEB, 0, -1, eperm, "web", 1),  # a signal's return is no call
        ),
        barred=(Barred(GROUP, WEB, "socket", 3),),
    )
    assert found.refused == {"/usr/sbin/web": {"clone3": 1, "mkdir": 2, "read": 1, "socket": 3}}
    assert found.programs == {"/usr/sbin/web": {"read": 3}}


@pytest.mark.parametrize(
    ("lossy", "lost"),
    [
        ({"missed": 2}, Loss(2, 0)),
        ({"uncounted": 3}, Loss(3, 0)),
        ({"audit": Audit((), 4, "4.0")}, Loss(0, 4)),
        ({"opened": (Opened(GROUP, WEB, 2, 2, 1, append=False, folder=False, path=None, count=5),)}, Loss(0, 5)),
        ({"changed": (Changed(GROUP, WEB, "unlink", 0, None, 1),)}, Loss(0, 1)),
        ({"mapped": (Touched(GROUP, WEB, 77, 2, 6),)}, Loss(0, 6)),
        ({"calls": (Counted(GROUP, WEB, FILTERED, 0, number("io_uring_enter"), 1),)}, Loss(0, 1)),
    ],
)
def test_whatever_is_not_known_is_a_loss(lossy: dict[str, object], lost: Loss) -> None:
    found = of(**lossy)
    assert found.lost == lost
    assert not found.is_whole


# --- several nodes ----------------------------------------------------------------------------------------------------


def test_nodes_together_are_one_recording() -> None:
    other = answer(
        kernel="6.1.0",
        missed=1,
        calls=(
            Counted(GROUP, WEB, FILTERED, 0, number("read"), 4),
            Counted(GROUP, WEB, FILTERED, 0, number("write"), 1),
        ),
        opened=(Opened(GROUP, WEB, 2, 2, 2, append=False, folder=False, path="/f", count=1),),
    )
    here = answer(opened=(Opened(GROUP, WEB, 9, 2, 1, append=False, folder=False, path="/f", count=1),))
    idle = answer(groups={}, calls=())
    found = recording("web", "load", {"node1": here, "node2": other, "node3": idle}, WHEN)
    assert found.programs == {"/usr/sbin/web": {"read": 7, "write": 1}}
    assert found.files == (FileUse("/f", "rw", 2),)
    assert found.lost == Loss(1, 0)
    assert found.origin.kernel == "6.1.0, 6.12.57"


def test_the_order_of_nodes_does_not_matter() -> None:
    one, two = of(), of(calls=(Counted(GROUP, WEB, FILTERED, 0, number("write"), 1),))
    assert merge([one, two]) == merge([two, one])


def test_merging_one_recording_changes_nothing() -> None:
    assert merge([of()]) == of()


def test_recordings_of_different_images_are_not_merged() -> None:
    with pytest.raises(HardenError, match="recordings of different things"):
        merge([of(), of(images=("sha256:" + "b" * 64,))])


def test_nodes_that_verified_different_images_have_no_common_origin() -> None:
    here, gone, other = of().origin, of(images=()).origin, of(images=("sha256:" + "b" * 64,)).origin
    assert origin([gone, here]) == here
    assert origin([gone]).image == ""
    with pytest.raises(FailedError, match=r"tasks ran different images: sha256:a+, sha256:b+$"):
        origin([here, other])


def test_a_rollout_in_the_middle_is_told() -> None:
    with pytest.raises(FailedError, match="different images"):
        of(images=(IMAGE, "sha256:" + "b" * 64))


def test_nothing_that_ran_is_nothing_recorded() -> None:
    with pytest.raises(FailedError, match="no container of the service ran on node1"):
        recording("web", "load", {"node1": answer(groups={})}, WHEN)


# --- what nodes say ---------------------------------------------------------------------------------------------------


def test_a_node_that_cannot_record_says_why() -> None:
    with pytest.raises(HostError, match="node1: cannot record: bpftrace is not installed"):
        started("node1", b'{"socket": "", "containers": 0, "error": "bpftrace is not installed"}')
    with pytest.raises(HostError, match="node1: the recording failed: auditd does not run"):
        decode("node1", b'{"error": "auditd does not run"}')


@pytest.mark.parametrize("text", [b"", b"[1", b'{"calls": [[1, 2]]}', b'{"calls": "none"}', b"\xff"])
def test_an_answer_that_makes_no_sense_is_told_with_its_node(text: bytes) -> None:
    with pytest.raises(HostError, match="node1: its recorder's answer makes no sense"):
        decode("node1", text)
