# points.jq: print what is wrong with the points of a turn, a line each; nothing when all is well.
#
# $points: mallocs, heap_objects, agent_points_dropped and agent_late_ns, in that order, by service
# and pid.  $events: their events.  $services: those that must be among them, and how many
# processes at least after a colon; $killed: pids that
# ended by a signal; separated by spaces.
#
# A point is due within an interval of the one before; it says itself how late it is.  So one that
# was lost shows, however busy the machine was.  The first may be older than the first malloc.  The last is due when the process ends.

($points[0].results[0].series // []) as $series |
(reduce ($events[0].results[0].series // [])[] as $e ({};
	.["\($e.tags.service) \($e.tags.pid)"] = $e.values)) as $told |
10000000 as $interval |
5000000 as $slack |

($services / " " | .[] | (. / ":") as [$name, $least] |
	($series | map(select(.tags.service == $name)) | length) as $processes |
	select($processes < ($least // "1" | tonumber)) | "points of \($processes) processes \($name)"),

($series[] | "\(.tags.service) \(.tags.pid)" as $name | .values as $v |
	($v[-1] | select(.[1] == null or .[1] <= 0) | "\($name): \(.[1]) mallocs"),
	($v[] | select(.[2] == null or .[2] < 0) | "\($name): \(.[2]) objects"),
	($v[] | select(.[3] != 0) | "\($name): \(.[3]) points dropped"),
	(range(1; ($v | length) - 1) | . as $i |
		select($v[$i][0] - $v[$i][4] - $v[$i - 1][0] > $interval + $slack) |
		"\($name): a gap of \($v[$i][0] - $v[$i - 1][0]) ns, \($v[$i][4]) late"),
	(if ($told[$name] // []) | map(.[1]) | index("start") then empty
	 else "\($name): no start" end),
	(if .tags.pid | IN($killed / " " | .[]) then empty
	 elif ($told[$name] // [])[-1][1] != "exit" then "\($name): no exit"
	 elif $v[-1][0] < $told[$name][-1][0] then "\($name): no last point"
	 else empty end))
