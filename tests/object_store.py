"""An S3 server of this process for tests: counts what it is asked, and can end the asking process at a chosen point."""

import os
import signal
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Thread
from typing import Any
from uuid import uuid4

import requests
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import WSGIRequestHandler, make_server

BUCKET = "air"
KEYS = {"AWS_ACCESS_KEY_ID": "AKIAPLANTEDKEYID0000", "AWS_SECRET_ACCESS_KEY": "planted-secret-4711"}


class Silent(WSGIRequestHandler):
    def log_request(self, *_: Any) -> None:
        return


@dataclass
class Server:
    """Where it listens, every request it had, and what happens before it answers one."""

    url: str = ""
    asked: list[tuple[str, str]] = field(default_factory=list)
    before: Callable[[str, str], None] | None = None

    @property
    def env(self) -> dict[str, str]:
        return {"AWS_ENDPOINT_URL": self.url, "AWS_REGION": "us-east-1", "AWS_ALLOW_HTTP": "true", **KEYS}

    def uri(self) -> str:
        """A prefix that no other test uses."""
        return f"s3://{BUCKET}/{uuid4().hex[:12]}/store"

    def kill_at(self, pid: int, method: str, part: str) -> None:
        """End a process in the moment it asks for something: the server never gets to do it."""

        def end(asked: str, path: str) -> None:
            if asked == method and part in path:
                self.before = None
                os.kill(pid, signal.SIGKILL)
                raise ConnectionAbortedError

        self.before = end


@contextmanager
def serving() -> Iterator[Server]:
    made, answer = Server(), DomainDispatcherApplication(create_backend_app)

    def app(environ: dict[str, Any], start: Any) -> Iterable[bytes]:
        method, path = environ["REQUEST_METHOD"], environ["PATH_INFO"]
        made.asked.append((method, path))
        if made.before is not None:
            made.before(method, path)
        return answer(environ, start)

    listening = make_server("127.0.0.1", 0, app, threaded=True, request_handler=Silent)
    Thread(target=listening.serve_forever, daemon=True).start()
    made.url = f"http://127.0.0.1:{listening.server_port}"
    requests.put(f"{made.url}/{BUCKET}", timeout=10).raise_for_status()
    try:
        yield made
    finally:
        listening.shutdown()
        listening.server_close()


def upload(folder: Path, uri: str) -> None:
    """Copy a folder as it is."""
    import obstore
    from obstore.store import S3Store

    name, _, prefix = uri.removeprefix("s3://").partition("/")
    to = S3Store(name, prefix=prefix)
    for path in folder.rglob("*"):
        if path.is_file():
            obstore.put(to, path.relative_to(folder).as_posix(), path.read_bytes())
