# Requests over HTTP at a steady rate, each over its own connection.  get.py SOCKET SECONDS RATE PATH...
import socket
import sys
import time

end = time.monotonic() + float(sys.argv[2])
i = 0
while time.monotonic() < end:
    path = sys.argv[4 + i % (len(sys.argv) - 4)]
    i += 1
    with socket.socket(socket.AF_UNIX) as s:
        try:
            s.connect(sys.argv[1])
            s.sendall(b"GET %s HTTP/1.1\r\nHost: localhost\r\nAccept-Encoding: gzip\r\nConnection: close\r\n\r\n" %
                      path.encode())
            while s.recv(1 << 16):
                pass
        except OSError:
            time.sleep(0.05)
    time.sleep(1 / float(sys.argv[3]))
