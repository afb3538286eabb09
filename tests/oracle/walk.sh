#!/bin/bash
# At every allocation of many programs, the walk finds the same stack as libgcc's unwinder.
#
# limit: 900
#
# The programs of tests/walk are compiled in many ways.  Of those that signals interrupt anywhere, more
# stacks may be truncated: some code has no unwind table.
set -u

here=$(cd "$(dirname "$0")" && pwd)
build=$(cd "${BUILD:-$here/../../build}" && pwd) || exit 1
sources=$(cd "$here/../walk" && pwd)
library=$build/tests/walk/libcompare.so
wanted=100000 # stacks

case $(uname -m) in
x86_64 | aarch64) ;;
*)
	echo "the walk does not know $(uname -m)"
	exit 77
	;;
esac

directory=$(mktemp -d) || exit 1
trap 'rm -rf "$directory"' EXIT
cd "$directory" || exit 1
unset "${!MEMAGENT_@}" LD_PRELOAD
export HOME=$directory LC_ALL=C

status=0 all=0

fail()
{
	echo "FAIL: $*"
	[ ! -e totals.txt ] || head -n 60 totals.txt
	status=1
}

# judge NAME LIMIT: the totals; of 1,000 stacks at most LIMIT are truncated.
judge()
{
	local stacks frames wrong beyond whole rest
	read -rd '' stacks frames wrong beyond whole rest < <(od -An -v -t u8 -w8 totals)
	read -ra rest <<<"${rest//$'\n'/ }"
	echo "$1: $stacks stacks, $frames frames, $wrong wrong, $beyond beyond libgcc, $whole whole," \
		"ends: ${rest[*]}"
	all=$((all + stacks))
	[ "$wrong" -eq 0 ] || fail "$1: stacks differ"
	[ $(((stacks - whole) * 1000)) -le $((stacks * $2)) ] || fail "$1: too many are truncated"
}

# compare NAME LIMIT COMMAND...
compare()
{
	local name=$1 limit=$2
	shift 2
	rm -f totals totals.txt
	COMPARE=$directory/totals LD_PRELOAD=$library "$@" >out 2>&1 </dev/null || {
		tail -n 5 out
		fail "$name: status $?"
	}
	[ -s totals ] || {
		fail "$name was not compared"
		return
	}
	judge "$name" "$limit"
}

# compiled COMPILER FLAG...: the programs of tests/walk
compiled()
{
	local cc=$1 cxx=$1
	case $cc in
	gcc) cxx=g++ ;;
	clang) cxx=clang++ ;;
	esac
	shift
	# clang would remove the allocations.
	"$cc" -D_GNU_SOURCE -fno-builtin -pthread "$@" -o frames "$sources/frames.c" || return
	compare "frames, $cc $*" 1 ./frames
	"$cc" -D_GNU_SOURCE -pthread "$@" -o signals "$sources/signals.c" -ldl -lm || return
	compare "signals, $cc $*" 50 ./signals
	compare "signals on a stack of their own, $cc $*" 50 ./signals own-stack
	! command -v "$cxx" >/dev/null || ! "$cxx" -pthread "$@" -o cxx "$sources/cxx.cc" 2>/dev/null ||
		compare "cxx, $cxx $*" 1 ./cxx
}

for cc in gcc clang; do
	command -v "$cc" >/dev/null || continue
	compiled "$cc" -O0
	compiled "$cc" -O2
	compiled "$cc" -O3 -march=native
	compiled "$cc" -Os
	compiled "$cc" -O2 -fno-omit-frame-pointer
	compiled "$cc" -O2 -fcf-protection=full
	compiled "$cc" -O2 -mstackrealign -fstack-protector-all
	compiled "$cc" -O2 -no-pie -fno-pie -Wl,-z,lazy
done

# Objects that are mapped one after the other at the same address.
gcc -O2 -shared -fPIC -DFRAME_BYTES=1000 -o small.so "$sources/pass.c" &&
	gcc -O2 -shared -fPIC -DFRAME_BYTES=5000 -o large.so "$sources/pass.c" &&
	gcc -O2 -fno-builtin -o unload "$sources/unload.c" -ldl && compare unload 1 ./unload

# host NAME LIMIT COMMAND...: one of the system's programs, if it is there.
host()
{
	! command -v "$3" >/dev/null || compare "$@"
}

cat >shop.sql <<'END'
CREATE TABLE item(id INTEGER PRIMARY KEY, name TEXT);
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000)
	INSERT INTO item SELECT i, 'item ' || i FROM n;
CREATE INDEX by_name ON item(name);
SELECT count(*) FROM item a JOIN item b ON a.name = b.name;
END
cat >words.py <<'END'
import collections, json, re, sqlite3, threading, zlib

def count(n):
    words = collections.Counter(re.findall(r'\w+', ' '.join('word%d' % (i % 97) for i in range(n))))
    return zlib.compress(json.dumps(words, sort_keys=True).encode())

threads = [threading.Thread(target=count, args=(2000,)) for _ in range(4)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
sqlite3.connect(':memory:').execute('SELECT 1').fetchall()
END
# No unwind table describes V8's built-in functions.
cat >work.js <<'END'
const zlib = require('zlib');
const list = Array.from({length: 2000}, (_, i) => ({i, text: 'item ' + i}));
for (let i = 0; i < 20; i++)
	JSON.parse(zlib.gunzipSync(zlib.gzipSync(JSON.stringify(list))).toString());
END

cat >redis.sh <<'END'
redis-server --port 0 --unixsocket "$PWD/redis.sock" --save '' &
until redis-cli -s "$PWD/redis.sock" ping; do :; done
redis-cli -s "$PWD/redis.sock" eval 'for i = 1, 5000 do
	redis.call("HSET", "h" .. i % 20, "k" .. i, string.rep("x", i % 300)) end' 0
redis-cli -s "$PWD/redis.sock" shutdown nosave
wait
END
cat >fibers.php <<'END'
<?php
function work() {
	for ($i = 0; $i < 1000; $i++) {
		json_decode(json_encode(array_fill(0, $i % 20, str_repeat('x', $i))));
		if ($i % 50 == 0)
			Fiber::suspend();
	}
}
$fiber = new Fiber('work');
$fiber->start();
while (!$fiber->isTerminated())
	$fiber->resume();
END

python=$(command -v /usr/bin/python3 || command -v python3)
host python3 1 "${python:-python3}" words.py
# shellcheck disable=SC2016 # the variables are perl's
host perl 1 perl -e 'my %h; $h{$_} = [1 .. 10] for 1 .. 2000; print join(",", sort keys %h), "\n"'
host sqlite3 1 sqlite3 -batch :memory: '.read shop.sql'
git init -q . 2>/dev/null && git -c user.name=a -c user.email=a@b commit -q --allow-empty -m one
host git 1 git log --stat
COMPARE_EVERY=10 host cc1plus 1 gcc -O2 -w -c -o cxx.o "$sources/cxx.cc"
COMPARE_EVERY=10 host node 1 node work.js
host java 1 java -version
command -v redis-server redis-cli >/dev/null && compare redis 1 sh redis.sh
host php 1 php -n fibers.php

echo "$all stacks"
[ "$all" -ge "$wanted" ] || fail "there are fewer than $wanted stacks"
exit $status
