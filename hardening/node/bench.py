"""Runs docker-bench-security's script once, in a private folder that is gone afterwards.

The request, one line of JSON:

    {"files": {PATH: TEXT}, "image": REFERENCE, "engine_socket": PATH, "seconds": LIMIT}

The script's files are sent along, or they are taken out of an image that holds them; no container of it is started.
The answer: {"report": TEXT, "error": ""}, where TEXT is the JSON that the script wrote; else WHY, in `error`.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from typing import Any

SCRIPT = "docker-bench-security.sh"
LOG = "bench.log"
REPORT = LOG + ".json"
"""The script puts its JSON beside its log, under this name."""
_IMAGE_FOLDER = "/usr/local/bin"
_SEARCH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
_COPY_SECONDS = 300
_MOST = 32 << 20
"""Bytes of a report; the real one of a hundred containers has some hundred thousand."""


class Failed(Exception):  # noqa: N818 - an answer, not a fault
    """The script cannot be run here, and the message says why."""


def main() -> None:
    """Answer the request."""
    request = json.loads(sys.stdin.buffer.readline())
    try:
        answer = {"report": run(request), "error": ""}
    except (Failed, OSError, subprocess.SubprocessError) as error:
        answer = {"report": "", "error": str(error)}
    print(json.dumps(answer), flush=True)


def run(request: dict[str, Any]) -> str:
    """The script's report, as it wrote it."""
    environment = {
        "PATH": _SEARCH,
        "LC_ALL": "C",
        "HOME": "/root",
        "DOCKER_HOST": "unix://" + request["engine_socket"],
    }
    folder = tempfile.mkdtemp(prefix="harden-bench-")  # mode 0700
    try:
        script = os.path.join(folder, "script")
        os.mkdir(script)
        if request["image"]:
            take_out(request["image"], script, environment)
        else:
            lay_out(request["files"], script)
        return judge(script, environment, request["seconds"])
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def lay_out(files: dict[str, str], folder: str) -> None:
    """Write the files that were sent."""
    for name, text in files.items():
        path = os.path.normpath(os.path.join(folder, name))
        if not path.startswith(folder + os.sep):
            raise Failed(name + ": leads out of the script's folder")
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)


def take_out(image: str, folder: str, environment: dict[str, str]) -> None:
    """Copy the script out of an image. One that was not on the node before is not there afterwards."""
    inspect = ("image", "inspect", "--format", "{{.Config.WorkingDir}}", "--", image)
    was_there = docker(inspect, environment, check=False) is not None
    container = docker(("create", "--network=none", "--entrypoint=/", "--", image), environment)
    try:
        source = docker(inspect, environment) or _IMAGE_FOLDER
        docker(("cp", f"{container}:{source.rstrip('/')}/.", folder), environment)
    finally:
        docker(("rm", "--force", "--", str(container)), environment)
        if not was_there:
            docker(("image", "rm", "--", image), environment, check=False)


def docker(words: tuple[str, ...], environment: dict[str, str], *, check: bool = True) -> str | None:
    """A docker command's last line of output; None when it failed and `check` is off."""
    if not shutil.which("docker", path=environment["PATH"]):
        raise Failed("there is no docker client on the node")
    done = subprocess.run(
        ("docker", *words), capture_output=True, env=environment, timeout=_COPY_SECONDS, check=False, text=True
    )
    if done.returncode == 0:
        return last_line(done.stdout)
    if check:
        raise Failed(f"docker {words[0]}: {last_line(done.stderr) or 'failed'}")
    return None


def judge(folder: str, environment: dict[str, str], seconds: float) -> str:
    """Run the script to its end and read what it wrote."""
    if not os.path.isfile(os.path.join(folder, SCRIPT)):
        raise Failed(f"there is no {SCRIPT} in it")
    if not shutil.which("bash", path=environment["PATH"]):
        raise Failed("there is no bash on the node")
    console = os.path.join(folder, ".console")
    with open(console, "wb") as output:
        process = subprocess.Popen(
            ("bash", SCRIPT, "-b", "-l", LOG),
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            raise Failed(f"it did not end within {seconds:g} s") from None
    report = os.path.join(folder, REPORT)
    if not os.path.isfile(report):
        with open(console, encoding="utf-8", errors="replace") as said:
            raise Failed(f"it wrote no report: {last_line(said.read()) or f'exit code {process.returncode}'}")
    if os.path.getsize(report) > _MOST:
        raise Failed(f"its report is larger than {_MOST} bytes")
    with open(report, encoding="utf-8", errors="replace") as file:
        return file.read()


def last_line(text: str) -> str:
    """The last line that says something."""
    lines = text.strip().splitlines()
    return lines[-1].strip() if lines else ""


if __name__ == "__main__":
    main()
