# 500 lookups a second in a cache of 8,000 results, of which 60,000 are asked for.
import functools
import random
import time


@functools.lru_cache(maxsize=8000)
def result(key):
    return bytearray(1000 + key % 1000)


draw = random.Random(1)
start = time.monotonic()
count = 0
while True:
    for _ in range(10):
        result(draw.randrange(60000))
    count += 10
    time.sleep(max(0, start + count / 500 - time.monotonic()))
