# Requests to memcached at a steady rate, over connections that stay for a while.  memcached.py SOCKET SECONDS
import socket
import sys
import time

end = time.monotonic() + float(sys.argv[2])


def connect():
    while True:
        s = socket.socket(socket.AF_UNIX)
        try:
            s.connect(sys.argv[1])
            return s
        except OSError:
            s.close()
            time.sleep(0.05)


def ask(s, text, last):
    s.sendall(text)
    got = b""
    while not got.endswith(last):
        got += s.recv(1 << 16)


i = 0
connections = []
while time.monotonic() < end:
    i += 1
    connections.append(connect())
    for s in connections:
        key = b"key%d" % (i % 80)
        size = i % 8 * 500 + 1
        ask(s, b"set %s 0 0 %d\r\n%s\r\n" % (key, size, b"v" * size), b"STORED\r\n")
        ask(s, b"get " + b" ".join(b"key%d" % (k * i % 80) for k in range(60)) + b"\r\n", b"END\r\n")
        ask(s, b"stats slabs\r\n", b"END\r\n")
        ask(s, b"stats items\r\n", b"END\r\n")
        ask(s, b"stats\r\n", b"END\r\n")
        ask(s, b"lru_crawler metadump all\r\n", b"END\r\n") if i % 40 == 0 else None
    if len(connections) > 6:
        connections.pop(0).close()
    time.sleep(0.05)
