#!/bin/sh
# memagent-report --pprof: the profile has the stacks, innermost first, with the files that they are in, and the values of
# Go's heap profiles; addresses lie in the mapping of their file, where the file's own headers say.
. "$(dirname "$0")/../e2e/lib/influx.sh"

report=$build/memagent-report
for program in protoc gzip readelf; do
	command -v $program >/dev/null || skip "$program is not installed"
done

# The part of profile.proto that is used.
cat >"$work/profile.proto" <<'PROTO'
syntax = "proto3";
message Profile {
	repeated Type sample_type = 1;
	repeated Sample sample = 2;
	repeated Mapping mapping = 3;
	repeated Location location = 4;
	repeated Function function = 5;
	repeated string string_table = 6;
	int64 time_nanos = 9;
	int64 duration_nanos = 10;
	int64 default_sample_type = 14;
}
message Type { int64 type = 1; int64 unit = 2; }
message Sample { repeated uint64 location_id = 1; repeated int64 value = 2; repeated Label label = 3; }
message Label { int64 key = 1; int64 str = 2; }
message Mapping {
	uint64 id = 1;
	uint64 memory_start = 2;
	uint64 memory_limit = 3;
	uint64 file_offset = 4;
	int64 filename = 5;
	int64 build_id = 6;
	bool has_functions = 7;
}
message Location { uint64 id = 1; uint64 mapping_id = 2; uint64 address = 3; repeated Line line = 4; }
message Line { uint64 function_id = 1; }
message Function { uint64 id = 1; int64 name = 2; int64 system_name = 3; }
PROTO

# decode: print a profile with names in place of ids: types, samples ("VALUES: NAME@MAPPING+ADDRESS ..."), mappings.
cat >"$work/decode.py" <<'PYTHON'
import re, sys

def parse(lines):
    message = {}
    for line in lines:
        line = line.strip()
        if line == "}":
            return message
        if line.endswith("{"):
            message.setdefault(line[:-2], []).append(parse(lines))
        else:
            key, value = line.split(": ", 1)
            message.setdefault(key, []).append(value[1:-1] if value[0] == '"' else int(value) if value not in ("true", "false") else value)
    return message

p = parse(iter(sys.stdin.read().splitlines()))
one = lambda m, key: m.get(key, [0])[0]
text = lambda n: p["string_table"][n]
assert text(0) == ""
functions = {one(f, "id"): text(one(f, "name")) for f in p["function"]}
mappings = {one(m, "id"): m for m in p.get("mapping", [])}
locations = {one(l, "id"): l for l in p["location"]}
assert sorted(mappings) == list(range(1, len(mappings) + 1)) and 0 not in locations
print("types", *(text(one(t, "type")) + "/" + text(one(t, "unit")) for t in p["sample_type"]))
print("default", text(one(p, "default_sample_type")))
print("seconds", one(p, "time_nanos") // 10**9, one(p, "duration_nanos") // 10**9)
for s in p["sample"]:
    place = []
    for i in s["location_id"]:
        l = locations[i]
        m = mappings.get(one(l, "mapping_id"))
        name = functions[one(one(l, "line"), "function_id")]
        if m:
            assert one(m, "memory_start") <= one(l, "address") < one(m, "memory_limit"), (name, l, m)
            name += "@%d+%#x" % (one(m, "id"), one(l, "address") - one(m, "memory_start") + one(m, "file_offset"))
        place.append(name)
    labels = ["%s=%s" % (text(one(l, "key")), text(one(l, "str"))) for l in s.get("label", [])]
    print("sample", *s["value"], *labels, *place)
for m in mappings.values():
    print("mapping", one(m, "id"), "%#x" % one(m, "file_offset"), text(one(m, "filename")), text(one(m, "build_id")))
PYTHON

# decode FILE
decode()
{
	gzip -dc "$1" >"$work/plain" || fail "$1 is not gzip"
	protoc -I "$work" --decode=Profile "$work/profile.proto" <"$work/plain" >"$work/text" 2>"$work/err" || fail "$1 is no profile: $(cat "$work/err")"
	! grep -q '^ *[0-9]*: ' "$work/text" || fail "$1 has unknown fields: $(cat "$work/text")"
	python3 "$work/decode.py" <"$work/text" || fail "$1 is no valid profile"
}

now=1764330000
points()
{
	awk -v now=$now "$@" -f "$root/tests/grafana/lib/sites.awk"
}

# ---- files that are not there: a mapping over the whole file ----

points -v service=shop -v pid=7 | grep -v 'function=</script>' >"$work/shop.lp"
"$report" --pprof "$work/shop.pb.gz" "$work/shop.lp" >"$work/out" 2>"$work/err" || fail "status $?"
expect_silence pprof
[ ! -s "$work/out" ] || fail "something was printed"
expect_equal "profile" "types alloc_objects/count alloc_space/bytes inuse_objects/count inuse_space/bytes
default inuse_space
seconds 1764329999 39
sample 128000 12800000 50000 5000000 fill_cache@1+0x1600 main@1+0x1310 __libc_start_main@2+0x27304 _start@1+0x1050
sample 39000 3900000 39000 3900000 push_global@1+0x1100 handle@1+0x1400 main@1+0x1300 __libc_start_main@2+0x27304 _start@1+0x1050
sample 9610 961000 100 10000 other
mapping 1 0x0 /usr/bin/server 0123456789abcdef0123456789abcdef01234567
mapping 2 0x0 /lib/x86_64-linux-gnu/libc.so.6 aabbccddeeff00112233445566778899aabbccdd" "$(decode "$work/shop.pb.gz")"

# The first mapping is that of the executable, also if no stack has a main: pprof takes it for the profile's file.
points -v service=shop -v pid=7 -v threads=1 >"$work/threads.lp"
"$report" --pprof "$work/threads.pb.gz" "$work/threads.lp" || fail "threads: status $?"
decode "$work/threads.pb.gz" | grep -q '^mapping 1 0x0 /usr/bin/server ' || fail "threads: $(decode "$work/threads.pb.gz")"

points -v service=shop -v pid=7 -v path=/opt/x.solutions/server | LC_ALL=C sed 's/live_bytes=100000i/live_bytes=90000000i/' >"$work/plug-in.lp"
"$report" --pprof "$work/plug-in.pb.gz" "$work/plug-in.lp" || fail "plug-in: status $?"
decode "$work/plug-in.pb.gz" | grep -q '^mapping 1 0x0 /opt/x.solutions/server ' || fail "plug-in: $(decode "$work/plug-in.pb.gz")"

# ---- a hostile name, several processes ----

{
	points -v service=shop -v pid=7
	points -v service=bar -v pid=8
} >"$work/two.lp"
"$report" --pprof - "$work/two.lp" >"$work/two.pb.gz" 2>"$work/err" || fail "two processes: status $?"
expect_silence "two processes"
decode "$work/two.pb.gz" >"$work/two"
expect_equal "samples" 8 "$(grep -c '^sample' "$work/two")"
expect_equal "mappings" 3 "$(grep -c '^mapping' "$work/two")"
grep -qxF 'sample 39000 3900000 39000 3900000 process=bar 8 push_global@1+0x1100 handle@1+0x1400 main@1+0x1300 __libc_start_main@2+0x27304 _start@1+0x1050' \
	"$work/two" || fail "no process of a sample"
grep -qF '[jit] [jit] [truncated]' "$work/two" || fail "no hostile sample: $(cat "$work/two")"

# ---- files that are there: their own segments, position-independent and not ----

cat >"$work/program.c" <<'C'
int push_global(void) { return 1; }
int main(void) { return push_global(); }
C
for kind in pie no-pie; do
	program=$work/$kind
	${CC:-cc} -$kind -o "$program" "$work/program.c" -Wl,--build-id -Wl,-z,separate-code 2>"$work/err" || skip "no compiler for $kind"
	id=$(readelf -n "$program" | sed -n 's/ *Build ID: //p')
	address=$(readelf -sW "$program" | awk '$8 == "push_global" { print $2 }')
	# The segment with the code: offset and address.
	segment=$(readelf -lW "$program" | awk '$1 == "LOAD" && /R E/ { print $2, $3 }')
	offset=$(printf '%#x' $((0x$address - ${segment#* } + ${segment% *})))
	points -v service=shop -v pid=7 -v path="$program" -v build_id="$id" -v address="0x$address" >"$work/$kind.lp"
	"$report" --pprof "$work/$kind.pb.gz" "$work/$kind.lp" || fail "$kind: status $?"
	decode "$work/$kind.pb.gz" >"$work/decoded"
	grep -q "push_global@1+$offset " "$work/decoded" || fail "$kind: push_global is not at $offset: $(cat "$work/decoded")"
	grep -q "^mapping 1 $(printf '%#x' $((${segment% *}))) $program $id" "$work/decoded" ||
		fail "$kind: not the mapping of $segment: $(grep mapping "$work/decoded")"
done
# A program with fixed addresses keeps them.
grep -q "address: $((0x$address))\$" "$work/text" || fail "push_global of no-pie is not at its address"

# A file with another build-id is another file: its segments say nothing.
points -v service=shop -v pid=7 -v path="$work/pie" -v address=0x1100 >"$work/other.lp"
"$report" --pprof "$work/other.pb.gz" "$work/other.lp" || fail "other build-id: status $?"
decode "$work/other.pb.gz" >"$work/decoded"
grep -q "^mapping 1 0x0 $work/pie 0123456789abcdef" "$work/decoded" || fail "other build-id: $(grep mapping "$work/decoded")"
