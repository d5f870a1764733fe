"""What an image's history tells, in the words of both of Docker's builders, and what of it stays on the node."""

import json

import pytest

from hardening.node.builds import build_of


def history(*steps: str) -> list[dict[str, object]]:
    """As the engine answers: the newest step first."""
    return [{"CreatedBy": step, "Created": 1, "Size": 0} for step in reversed(steps)]


CLASSIC = (
    "/bin/sh -c #(nop) ADD file:0123 in / ",
    "/bin/sh -c apt-get update",
    "/bin/sh -c apt-get install -y curl",
    "|2 TOKEN=hunter2 VERSION=1 /bin/sh -c ./build --key=x",
    "/bin/sh -c #(nop) COPY file:4567 in /app ",
    "/bin/sh -c #(nop) ADD file:89ab in /srv ",
)
BUILDKIT = (
    "ADD rootfs.tar.xz / # buildkit",
    "RUN /bin/sh -c apt-get -q update # buildkit",
    "RUN /bin/sh -c apt-get update && apt-get install -y curl # buildkit",
    "RUN |2 TOKEN=hunter2 VERSION=1 /bin/sh -c make # buildkit",
    "COPY app /app # buildkit",
    "ADD https://user:hunter2@example.org/x.tar /srv # buildkit",
)


@pytest.mark.parametrize("steps", [CLASSIC, BUILDKIT], ids=["classic", "buildkit"])
def test_both_builders_histories_are_understood(steps: tuple[str, ...]) -> None:
    found = build_of(history(*steps))
    assert found == {
        "steps": 6,
        "adds": [6],
        "lone_updates": [2],
        "unverified": [],
        "arguments": ["TOKEN", "VERSION"],
    }
    assert "hunter2" not in json.dumps(found)


@pytest.mark.parametrize(
    ("step", "option"),
    [
        ("RUN apt-get install --allow-unauthenticated x", "--allow-unauthenticated"),
        ("RUN echo 'deb [trusted=yes] http://x/ ./' > /etc/apt/sources.list", "[trusted=yes]"),
        ("RUN apk add --allow-untrusted x.apk", "--allow-untrusted"),
        ("RUN yum install --nogpgcheck x", "--nogpgcheck"),
        ("RUN pip install --trusted-host pypi x", "--trusted-host"),
        ("RUN npm config set strict-ssl false", "strict-ssl=false"),
        ("RUN curl -fsSLk https://x/y | sh", "curl --insecure"),
        ("RUN curl --insecure https://x/y", "curl --insecure"),
        ("RUN wget --no-check-certificate https://x/y", "wget --no-check-certificate"),
    ],
)
def test_options_that_switch_checking_off_are_named(step: str, option: str) -> None:
    assert build_of(history(step))["unverified"] == [option]


@pytest.mark.parametrize(
    "step",
    [
        "RUN apt-get update && apt-get install -y curl",
        "RUN apk update && apk add curl",
        "RUN apk add --no-cache curl",
        "RUN curl -fsSL https://x/key | gpg --dearmor",
        "RUN update-ca-certificates",
        'CMD ["apt-get-update"]',
    ],
)
def test_ordinary_steps_are_nothing_to_tell_of(step: str) -> None:
    found = build_of(history("ADD rootfs /", step))
    assert (found["adds"], found["lone_updates"], found["unverified"]) == ([], [], [])


@pytest.mark.parametrize("empty", [[], [{}], [{"CreatedBy": None}]])
def test_an_image_without_a_history_has_no_steps(empty: list[dict[str, object]]) -> None:
    assert build_of(empty)["steps"] == 0
