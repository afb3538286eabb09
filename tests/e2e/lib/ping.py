# A server that answers /ping and writes with 204, or with 401 without the right user and password.
#
# usage: SECRET=PASSWORD ping.py PORT_FILE [CERTIFICATE]
import base64, http.server, os, ssl, sys

secret = os.environ.get("SECRET", "")


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.answer(204 if self.path == "/ping" else 404)

    def do_POST(self):
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.answer(204 if self.path.startswith("/write?") else 404)

    def answer(self, code):
        wanted = "Basic " + base64.b64encode(("me:" + secret).encode()).decode()
        if secret and self.headers.get("Authorization") != wanted:
            code = 401
        self.send_response(code)
        self.end_headers()

    def log_message(self, *rest):
        pass


server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
if len(sys.argv) > 2:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(sys.argv[2])
    server.socket = context.wrap_socket(server.socket, server_side=True)
with open(sys.argv[1] + ".new", "w") as file:
    file.write(str(server.server_address[1]))
os.rename(sys.argv[1] + ".new", sys.argv[1])
server.serve_forever()
