"""A network between a program and a PostgreSQL server: it passes on, swallows, delays and cuts."""

import socket
import threading
import time
from contextlib import suppress
from enum import Enum


class WireFault(Enum):
    """What happens on the way."""

    NONE = "none"
    REFUSED = "refused"
    HALF_OPEN = "half-open"
    CUT_AFTER_REQUEST = "cut in mid-commit"
    SLOW = "slow"


class Wire:
    """Listens on loopback and connects to a Unix socket for each connection."""

    def __init__(self, server_socket: str, slow_seconds: float = 0.3) -> None:
        self.fault = WireFault.NONE
        self._server_socket = server_socket
        self._slow_seconds = slow_seconds
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._open: list[socket.socket] = []
        self._threads = [threading.Thread(target=self._accept, name="wire")]
        self._threads[0].start()

    def cut(self) -> None:
        """Ends every connection."""
        for each in self._open:
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Ends every connection, and listens no more."""
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self.cut()
        for thread in self._threads:
            thread.join()
        for each in self._open:
            each.close()

    def _accept(self) -> None:
        while True:
            try:
                program, _ = self._listener.accept()
            except OSError:
                return
            if self.fault is WireFault.REFUSED:
                program.close()
                continue
            server = socket.socket(socket.AF_UNIX)
            try:
                server.connect(self._server_socket)
            except OSError:  # it is not running
                program.close()
                server.close()
                continue
            self._open += [program, server]
            for source, target, is_answer in ((program, server, False), (server, program, True)):
                thread = threading.Thread(target=self._pass_on, args=(source, target, is_answer), name="wire")
                thread.start()
                self._threads.append(thread)

    def _pass_on(self, source: socket.socket, target: socket.socket, is_answer: bool) -> None:
        with suppress(OSError):
            while data := source.recv(1 << 16):
                while self.fault is WireFault.HALF_OPEN:
                    time.sleep(0.01)
                if self.fault is WireFault.SLOW:
                    time.sleep(self._slow_seconds)
                if is_answer and self.fault is WireFault.CUT_AFTER_REQUEST:
                    break
                target.sendall(data)
        for each in (source, target):
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
