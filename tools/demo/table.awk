# table.awk: print the points of one experiment in about twenty rows.
#
# Input: as for judge.awk.  Needs words.awk.
# Variables: begin and end of the load (s); interval (s).

function row(    passed, made, freed)
{
	passed = seconds - shown_seconds
	if (passed > 0) {
		made = grouped(($2 - shown_mallocs) / passed)
		freed = grouped(($3 - shown_frees) / passed)
	}
	printf "%6.1f %11s %11s %13s %12s %12s %8d\n", seconds - first_seconds, made, freed,
	    grouped($4), bytes($5), bytes($8), $9
	shown_seconds = seconds
	shown_mallocs = $2
	shown_frees = $3
}

BEGIN {
	FS = "\t"
	step = (end - begin) / 20
	step = step > 1 ? step : 1
	printf "%6s %11s %11s %13s %12s %12s %8s\n", "time/s", "mallocs/s", "frees/s",
	    "live objects", "live bytes", "RSS", "threads"
}

{
	seconds = $1 / 1e9
	if (NR == 1)
		first_seconds = shown_seconds = seconds
	# Accept a point that is slightly early.
	if (NR == 1 || seconds - shown_seconds >= step - interval / 2)
		row()
}

END {
	if (seconds > shown_seconds)
		row()
}
