# A TLS connection after another, at a steady rate.  tls.py PORT SECONDS
import socket
import ssl
import sys
import time

end = time.monotonic() + float(sys.argv[2])
context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
context.check_hostname = False
context.verify_mode = ssl.CERT_NONE
while time.monotonic() < end:
    with socket.socket() as plain:
        try:
            plain.connect(("127.0.0.1", int(sys.argv[1])))
            with context.wrap_socket(plain) as s:
                s.sendall(b"GET / HTTP/1.0\r\n\r\n")
                while s.recv(1 << 16):
                    pass
        except OSError:
            time.sleep(0.05)
    time.sleep(0.03)
