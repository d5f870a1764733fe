"""The last stage of a Dockerfile: carried out as an engine would, or refused with the line."""

from pathlib import Path

import pytest

from hardening.errors import HardenError
from hardening.images import dockerfile
from hardening.images.dockerfile import Copy

HEAD = "ARG BASE=debian\nFROM ${BASE} AS rootfs\nRUN true\n\n# comment\nFROM scratch\n"


def read(tmp_path: Path, text: str) -> dockerfile.FinalStage:
    file = tmp_path / "Dockerfile"
    file.write_text(text)
    return dockerfile.read(file)


@pytest.mark.parametrize(
    ("line", "key", "value"),
    [
        ("USER 999:998", "User", "999:998"),
        ("WORKDIR /data/db", "WorkingDir", "/data/db"),
        ("STOPSIGNAL SIGQUIT", "StopSignal", "SIGQUIT"),
        ('ENTRYPOINT ["/a", "-g", "daemon off;"]', "Entrypoint", ["/a", "-g", "daemon off;"]),
        ('CMD ["--config",  "x"]', "Cmd", ["--config", "x"]),
        ("EXPOSE 80 53/udp", "ExposedPorts", {"80/tcp": {}, "53/udp": {}}),
        ("ENV A=1 B='two words'\nENV C=3", "Env", ["A=1", "B=two words", "C=3"]),
        ('LABEL a="one" \\\n      b.c="two words"', "Labels", {"a": "one", "b.c": "two words"}),
        ("HEALTHCHECK NONE", "Healthcheck", {"Test": ["NONE"]}),
        (
            'HEALTHCHECK --interval=1m30s --timeout=500ms --start-period=1h --retries=3 \\\n    CMD ["/c", "CMD"]',
            "Healthcheck",
            {
                "Test": ["CMD", "/c", "CMD"],
                "Interval": 90 * 10**9,
                "Timeout": 5 * 10**8,
                "StartPeriod": 3600 * 10**9,
                "Retries": 3,
            },
        ),
    ],
)
def test_the_configuration_is_what_engines_write(tmp_path: Path, line: str, key: str, value: object) -> None:
    assert read(tmp_path, HEAD + line + "\n").config == {key: value}


def test_copies_keep_their_order_source_and_owner(tmp_path: Path) -> None:
    stage = read(tmp_path, HEAD + "COPY --from=rootfs --chown=9:8 /rootfs/ /\nCOPY a b /etc/\n")
    assert stage.copies == (
        Copy("rootfs", ("/rootfs/",), "/", (9, 8), f"{tmp_path}/Dockerfile:7"),
        Copy("", ("a", "b"), "/etc/", None, f"{tmp_path}/Dockerfile:8"),
    )


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("RUN true", "Dockerfile:7: RUN has no place"),
        ("USER mongodb", "give user and group as numbers"),
        ("USER 999", "give user and group as numbers"),
        ("COPY --chown=me:us a /b", "as numbers"),
        ("COPY --link a /b", "does not take --link"),
        ("COPY a", "takes a source and a target"),
        ("CMD mongod --config x", "not a JSON list of words"),
        ("HEALTHCHECK CMD curl x", "not a JSON list of words"),
        ('HEALTHCHECK --interval=soon CMD ["/c"]', "soon is not a duration"),
        ('HEALTHCHECK --retries=many CMD ["/c"]', "does not take --retries=many"),
        ("HEALTHCHECK --interval=3s", "takes options, then CMD"),
        ("ENV A 1", "write name=value"),
    ],
)
def test_what_an_engine_alone_could_do_is_refused_with_its_line(tmp_path: Path, line: str, complaint: str) -> None:
    with pytest.raises(HardenError, match="Dockerfile:7: ") as refused:
        read(tmp_path, HEAD + line + "\n")
    assert complaint in refused.value.message


@pytest.mark.parametrize("text", ["FROM debian\nUSER 9:9\n", "FROM scratch\nFROM debian AS last\n", "# nothing\n"])
def test_the_last_stage_must_begin_from_nothing(tmp_path: Path, text: str) -> None:
    with pytest.raises(HardenError, match="must begin `FROM scratch`"):
        read(tmp_path, text)
