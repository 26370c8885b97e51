"""A plain ASoc peer, written from docs/reference/wire/asoc.md with nothing but the standard library (Python >= 3.9).

It behaves as a stock node does, habits included: it closes a connection on which nothing arrives for 30 s, never sends a
sign of life of its own, dials discovered peers every 2 s until *they* have dialled it, dials static peers every 10 s
whether connected or not, uses odd stream ids, registers connections by the id of the dialler, forgets the newest
registration when any connection of that id ends, and ignores frame types it does not know.

    asoc_peer.py --community C --key K [--id UUID] [--port N] [--peers HOST:PORT,...]
                 [--discovery PORT [--broadcast-to ADDRESS] [--silent]]

With --silent it listens for beacons and sends none, so that the other side cannot dial it first.

It is driven by JSON lines on standard input and reports JSON lines on standard output.

    {"cmd":"dial","host":H,"port":P}                         one attempt
    {"cmd":"static","peer":"HOST:PORT"}                      dial now and every 10 s
    {"cmd":"send","to":ID|"HOST:PORT"|null,"length":N,"seed":S,"chunk":C,"tag":T}
    {"cmd":"close","conn":N}      {"cmd":"state","tag":T}      {"cmd":"quit"}     (the end of the input quits, too)

    {"event":"ready","id","port"}                            listening
    {"event":"accepted","conn","peer","host","port"}         a HELLO was good        {"event":"refused","reason"}
    {"event":"dialled","conn","target"}                      an ACCEPT was good      {"event":"dial-failed","target","reason"}
    {"event":"received","conn","stream","length","sha256","chunks"}   one stream, from its first frame to END
    {"event":"sent","tag","conn","stream","length","sha256","seconds"}   {"event":"send-failed","tag","reason"}
    {"event":"sighted","id","host","port"}                   a beacon of another node, first time
    {"event":"closed","conn","reason","seconds"}             after so many seconds of life
    {"event":"state","tag","open","registered","ignored"}    ignored: frames of other types, by type
"""

import argparse
import asyncio
import collections
import hashlib
import hmac
import json
import os
import random
import socket
import struct
import sys
import time
import uuid

HEADER = struct.Struct("!BBIII")
DATA, END, HELLO, ACCEPT = 1, 2, 4, 5
HANDSHAKE_S, CONNECT_S, IDLE_S, DRAIN_S = 10, 5, 30, 10
BEACON_S, DISCOVERED_S, STATIC_S, STALE_S = 3, 2, 10, 15
SENDERS = 10


def say(event, **fields):
    sys.stdout.write(json.dumps({"event": event, **fields}) + "\n")
    sys.stdout.flush()


def frame(kind, stream, sequence, payload=b""):
    return HEADER.pack(1, kind, stream, sequence, len(payload)) + payload


class Connection:
    numbers = iter(range(1, 1 << 31))

    def __init__(self, reader, writer, name):
        self.reader, self.writer, self.name = reader, writer, name
        self.number = next(Connection.numbers)
        self.born = time.monotonic()
        self.turns = asyncio.Semaphore(SENDERS)
        self.streams = {}

    async def read_frame(self, header_limit):
        head = await asyncio.wait_for(self.reader.readexactly(HEADER.size), header_limit)
        _, kind, stream, sequence, length = HEADER.unpack(head)
        payload = b""
        if length:
            payload = await asyncio.wait_for(self.reader.readexactly(length), IDLE_S)
        return kind, stream, sequence, payload

    def close(self):
        self.writer.close()


class Peer:
    def __init__(self, options):
        self.options = options
        self.key = options.key.encode()
        self.id = uuid.UUID(options.id) if options.id else uuid.uuid4()
        self.tag = hashlib.sha256(options.community.encode()).digest()[:8]
        self.next_stream = 1
        self.by_id = {}  # uuid -> newest connection dialled by that node
        self.by_target = {}  # "host:port" -> newest connection to it
        self.open = {}
        self.seen = {}  # uuid -> (host, port, time)
        self.challenges = set()
        self.ignored = collections.Counter()
        self.tasks = set()

    def mac(self, message):
        return hmac.new(self.key, message, hashlib.sha256).digest()

    def spawn(self, work):
        task = asyncio.get_running_loop().create_task(work)
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    # Handshake

    async def accept(self, reader, writer):
        connection = Connection(reader, writer, None)
        try:
            kind, _, _, hello = await connection.read_frame(HANDSHAKE_S)
            if kind != HELLO or len(hello) != 36:
                raise ValueError("first frame is type %d with %d bytes" % (kind, len(hello)))
            node, proof, challenge = hello[:16], hello[16:32], hello[32:]
            if not hmac.compare_digest(proof, self.mac(node + challenge)[:16]):
                raise ValueError("HELLO proof does not match")
        except Exception as problem:
            say("refused", reason=repr(problem))
            connection.close()
            return
        token = os.urandom(8)
        writer.write(frame(ACCEPT, 0, 0, token + self.mac(token)[:8]))
        peer = uuid.UUID(bytes=node)
        self.by_id[peer] = connection
        host, port = writer.get_extra_info("peername")[:2]
        say("accepted", conn=connection.number, peer=str(peer), host=host, port=port)
        await self.read(connection)
        self.by_id.pop(peer, None)

    async def dial(self, host, port):
        target = "%s:%d" % (host, port)
        try:
            reader, writer = await asyncio.wait_for(asyncio.open_connection(host, port), CONNECT_S)
        except Exception as problem:
            say("dial-failed", target=target, reason=repr(problem))
            return
        connection = Connection(reader, writer, target)
        challenge = os.urandom(4)
        proof = self.mac(self.id.bytes + challenge)[:16]
        try:
            writer.write(frame(HELLO, 0, 0, self.id.bytes + proof + challenge))
            kind, _, _, body = await connection.read_frame(HANDSHAKE_S)
            if kind != ACCEPT or len(body) != 16:
                raise ValueError("first frame is type %d with %d bytes" % (kind, len(body)))
            if not hmac.compare_digest(body[8:], self.mac(body[:8])[:8]):
                raise ValueError("ACCEPT signature does not match")
        except Exception as problem:
            say("dial-failed", target=target, reason=repr(problem))
            connection.close()
            return
        self.by_target[target] = connection
        say("dialled", conn=connection.number, target=target)
        self.spawn(self.read_dialled(connection, target))

    async def read_dialled(self, connection, target):
        await self.read(connection)
        self.by_target.pop(target, None)

    # Streams

    async def read(self, connection):
        self.open[connection.number] = connection
        reason = "end"
        try:
            while True:
                self.take(connection, *await connection.read_frame(IDLE_S))
        except asyncio.TimeoutError:
            reason = "idle"
        except asyncio.IncompleteReadError as problem:
            reason = "end inside a frame" if problem.partial else "end"
        except (ConnectionError, OSError) as problem:
            reason = repr(problem)
        finally:
            self.open.pop(connection.number, None)
            connection.close()
        age = time.monotonic() - connection.born
        say("closed", conn=connection.number, reason=reason, seconds=round(age, 1))

    def take(self, connection, kind, stream, sequence, payload):
        if kind not in (DATA, END):
            self.ignored[kind] += 1
            return
        digest, length, chunks = connection.streams.pop(stream, None) or (hashlib.sha256(), 0, 0)
        if kind == DATA:
            digest.update(payload)
            connection.streams[stream] = digest, length + len(payload), chunks + 1
            return
        say("received", conn=connection.number, stream=stream, length=length, sha256=digest.hexdigest(), chunks=chunks)

    def route(self, to):
        if to is None:
            candidates = list(self.by_id.values()) + list(self.by_target.values())
            connection = candidates[0] if candidates else None
        elif ":" in to:
            connection = self.by_target.get(to)
        else:
            connection = self.by_id.get(uuid.UUID(to))
        if connection is None:
            raise LookupError("no connection to %s" % to)
        return connection

    async def send(self, command):
        begin = time.monotonic()
        try:
            connection = self.route(command.get("to"))
            data = random.Random(command.get("seed", 0)).randbytes(command["length"])
            stream, self.next_stream = self.next_stream, self.next_stream + 2
            chunk = command.get("chunk", 1 << 20)
            async with connection.turns:
                count = 0
                for at in range(0, len(data), chunk):
                    await self.put(connection, frame(DATA, stream, count, data[at : at + chunk]))
                    count += 1
                await self.put(connection, frame(END, stream, count))
        except Exception as problem:
            say("send-failed", tag=command.get("tag"), reason=repr(problem))
            return
        say(
            "sent",
            tag=command.get("tag"),
            conn=connection.number,
            stream=stream,
            length=len(data),
            sha256=hashlib.sha256(data).hexdigest(),
            seconds=round(time.monotonic() - begin, 4),
        )

    async def put(self, connection, data):
        connection.writer.write(data)
        await asyncio.wait_for(connection.writer.drain(), DRAIN_S)

    # Finding peers

    async def dial_static(self, host, port):
        while True:
            await self.dial(host, port)
            await asyncio.sleep(STATIC_S)

    async def dial_discovered(self):
        while True:
            fresh = time.monotonic() - STALE_S
            for node, (host, port, when) in list(self.seen.items()):
                # Only a connection that the other side dialled counts: the dialler never learns an id.
                if when >= fresh and node not in self.by_id:
                    await self.dial(host, port)
            await asyncio.sleep(DISCOVERED_S)

    async def beacon(self, udp, port):
        to = (self.options.broadcast_to, self.options.discovery)
        while True:
            body = self.tag + self.id.bytes + struct.pack("!HI", port, int(time.time())) + os.urandom(4)
            udp.sendto(body + self.mac(body)[:16], to)
            await asyncio.sleep(BEACON_S)

    def heard(self, datagram, source):
        if len(datagram) != 50 or datagram[:8] != self.tag:
            return
        if not hmac.compare_digest(datagram[34:], self.mac(datagram[:34])[:16]):
            return
        node = uuid.UUID(bytes=datagram[8:24])
        challenge = datagram[30:34]
        if node == self.id or challenge in self.challenges:
            return
        self.challenges.add(challenge)
        port = struct.unpack("!H", datagram[24:26])[0]
        if node not in self.seen:
            say("sighted", id=str(node), host=source[0], port=port)
        self.seen[node] = (source[0], port, time.monotonic())

    async def listen_for_beacons(self, port):
        udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        for option in (socket.SO_REUSEADDR, socket.SO_REUSEPORT, socket.SO_BROADCAST):
            udp.setsockopt(socket.SOL_SOCKET, option, 1)
        udp.bind(("", self.options.discovery))
        udp.setblocking(False)
        peer = self

        class Ear(asyncio.DatagramProtocol):
            def datagram_received(self, data, addr):
                peer.heard(data, addr)

        await asyncio.get_running_loop().create_datagram_endpoint(Ear, sock=udp)
        if not self.options.silent:
            self.spawn(self.beacon(udp, port))

    # Control

    async def obey(self):
        loop = asyncio.get_running_loop()
        lines = asyncio.StreamReader()
        await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
        while True:
            line = await lines.readline()
            if not line:
                return
            command = json.loads(line)
            name = command["cmd"]
            if name == "quit":
                return
            if name == "dial":
                self.spawn(self.dial(command["host"], command["port"]))
            elif name == "static":
                host, port = command["peer"].rsplit(":", 1)
                self.spawn(self.dial_static(host, int(port)))
            elif name == "send":
                self.spawn(self.send(command))
            elif name == "close" and command["conn"] in self.open:
                self.open[command["conn"]].close()
            elif name == "state":
                say(
                    "state",
                    tag=command.get("tag"),
                    open=sorted(self.open),
                    registered=sorted(map(str, self.by_id)) + sorted(self.by_target),
                    ignored={str(kind): count for kind, count in self.ignored.items()},
                )

    async def run(self):
        server = await asyncio.start_server(self.accept, self.options.host, self.options.port)
        port = server.sockets[0].getsockname()[1]
        say("ready", id=str(self.id), port=port)
        static = [peer.rsplit(":", 1) for peer in self.options.peers.split(",") if ":" in peer]
        for host, number in static:
            self.spawn(self.dial_static(host, int(number)))
        if self.options.discovery:
            await self.listen_for_beacons(port)
            if not static:
                self.spawn(self.dial_discovered())
        await self.obey()
        os._exit(0)  # a stock node ends no connection in order either


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--community", required=True)
    parser.add_argument("--key", required=True)
    parser.add_argument("--id", default="")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--peers", default="")
    parser.add_argument("--discovery", type=int, default=0, help="UDP port; 0 for none")
    parser.add_argument("--broadcast-to", default="255.255.255.255")
    parser.add_argument("--silent", action="store_true", help="send no beacons")
    options = parser.parse_args()
    asyncio.run(Peer(options).run())


if __name__ == "__main__":
    main()
