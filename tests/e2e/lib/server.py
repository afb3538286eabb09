# A server that handles each request as a script says, for what a real server cannot be made to do.
#
# usage: server.py DIR NAME...
#
# For each NAME it listens on its own port of 127.0.0.1 and follows the file DIR/NAME: one step per line,
# and the last step repeats.  If the file is replaced, it starts again with the new one.  Steps:
#
#   STATUS [HEADER: VALUE] [| BODY]  read the request, answer so ("date+N" in VALUE: N s from now)
#   slow SECONDS STATUS ...          the same, later
#   half STATUS                      answer half a body, and close
#   endless STATUS                   answer with a body that never ends
#   garbage                          answer something that is not HTTP, and close
#   reset connection|head|body|request|answer
#                                    break the connection: before the request, in its head, in its body,
#                                    after it, in the middle of the answer
#   auth CREDENTIALS                 204 if the header Authorization is this, else 401
#   nogzip STATUS ...                204 to a plain body, STATUS to a compressed one
#   keep STEP                        store the request's points nevertheless
#
# What came of it: DIR/NAME.log has "SECONDS METHOD TARGET ENCODING BYTES STEP" for each request that
# was read whole, DIR/NAME.heads their heads, DIR/NAME.seen their lines, DIR/NAME.stored the lines of those
# that were stored: answered with 2xx, or to be kept.  DIR/NAME.port has the port, when all listen.
import email.utils, gzip, os, re, socket, struct, sys, threading, time


class Gone(Exception):
    pass


class Case:
    def __init__(self, directory, name):
        self.base = os.path.join(directory, name)
        self.inode = None
        self.lock = threading.Lock()
        self.listener = socket.create_server(("127.0.0.1", 0))

    def next_step(self):
        with self.lock, open(self.base) as file:
            inode = os.fstat(file.fileno()).st_ino
            if inode != self.inode:
                self.inode = inode
                self.steps = [step for step in file.read().split("\n") if step]
            return self.steps.pop(0) if len(self.steps) > 1 else self.steps[0]

    def append(self, suffix, data):
        with self.lock, open(self.base + suffix, "ab") as file:
            file.write(data)

    def serve(self):
        while True:
            connection, _ = self.listener.accept()
            threading.Thread(target=self.talk, args=(connection,), daemon=True).start()

    def talk(self, connection):
        try:
            while self.one_request(connection):
                pass
        except (Gone, OSError):
            pass
        connection.close()

    # Return whether the connection stays.
    def one_request(self, connection):
        if not connection.recv(1, socket.MSG_PEEK):
            return False
        step = self.next_step()
        keep = step.startswith("keep ")
        step = step[5:] if keep else step
        if step == "reset connection":
            return reset(connection)
        if step == "reset head":
            connection.recv(10)
            return reset(connection)
        head, rest = read_head(connection)
        length = re.search(rb"(?i)\r\ncontent-length: *(\d+)", head)
        if step == "reset body":
            while not rest:
                rest = connection.recv(1)
            return reset(connection)
        body = read_body(connection, rest, int(length.group(1)) if length else 0)
        step = decide(step, head)
        stored = re.match(r"(slow \S+ )?2", step) and "text/html" not in step
        self.note(head, body, step, keep or stored)
        return act(connection, step)

    def note(self, head, body, step, stored):
        method, target = head.split(b" ", 2)[:2]
        packed = re.search(rb"(?i)\r\ncontent-encoding: *gzip", head)
        if packed:
            body = gzip.decompress(body)
        line = "%.4f %s %s %s %d %s\n" % (time.monotonic(), method.decode(), target.decode(),
                                          "gzip" if packed else "plain", len(body), step)
        self.append(".heads", head)
        if b"/write" in target:
            self.append(".seen", body)
            if stored:
                self.append(".stored", body)
        self.append(".log", line.encode())


# Return the step that one with a condition comes to.
def decide(step, head):
    word, _, rest = step.partition(" ")
    if word == "auth":
        given = re.search(rb"(?i)\r\nauthorization: *(.*?)\r\n", head)
        return "204" if given and given.group(1).decode() == rest else "401 | authorization failed"
    if word == "nogzip":
        return rest if re.search(rb"(?i)\r\ncontent-encoding: *gzip", head) else "204"
    return step


def reset(connection):
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    return False


def receive(connection):
    data = connection.recv(65536)
    if not data:
        raise Gone
    return data


def read_head(connection):
    data = b""
    while b"\r\n\r\n" not in data:
        data += receive(connection)
    head, _, rest = data.partition(b"\r\n\r\n")
    return head + b"\r\n\r\n", rest


def read_body(connection, body, length):
    while len(body) < length:
        body += receive(connection)
    return body


def answer(connection, step):
    status, header, body = re.fullmatch(r"(\d+)(?: ([A-Za-z-]+: [^|]*?))?(?: *\| *(.*))?", step).groups()
    lines = ["HTTP/1.1 %s As Told" % status]
    if header:
        lines.append(re.sub(r"date\+(\d+)", lambda found: email.utils.formatdate(
            time.time() + int(found.group(1)), usegmt=True), header))
    data = (body or "").encode()
    if status != "204":
        lines.append("Content-Length: %d" % len(data))
    connection.sendall("\r\n".join(lines + ["", ""]).encode() + data)
    return True


def act(connection, step):
    word, _, rest = step.partition(" ")
    if word == "slow":
        seconds, _, rest = rest.partition(" ")
        time.sleep(float(seconds))
        return answer(connection, rest)
    if word == "half":
        connection.sendall(b"HTTP/1.1 %s Half\r\nContent-Length: 100\r\n\r\nhalf" % rest.encode())
        return False
    if word == "garbage":
        connection.sendall(bytes(range(256)) * 20)
        return False
    if word == "endless":
        connection.sendall(b"HTTP/1.1 %s Endless\r\n\r\n" % rest.encode())
        while True:
            connection.sendall(b"and so on " * 1000)
    if step == "reset request":
        return reset(connection)
    if step == "reset answer":
        connection.sendall(b"HTTP/1.1 204 No Con")
        return reset(connection)
    return answer(connection, step)


def main():
    cases = [Case(sys.argv[1], name) for name in sys.argv[2:]]
    for case in cases:
        threading.Thread(target=case.serve, daemon=True).start()
    for case in cases:
        with open(case.base + ".port.new", "w") as file:
            file.write("%d\n" % case.listener.getsockname()[1])
        os.rename(case.base + ".port.new", case.base + ".port")
    threading.Event().wait()


main()
