"""The compose file runs what the guide for a team runs, with the same names, and has no secret."""

import re
import shlex
from typing import Any

import pytest

from tests.conftest import REPOSITORY

yaml = pytest.importorskip("yaml")

GUIDE = (REPOSITORY / "docs" / "guide" / "team.md").read_text(encoding="utf-8")
TEXT = (REPOSITORY / "docs" / "guide" / "compose.yaml").read_text(encoding="utf-8")
COMPOSE: dict[str, Any] = yaml.safe_load(TEXT)
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OF_THIS_FILE = {"PROGRAM", "ACCOUNT"}


def unit_command(name: str) -> list[str]:
    """The arguments with which the guide's unit starts a service, an option and its value as one."""
    unit = GUIDE.partition(f"`/etc/systemd/system/{name}.service`")[2]
    found = re.search(r"^ExecStart=\S+ (.*)$", unit, re.MULTILINE)
    assert found
    words = shlex.split(found[1])
    joined: list[str] = []
    for word in words:
        if joined and joined[-1].startswith("--") and "=" not in joined[-1] and not word.startswith("--"):
            joined[-1] += f"={word}"
        else:
            joined.append(word)
    return joined


def defaults(text: str) -> str:
    """The text with the default of each variable."""
    return re.sub(r"\$\{\w+:-([^}]*)\}", r"\1", text)


def test_images_are_of_one_version() -> None:
    images = [service["image"] for service in SERVICES.values() if "image" in service]
    images += re.findall(r"^ *FROM (\S+)", TEXT, re.MULTILINE)
    assert len(images) == len(SERVICES)
    assert [name for name in images if not re.search(r":\d+\.\d+[\w.-]*$", name)] == []


def test_every_service_says_whether_it_is_healthy_and_starts_again() -> None:
    assert [
        name for name, service in SERVICES.items() if not service.get("healthcheck", {}).get("test")
    ] == []
    assert {service.get("restart") for service in SERVICES.values()} == {"unless-stopped"}


def test_no_secret_is_in_the_file() -> None:
    for name, secret in COMPOSE["secrets"].items():
        assert list(secret) == ["file"], name
    for service in SERVICES.values():
        for name, value in service.get("environment", {}).items():
            is_secret = re.search("PASS|SECRET|KEY|TOKEN", name)
            assert not is_secret or (name.endswith("_FILE") and value.startswith("/run/secrets/")), name


def test_ports_are_those_of_the_guide() -> None:
    ports = {name: service["ports"] for name, service in SERVICES.items()}
    assert ports == {"database": ["5432:5432"], "store": ["9000:9000"], "broker": ["8443:8443"]}
    for port in ("port 5432", "https://$HOST:9000", "https://$HOST:8443/health"):
        assert port in GUIDE


@pytest.mark.parametrize("service", ["store", "broker"])
def test_command_is_that_of_the_unit(service: str) -> None:
    unit = unit_command({"store": "reviewer-bucket", "broker": "reviewer-broker"}[service])
    own = [
        defaults(word).replace("/run/secrets/broker-passphrase", "%d/passphrase")
        for word in SERVICES[service]["command"]
    ]
    assert own == unit


def test_variables_and_files_are_those_of_the_guide() -> None:
    settings = re.search(r"^```sh settings\n(.*?)^```", GUIDE, re.MULTILINE | re.DOTALL)
    assert settings
    known = dict(re.findall(r'^([A-Z]+)=("[^"]*"|\S+)', settings[1], re.MULTILINE))
    for name, default in re.findall(r"\$\{(\w+)(?::-([^}]*))?", TEXT):
        assert name in known or name in OF_THIS_FILE, name
        if default and name in known:
            assert known[name].strip('"') == default
    for name in re.findall(r"/etc/reviewer/([\w.-]+)|\}/([\w-]+\.env)", TEXT):
        assert "".join(name) in GUIDE, name
