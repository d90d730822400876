"""A network between a screen and its server that a test can cut and mend."""

import contextlib
import socket
import threading
import time

from tests.browser.driver import free_port

OPEN, SILENT, REFUSED = "open", "silent", "refused"


class Wire:
    """
    Passes bytes on until it is told not to.

    Parameters
    ----------
    port : int
        Where the server listens.

    Attributes
    ----------
    state : str
        `OPEN`; `SILENT`: connections stay, nothing comes through, as with a pulled cable; `REFUSED`: connections are
        torn and new ones turned away, as with a host that is up without its server.
    """

    def __init__(self, port: int) -> None:
        self.target, self.port, self.state = port, free_port(), OPEN
        self._open: set[socket.socket] = set()
        self._listener = socket.create_server(("127.0.0.1", self.port), backlog=64)
        threading.Thread(target=self._accept, daemon=True).start()

    def cut(self, state: str) -> None:
        """Cut, or mend with `OPEN`."""
        self.state = state
        if state == REFUSED:
            for one in list(self._open):
                _close(one)

    def close(self) -> None:
        """For good."""
        self.cut(REFUSED)
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._join, args=(near,), daemon=True).start()

    def _join(self, near: socket.socket) -> None:
        self._wait()
        try:
            if self.state == REFUSED:
                raise ConnectionRefusedError
            far = socket.create_connection(("127.0.0.1", self.target), timeout=10)
        except OSError:
            _close(near)
            return
        far.settimeout(None)
        self._open |= {near, far}
        threading.Thread(target=self._pump, args=(near, far), daemon=True).start()
        self._pump(far, near)
        self._open -= {near, far}

    def _pump(self, source: socket.socket, sink: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while part := source.recv(65536):
                self._wait()
                sink.sendall(part)
        _close(source)
        _close(sink)

    def _wait(self) -> None:
        while self.state == SILENT:
            time.sleep(0.05)


def _close(one: socket.socket) -> None:
    with contextlib.suppress(OSError):
        one.shutdown(socket.SHUT_RDWR)
    one.close()
