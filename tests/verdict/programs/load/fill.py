# Write values at a steady rate: fill.py redis|memcached SOCKET SECONDS RATE KEYS
import socket
import sys
import time

protocol, path = sys.argv[1:3]
seconds, rate, keys = map(int, sys.argv[3:])


def connect():
    while True:
        s = socket.socket(socket.AF_UNIX)
        try:
            s.connect(path)
            return s
        except OSError:
            s.close()
            time.sleep(0.05)


def command(i):
    key = b"key:%d" % (i % keys)
    value = b"v" * (500 + i * 7919 % 1500)
    if protocol == "redis":
        return b"*3\r\n$3\r\nSET\r\n$%d\r\n%s\r\n$%d\r\n%s\r\n" % (len(key), key, len(value), value)
    return b"set %s 0 0 %d\r\n%s\r\n" % (key, len(value), value)


s = connect()
answers = s.makefile("rb")
start = time.monotonic()
each = rate // 20
for i in range(0, seconds * rate, each):
    s.sendall(b"".join(map(command, range(i, i + each))))
    for _ in range(each):
        answers.readline()
    time.sleep(max(0, start + (i + each) / rate - time.monotonic()))
