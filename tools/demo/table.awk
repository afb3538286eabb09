# table.awk: judge and show what the database holds of one run of the demo.
#
# In: lines of time (ns), mallocs, frees, heap_objects, heap_alloc_bytes,
# total_alloc_bytes, total_freed_bytes, rss_bytes, threads, trims, trim_pause_total_ns;
# by tabs, oldest first; the last two may be empty.
# Variables: experiment; requests that the load saw completed, and its connections;
# served, the server's own number; begin and end of the load (s); interval (s).
# Exit status 1, and why on stderr, when that is not what it must be.

function complain(text)
{
	print "demo: " text > "/dev/stderr"
	bad = 1
}

function grouped(n,    text, sign)
{
	sign = n < 0 ? "-" : ""
	text = sprintf("%.0f", n < 0 ? -n : n)
	n = ""
	while (length(text) > 3) {
		n = "," substr(text, length(text) - 2) n
		text = substr(text, 1, length(text) - 3)
	}
	return sign text n
}

function bytes(n)
{
	if (n >= 1024 * 1024 * 1024)
		return sprintf("%.2f GiB", n / 1024 / 1024 / 1024)
	if (n >= 1024 * 1024)
		return sprintf("%.1f MiB", n / 1024 / 1024)
	if (n >= 1024)
		return sprintf("%.1f KiB", n / 1024)
	return sprintf("%.0f B", n)
}

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
	for (i = 1; i <= 9; i++)
		if ($i !~ /^[0-9]+(\.[0-9]+)?(e\+?[0-9]+)?$/)
			complain("point " NR " has \"" $i "\" for column " i)
	if ($2 - $3 != $4)
		complain("point " NR ": mallocs - frees is not heap_objects")
	if ($6 - $7 != $5)
		complain("point " NR ": total_alloc_bytes - total_freed_bytes is not heap_alloc_bytes")
	seconds = $1 / 1e9
	if (NR == 1) {
		first_seconds = seconds
		shown_seconds = seconds
		row()
	} else {
		if (seconds - last_seconds > gap)
			gap = seconds - last_seconds
		# A hair early is the same second.
		if (seconds - shown_seconds >= step - interval / 2)
			row()
	}
	if (seconds <= begin || NR == 1) {
		base_mallocs = $2
		base_objects = $4
		base_bytes = $5
		base_rss = $8
	}
	if (seconds >= begin && seconds <= end)
		during++
	if ($4 > most_objects)
		most_objects = $4
	if ($8 > most_rss)
		most_rss = $8
	last_seconds = seconds
}

END {
	if (NR == 0) {
		complain("InfluxDB holds no point of the server")
		exit 1
	}
	if (seconds > shown_seconds)
		row()

	expected = (end - begin) / interval
	if (during < 0.8 * expected - 1)
		complain(sprintf("InfluxDB holds %d points of the load, expected about %d", during, expected))
	if (gap > 2 + 2 * interval)
		complain(sprintf("there is a gap of %.1f s between two points", gap))
	if (first_seconds > begin + interval || last_seconds < end - interval)
		complain("the points do not reach from before the load until after it")
	# The load ends with a request under way on each connection, which it does not count.
	if (requests < 1 || served < requests || served > requests + connections)
		complain("the load saw " grouped(requests) " requests completed, but the server served " \
		    grouped(served))
	if (bad)
		exit 1

	# What a request makes: the strings, the array of them, and the array's own struct.
	each = 102
	made = $2 - base_mallocs
	grown = $4 - base_objects
	grown_bytes = $5 - base_bytes
	if (made < each * served)
		complain(grouped(served) " requests make " grouped(each * served) \
		    " objects, but InfluxDB holds " grouped(made))
	if (experiment == "local" && (grown_bytes > 0.05 * base_bytes || grown_bytes < -0.05 * base_bytes))
		complain("live bytes were " bytes(base_bytes) " before the load and " bytes($5) \
		    " after it, expected the same within 5 %")
	if (experiment == "global" && (grown < 0.98 * each * served || grown > 1.02 * each * served))
		complain("live objects grew by " grouped(grown) ", expected " grouped(each * served) " within 2 %")
	# burst keeps 1,024 lines and cache the arrays of 2,000 requests.
	if (experiment ~ /^burst/ && (grown < 0 || grown > 1024 + 100))
		complain("live objects grew by " grouped(grown) ", expected about 1,024")
	if (experiment == "burst" && $8 - base_rss < 0.5 * (most_rss - base_rss))
		complain("RSS went from " bytes(most_rss) " to " bytes($8) " without trim, so there is nothing for it to show")
	if (experiment == "burst-trim") {
		if (!($10 > 0 && $11 > 0))
			complain("InfluxDB holds no trims")
		if (most_rss - $8 < 0.5 * (most_rss - base_rss))
			complain("RSS went from " bytes(most_rss) " to " bytes($8) " with trim, expected at most " \
			    bytes(base_rss + 0.5 * (most_rss - base_rss)))
	}
	if (experiment == "cache") {
		if (served < 2 * 2000)
			complain("only " grouped(served) " requests: make SECONDS longer for the cache to fill and be level")
		else if (grown < 0.98 * each * 2000 || grown > 1.02 * each * 2000)
			complain("live objects grew by " grouped(grown) ", expected " grouped(each * 2000) " within 2 %")
	}
	exit bad
}
