# Receives datagrams on the first address of localhost: 127.0.0.1 or ::1.
#
# usage: udp.py PORT_FILE OUT
#
# Writes a line to OUT for each: its length, and "whole" if it consists of whole lines.
import os, socket, sys

family, kind, _, _, address = socket.getaddrinfo("localhost", 0, type=socket.SOCK_DGRAM)[0]
receiver = socket.socket(family, kind)
receiver.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 22)
receiver.bind(address)
with open(sys.argv[1] + ".new", "w") as file:
    file.write("%d\n" % receiver.getsockname()[1])
os.rename(sys.argv[1] + ".new", sys.argv[1])
with open(sys.argv[2], "w", buffering=1) as out:
    while True:
        data = receiver.recv(65536)
        lines = data.decode().split("\n")
        whole = lines[-1] == "" and all(line.split(" ")[-1].isdigit() for line in lines[:-1])
        out.write("%d %s\n" % (len(data), "whole" if whole else "cut"))
