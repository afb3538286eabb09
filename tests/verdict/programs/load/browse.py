# Requests at a steady rate: browse.py SOCKET|PORT SECONDS RATE CONNECTIONS PATH...
# Each connection is kept for 100 requests.
import http.client
import socket
import sys
import time

address = sys.argv[1]
seconds, rate, connections = map(int, sys.argv[2:5])
paths = sys.argv[5:]


class Connection(http.client.HTTPConnection):
    def connect(self):
        while True:
            try:
                if address.isdigit():
                    self.sock = socket.create_connection(("127.0.0.1", int(address)))
                else:
                    self.sock = socket.socket(socket.AF_UNIX)
                    self.sock.connect(address)
                return
            except OSError:
                time.sleep(0.05)


clients = [Connection("localhost") for _ in range(connections)]
start = time.monotonic()
for i in range(seconds * rate):
    client = clients[i % connections]
    if i // connections % 100 == 99:
        client.close()
    try:
        client.request("GET", paths[i % len(paths)])
        client.getresponse().read()
    except (OSError, http.client.HTTPException):
        client.close()  # a server that reloads closes what is idle
    time.sleep(max(0, start + i / rate - time.monotonic()))
