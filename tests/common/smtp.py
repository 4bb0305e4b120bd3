"""A mail server on this machine that can stop at the moment that a test wants."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default


class MailServer:
    """Speaks as much SMTP as Django does. `stall` names where it falls silent: "greeting", "accepted" or nowhere."""

    def __init__(self) -> None:
        self.stall = ""
        self.reached = threading.Event()
        self.letters: list[EmailMessage] = []
        self._lock = threading.Lock()
        self._stopped = threading.Event()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        self._thread = threading.Thread(target=self._accept, daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._stopped.set()
        self._listener.close()
        self._thread.join(10)

    def message_ids(self) -> list[str]:
        """What was taken, in order."""
        with self._lock:
            return [str(letter["Message-ID"]) for letter in self.letters]

    def _accept(self) -> None:
        with suppress(OSError):
            self._listener.settimeout(0.2)
            while not self._stopped.is_set():
                try:
                    link, _address = self._listener.accept()
                except TimeoutError:
                    continue
                threading.Thread(target=self._speak, args=(link,), daemon=True).start()

    def _silent(self, where: str) -> bool:
        """Whether the conversation ends here without a word; the other side has been told nothing."""
        if self.stall != where:
            return False
        self.reached.set()
        self._stopped.wait(60)
        return True

    def _speak(self, link: socket.socket) -> None:
        with link, link.makefile("rb") as heard, suppress(OSError):
            link.settimeout(60)
            if self._silent("greeting"):
                return
            link.sendall(b"220 ready\r\n")
            while line := heard.readline():
                verb = line[:4].upper()
                if verb == b"DATA":
                    link.sendall(b"354 go on\r\n")
                    self._take(heard)
                    if self._silent("accepted"):
                        return
                    link.sendall(b"250 taken\r\n")
                elif verb == b"QUIT":
                    link.sendall(b"221 bye\r\n")
                    return
                else:
                    link.sendall(b"250 yes\r\n")

    def _take(self, heard: object) -> None:
        lines = []
        while (line := heard.readline()) not in {b".\r\n", b""}:  # type: ignore[attr-defined]
            lines.append(line[1:] if line.startswith(b"..") else line)
        letter = BytesParser(policy=default).parsebytes(b"".join(lines))
        with self._lock:
            self.letters.append(letter)  # type: ignore[arg-type]


@contextmanager
def mail_server() -> Iterator[MailServer]:
    """A server until the block ends."""
    server = MailServer()
    try:
        yield server
    finally:
        server.close()
