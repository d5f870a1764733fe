"""What the copy of a service has of it, and what it must not have."""

from typing import Any

from hardening.drill.catalogue import reaching
from hardening.drill.run import Subject, _copy

TEMPLATE: dict[str, Any] = {
    "ContainerSpec": {
        "Image": "web@sha256:1",
        "Hostname": "web1",
        "User": "101:101",
        "ReadOnly": True,
        "CapabilityDrop": ["ALL"],
        "Labels": {"harden.profile": "web", "harden.profile-hash": "abc"},
        "Secrets": [{"SecretName": "token"}],
        "Mounts": [
            {"Type": "volume", "Source": "data", "Target": "/data"},
            {"Type": "tmpfs", "Target": "/tmp", "TmpfsOptions": {"SizeBytes": 5}},
            {"Type": "bind", "Source": "/srv", "Target": "/srv"},
        ],
    },
    "Networks": [{"Target": "n1", "Aliases": ["web"]}],
    "Placement": {"Constraints": ["node.labels.edge == true"]},
    "RestartPolicy": {"Condition": "any"},
}
SUBJECT = Subject(
    "shop_web", "web", "/usr/bin/web", "n1", "id1", "{}", "harden-web", ((reaching("x", "x"), "--reach", "10.0.0.1:1"),)
)


def test_the_copy_runs_the_probe_under_the_services_confinement_and_touches_nothing_of_its_own() -> None:
    made = _copy(TEMPLATE, SUBJECT, "/var/lib/harden/drill/p", bare=False)
    container = made["ContainerSpec"]
    assert (container["Command"], container["Args"]) == (["/usr/bin/web"], ["--reach", "x=10.0.0.1:1"])
    assert container["Labels"]["harden.profile"] == "web"
    assert (container["ReadOnly"], container["CapabilityDrop"], container["User"]) == (True, ["ALL"], "101:101")
    assert [(each["Type"], each["Target"]) for each in container["Mounts"]] == [
        ("tmpfs", "/tmp"),
        ("tmpfs", "/data"),
        ("bind", "/usr/bin/web"),
    ]
    assert container["Mounts"][-1]["ReadOnly"]
    assert "Hostname" not in container
    assert made["Networks"] == [{"Target": "n1"}]
    assert made["Placement"] == {"Constraints": ["node.id==id1"]}
    assert made["RestartPolicy"] == {"Condition": "none"}


def test_bare_it_has_neither_profile_nor_what_the_stack_file_hardens() -> None:
    container = _copy(TEMPLATE, SUBJECT, "/p", bare=True)["ContainerSpec"]
    assert container["Labels"] == {}
    assert not {"ReadOnly", "CapabilityDrop"} & container.keys()
    assert TEMPLATE["ContainerSpec"]["Labels"]["harden.profile"] == "web"
