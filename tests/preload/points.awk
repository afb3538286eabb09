# points.awk: is what the agent wrote true?
#
#   awk -f points.awk EXPECTATIONS POINTS
#
# EXPECTATIONS  lines "PID FIELD RELATION VALUE TIME", written through expect.h
# POINTS        line protocol, as the agent appended it to a file
#
# Prints every complaint; status 1 when there is one.  A series is a whole set
# of tags: exec keeps the pid and begins to count anew, under another service.
# When pids are used again, a start event tells one life from the next; what was
# expected at a time concerns the life that had a point after it.
# With -v unbalanced=1 more objects may be freed than the agent saw made; then the
# live ones must be left out of the point.  With -v base="FIELD=VALUE,…" every
# expected value is that much more: what other libraries allocate in any process.

function complain(text)
{
	print text
	complaints++
}

function pid_of(series,    tag, tags, i)
{
	tags = split(series, tag, ",")
	for (i = 2; i <= tags; i++)
		if (tag[i] ~ /^pid=/)
			return substr(tag[i], 5)
	return ""
}

# Fill value[] from the fields of a point, without the integers' suffix.
function parse(fields,    parts, count, i, pair)
{
	delete value
	count = split(fields, parts, ",")
	for (i = 1; i <= count; i++) {
		split(parts[i], pair, "=")
		if (pair[1] in value)
			complain("line " FNR ": field " pair[1] " is there twice")
		value[pair[1]] = pair[2]
		sub(/i$/, "", value[pair[1]])
		if (value[pair[1]] ~ /^-/)
			complain("line " FNR ": " pair[1] " is negative: " pair[2])
	}
}

function check_sums(    name, sum)
{
	sum = 0
	for (name in value)
		if (name ~ /^sizes_/)
			sum += value[name]
	if (sum != value["mallocs"])
		complain("line " FNR ": the sizes_* sum up to " sum ", mallocs is " value["mallocs"])
	if (unbalanced && !("heap_objects" in value))
		return
	if (value["mallocs"] - value["frees"] != value["heap_objects"])
		complain("line " FNR ": mallocs - frees is not heap_objects")
	if (value["total_alloc_bytes"] - value["total_freed_bytes"] != value["heap_alloc_bytes"])
		complain("line " FNR ": total_alloc_bytes - total_freed_bytes is not heap_alloc_bytes")
}

function check_monotony(series, time,    name, i)
{
	# As texts of equal length: nanoseconds are beyond a double's integers.
	if (series in last_time && time "" <= last_time[series] "")
		complain("line " FNR ": time " time " does not follow " last_time[series])
	last_time[series] = time
	for (name in value) {
		if (!(name in cumulative) && name !~ /^sizes_/)
			continue
		if (value[name] + 0 < last[series, name] + 0)
			complain("line " FNR ": " name " went back from " last[series, name] " to " value[name])
		last[series, name] = value[name]
	}
}

BEGIN {
	needed_count = split("mallocs frees reallocs failed_allocs " \
	    "total_alloc_bytes total_freed_bytes total_requested_bytes " \
	    (unbalanced ? "" : "heap_objects heap_alloc_bytes"), needed, " ")
	split("mallocs frees reallocs failed_allocs total_alloc_bytes total_freed_bytes " \
	    "total_requested_bytes minor_faults major_faults cpu_user_ns cpu_sys_ns " \
	    "agent_cpu_ns agent_points_dropped agent_send_errors sites_sampled sites_dropped " \
	    "sites_truncated", names, " ")
	for (i in names)
		cumulative[names[i]] = 1
	bases = split(base, names, ",")
	for (i = 1; i <= bases; i++) {
		split(names[i], pair, "=")
		offset[pair[1]] = pair[2] + 0
	}
}

FILENAME == ARGV[1] {
	expectations++
	expectation[expectations] = $0
	if ($2 == "processes")
		promised = $4
	else if (++told[$1, $2, $3] > lives_told[$1]) {
		lives_told[$1]++
		seen_processes++
	}
	next
}

# An event, which dashboards show.
/^memagent_event(,[^ ,=]+=[^ ,=]+)+ event="(start|exit|(no )?leak|(no )?resident growth)",text="[^"]*" [0-9]+$/ {
	if (index($0, " event=\"start\"")) {
		sub(/^memagent_event/, "memagent", $1)
		life[$1]++
		lives[pid_of($1)]++
	}
	next
}

# A call site: integers, then perhaps the two texts.  Spaces in function names are escaped.
/^memagent_site,/ {
	if ($0 !~ /^memagent_site(,[^ ,=]+=(\\.|[^ ,=\\])+)+ [a-z_0-9]+=[0-9]+i(,[a-z_0-9]+=-?[0-9]+i)*(,verdict="[a-z-]+")?(,stack="[^"]+",frames="[^"]*")? [0-9]+$/) {
		complain("line " FNR " is no call site: " $0)
		next
	}
	line = $0
	sub(/ [0-9]+$/, "", line)
	sub(/,(verdict|stack)=".*/, "", line)
	gsub(/,growth_bytes_per_s=-?[0-9]+i/, "", line) # the only one that may be negative
	sub(/^.* /, "", line)
	parse(line)
	if (value["freed_bytes"] + 0 > value["alloc_bytes"] + 0 || value["freed_objects"] + 0 > value["alloc_objects"] + 0)
		complain("line " FNR ": a call site has freed more than it has made: " $0)
	next
}

/^memagent_flame(,[^ ,=]+=[^ ,=]+)+ level=[0-9]+i,value=[0-9]+i,self=[0-9]+i,label="[^"]+" [0-9]+$/ {
	next
}

!/^[^ ,=]+(,[^ ,=]+=[^ ,=]+)+ [a-z_0-9]+=[0-9.]+i?(,[a-z_0-9]+=[0-9.]+i?)* [0-9]+$/ {
	complain("line " FNR " is not a point: " $0)
	next
}

{
	pid = pid_of($1)
	if ($1 !~ /,host=/ || $1 !~ /,service=/ || pid == "")
		complain("line " FNR " lacks a tag: " $1)
	parse($2)
	for (i = 1; i <= needed_count; i++)
		if (!(needed[i] in value)) {
			complain("line " FNR " lacks the field " needed[i])
			next
		}
	check_sums()
	check_monotony($1 " " life[$1], $3)
	pid = pid " " (lives[pid] + 0)
	points[pid]++
	end[pid] = $3
	# Fields may be missing in some points; only the last point counts.
	for (name in value) {
		final[pid, name] = value[name]
		final_point[pid, name] = points[pid]
	}
}

# The life that a pid had at that time.
function living(pid, time,    i)
{
	for (i = 0; i < lives[pid]; i++)
		if (end[pid " " i] "" >= time "")
			break
	return pid " " i
}

function holds(have, relation, want)
{
	if (relation == "=")
		return have + 0 == want + 0
	if (relation == ">=")
		return have + 0 >= want + 0
	if (relation == "<=")
		return have + 0 <= want + 0
	complain("no such relation: " relation)
	return 0
}

END {
	for (i = 1; i <= expectations; i++) {
		split(expectation[i], want, " ")
		if (want[2] == "processes")
			continue
		pid = living(want[1], want[5])
		if (want[2] == "points")
			have = points[pid] + 0
		else if (!(pid in points)) {
			complain("process " want[1] " has no point, but expects " want[2] " " want[3] " " want[4])
			continue
		} else if (final_point[pid, want[2]] != points[pid]) {
			complain("process " want[1] ": the last point has no " want[2])
			continue
		} else
			have = final[pid, want[2]]
		if (want[2] in offset)
			want[4] += offset[want[2]]
		if (!holds(have, want[3], want[4]))
			complain("process " want[1] ": expected " want[2] " " want[3] " " want[4] \
			    ", the last point has " have)
	}
	if (seen_processes < promised)
		complain("only " seen_processes " of " promised " processes wrote expectations")
	exit complaints > 0
}
