# What python is used for; prints the same whenever it runs.
import asyncio
import concurrent.futures
import contextlib
import ctypes
import gc
import hashlib
import json
import multiprocessing
import os
import re
import signal
import socket
import sqlite3
import ssl
import subprocess
import sys
import threading
import zlib


def digest(value):
    return hashlib.sha256(repr(value).encode()).hexdigest()[:16]


def sums(n):
    table = {str(i): [i * n, {"text": "x" * (i % 40)}] for i in range(1500)}
    again = json.loads(json.dumps(table))
    return n, digest(sorted(again.items()))


async def serve(secure):
    async def answer(reader, writer):
        while line := await reader.readline():
            writer.write(line[::-1])
            await writer.drain()
        writer.close()

    async def ask(i):
        options = {"ssl": client, "server_hostname": "localhost"} if secure else {}
        reader, writer = await asyncio.open_connection("127.0.0.1", port, **options)
        got = []
        for j in range(10):
            line = b"%d:%d\n" % (i, j)
            writer.write(line)
            got.append(await reader.readexactly(len(line)) == line[::-1])
        writer.close()
        return sum(got)

    context = client = None
    if secure:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(sys.argv[1])
        client = ssl.create_default_context(cafile=sys.argv[1])
    server = await asyncio.start_server(answer, "127.0.0.1", 0, ssl=context)
    port = server.sockets[0].getsockname()[1]
    counts = await asyncio.gather(*(ask(i) for i in range(60)))
    process = await asyncio.create_subprocess_exec("sort", "-rn", stdin=subprocess.PIPE,
                                                   stdout=subprocess.PIPE)
    out, _ = await process.communicate(b"".join(b"%d\n" % i for i in range(5000)))
    server.close()
    await server.wait_closed()
    return sum(counts), digest(out), process.returncode


def main():
    print("asyncio", asyncio.run(serve(False)))
    print("asyncio over TLS", asyncio.run(serve(True)))
    for method in "fork", "spawn":
        context = multiprocessing.get_context(method)
        with context.Pool(3) as pool:
            print(method, digest(pool.map(sums, range(12))))
            pool.close()
            pool.join()
        queue = context.Queue()
        process = context.Process(target=queue.put, args=(b"z" * 300000,))
        process.start()
        print(method, len(queue.get()), process.join(), process.exitcode)
    with concurrent.futures.ThreadPoolExecutor(8) as executor:
        print("threads", digest(list(executor.map(sums, range(8)))))
    print("active", threading.active_count())

    pid = os.fork()
    if pid == 0:
        os._exit(sums(7)[0])
    print("fork", os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
    print(subprocess.run(["sh", "-c", "echo $0; kill -9 $$", "killed"], stdout=subprocess.PIPE))

    with contextlib.closing(sqlite3.connect(":memory:")) as database:
        database.execute("create table t(a, b)")
        database.executemany("insert into t values(?, ?)", ((i, str(i) * 9) for i in range(20000)))
        print("sqlite", database.execute("select sum(a), max(b), count(distinct b) from t").fetchone())
    text = " ".join(f"k{i}=v{i * i};" for i in range(20000))
    print("re", digest(re.sub(r"(\w+)=(\w+);", r"\2:\1", text)))
    print("zlib", len(zlib.decompress(zlib.compress(text.encode()))))

    ticks = []
    signal.signal(signal.SIGALRM, lambda *rest: ticks.append(1))
    signal.setitimer(signal.ITIMER_REAL, 0.005, 0.005)
    while len(ticks) < 20:
        [object() for _ in range(1000)]
    signal.setitimer(signal.ITIMER_REAL, 0)
    print("signals", len(ticks) >= 20)

    class Node:
        pass

    for _ in range(2000):
        a, b = Node(), Node()
        a.b, b.a = b, a
    print("garbage", gc.collect() > 0)
    libc = ctypes.CDLL(None)
    libc.malloc.restype = ctypes.c_void_p
    libc.free.argtypes = [ctypes.c_void_p]
    for i in range(1000):
        libc.free(libc.malloc(i * 100))
    a, b = socket.socketpair()
    print("descriptor", a.fileno(), os.listdir("/proc/self/fd"))
    print("environment", sorted(k for k in os.environ if k.startswith("PYTHON")))


if __name__ == "__main__":
    main()
