"""One side of each of the four examples of Mooncake's communicator, with nothing but pyzmq and NumPy."""

import json
import sys

import numpy
import zmq


def tell(**facts):
    print(json.dumps(facts), flush=True)


def rep(socket):
    socket.bind("tcp://127.0.0.1:*")
    tell(event="at", endpoint=socket.last_endpoint.decode())
    request = socket.recv()
    socket.send(b"Response")
    tell(event="done", text=request.decode())


def req(socket, endpoint):
    socket.connect(endpoint)
    socket.send(b"Hello")
    tell(event="done", text=socket.recv().decode())


def pub(socket):
    socket.bind("tcp://127.0.0.1:*")
    tell(event="at", endpoint=socket.last_endpoint.decode())
    tell(event="subscribed", prefix=socket.recv()[1:].decode())
    socket.send_multipart([b"other", b"not wanted"])
    socket.send_multipart([b"sensor.temp", b"25.3C"])
    tell(event="done")


def sub(socket, endpoint):
    socket.subscribe("sensor.")
    socket.connect(endpoint)
    topic, data = socket.recv_multipart()
    tell(event="done", topic=topic.decode(), text=data.decode())


def push(socket, *workers):
    for worker in workers:
        socket.connect(worker)
    for i in range(100):
        socket.send(f"Task {i}".encode())
    tell(event="done")


def pull(socket):
    """Two workers, who together take a hundred tasks."""
    with zmq.Context.instance().socket(zmq.PULL) as other:
        poller = zmq.Poller()
        for each in (socket, other):
            each.bind("tcp://127.0.0.1:*")
            poller.register(each, zmq.POLLIN)
        tell(event="at", endpoint=socket.last_endpoint.decode(), other=other.last_endpoint.decode())
        tasks = []
        while len(tasks) < 100:
            tasks += [each.recv().decode() for each, _ in poller.poll()]
        tell(event="done", tasks=tasks)


def rep_tensor(socket):
    socket.bind("tcp://127.0.0.1:*")
    tell(event="at", endpoint=socket.last_endpoint.decode())
    head, data = socket.recv_multipart()
    meta = json.loads(head)
    tensor = numpy.frombuffer(data, dtype=meta["descr"]).reshape(meta["shape"])
    socket.send(b"ok")
    tell(event="done", shape=list(tensor.shape), dtype=str(tensor.dtype), value=float(tensor.flat[7]))


def req_tensor(socket, endpoint):
    socket.connect(endpoint)
    tensor = numpy.arange(1024 * 1024, dtype="<f4").reshape(1024, 1024)
    head = json.dumps({"shape": tensor.shape, "dtype": tensor.dtype.str})
    socket.send_multipart([head.encode(), tensor])
    tell(event="done", text=socket.recv().decode())


TYPES = {"rep": zmq.REP, "req": zmq.REQ, "pub": zmq.XPUB, "sub": zmq.SUB, "push": zmq.PUSH, "pull": zmq.PULL}

if __name__ == "__main__":
    side = sys.argv[1]
    with zmq.Context() as context, context.socket(TYPES[side.split("_")[0]]) as opened:
        globals()[side](opened, *sys.argv[2:])
        sys.stdin.read()
