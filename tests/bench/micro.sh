# shellcheck shell=bash disable=SC2154 # words, slow, mode and build are run.sh's
# micro.sh: the small programs beside this file; nanoseconds an operation.

# micro_run PROGRAM THREADS COUNT
micro_run()
{
	local count=$3
	[ "$slow" = 0 ] || count=$((count / 20))
	env "${words[@]}" "$build/tests/bench/$1" "$2" "$count"
}

bench_micro()
{
	local program threads count rounds=40
	[ "$mode" = full ] || rounds=4
	# Many short rounds: nothing else ran in the best of them.  More threads than processors do less each,
	# so that a round takes the same time.
	while read -r program threads count; do
		alternate "micro/$program.$threads" "$rounds" micro_run "$program" "$threads" "$count"
	done <<-END
		pair 1 2000000
		pair 2 1500000
		pair 8 400000
		slots 1 1000000
		slots 2 800000
		slots 8 200000
		growth 1 400000
		growth 2 250000
		growth 8 60000
		pass 2 400000
		pass 8 100000
		churn 1 800
		churn 2 500
		churn 8 120
	END
}

# Only for plain libraries: valgrind cannot run under another tool.
instructions_run()
{
	[[ ${words[0]:-LD_PRELOAD=} == LD_PRELOAD=* ]] || return 0
	BUILD=$build "$here/instructions" "${words[@]}" | awk '$1 != "thread" { print $1, $2 }'
}

# The result is the same every time, so one run is enough.
bench_instructions()
{
	command -v valgrind >/dev/null || return 0
	alternate instructions 1 instructions_run
}
