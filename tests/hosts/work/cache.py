# Clients of a memcached; print the same whenever they run.
import hashlib
import socket
import sys
import threading


def client(n, said):
    server = socket.socket(socket.AF_UNIX)
    server.connect(sys.argv[1])
    stream = server.makefile("rwb")

    def ask(command, end):
        stream.write(command)
        stream.flush()
        got = b""
        while not got.endswith(end):
            line = stream.readline()
            assert line, "the server has gone away"
            got += line
        return got

    digest = hashlib.sha256()
    for i in range(2000):
        text = b"%d " % (i * n) * (i % 300)
        digest.update(ask(b"set k%d.%d 0 0 %d\r\n%s\r\n" % (n, i, len(text), text), b"\r\n"))
        if i % 3 == 0:
            digest.update(ask(b"get k%d.%d k%d.%d\r\n" % (n, i, n, i // 2), b"END\r\n"))
        if i % 7 == 0:
            digest.update(ask(b"delete k%d.%d\r\n" % (n, i // 3), b"\r\n"))
    ask(b"set count%d 0 0 1\r\n0\r\n" % n, b"\r\n")
    for i in range(500):
        digest.update(ask(b"incr count%d %d\r\n" % (n, i), b"\r\n"))
    said[n] = digest.hexdigest()


said = {}
threads = [threading.Thread(target=client, args=(n, said)) for n in range(1, 9)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
for n in sorted(said):
    print(n, said[n])
