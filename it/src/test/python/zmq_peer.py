"""A libzmq peer that obeys JSON lines on its input and reports events as JSON lines.

Commands, all with the "id" of a socket:

  {"cmd":"open","role":"PUSH","bind":E,"connect":E,"options":{"SNDHWM":1000},...}   opened (endpoint)
  {"cmd":"send","load":[1024,0],"repeat":1}     sends parts of those sizes
  {"cmd":"receive","count":1}                   received (parts: [[size, crc32]...]) for each
  {"cmd":"echo","count":1}                      sends each message back; echoed for each
  {"cmd":"probe"}                               publishes a short message
  {"cmd":"texts","parts":[...]}                 sends texts
  {"cmd":"close"}                               closed

Proofs: "curve_server":{"public","secret","clients":[...]}, "curve_client":{"server","public",
"secret"}, "plain_server":{"user","password"}, "plain_client":{...}. A server asks an
authenticator of its own, in a thread, in the manner of ZAP.

Every failure is reported as an event "failed" and ends nothing.
"""

import json
import sys
import zlib

import zmq
from zmq.auth.thread import ThreadAuthenticator
from zmq.utils.monitor import recv_monitor_message

TILE = 65521
TOPIC = b"t."
PUBLISHERS = (zmq.PUB, zmq.XPUB)
SUBSCRIBERS = (zmq.SUB, zmq.XSUB)
LIMIT_MS = 20_000


def say(event, **facts):
    sys.stdout.write(json.dumps({"event": event, **facts}) + "\n")
    sys.stdout.flush()


def content(size, seed):
    tile = bytes((i * i + seed) % 251 for i in range(min(size, TILE)))
    return (tile * (size // TILE + 1))[:size]


class Peer:
    def __init__(self):
        self.context = zmq.Context()
        self.sockets = {}
        self.monitors = {}
        self.authenticator = None

    def asks(self):
        if self.authenticator is None:
            self.authenticator = ThreadAuthenticator(self.context)
            self.authenticator.start()
        return self.authenticator

    def prove(self, socket, command):
        if "plain_server" in command:
            proof = command["plain_server"]
            self.asks().configure_plain(passwords={proof["user"]: proof["password"]})
            socket.plain_server = True
        if "plain_client" in command:
            socket.plain_username = command["plain_client"]["user"].encode()
            socket.plain_password = command["plain_client"]["password"].encode()
        if "curve_server" in command:
            proof = command["curve_server"]
            self.asks().configure_curve_callback(credentials_provider=Known(proof["clients"]))
            socket.curve_publickey = proof["public"].encode()
            socket.curve_secretkey = proof["secret"].encode()
            socket.curve_server = True
        if "curve_client" in command:
            proof = command["curve_client"]
            socket.curve_publickey = proof["public"].encode()
            socket.curve_secretkey = proof["secret"].encode()
            socket.curve_serverkey = proof["server"].encode()

    def open(self, command):
        socket = self.context.socket(getattr(zmq, command["role"]))
        self.sockets[command["id"]] = socket
        socket.linger = 0
        socket.rcvtimeo = socket.sndtimeo = LIMIT_MS
        for name, value in command.get("options", {}).items():
            option = getattr(zmq, name)
            socket.set(option, value.encode() if isinstance(value, str) else value)
        self.prove(socket, command)
        if command.get("monitor"):
            self.monitors[command["id"]] = socket.get_monitor_socket()
        if socket.type == zmq.SUB:
            socket.subscribe(TOPIC)
        if "bind" in command:
            socket.bind(command["bind"])
        if "connect" in command:
            socket.connect(command["connect"])
        if socket.type == zmq.XSUB:
            socket.send(b"\x01" + TOPIC)
        endpoint = socket.get(zmq.LAST_ENDPOINT).rstrip(b"\x00").decode()
        say("opened", id=command["id"], endpoint=endpoint)

    def send(self, socket, command):
        parts = [content(size, i) for i, size in enumerate(command["load"])]
        if socket.type in PUBLISHERS:
            socket.send_multipart([b"x.", b"for nobody"])
            parts.insert(0, TOPIC)
        if socket.type == zmq.DEALER:
            parts.insert(0, b"")
        for _ in range(command.get("repeat", 1)):
            socket.send_multipart(parts, copy=False)

    def receive(self, socket, command):
        for _ in range(command.get("count", 1)):
            parts = self.next(socket)
            if socket.type in SUBSCRIBERS:
                assert parts.pop(0) == TOPIC
            if socket.type == zmq.DEALER:
                assert parts.pop(0) == b""
            told = [[len(part), zlib.crc32(part)] for part in parts]
            texts = [bytes(part).decode(errors="replace") for part in parts if len(part) < 100]
            say("received", id=command["id"], parts=told, texts=texts)

    def next(self, socket):
        return [frame.buffer for frame in socket.recv_multipart(copy=False)]

    def echo(self, socket, command):
        for _ in range(command.get("count", 1)):
            socket.send_multipart(socket.recv_multipart(copy=False), copy=False)
            say("echoed", id=command["id"])

    def probe(self, socket, command):
        socket.send_multipart([TOPIC, b"probe"])

    def texts(self, socket, command):
        socket.send_multipart([text.encode() for text in command["parts"]])
        say("sent", id=command["id"])

    def changes(self, socket, command):
        """Reports what the monitor saw within a time."""
        monitor = self.monitors[command["id"]]
        while monitor.poll(command["millis"]):
            seen = recv_monitor_message(monitor)["event"]
            say("seen", id=command["id"], what=zmq.Event(seen).name)
        say("watched", id=command["id"])

    def close(self, socket, command):
        if command["id"] in self.monitors:
            socket.disable_monitor()
            del self.monitors[command["id"]]
        socket.close()
        del self.sockets[command["id"]]
        say("closed", id=command["id"])

    def obey(self):
        say("ready", zmq=zmq.zmq_version())
        for line in sys.stdin:
            command = json.loads(line)
            try:
                if command["cmd"] == "open":
                    self.open(command)
                else:
                    getattr(self, command["cmd"])(self.sockets[command["id"]], command)
            except Exception as failure:
                say("failed", id=command["id"], text=repr(failure))


class Known:
    """Says which clients may come in."""

    def __init__(self, keys):
        self.keys = keys

    def callback(self, domain, key):
        return key.decode() in self.keys


if __name__ == "__main__":
    Peer().obey()
