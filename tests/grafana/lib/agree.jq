# agree.jq: compare what the panels' queries answered with the points themselves.
#
# In, slurped: the list of asked queries [{name, query, interval_ms, awaited: may have no rows, some: not of every process}...], the answer to them all, and the
# answer to SELECT * of the same time and the same processes, by host, service and pid.  Prints what does not agree, a line each.

def rows: .columns as $c | .values | map([$c, .] | transpose | map({key: .[0], value: .[1]}) | from_entries);

def bucket($ms): (. / ($ms * 1000000) | floor) * $ms;	# ns to ms

# {"TIME": VALUE}: of the points of one process the last or the largest of ${field} in each bucket.
def reduced($how; $field; $ms):
	reduce (.[] | select(.[$field] != null)) as $row ({};
		($row.time | bucket($ms) | tostring) as $t
		| .[$t] = if $how == "max" then [.[$t] // $row[$field], $row[$field]] | max else $row[$field] end);

def derived($unit_ms):
	[to_entries[] | {t: (.key | tonumber), v: .value}] | sort_by(.t) | . as $all
	| [range(1; length) | . as $i
		| {key: ($all[$i].t | tostring), value: (($all[$i].v - $all[$i - 1].v) / ($all[$i].t - $all[$i - 1].t) * $unit_ms)}]
	| from_entries;

# What a plain query must answer for one process; null for queries of other forms.
def expected($query; $ms):
	($query | capture("^SELECT (?<rate>non_negative_derivative\\()?(?<how>last|max)\\(\"(?<field>[a-z_0-9]+)\"\\)(, (?<unit>1s)\\))?(?<over> / 1000000000)? FROM")
		// null) as $form
	| if $form == null then null
	else reduced($form.how; $form.field; $ms)
		| if $form.rate then derived(1000) | map_values(select(. >= 0)) else . end
		| if $form.over then map_values(. / 1e9) else . end
	end;

def close($a; $b): (($a - $b) | fabs) <= 1e-9 * ([($a | fabs), ($b | fabs), 1] | max);

def answered: [.values[] | select(.[1] != null) | {key: (.[0] / 1000000 | tostring), value: .[1]}] | from_entries;

.[0] as $asked | .[1].results as $answers | (.[2].results[0].series | map({tags, rows: rows})) as $raw
| ($asked | length) as $n
| [range($n) as $i | $asked[$i] as $a | $answers[$i] as $answer
	| if $answer.error then "\($a.name): \($answer.error)"
	elif [$answer.series[]?.values[] | .[1:][] | select(. != null)] == [] then
		(if $a.awaited then empty else "\($a.name): no rows for \($a.query)" end)
	elif ($a.query | contains("SELECT sum(")) or ($a.query | contains("\"agent_coverage\"")) or ($a.query | contains("count(")) then empty
	elif ([$answer.series[].tags] | sort) != ([$raw[].tags] | sort) and ($a.awaited or $a.some | not) then
		"\($a.name): processes \([$answer.series[].tags | .pid]) instead of \([$raw[].tags | .pid])"
	else
		$answer.series[] | . as $series | ($raw[] | select(.tags == $series.tags).rows) as $rows
		| ($rows | expected($a.query; $a.interval_ms)) as $want
		| if $want == null then empty else
			($series | answered) as $got
			| if ($got | keys) != ($want | keys) then
				"\($a.name) of \($series.tags.pid): times \($got | keys) instead of \($want | keys)"
			else
				$want | to_entries[] | select(close(.value; $got[.key]) | not)
				| "\($a.name) of \($series.tags.pid) at \(.key): \($got[.key]) instead of \(.value)"
			end
		end
	end]
| .[]
