# Commands to redis at a steady rate.  redis.py SOCKET SECONDS
import socket
import sys
import time

end = time.monotonic() + float(sys.argv[2])


def connect():
    while True:
        try:
            s = socket.socket(socket.AF_UNIX)
            s.connect(sys.argv[1])
            return s
        except OSError:
            s.close()
            time.sleep(0.05)


def send(s, *commands):
    s.sendall(b"".join(b"*%d\r\n" % len(c) + b"".join(b"$%d\r\n%s\r\n" % (len(w), w) for w in c) for c in commands))
    time.sleep(0.002)
    s.setblocking(False)
    try:
        while s.recv(1 << 16):
            pass
    except BlockingIOError:
        pass
    s.setblocking(True)


def words(i):
    k = b"%d" % (i % 101)
    v = b"v" * (i * 7919 % 3000 + 1)
    yield b"SET", b"s" + k, v
    yield b"GETSET", b"s" + k, v[:50]
    yield b"APPEND", b"s" + k, v[:200]
    yield b"HSET", b"h" + k, b"f%d" % (i % 5), v[:90]
    yield b"RPUSH", b"l" + k, v[:100], v[:200]
    yield b"LPOP", b"l" + k, b"2"
    yield b"SADD", b"t" + k, b"m%d" % (i % 5)
    yield b"ZADD", b"z" + k, b"%d" % i, b"m%d" % (i % 5)
    yield b"EVAL", b"local t = {} for i = 1, 50 do t[i] = ARGV[1] .. i end return #t", b"0", k
    if i % 5 == 0:
        yield b"DEL", b"h" + k, b"t" + k, b"z" + k, b"l" + k
    if i % 11 == 0:
        yield b"MULTI",
        yield b"SET", b"x%d" % (i % 7), v
        yield b"LRANGE", b"l" + k, b"0", b"-1"
        yield b"EXEC",
    if i % 13 == 0:
        yield b"SORT", b"t" + k, b"ALPHA"


s = connect()
i = 0
while time.monotonic() < end:
    for _ in range(5):
        i += 1
        send(s, *words(i))
    if i % 20 == 0:
        s.close()
        s = connect()
    time.sleep(0.02)
