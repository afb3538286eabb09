# verdict.awk: what the points of each process say, in words on stdout and in figures.
#
# In: lines as of lines.awk, by process and time.  Environment: report_requests served, or ""; report_figures, a file
# that gets "NAME TAB VALUE" lines for each process, in blocks that begin with process.
#
# The load begins where objects are first made at a hundredth of the highest rate, because its first interval may
# be a short one, and ends where they are last made at a tenth of it.  base is what was live when it began, after what
# was live at the last point.  What a process makes before it first rests is its start, and is left out when there is
# enough after it.
#
# "leaks" is said of what grew in all eight parts of the load, in each by no less than a third of what the objects made
# in it should have added, when there was rest before it and the growth was still there in the rest after it, or when it
# went on for half an hour, as in the alert rule.  A part is taken at its lowest, so that requests under way, and heaps
# that go up and down, are no growth.  Where one of this is missing the word is "grows", and what is missing is said.

# The index of the last point of the load at or before time t.
function at(t,    i)
{
	for (i = load_a; i < load_b && time[i + 1] <= t; i++)
		;
	return i
}

# Least squares of live bytes over ${by}, time or mallocs, from point a to point b.
function slope(by, a, b,    i, x, sx, sy, sxx, sxy, count)
{
	for (i = a; i <= b; i++) {
		x = by[i] - by[a]
		sx += x
		sy += live[i]
		sxx += x * x
		sxy += x * live[i]
		count++
	}
	return count * sxx == sx * sx ? 0 : (count * sxy - sx * sy) / (count * sxx - sx * sx)
}

function rate(i)
{
	return (mallocs[i] - mallocs[i - 1]) / (time[i] - time[i - 1])
}

# From point ${from} to point ${to}; load_a = load_b when nothing was made.  busy[1] to busy[points] are the points at
# which something was.
function find_load(from, to,    i)
{
	highest = points = 0
	load_a = load_b = from
	for (i = from + 1; i <= to; i++)
		if (rate(i) > highest)
			highest = rate(i)
	for (i = to; highest > 0 && i > from; i--) {
		if (rate(i) >= highest / 100)
			load_a = i - 1
		if (load_b == from && rate(i) >= highest / 10)
			load_b = i
	}
	for (i = load_a + 1; i <= load_b; i++)
		if (rate(i) >= highest / 100)
			busy[++points] = i
}

# The point to judge from: the first, or where the start ends, which is what is made before the first rest, or before a load
# that is so light beside it that it is none.
function end_of_start(from, to,    i, rest)
{
	find_load(from, to)
	if (load_a > from || load_b == from)
		return from
	for (i = from + 1; i <= load_b; i++) {
		rest = rate(i) < highest / 100 ? rest + 1 : 0
		if (rest == 3)
			return i - 2
	}
	return to - load_b >= 8 ? load_b : from
}

# Cut the load without its ends into PARTS, of as many points each, and see what each keeps of what it makes.
function grows_steadily(    k, i, last, low, step, mean)
{
	i = 2
	for (k = 1; k <= PARTS; k++) {
		last = 1 + int((points - 2) * k / PARTS)
		for (low = busy[i]; i <= last; i++)
			if (live[busy[i]] < live[low])
				low = busy[i]
		floor[k] = live[low]
		work[k] = mallocs[low]
	}
	if (floor[PARTS] - floor[1] < 4096 || (floor[PARTS] - floor[1]) < floor[1] / 1000)
		return 0
	mean = (floor[PARTS] - floor[1]) / (work[PARTS] - work[1])
	for (k = 2; k <= PARTS; k++) {
		step = floor[k] - floor[k - 1]
		if (step <= 0 || step < mean / 3 * (work[k] - work[k - 1]))
			return 0
	}
	# A cache that fills grows slower and slower.
	k = PARTS / 2
	return (floor[PARTS] - floor[k]) * (work[k] - work[1]) >= 0.6 * (floor[k] - floor[1]) * (work[PARTS] - work[k])
}

# How far it came down from what was live before, at most.
function fall(a, b,    i, highest, most)
{
	for (i = a; i <= b; i++) {
		if (live[i] > highest)
			highest = live[i]
		if (highest - live[i] > most)
			most = highest - live[i]
	}
	return most + 0
}

# Seconds that were watched from point a to point b; of a gap, or a step of the clock, only a minute counts.
function watched(a, b,    i, sum)
{
	for (i = a + 1; i <= b; i++)
		sum += time[i] - time[i - 1] > 60 ? 60 : time[i] - time[i - 1]
	return sum
}

# What is said of every load, whatever it shows.
function said_of_load(growth, a_request, after, is_over)
{
	return " Under load live bytes " (growth <= -0.5 ? "fell" : "grew") " by " \
	    (requests ? bytes(a_request < 0 ? -a_request : a_request) " a request, " : "") \
	    bytes(growth < 0 ? -growth : growth) " a second; " (is_over ? "after it " : "at the end ") bytes(after) " are live."
}

# What is said of the trims from point ${first} to point ${n}.  The one that gave back most is that between two points
# over which the resident set fell most; trim_before and trim_after are set to what was resident then.
function said_of_trims(first, n,    i, best, longest, count, words)
{
	for (i = first; i <= n; i++) {
		if (pause_of[i] > longest)
			longest = pause_of[i]
		if (i > first && trims[i] > trims[i - 1] && (!best || rss[i - 1] - rss[i] > rss[best - 1] - rss[best]))
			best = i
	}
	count = trims[n] - trims[first]
	figure("trims", count)
	figure("trim_pause_total_ns", pauses[n] - pauses[first])
	figure("trim_pause_last_ns", pause_of[n])
	figure("trim_pause_max_ns", longest)
	words = " " grouped(count) (count == 1 ? " trim" : " trims") " took " ms(pauses[n] - pauses[first]) " in all"
	if (longest)
		words = words ", the last " ms(pause_of[n]) ", " ms(longest) " at most"
	if (best && rss[best]) {
		figure("rss_before_trim_bytes", rss[best - 1])
		figure("rss_after_trim_bytes", rss[best])
		words = words (rss[best] < rss[best - 1] ? \
		    "; resident before the one that gave back most " bytes(rss[best - 1]) ", after it " bytes(rss[best]) : \
		    "; none of them made the resident set smaller")
	}
	return words "."
}

function figure(name, value)
{
	if (value == value + 0)
		value = sprintf("%.15g", value)
	print name "\t" value > figures
}

# Point ${from} to point ${to}, which are of one process; ${life} of those that had its number.
function judge(from, to, life,    i, n, peak, base, after, made, steady, rested, is_over, comes_down, enough, kept, third, class, words, said,
    rss_peak, rss_base, growth, a_request, held, still, first)
{
	n = to
	first = from
	from = end_of_start(from, to)
	find_load(from, to)
	rested = load_a > from || from > first
	is_over = load_b <= to - 2
	base = live[load_a]
	after = live[n]
	peak = base
	for (i = from; i <= to; i++) {
		if (live[i] > peak)
			peak = live[i]
		if (rss[i] > rss_peak)
			rss_peak = rss[i]
	}
	rss_base = rss[load_a]
	made = mallocs[load_b] - mallocs[load_a]
	growth = slope(time, load_a, load_b)
	# Of an object, as many as a request makes: the load is shorter than the time from point to point around it.
	a_request = requests ? slope(mallocs, load_a, load_b) * made / requests : ""
	third = live[load_b] - live[at(time[load_a] + (time[load_b] - time[load_a]) * 2 / 3)]
	# Less than this is the little that every program keeps once it has worked.
	enough = base * 0.05 > 65536 ? base * 0.05 : 65536
	steady = points >= 2 * PARTS && grows_steadily()
	kept = peak > base ? (after - base) / (peak - base) : 0
	# Under load, requests are under way: what counts is whether it comes down at all.
	comes_down = after - base < enough || (is_over ? kept < 0.5 : fall(load_a, load_b) >= (peak - base) / 2)

	who = service " (process " pid " on " host (life > 1 ? ", started again" : "") ")"
	said = span(time[load_b] - time[load_a]) " of load its live heap grew from " bytes(base) " to " bytes(live[load_b])
	if (made < 1000) {
		class = "unknown"
		words = "Too little to say of " who ": it made " grouped(made) " objects in " counted(to - from + 1) \
		    (from > first ? " after its start" : "") "; " bytes(live[n]) " are live."
	} else if (points < 8) {
		class = "unknown"
		words = "Too little to say of " who ": " counted(points) " under load. A longer load or a shorter MEMAGENT_INTERVAL gives more."
	} else if (comes_down && !(steady && (!is_over || kept >= 0.5))) {
		class = "returns"
		words = "No leak: " who " gives back what it allocates. Of " grouped(made) " objects made" \
		    (requests ? " in " grouped(requests) " requests" : "") " never more than " bytes(peak) \
		    " were live at once, " bytes(base) " before the load."
	} else if (steady && (rested && is_over || watched(load_a, load_b) >= 1800)) {
		class = "leaks"
		words = "LEAK: " who " keeps what it allocates. In " said ", steadily; of " grouped(made) " objects made " \
		    grouped(objects[load_b] - objects[load_a]) " stayed. (Only a cache far from full would look the same.)"
	} else if (steady) {
		class = "grows"
		words = "It grows: " who ". In " said ", steadily. Whether that is a leak or " \
		    (rested ? "" : "a start or ") "a cache that fills cannot be told from this: " \
		    (rested ? "" : "it was busy from the first point on") (rested || is_over ? "" : ", and ") \
		    (is_over ? "" : "the load is not over") ". " (is_over ? "Another load" : "A rest, or half an hour,") " tells."
	} else if (third < (live[load_b] - base) / 20) {
		class = "level"
		words = "No leak: " who " grew to a bound and stays there. Its live heap went from " bytes(base) " to " bytes(live[load_b]) \
		    (requests ? " in " grouped(requests) " requests" : "") ", of which the last third of the load added " bytes(third > 0 ? third : 0) \
		    ". That is what a cache does."
	} else {
		class = "unknown"
		words = "Too little to say of " who ": in " said (points < 2 * PARTS ? ", in " counted(points) : ", but not steadily") \
		    ". A longer load tells whether it ends."
	}
	if (made >= 1000 && points >= 8)
		words = words said_of_load(growth, a_request, after, is_over)

	if (rss_peak) {
		held = rss[n] - rss_base - (after - base)
		still = rss_peak > rss_base ? (rss[n] - rss_base) / (rss_peak - rss_base) : 0
		words = words " Resident: " bytes(rss_base) " before the load, " bytes(rss_peak) " at most, " bytes(rss[n]) " at the end."
		if (class == "returns" && held >= 16 * 1048576 && still >= 0.5)
			words = words " The allocator still holds " bytes(held) " that the program has freed: memory in holes. MEMAGENT_TRIM_INTERVAL gives it back."
	}
	figure("process", who)
	figure("class", class)
	figure("points", n - first + 1)
	figure("load_seconds", time[load_b] - time[load_a])
	figure("objects_made", made)
	figure("objects_kept", objects[n] - objects[load_a])
	figure("live_base_bytes", base)
	figure("live_peak_bytes", peak)
	figure("live_after_bytes", after)
	figure("live_slope_bytes_per_second", growth)
	if (requests)
		figure("live_slope_bytes_per_request", a_request)
	if (rss_peak) {
		figure("rss_base_bytes", rss_base)
		figure("rss_peak_bytes", rss_peak)
		figure("rss_after_bytes", rss[n])
	}
	if (trims[n] != "")
		words = words said_of_trims(first, n)
	print words
}

BEGIN {
	FS = "\t"
	requests = ENVIRON["report_requests"]
	figures = ENVIRON["report_figures"]
	PARTS = 8
	printf "" > figures
}

# A process that counts from nothing again is another with the same number, as in containers.  Where the counts go down
# and are back after a few points, the clock was set back, and two times lie over each other: the lower one is dropped.
function judge_all(    i, j, m, from, life)
{
	m = from = life = 1
	for (i = 2; i <= n; i++) {
		if (mallocs[i] < mallocs[m]) {
			for (j = i + 1; j <= n && j <= i + 3 && mallocs[j] < mallocs[m]; j++)
				;
			if (j <= n && j <= i + 3)
				continue
			judge(from, m, life++)
			from = m + 1
		}
		copy(i, ++m)
	}
	judge(from, m, life)
}

function copy(i, m)
{
	time[m] = time[i]
	live[m] = live[i]
	objects[m] = objects[i]
	mallocs[m] = mallocs[i]
	rss[m] = rss[i]
	trims[m] = trims[i]
	pauses[m] = pauses[i]
	pause_of[m] = pause_of[i]
}

$1 FS $2 FS $3 != process {
	if (n)
		judge_all()
	process = $1 FS $2 FS $3
	host = $1
	service = $2
	pid = $3
	n = 0
}

{
	split("", value)
	fields = split($5, field, " ")
	for (i = 1; i <= fields; i++) {
		equals = index(field[i], "=")
		value[substr(field[i], 1, equals - 1)] = substr(field[i], equals + 1) + 0
	}
	# Where sizes cannot be told there are no bytes to judge; where a time comes twice it is one point.
	if (!("heap_alloc_bytes" in value) || (n && $4 <= time[n]))
		next
	n++
	time[n] = $4 + 0
	live[n] = value["heap_alloc_bytes"]
	objects[n] = value["heap_objects"]
	mallocs[n] = value["mallocs"]
	rss[n] = value["rss_bytes"]
	trims[n] = value["trims"]
	pauses[n] = value["trim_pause_total_ns"]
	pause_of[n] = value["trim_pause_ns"]
}

END {
	if (n)
		judge_all()
}
