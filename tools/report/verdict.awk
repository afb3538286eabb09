# verdict.awk: what the points of each process say, in words on stdout and in figures.
#
# In: lines as of lines.awk, by process and time.  Environment: report_requests served, or ""; report_figures, a file
# that gets "NAME TAB VALUE" lines for each process, in blocks that begin with process.
#
# The load begins where objects are first made at a hundredth of the highest rate, because its first interval may
# be a short one, and ends where they are last made at a tenth of it.  base is what was live when it began, after what was live at the last point.

function bytes(n,    sign)
{
	sign = n < 0 ? "-" : ""
	n = n < 0 ? -n : n
	if (n >= 1073741824)
		return sprintf("%s%.2f GiB", sign, n / 1073741824)
	if (n >= 1048576)
		return sprintf("%s%.1f MiB", sign, n / 1048576)
	if (n >= 1024)
		return sprintf("%s%.1f KiB", sign, n / 1024)
	return sprintf("%s%.0f bytes", sign, n)
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

function span(seconds)
{
	if (seconds >= 7200)
		return sprintf("%.1f h", seconds / 3600)
	if (seconds >= 120)
		return sprintf("%.1f min", seconds / 60)
	return sprintf("%.1f s", seconds)
}

function ms(ns)
{
	return ns >= 1e9 ? sprintf("%.2f s", ns / 1e9) : ns >= 1e6 ? sprintf("%.1f ms", ns / 1e6) : sprintf("%.0f µs", ns / 1e3)
}

# The index of the last point at or before time t.
function at(t,    i)
{
	for (i = first_i; i < n && time[i + 1] <= t; i++)
		;
	return i
}

# Least squares of live bytes over time from point a to point b, in bytes a second.
function slope(a, b,    i, x, sx, sy, sxx, sxy, count)
{
	for (i = a; i <= b; i++) {
		x = time[i] - time[a]
		sx += x
		sy += live[i]
		sxx += x * x
		sxy += x * live[i]
		count++
	}
	return count * sxx == sx * sx ? 0 : (count * sxy - sx * sy) / (count * sxx - sx * sx)
}

function find_load(    i, rate, highest)
{
	for (i = 2; i <= n; i++) {
		rate = (mallocs[i] - mallocs[i - 1]) / (time[i] - time[i - 1])
		if (rate > highest)
			highest = rate
	}
	load_a = load_b = 0
	for (i = 2; i <= n; i++) {
		rate = (mallocs[i] - mallocs[i - 1]) / (time[i] - time[i - 1])
		if (highest > 0 && !load_a && rate >= highest / 100)
			load_a = i - 1
		if (highest > 0 && rate >= highest / 10)
			load_b = i
	}
	if (!load_a) {
		load_a = 1
		load_b = n
	}
}

function figure(name, value)
{
	if (value == value + 0)
		value = sprintf("%.15g", value)
	print name "\t" value > figures
}

function judge(    i, peak, base, after, made, steady, enough, kept, third, class, words, rss_peak, rss_base, growth, pause, held, still)
{
	find_load()
	base = live[load_a]
	after = live[n]
	for (i = 1; i <= n; i++)
		if (live[i] > peak)
			peak = live[i]
	for (i = 1; i <= n; i++)
		if (rss[i] > rss_peak)
			rss_peak = rss[i]
	rss_base = rss[load_a]
	made = mallocs[load_b] - mallocs[load_a]
	growth = slope(load_a, load_b)
	first_i = load_a
	third = live[load_b] - live[at(time[load_a] + (time[load_b] - time[load_a]) * 2 / 3)]
	# Less than this is the little that every program keeps once it has worked.
	enough = base * 0.05 > 65536 ? base * 0.05 : 65536
	kept = peak > base ? (after - base) / (peak - base) : 0
	steady = third >= (live[load_b] - base) / 3 / 2

	if (n < 3)
		class = "unknown"
	else if (after - base < enough || kept < 0.5)
		class = "returns"
	else if (steady)
		class = "leaks"
	else
		class = "level"

	who = service " (process " pid " on " host ")"
	if (class == "unknown")
		words = "Too few points of " who " to say anything: " n "."
	else if (class == "leaks") {
		words = "LEAK: " who " keeps what it allocates. In " span(time[load_b] - time[load_a]) " of load its live heap grew from " \
		    bytes(base) " to " bytes(live[load_b]) ", steadily, by " bytes(growth) " a second" \
		    (requests ? ", " bytes(growth * (time[load_b] - time[load_a]) / requests) " a request" : "") \
		    "; of " grouped(made) " objects made " grouped(objects[load_b] - objects[load_a]) " stayed."
		words = words " At the end " bytes(after) " are live."
	} else if (class == "level")
		words = "No leak: " who " grew to a bound and stays there. Its live heap went from " bytes(base) " to " bytes(live[load_b]) \
		    (requests ? " in " grouped(requests) " requests" : "") ", of which the last third of the load added " bytes(third > 0 ? third : 0) \
		    "; at the end " bytes(after) " are live. That is what a cache does."
	else
		words = "No leak: " who " gives back what it allocates. Of " grouped(made) " objects made" \
		    (requests ? " in " grouped(requests) " requests" : "") " never more than " bytes(peak) \
		    " were live at once; before the load " bytes(base) " were live, at the end " bytes(after) "."

	if (rss_peak) {
		held = rss[n] - rss_base - (after - base)
		still = rss_peak > rss_base ? (rss[n] - rss_base) / (rss_peak - rss_base) : 0
		words = words " Resident: " bytes(rss_base) " before the load, " bytes(rss_peak) " at most, " bytes(rss[n]) " at the end."
		if (class == "returns" && held >= 16 * 1048576 && still >= 0.5)
			words = words " The allocator still holds " bytes(held) " that the program has freed: memory in holes. MEMAGENT_TRIM_INTERVAL gives it back."
	}
	if (trims[n] != "") {
		pause = pauses[n] - pauses[1]
		words = words " " grouped(trims[n] - trims[1]) " trims took " ms(pause) " in all" \
		    (trims[n] > trims[1] ? ", " ms(pause / (trims[n] - trims[1])) " on average" : "") \
		    (longest ? ", " ms(longest) " at most" : "") "."
	}
	print words

	figure("process", who)
	figure("class", class)
	figure("points", n)
	figure("load_seconds", time[load_b] - time[load_a])
	figure("objects_made", made)
	figure("objects_kept", objects[n] - objects[load_a])
	figure("live_base_bytes", base)
	figure("live_peak_bytes", peak)
	figure("live_after_bytes", after)
	figure("live_slope_bytes_per_second", growth)
	if (requests)
		figure("live_slope_bytes_per_request", growth * (time[load_b] - time[load_a]) / requests)
	if (rss_peak) {
		figure("rss_base_bytes", rss_base)
		figure("rss_peak_bytes", rss_peak)
		figure("rss_after_bytes", rss[n])
	}
	if (trims[n] != "") {
		figure("trims", trims[n] - trims[1])
		figure("trim_pause_total_ns", pauses[n] - pauses[1])
		figure("trim_pause_max_ns", longest)
	}
}

BEGIN {
	FS = "\t"
	requests = ENVIRON["report_requests"]
	figures = ENVIRON["report_figures"]
	printf "" > figures
}

$1 FS $2 FS $3 != process {
	if (n)
		judge()
	process = $1 FS $2 FS $3
	host = $1
	service = $2
	pid = $3
	n = longest = 0
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
	if (value["trim_pause_ns"] > longest)
		longest = value["trim_pause_ns"]
}

END {
	if (n)
		judge()
}
