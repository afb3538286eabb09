# shellcheck shell=bash disable=SC2154 # words, slow, mode and build are run.sh's
# start.sh: processes that only start and end, one after another; ms each.

# start_run COMMAND…
start_run()
{
	local count=300
	[ "$mode" = full ] || count=100
	[ "$slow" = 0 ] || count=15
	"$build/tests/bench/spent" "$count" "${words[@]}" "$@"
}

bench_start()
{
	local rounds=6
	[ "$mode" = full ] || rounds=2
	alternate start/true "$rounds" start_run "$(type -P true)"
	alternate start/bash "$rounds" start_run bash -c :
}
