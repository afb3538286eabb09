# What a python program does, in a loop, with rests.
import collections
import hashlib
import json
import re
import sqlite3
import time
import zlib

database = sqlite3.connect(":memory:")
database.execute("create table t(a integer primary key, b)")
recent = collections.deque(maxlen=50)
i = 0
while True:
    i += 1
    table = {str(k): [k, "x" * (k * 7 % 300), k / 3] for k in range(200)}
    text = json.dumps(table)
    again = json.loads(text)
    recent.append(hashlib.sha256(text.encode()).hexdigest())
    packed = zlib.compress(text.encode(), 1)
    zlib.decompress(packed)
    words = re.sub(r"(\w+)=(\w+)", r"\2:\1", " ".join(f"k{k}=v{k * i}" for k in range(150))).split(":")
    words.sort(key=len)
    database.executemany("insert or replace into t values(?, ?)", ((k, "y" * (k % 90 * 9)) for k in range(100)))
    database.execute("select group_concat(b) from t where a % 3 = ? ", (i % 3,)).fetchall()
    data = bytearray()
    for k in range(40):
        data += b"z" * (k * 31)
    lines = [line.upper() for line in text.split(",")]
    s = set(lines) | set(words)
    time.sleep(0.1)
