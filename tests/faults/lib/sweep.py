"""Runs a program repeatedly under the agent, each time with the agent's next call failing.

  sweep.py --work DIR --build DIR --who agent|own|shim --kind KIND [--step N] [--library NAME] [--none] NAME=VALUE ...

NAME=VALUE are the agent's settings; %d in a value is replaced by the run's own directory.  Every run
must print, write and return what the program does without the agent.  The agent's points are in the
file "sink" of that directory, in one with the suffix .lp, or in the InfluxDB of the settings.  There
must be whole lines only.  If they do not reach the program's end, stderr must say so.  Prints the
number of runs at its end.  Exits with 1, after printing what was wrong, also if no call failed at
all; with --none, if one did.
"""

import argparse
import concurrent.futures
import json
import os
import re
import subprocess
import sys
import time
import urllib.parse
import urllib.request

LINE = re.compile(
    rb'memagent(_event|_site|_flame)?(,[a-z_]+=([^ ,=\\]|\\.)+)+ '
    rb'[a-z_0-9]+=(-?[0-9.]+i?|"[^"]*")(,[a-z_0-9]+=(-?[0-9.]+i?|"[^"]*"))* [0-9]+')
LOST = 3  # calls in a row that were not reached: there are no more
EACH_OF_LAST = 250  # calls, before which there may be steps
NO_PID = 5000000  # and all numbers above: Linux stops at 4194304


class Run:
    """One run of the program, with its fault."""

    def __init__(self, args, at):
        self.name = f"{args.who}-{args.kind}-{at}"
        self.dir = os.path.join(args.work, self.name)
        os.makedirs(os.path.join(self.dir, "spool"))
        if args.spooled:
            with open(args.spooled, "rb") as file:
                text = file.read()
            self.spooled = b"%d" % (NO_PID + at)
            name = os.path.join(self.dir, "spool", os.path.basename(args.spooled))
            with open(name, "wb") as file:
                file.write(re.sub(rb"pid=[0-9]+", b"pid=" + self.spooled, text))
            self.spooled_points = len(re.findall(rb"^memagent,", text, re.M))
        report = os.path.join(self.dir, "report")
        env = dict(
            setting.replace("%d", self.dir).split("=", 1) for setting in args.settings)
        env.update(
            LD_PRELOAD=f"{args.build}/{args.library}:{args.build}/tests/faults/lib/libfault.so",
            # Among thousands of runs some have the same process id.
            MEMAGENT_TAGS=f"run={self.name}", FAULT_WHO=args.who, FAULT_KIND=args.kind, FAULT_AT=str(at), FAULT_REPORT=report)
        self.result = host(args, self.dir, env if at >= 0 else {})
        self.fault = read(report).decode()

    def lines(self):
        """Return what the agent has written to its own files."""
        files = [os.path.join(self.dir, "sink")]
        spool = os.path.join(self.dir, "spool")
        files += [os.path.join(spool, name) for name in os.listdir(spool) if name[0] != "."]
        return b"".join(map(read, sorted(files)))

    def last_counts(self):
        """Return the program's own calls in its last point, if it has an exit event."""
        own = [line for line in self.lines().split(b"\n") if b",pid=%d," % self.result[4] in line]
        if not any(b'event="exit"' in line for line in own):
            return None
        return re.findall(rb"(?:mallocs|frees|reallocs)=[0-9]+i", own[-1])


def read(name):
    try:
        with open(name, "rb") as file:
            return file.read()
    except FileNotFoundError:
        return b""


def host(args, directory, env):
    """Run the program.  Return its status, output, file, stderr and process id."""
    file = os.path.join(directory, "file")
    with subprocess.Popen([f"{args.build}/tests/faults/host", file, args.ms], env=env,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE) as process:
        try:
            out, err = process.communicate(timeout=20)
        except subprocess.TimeoutExpired:
            process.kill()
            out, err = process.communicate()
    return process.returncode, out, read(file), err, process.pid


def query(args, statement, tag="run"):
    """Return {run: count} of the points in the database; spooled points have another tag."""
    settings = dict(setting.split("=", 1) for setting in args.settings)
    url = settings["MEMAGENT_URL"] + "/query?" + urllib.parse.urlencode(
        {"db": "memagent", "q": statement})
    with urllib.request.urlopen(url) as answer:
        result = json.load(answer)["results"][0]
    return {series["tags"][tag]: series["values"][0][1] for series in result.get("series", [])}


def check_lines(lines):
    """Return what is wrong with lines, or None."""
    if lines and not lines.endswith(b"\n"):
        return "the last line is not whole"
    for line in lines.split(b"\n")[:-1]:
        if not LINE.fullmatch(line):
            return f"not a line of a point: {line}"
    return None


def check(run, bare, good):
    """Return what is wrong with a run, or None."""
    for i, what in enumerate(("status", "output", "file")):
        if run.result[i] != bare.result[i]:
            return f"the program's {what} is {run.result[i]} instead of {bare.result[i]}"
    err = run.result[3]
    if any(not line.startswith(b"memagent[") for line in err.split(b"\n")[:-1]):
        return "something else than the agent is on stderr"
    counts, wanted = run.last_counts(), good.last_counts()
    if counts and wanted and counts != wanted:
        return f"{counts} instead of {wanted}"
    return check_lines(run.lines())


def check_counts(args, runs, good, delivered):
    """Check that a completely delivered run's last point has exactly the program's own calls."""
    for field in ("mallocs", "frees", "reallocs"):
        last = query(args, f"SELECT last({field}) FROM memagent GROUP BY run")
        wanted = last.get(good.name)
        for run in runs:
            if run.name in delivered and last.get(run.name) != wanted:
                yield run, f"{field} {last.get(run.name)} instead of {wanted}"


def check_told(runs, delivered):
    """Return (run, what is wrong) for runs whose points are neither stored nor reported lost."""
    for run in runs:
        if run.last_counts() is None and not run.result[3] and \
                run.name not in delivered:
            yield run, "the points are lost, and nobody has said so"


def check_spooled(args, runs):
    """Check that the spooled points are in the database or still in the spool."""
    count = query(args, "SELECT count(mallocs) FROM memagent GROUP BY pid", "pid")
    if not any(count.get(run.spooled.decode()) for run in runs):
        yield runs[0], "no run at all has delivered what was in the spool"
    for run in runs:
        if b"pid=" + run.spooled not in run.lines() and \
                count.get(run.spooled.decode()) != run.spooled_points:
            yield run, f"of {run.spooled_points} points in the spool " \
                       f"{count.get(run.spooled.decode(), 0)} are delivered"


def numbers(args, total):
    """Return which calls are to fail."""
    n = 1
    while True:
        yield n
        n += args.step if n + args.step < total - EACH_OF_LAST else 1


def sweep(args, bare, good):
    """Return all runs, and the wrong ones with the reason."""
    runs, wrong, missed = [], [], 0
    at = numbers(args, int(good.fault.split()[-1] if good.fault else 0))
    with concurrent.futures.ThreadPoolExecutor(6) as pool:
        while missed < LOST:
            for run in pool.map(lambda n: Run(args, n), [next(at) for _ in range(8)]):
                # The agent cannot prevent a library's own abort.
                if "abort of OpenSSL" in run.fault:
                    missed = 0
                    continue
                why = check(run, bare, good)
                if why:
                    wrong.append((run, why))
                missed = 0 if run.fault else missed + 1
                runs.append(run)
    return runs, wrong


def parse():
    parser = argparse.ArgumentParser()
    parser.add_argument("--work", required=True)
    parser.add_argument("--build", required=True)
    parser.add_argument("--who", required=True)
    parser.add_argument("--kind", required=True)
    parser.add_argument("--step", type=int, default=1)
    parser.add_argument("--ms", default="30")
    parser.add_argument("--spooled")
    parser.add_argument("--library", default="libmemagent.so")
    parser.add_argument("--influx", action="store_true")
    parser.add_argument("--none", action="store_true")
    parser.add_argument("settings", nargs="+")
    args = parser.parse_args()
    args.step = int(os.environ.get("FAULT_STEP", args.step))
    return args


def main():
    args = parse()
    began = time.monotonic()
    bare, good = Run(args, -1), Run(args, 0)
    runs, wrong = sweep(args, bare, good)
    delivered = {}
    if args.influx:
        delivered = query(
            args, "SELECT count(text) FROM memagent_event WHERE event = 'exit' GROUP BY run")
        wrong += check_counts(args, runs, good, delivered)
    wrong += check_told(runs, delivered)
    if args.spooled:
        wrong += check_spooled(args, runs)
    for run, why in wrong:
        print(f"{args.who}, {args.kind}: {run.fault.strip() or 'no fault'}: {why}")
        print(run.result[3].decode(errors="replace"), end="")
    told = sum(1 for run in runs if run.result[3])
    print(f"{args.who}, {args.kind}: {sum(1 for run in runs if run.fault)} faults,"
          f" {told} told of on stderr, {len(wrong)} wrong, {time.monotonic() - began:.1f} s")
    return 1 if wrong or any(run.fault for run in runs) == args.none else 0


if __name__ == "__main__":
    sys.exit(main())
