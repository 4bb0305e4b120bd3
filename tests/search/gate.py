"""A gate before a server: what is sent through it arrives, gets lost, or finds nobody, as a test wants."""

from __future__ import annotations

import socket
import threading
from contextlib import suppress
from urllib.parse import urlsplit


class Gate:
    """A port of this machine that passes bytes on to a server. Use it as a context.

    Open: all passes. `hold`: questions get in, and never an answer out. `shut`: nobody is there.
    """

    def __init__(self, url: str) -> None:
        behind = urlsplit(url)
        self._behind = (behind.hostname or "127.0.0.1", behind.port or 9200)
        self._is_holding = False
        self._lines: list[socket.socket] = []
        self._listening: socket.socket | None = None
        self.port = 0
        # How many questions came to the gate.
        self.asked = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def __enter__(self) -> Gate:
        self.open()
        return self

    def __exit__(self, *args: object) -> None:
        self.shut()

    def open(self) -> None:
        """Let everything pass."""
        self._is_holding = False
        if self._listening is None:
            self._listening = socket.create_server(("127.0.0.1", self.port))
            self.port = self._listening.getsockname()[1]
            threading.Thread(target=self._listen, args=(self._listening,), daemon=True).start()

    def hold(self) -> None:
        """Let questions in, and no answer out."""
        self._is_holding = True

    def shut(self) -> None:
        """Be gone: end every line, refuse new ones."""
        if self._listening is not None:
            # Closing alone would not wake who waits for the next one.
            with suppress(OSError):
                self._listening.shutdown(socket.SHUT_RDWR)
            self._listening.close()
            self._listening = None
        for one in self._lines:
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()
        self._lines.clear()

    def _listen(self, listening: socket.socket) -> None:
        with suppress(OSError):
            while True:
                asking, _address = listening.accept()
                answering = socket.create_connection(self._behind)
                self._lines += [asking, answering]
                threading.Thread(target=self._pass, args=(asking, answering, True), daemon=True).start()
                threading.Thread(target=self._pass, args=(answering, asking, False), daemon=True).start()

    def _pass(self, source: socket.socket, target: socket.socket, is_question: bool) -> None:
        with suppress(OSError):
            while data := source.recv(65536):
                # A long question comes in several parts, of which one begins it.
                self.asked += is_question * data.count(b" HTTP/1.1\r\n")
                if not self._is_holding:
                    target.sendall(data)
