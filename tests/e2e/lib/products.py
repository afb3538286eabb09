# A server that answers /ping and writes as InfluxDB 2 below /v2, and as InfluxDB 3 Core below /v3.
#
# usage: products.py PORT_FILE
#
# Version 2 answers /ping without a token.  Version 3 requires the token everywhere, and refuses a write
# without a point (influxdb3_write, write_buffer/mod.rs, Error::EmptyWrite).
import http.server, os, sys, urllib.parse

HEADS = {
    "v2": [("X-Influxdb-Build", "OSS"), ("X-Influxdb-Version", "v2.7.6")],
    "v3": [("x-influxdb-build", "Core"), ("x-influxdb-version", "3.2.1")],
}


class Handler(http.server.BaseHTTPRequestHandler):
    def handle_request(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        url = urllib.parse.urlsplit(self.path)
        version, path = url.path[1:3], url.path[3:]
        token = self.headers.get("Authorization", "")
        known = token in ("Token right", "Token reader")
        if path == "/ping" and self.command == "GET":
            if version == "v2":
                return self.answer(204, HEADS["v2"])
            return self.answer(200, HEADS["v3"], '{"version":"3.2.1"}') if known else self.answer(401)
        if path != "/api/v2/write" or self.command != "POST":
            return self.answer(404)
        if not known:
            return self.answer(401, [], '{"code":"unauthorized","message":"unauthorized access"}')
        if token != "Token right":
            return self.answer(403, [], '{"code":"forbidden","message":"insufficient permissions for write"}')
        query = urllib.parse.parse_qs(url.query)
        if version == "v2" and query.get("org") != ["o"]:
            return self.answer(404, [], '{"code":"not found","message":"organization name not found"}')
        if version == "v2" and query.get("bucket") != ["b"]:
            return self.answer(404, [], '{"code":"not found","message":"bucket not found"}')
        lines = [line for line in body.decode().split("\n") if line and not line.startswith("#")]
        if version == "v3" and not lines:
            return self.answer(400, [], "incoming write was empty")
        self.answer(204)

    do_GET = do_POST = handle_request

    def answer(self, code, heads=(), text=""):
        self.send_response(code)
        for name, value in heads:
            self.send_header(name, value)
        if code != 204:
            self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        if code != 204:
            self.wfile.write(text.encode())

    def log_message(self, *rest):
        pass


server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
with open(sys.argv[1] + ".new", "w") as file:
    file.write(str(server.server_address[1]))
os.rename(sys.argv[1] + ".new", sys.argv[1])
server.serve_forever()
