# series.awk: the data and the gnuplot scripts of the pictures.
#
# In: twice the file of lines as of lines.awk, by process and time: the first time they are counted.  Environment:
# report_work, a directory that gets NAME.gnuplot and process.N.  Prints "NAME TITLE", a line for each picture.

# At most so many processes are drawn, those with the most live bytes.  A picture is ${fine} points wide: where a process
# has more of them, each of ${fine} stretches leaves only those that stand out (below).
BEGIN {
	FS = "\t"
	work = ENVIRON["report_work"]
	most = 6
	fine = 800
	last_column = 14
	# Set, because gawk takes an element that was never set, but handed to a function, for true.
	for (k = 2; k <= last_column; k++)
		top[k] = bottom[k] = 0
	split("1f77b4 d9480f 2f9e44 9c36b5 c92a2a 0b7285", colours, " ")
}

# Counted, because only then it is known how much a stretch has.
NR == FNR {
	total[$1 FS $2 FS $3]++
	next
}

$1 FS $2 FS $3 != who {
	leave()
	who = name_of[++p] = $1 FS $2 FS $3
	label[p] = $2 " " $3
	step[p] = int((total[who] - 1) / fine) + 1
	stretch = 0
}

{
	if (begin == "" || $4 < begin)
		begin = $4 + 0
	if ($4 > end)
		end = $4 + 0
	if ($6 != "")
		sizes_of[p] = $6
	line[++stretch] = $0
	if (stretch == step[p])
		leave()
}

# The value of a field in a line, or "".
function field_of(text, name,    start)
{
	start = index(text, name "=")
	return start && index("\t ", substr(text, start - 1, 1)) ? substr(text, start + length(name) + 1, 32) + 0 : ""
}

# Of the stretch leave the points with the most and the least live, the most resident and the longest pause, and one
# with what the allocator says of itself, which not every point has.
function leave(    i)
{
	if (stretch == 1)
		keep(line[1])
	else {
		split("", stands_out)
		seek("heap_alloc_bytes", 1)
		seek("heap_alloc_bytes", -1)
		seek("rss_bytes", 1)
		seek("trim_pause_ns", 1)
		seek("heap_inuse_bytes", 1)
		for (i = 1; i <= stretch; i++)
			if (i in stands_out)
				keep(line[i])
	}
	stretch = 0
}

function seek(name, sign,    i, v, best, highest)
{
	for (i = 1; i <= stretch; i++) {
		v = field_of(line[i], name)
		if (v != "" && (!best || sign * v > highest)) {
			best = i
			highest = sign * v
		}
	}
	if (best)
		stands_out[best]
}

function keep(text,    part, n, i, fields, field, equals)
{
	split(text, part, "\t")
	n = ++count[p]
	time[p, n] = part[4] + 0
	fields = split(part[5], field, " ")
	for (i = 1; i <= fields; i++) {
		equals = index(field[i], "=")
		at[p, n, substr(field[i], 1, equals - 1)] = substr(field[i], equals + 1) + 0
	}
	if (at[p, n, "heap_alloc_bytes"] > peak[p])
		peak[p] = at[p, n, "heap_alloc_bytes"]
}

# ---- which processes, in which order ----

function choose(    i, j, best)
{
	for (j = 1; j <= most && j <= p; j++) {
		best = 0
		for (i = 1; i <= p; i++)
			if (!(i in taken) && (!best || peak[i] > peak[best]))
				best = i
		taken[best]
		chosen[j] = best
	}
	drawn = j - 1
}

# ---- units ----

function byte_unit(value)
{
	unit_name = value >= 1073741824 ? "GiB" : value >= 1048576 ? "MiB" : value >= 1024 ? "KiB" : "bytes"
	return value >= 1073741824 ? 1073741824 : value >= 1048576 ? 1048576 : value >= 1024 ? 1024 : 1
}

function count_unit(value)
{
	unit_name = value >= 1e9 ? "billion " : value >= 1e6 ? "million " : value >= 1e4 ? "thousand " : ""
	return value >= 1e9 ? 1e9 : value >= 1e6 ? 1e6 : value >= 1e4 ? 1e3 : 1
}

function time_unit()
{
	time_name = end - begin > 10800 ? "hours" : end - begin > 600 ? "minutes" : "seconds"
	return end - begin > 10800 ? 3600 : end - begin > 600 ? 60 : 1
}

# ---- columns: 1 time, then one of each kind ----

function known(q, i, name)
{
	return ((q, i, name) in at) ? at[q, i, name] : "-"
}

function rate(q, i, j, name)
{
	if (!((q, i, name) in at) || !((q, j, name) in at) || at[q, i, name] < at[q, j, name])
		return "-"
	return (at[q, i, name] - at[q, j, name]) / (time[q, i] - time[q, j])
}

# Over a fifth of a minute, or five points: what single points do is noise.
function growth(q, i,    j)
{
	for (j = i; j > 1 && i - j < 5; j--)
		;
	if (i - j < 5 || !((q, i, "heap_alloc_bytes") in at) || !((q, j, "heap_alloc_bytes") in at))
		return "-"
	return 60 * (at[q, i, "heap_alloc_bytes"] - at[q, j, "heap_alloc_bytes"]) / (time[q, i] - time[q, j])
}

function track(column, value)
{
	if (value != "-")
		has_data[column]
	if (value != "-" && value + 0 > top[column])
		top[column] = value + 0
	if (value != "-" && value + 0 < bottom[column])
		bottom[column] = value + 0
	return value
}

function write_process(q, number,    i, j, file, gap, k)
{
	file = work "/process." number
	gap = count[q] > 1 ? 4 * step[q] * (time[q, count[q]] - time[q, 1]) / (total[name_of[q]] - 1) : 1
	for (i = 1; i <= count[q]; i++) {
		j = i - 1
		if (j && time[q, i] - time[q, j] > gap) {
			print "" > file
			j = 0
		}
		split("", v)
		v[2] = known(q, i, "heap_alloc_bytes")
		v[3] = known(q, i, "rss_bytes")
		v[4] = known(q, i, "heap_sys_bytes")
		v[12] = known(q, i, "heap_inuse_bytes")
		v[13] = known(q, i, "sys_bytes")
		v[14] = known(q, i, "stack_bytes")
		v[5] = known(q, i, "heap_objects")
		v[6] = j ? rate(q, i, j, "mallocs") : "-"
		v[7] = j ? rate(q, i, j, "frees") : "-"
		v[8] = j ? rate(q, i, j, "total_alloc_bytes") : "-"
		v[9] = growth(q, i)
		v[10] = known(q, i, "threads")
		v[11] = j && known(q, i, "trims") > known(q, j, "trims") ? known(q, i, "trim_pause_ns") : "-"
		printf "%.3f", (time[q, i] - begin) / per > file
		for (k = 2; k <= last_column; k++)
			printf "\t%s", track(k, v[k]) > file
		print "" > file
	}
	close(file)
}

# ---- scripts ----

function quoted(text)
{
	gsub(/'/, "''", text)
	return "'" text "'"
}

function start(name, title)
{
	script = work "/" name ".gnuplot"
	print "set label 1 " quoted(title) " at graph 0, screen 0.93 left noenhanced font ',13' textcolor rgb '#1f2933'" > script
	# One process has two names at most, which fit beside the title.
	if (drawn > 1)
		print "set bmargin 6.5\nset key at graph 0.5, screen 0.02 center bottom horizontal maxrows 2" > script
	print "set xlabel '" time_name "'" > script
	print "set xrange [0:" (end > begin ? (end - begin) / per : 1) "]" > script
	print name " " title
	curves = ""
}

function curve(number, column, scale, name, style)
{
	curves = curves (curves == "" ? "" : ", \\\n\t") "'process." number "' using 1:($" column "/" scale ") " style " " (name == "" ? "notitle" : "title " quoted(name))
}

function finish(unit)
{
	print "set ylabel " quoted(unit) > script
	print "plot " curves > script
	close(script)
}

function colour(number, width, points)
{
	return "with " (points ? "linespoints " points : "lines") " lw " width " lc rgb '#" colours[number] "'"
}

function named(number, what)
{
	return drawn == 1 ? what : label[chosen[number]]
}

# One line for each process.
function picture(name, title, column, unit, what, scale,    i)
{
	if (!top[column] && !bottom[column])
		return
	start(name, title)
	for (i = 1; i <= drawn; i++)
		curve(i, column, scale, named(i, what), colour(i, 2))
	if (bottom[column] < 0)
		print "set yrange [*:*]\nset xzeroaxis lt 1 lc rgb '#9aa5b1'" > script
	finish(unit)
}

# Two lines for each process: in two colours when there is one, else the second dashed.
# With a style of points where single ones shall be seen, because they are rare.
function pair(name, title, a, b, unit, what_a, what_b, scale, filled, points,    i)
{
	if (!(a in has_data))
		return
	start(name, title (drawn > 1 ? " (dashed)" : ""))
	for (i = 1; i <= drawn; i++) {
		if (filled && drawn == 1)
			curve(i, a, scale, "", "with filledcurves y1=0 fs transparent solid 0.15 noborder lc rgb '#" colours[1] "'")
		curve(i, a, scale, named(i, what_a), colour(i, 2, points))
		curve(i, b, scale, drawn == 1 ? what_b : "", drawn == 1 ? colour(2, 2, points) : colour(i, 1.5, points) " dt (10,6)")
	}
	finish(unit)
}

# Not by log() and ^, which not every awk has.
function power(exponent,    bound)
{
	for (bound = 1; exponent > 0; exponent--)
		bound *= 2
	return bound
}

function exponent(bound,    i)
{
	for (i = 0; power(i) < bound; i++)
		;
	return i
}

# -1 stands for 0 bytes.
function size_named(i)
{
	return i < 0 ? "0" : i < 10 ? power(i) : i < 20 ? power(i - 10) " Ki" : i < 30 ? power(i - 20) " Mi" : \
	    i < 40 ? power(i - 30) " Gi" : power(i - 40) " Ti"
}

function sizes_picture(    i, j, q, n, field, part, made, first, last, ticks, scale, largest)
{
	first = last = ""
	for (q = 1; q <= drawn; q++) {
		n = split(sizes_of[chosen[q]], field, ",")
		for (j = 1; j <= n; j++) {
			# After the sizes may stand what is none.
			if (field[j] !~ /^sizes_(0|le_[0-9]+)=/)
				continue
			split(field[j], part, "=")
			i = part[1] == "sizes_0" ? -1 : exponent(substr(part[1], 10) + 0)
			made[i] += part[2]
			if (made[i] > largest)
				largest = made[i]
			if (first == "" || i < first)
				first = i
			if (last == "" || i > last)
				last = i
		}
	}
	if (!largest)
		return
	scale = count_unit(largest)
	start("sizes", "Objects made, by the size that was asked for")
	for (i = first; i <= last; i++) {
		printf "%d\t%.9g\n", i, made[i] / scale > (work "/sizes.data")
		# Sixteen names fit.
		if ((i - first) % (int((last - first) / 16) + 1) == 0)
			ticks = ticks (ticks == "" ? "" : ", ") "'" size_named(i) "' " i
	}
	close(work "/sizes.data")
	print "set xrange [" first - 0.6 ":" last + 0.6 "]\nset xlabel 'bytes, at most'\nset boxwidth 0.7\nset style fill solid 0.85 noborder\nunset key" > script
	print "set xtics (" ticks ") scale 0" > script
	curves = "'sizes.data' using 1:2 with boxes lc rgb '#" colours[1] "'"
	finish(unit_name "objects")
}

END {
	leave()
	choose()
	per = time_unit()
	for (j = 1; j <= drawn; j++)
		write_process(chosen[j], j)

	scale = byte_unit(top[2] > top[3] ? top[2] : top[3])
	pair("heap", "Live bytes and resident set", 2, 3, unit_name, "live", "resident", scale, 1)
	scale = byte_unit(top[4])
	pair("allocator", "What the allocator has from the kernel, and what objects lie in", 4, 12, unit_name, "has", "in use", scale, 0, "pt 7 ps 0.3")
	scale = count_unit(top[5])
	picture("objects", "Live objects", 5, unit_name "objects", "", scale)
	scale = count_unit(top[6] > top[7] ? top[6] : top[7])
	pair("rates", "Objects made and freed per second", 6, 7, unit_name "objects / s", "made", "freed", scale)
	scale = byte_unit(top[8])
	picture("bytes", "Bytes allocated per second", 8, unit_name " / s", "", scale)
	scale = byte_unit(top[9] > -bottom[9] ? top[9] : -bottom[9])
	picture("growth", "Growth of the live bytes per minute", 9, unit_name " / min", "", scale)
	if (top[11]) {
		start("trim", "Pause of each trim")
		for (j = 1; j <= drawn; j++)
			curve(j, 11, "1e6", named(j, ""), "with impulses lw 3 lc rgb '#" colours[j] "'")
		finish("ms")
	}
	sizes_picture()
	picture("threads", "Threads", 10, "threads", "", 1)
	scale = byte_unit(top[13])
	picture("sys", "Address space", 13, unit_name, "", scale)
	scale = byte_unit(top[14])
	picture("stack", "Stack of the main thread", 14, unit_name, "", scale)
}
