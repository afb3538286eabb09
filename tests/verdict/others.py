"""What other tools say of a case: jemalloc's profile, heaptrack's list of leaks, and a cut by age."""
import collections
import functools
import glob
import math
import os
import re

LIBRARIES = re.compile(r"^(libinject|libmemagent[-a-z]*|libjemalloc|libheaptrack\w*)\.so")
SHARE = 0.1  # of all, that makes a function one that a person would look at


@functools.lru_cache(None)
def is_fixed(path):
    """Whether the file is an executable that is not position-independent."""
    try:
        with open(path, "rb") as f:
            return f.read(18)[16] == 2
    except (OSError, IndexError):
        return False


@functools.lru_cache(None)
def true_name(path):
    return os.path.realpath(path)


def at(mappings, address):
    """PATH+0xADDRESS of an address in memory; ${mappings} are (from, to, base, path)."""
    for first, last, bias, path in mappings:
        if first <= address < last:
            return f"{path}+{address - bias:#x}"
    return f"jit+{address:#x}"


# ---- jemalloc: the growth between two profiles, as jeprof --base computes it ----

def profile(path):
    """Live bytes of each stack, an estimate, and where the files were mapped."""
    live, stack, mappings, mean = collections.Counter(), (), [], 1
    with open(path, errors="replace") as f:
        for line in f:
            if line.startswith("heap_v2/"):
                mean = int(line.split("/")[1])
            elif line.startswith("@"):
                stack = tuple(int(a, 16) for a in line.split()[1:])
            elif stack and (m := re.match(r"\s*t\*: (\d+): (\d+)", line)):
                count, size = int(m[1]), int(m[2])
                if count:
                    live[stack] += size / (1 - math.exp(-size / count / mean))
            elif m := re.match(r"([0-9a-f]+)-([0-9a-f]+) r.x. ([0-9a-f]+) \S+ \d+\s+(/\S+)", line):
                first, last, offset = (int(m[i], 16) for i in (1, 2, 3))
                mappings.append((first, last, 0 if is_fixed(m[4]) else first - offset, m[4]))
    return live, mappings


def jemalloc(directory):
    growth = collections.Counter()
    by_process = collections.defaultdict(list)
    for path in glob.glob(directory + "/jemalloc.*.heap"):
        pid, number = re.search(r"jemalloc\.(\d+)\.(\d+)\.", path).groups()
        by_process[pid].append((int(number), path))
    for dumps in by_process.values():
        dumps.sort()
        if len(dumps) < 2:
            continue
        first, _ = profile(dumps[0][1])
        last, mappings = profile(dumps[-1][1])
        last.subtract(first)
        for stack, size in last.items():
            growth[tuple(at(mappings, a) for a in stack)] += size
    return growth


# ---- heaptrack: what was not freed ----

def heaptrack(directory):
    leaked = collections.Counter()
    for path in glob.glob(directory + "/heaptrack.*"):
        mappings, parents, objects, executable = [], [(0, 0)], {}, ""
        with open(path, errors="replace") as f:
            for line in f:
                word = line.split()
                if not word:
                    continue
                if word[0] == "x":
                    executable = word[-1]
                elif word[0] == "m" and len(word) > 4:
                    # The length of the name, the name, the base, and the segments.
                    name, base = executable if word[2] == "x" else word[2], int(word[3], 16)
                    pairs = [int(w, 16) for w in word[4:]]
                    for start, size in zip(pairs[::2], pairs[1::2]):
                        mappings.append((base + start, base + start + size, base, name))
                elif word[0] == "t":
                    # Its addresses are within the call.
                    parents.append((int(word[1], 16) + 1, int(word[2], 16)))
                elif word[0] == "+" and len(word) == 4:
                    objects[word[3]] = int(word[1], 16), int(word[2], 16)
                elif word[0] == "-":
                    objects.pop(word[1], None)
        by_trace = collections.Counter()
        for size, trace in objects.values():
            by_trace[trace] += size
        for trace, size in by_trace.items():
            stack = []
            while trace and trace < len(parents):
                address, trace = parents[trace]
                stack.append(at(mappings, address))
            leaked[tuple(stack)] += size
    return leaked


def named(stacks, truth, score):
    """
    Add up the bytes of ${stacks} by function.  Return whether what leaks is the first, and how many
    others have SHARE of all.
    """
    total = collections.Counter()
    wanted = []
    if truth:
        for frame, function in zip(truth.returns, truth.raw):
            path = function.rpartition("+")[0]
            wanted.append((true_name(path) if path else "jit") + "+" + frame.rpartition("+")[2])
    for stack, size in stacks.items():
        frames = [f for f in stack if not LIBRARIES.match(os.path.basename(f))]
        if not frames or size == 0:
            continue
        if wanted:
            plain = [true_name(f.rpartition("+")[0]) + "+" + f.rpartition("+")[2] for f in frames[:len(wanted)]]
            if len(plain) >= min(3, len(wanted)) and all(a == b or b.startswith("jit") for a, b in zip(plain, wanted)):
                total[True] += size
                continue
        name = score.innermost([score.Symbols.name(f) for f in frames])
        total[True if truth and ":" in name and name == truth.function else name] += size
    return judged(total)


def judged(total):
    everything = sum(v for v in total.values() if v > 0)
    if everything <= 0:
        return None
    large = [k for k, v in total.most_common() if v >= SHARE * everything]
    return {"found": total.most_common(1)[0][0] is True, "false": sum(k is not True for k in large),
            "names": [str(k) for k in large if k is not True][:5]}


# ---- a cut by age, of the agent's own fields ----

def age(points, begin, end, is_true):
    """Functions whose objects older than half of the run are SHARE of all such objects."""
    latest = {}
    for tags, fields, frames, time in points:
        if time <= end + 0.5:
            latest.setdefault(tags.get("pid"), {})
            if latest[tags.get("pid")].get("time", 0) < time - 1:
                latest[tags.get("pid")] = {"time": time, "sites": []}
            latest[tags.get("pid")]["sites"].append((tags.get("function", ""), frames, fields))
    total = collections.Counter()
    for snapshot in latest.values():
        half = (snapshot["time"] - begin) / 2
        for function, frames, fields in snapshot["sites"]:
            old = sum(v for k, v in fields.items()
                      if (m := re.match(r"age_(\d+)s_bytes", k)) and int(m[1]) >= half)
            total[True if is_true(function, frames) else function] += old
    result = judged(total)
    if result:
        result["found"] = total[True] >= SHARE * sum(total.values()) > 0
    return result
