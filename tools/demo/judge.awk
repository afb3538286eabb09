# judge.awk: compare the points of one experiment with what the server says it did and holds.
#
# Input: lines of time (ns), mallocs, frees, heap_objects, heap_alloc_bytes, total_alloc_bytes,
# total_freed_bytes, rss_bytes, threads, trims, trim_pause_total_ns; separated by tabs, oldest first.
# The last two may be empty.  Needs words.awk.
# Variables: experiment; requests and connections of the load, as wrk counts them; served,
# held_objects and held_bytes, as the server counts them; begin and end of the load (s); interval (s).
# On a difference, prints it to stderr and exits with 1.

function complain(text)
{
	print "demo: " experiment ": " text > "/dev/stderr"
	bad = 1
}

# Live objects or bytes must have grown by what the server holds, within 2 % of that and 5 % of the base.
function compare(what, grown, held, base,    leeway)
{
	leeway = 0.02 * held + 0.05 * base
	if (grown < held - leeway || grown > held + leeway)
		complain("live " what " went from " grouped(base) " to " grouped(base + grown) ", but the server holds " \
		    grouped(held) ": expected " grouped(base + held) ", give or take " grouped(leeway))
}

BEGIN {
	FS = "\t"
	# Objects of a request: 100 strings, the array of pointers, and its struct.
	each = 102
	# Requests whose log lines (burst) or arrays (cache) the server keeps: LOGGED, CACHED in server.c.
	logged = 1024
	cached = 2000
	last_third = begin + (end - begin) * 2 / 3
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
	if (NR == 1)
		first_seconds = seconds
	else if (seconds - last_seconds > gap)
		gap = seconds - last_seconds
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
	if ($5 > most_bytes)
		most_bytes = $5
	if ($8 > most_rss)
		most_rss = $8
	# The growth in the last third of the load, from the lowest value there.
	if (seconds >= last_third && seconds <= end) {
		if (!third++ || $4 < low_objects)
			low_objects = $4
		if (third == 1 || $5 < low_bytes)
			low_bytes = $5
		if ($4 - low_objects > climb_objects)
			climb_objects = $4 - low_objects
		if ($5 - low_bytes > climb_bytes)
			climb_bytes = $5 - low_bytes
	}
	last_seconds = seconds
}

# There must be enough points, and they must cover this load.
function judge_points(    expected)
{
	expected = (end - begin) / interval
	if (during < 0.8 * expected - 1)
		complain(sprintf("InfluxDB holds %d points of the load, expected about %d", during, expected))
	if (gap > 2 + 2 * interval)
		complain(sprintf("there is a gap of %.1f s between two points", gap))
	if (first_seconds > begin + interval || last_seconds < end - interval)
		complain("the points do not cover the time from before the load until after it")
	# At the end of the load, wrk does not count the request in progress on each connection.
	if (requests < 1 || served < requests || served > requests + connections)
		complain("wrk counted " grouped(requests) " completed requests, but the server served " \
		    grouped(served))
	if ($2 - base_mallocs < each * served)
		complain(grouped(served) " requests make " grouped(each * served) \
		    " objects, but InfluxDB holds " grouped($2 - base_mallocs))
}

# The server must hold what its mode implies, and InfluxDB must show the same.
function judge_held(    kept)
{
	if (experiment == "global")
		kept = each * served
	else if (experiment ~ /^burst/)
		kept = served < logged ? served : logged
	else if (experiment == "cache")
		kept = each * cached
	else
		kept = 0
	if (held_objects != kept)
		complain("the server holds " grouped(held_objects) " objects, expected " grouped(kept))
	compare("objects", $4 - base_objects, held_objects, base_objects)
	compare("bytes", $5 - base_bytes, held_bytes, base_bytes)
}

function judge_local()
{
	# A request in progress has its own objects, and some of libmicrohttpd.
	if (most_objects - base_objects > 2 * each * connections)
		complain(grouped(most_objects) " objects were live at once, expected those of " connections " requests in progress")
}

function judge_burst(    risen)
{
	if (most_objects - base_objects < 0.5 * each * served)
		complain("at most " grouped(most_objects) " objects were live at once, expected those of most of " \
		    grouped(served) " requests")
	# The smallest object has 16 bytes, and all bytes are written.
	if (most_bytes - base_bytes < 16 * (most_objects - base_objects))
		complain("at most " bytes(most_bytes) " were live at once, expected more of " grouped(most_objects) " objects")
	risen = most_rss - base_rss
	if (risen < 0.5 * (most_bytes - base_bytes))
		complain("RSS went from " bytes(base_rss) " to " bytes(most_rss) " at most, expected most of the " \
		    bytes(most_bytes) " that were live")
	if (experiment == "burst") {
		if ($8 - base_rss < 0.5 * risen)
			complain("RSS went from " bytes(most_rss) " to " bytes($8) " without trim, so a trim would have no effect")
		return
	}
	if (!($10 > 0 && $11 > 0))
		complain("InfluxDB holds no trims")
	if (most_rss - $8 < 0.5 * risen)
		complain("RSS went from " bytes(most_rss) " to " bytes($8) " with trim, expected at most " bytes(base_rss + 0.5 * risen))
}

function judge_cache()
{
	if (climb_objects > 0.02 * held_objects || climb_bytes > 0.02 * held_bytes)
		complain("in the last third of the load live objects grew by " grouped(climb_objects) " and live bytes by " \
		    bytes(climb_bytes) ", expected them to be level")
}

END {
	if (NR == 0) {
		complain("InfluxDB holds no point of the server")
		exit 1
	}
	judge_points()
	if (bad)
		exit 1
	if (experiment == "cache" && served < 2 * cached) {
		complain("only " grouped(served) " requests, too few to fill the cache: increase SECONDS")
		exit 1
	}
	judge_held()
	if (experiment == "local")
		judge_local()
	if (experiment ~ /^burst/)
		judge_burst()
	if (experiment == "cache")
		judge_cache()
	exit bad
}
