# shellcheck shell=sh
# faults.sh: what the tests with faults share; to be sourced first.
. "$(dirname "$0")/../e2e/lib/influx.sh"

sweeps=0
bad=0

# sweep ARGUMENT...: see lib/sweep.py.
sweep()
{
	sweeps=$((sweeps + 1))
	mkdir "$work/$sweeps"
	python3 "$root/tests/faults/lib/sweep.py" --work "$work/$sweeps" --build "$build" "$@" ||
		bad=$((bad + 1))
}

end_of_sweeps()
{
	[ $bad -eq 0 ] || fail "something is wrong in $bad of $sweeps"
}
