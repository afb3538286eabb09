# Checks that every point of a process is stored exactly once.
#
# usage: points.py INTERVAL_NS <ANSWER
#
# ANSWER is InfluxDB's, in ns, to two queries: for agent_late_ns, and for the events of one process.  The
# agent takes points at whole intervals.  A point's time minus its lateness is when it was due, and the
# lateness says which one was due next.  So each point predicts the next one.  Prints the number of
# points.
import json, statistics, sys

interval = int(sys.argv[1])


def rows_of(result):
    series = result.get("series") or sys.exit("no points at all")
    return [dict(zip(series[0]["columns"], row)) for row in series[0]["values"]]


results = json.load(sys.stdin)["results"]
rows = rows_of(results[0])
events = [(row["event"], row["time"]) for row in rows_of(results[1])]
if [event for event, _ in events] != ["start", "exit"]:
    sys.exit("the events are %s" % events)
# The last point is taken at the end of the process, whenever that is.
points = sorted((row["time"], row["agent_late_ns"]) for row in rows)[:-1]
due = [time - late for time, late in points]

# The offset in an interval at which points are due.  The two clocks may be read with a delay
# between: then a point seems to be due later than it was, never earlier.
phase = statistics.median((d - due[0] + interval // 2) % interval - interval // 2 for d in due)
slack = interval // 5
number = [int((d - due[0] - phase + slack) // interval) for d in due]
wrong = []
# There may be a delay between the event and the schedule's start, too.
if not 0 <= due[0] - events[0][1] + slack <= interval + max(2 * slack, 100000000):
    wrong.append("the first point was due %d ns after the start" % (due[0] - events[0][1]))
for i in range(len(number) - 1):
    late = points[i][1]
    # The agent decides a moment earlier which points it skips.  After a delay in between, the point is
    # later than the agent assumed.
    if not 1 <= number[i + 1] - number[i] <= late // interval + 1:
        wrong.append("after %d (late by %d ns) the next one is %d intervals away: %d"
                     % (points[i][0], late, number[i + 1] - number[i], points[i + 1][0]))
if wrong:
    sys.exit("missing, or there twice:\n" + "\n".join(wrong[:10]))
print(len(rows))
