# json.jq: the same lines as lines.awk from InfluxDB's answer to SELECT *, times in ms.
if .error // .results[0].error then error(.error // .results[0].error) else .results[0].series[]? end
| ([.tags.host, .tags.service, .tags.pid] | map(if . == null or . == "" then "-" else gsub("\t"; " ") end)) as $who
| .columns as $columns
| .values[]
| . as $row
| $who + [$row[0] / 1000, ([range(1; $row | length) as $i | select($row[$i] | type == "number")
	| "\($columns[$i])=\($row[$i])"] | join(" "))]
| map(tostring) | join("\t")
