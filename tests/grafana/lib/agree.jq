# agree.jq: compare what the panels' queries answered with what meant.jq makes of the points themselves.
#
# Input, slurped: the list of asked queries [{name, interval_ms, query}...], the answer to them all, and the answers to
# SELECT * of the same time and the same processes, by host, service and pid: of each measurement, in the order of
# ${measurements}.  Arguments: $to, the end of that time, $chosen, the variables' values, and $optional, the fields that
# not every allocator has.
# Prints what does not agree, a line each.
include "meant";

def measurements: ["memagent", "memagent_site", "memagent_flame"];

def rows: .columns as $c | .values | map([$c, .] | transpose | map({key: .[0], value: .[1]}) | from_entries);

# The start in ms of the bucket of a time in ns; buckets end at $to.
def bucket($ms): . / 1e6 - $to | $to + (. / $ms | floor) * $ms | tostring;

def in_order: to_entries | map({t: (.key | tonumber), v: .value}) | sort_by(.t);
def by_time(f): map({key: (.t | tostring), value: f}) | from_entries;

# {"BUCKET": VALUE} of ${column} for one process or call site; in: its points.
def value_of($column; $ms):
	def reduced(f): reduce .[] as $row ({}; ($row.time | bucket($ms)) as $t | ($row | f) as $v
		| if $v == null then . elif $column.how == "max" then .[$t] |= ([. // $v, $v] | max)
			elif $column.how == "min" then .[$t] |= ([. // $v, $v] | min) else .[$t] = $v end);
	if $column.how == "last" or $column.how == "max" or $column.how == "min" then reduced(.[$column.field])
	elif $column.how == "rate" or $column.how == "slope" then value_of($column.of; $ms) | in_order | . as $all
		| [range(1; length) | $all[.] + {before: $all[. - 1]}] | map(select($column.how == "slope" or .v >= .before.v))
		| by_time((.v - .before.v) / (.t - .before.t) * $column.ms)
	elif $column.how == "less" then value_of($column.b; $ms) as $b | value_of($column.a; $ms)
		| with_entries(select($b[.key]) | .value -= $b[.key])
	elif $column.how == "scaled" then value_of($column.of; $ms) | map_values(. * $column.by)
	elif $column.how == "point" then [.[] | select(.[$column.field])] | .[-1:]
		| map({key: (.time / 1e6 | round | tostring), value: .[$column.field]}) | from_entries
	elif $column.how == "plus" then value_of($column.b; $ms) as $b | value_of($column.a; $ms)
		| with_entries(select($b[.key] != null) | .value += $b[.key])
	elif $column.how == "with" then map(select(.[$column.field] != null)) | value_of($column.of; $ms)
	elif $column.how == "all" then map({key: (.time / 1e6 | round | tostring), value: (.[$column.field] | select(. != ""))}) | from_entries
	elif $column.how == "newest" then value_of($column.of; $ms) | in_order | .[-1:] | by_time(.v)
	elif $column.how == "beside" then (value_of($column.newest; $ms) | in_order | .[-1:] | by_time(null)) as $newest
		| value_of($column.of; $ms) | with_entries(.key as $t | select($newest | has($t)))
	else error("\($column.how)?")
	end;

def cell($series; $i; $t): "\($series | tostring) \($i) at \($t)";

# Both sides as {"SERIES COLUMN at BUCKET": VALUE}.
def sums($meaning; $ms; $raw):
	[$raw[measurements | index($meaning.from // "memagent")][] | select($meaning.only == null or .tags.function == $chosen[$meaning.only][])
		| . as $process
		| (if $meaning.of == "each" then .tags elif $meaning.of | IN("sum", "largest", "count") then {}
			else .tags | with_entries(select(.key | IN($meaning.of, $meaning.tags[]?))) end) as $series
		| range($meaning.columns | length) as $i
		| $process.rows | value_of($meaning.columns[$i]; $ms) | to_entries[]
		| {key: cell($series; $i; .key), value: (if $meaning.of == "count" then 1 else .value end)}]
	| group_by(.key) | map({key: .[0].key, value: (map(.value) | if $meaning.of == "largest" then max
		elif (.[0] | type) == "string" then .[-1] else add end)}) | from_entries;

# Of call sites at the end of the time: how many processes have one, and their sum.
def held($meaning; $raw):
	[$raw[1][] | {tags, last: ([.rows[] | select(.time / 1e6 >= $to - 180000)] | {live: ([.[].live_bytes | values] | last),
		leak: ([.[].leak_bytes_per_s | values] | last)})} | select(.last.live != null)]
	| group_by([.tags.site, .tags.function])
	| map((.[0].tags | {function, site}) as $series
		| [length, (map(.last.live) | add), ([.[].last.leak | values] | add)] | to_entries[]
		| select(.value != null) | {key: cell($series; .key; 0), value}) | from_entries;

def expected($meaning; $ms; $raw):
	if $meaning.of == "held" then held($meaning; $raw)
	elif $meaning.newest then sums($meaning; $ms; $raw) | to_entries | group_by(.key | sub(" at [0-9]+$"; "")) | map(max_by(.key)) | from_entries
	else sums($meaning; $ms; $raw) end;

# A time in ns is more than jq's numbers hold to the last digit.
def answered($meaning):
	[.series[]? | (.tags // {}) as $series | .values[] | . as $row | range(1; length) as $i
		| select($row[$i] != null) | {key: cell($series; $i - 1; if $meaning.timeless then 0 else $row[0] / 1e6 | round end), value: $row[$i]}]
	| from_entries;

# Without points a count is 0 or null.
def without_0($meaning):
	if $meaning.of == "count" then map_values(select(. != 0)) else . end;

# The absolute part is for differences of large rates, which need not cancel out to the last digit.
def close($a; $b): $a == $b or ([$a, $b] | all(type == "number")) and (($a - $b) | fabs) <= 1e-7 + 1e-9 * ([($a | fabs), ($b | fabs)] | max);

def differences($want; $got):
	(($want | keys) - ($got | keys) | .[] | "\(.) is missing"),
	(($got | keys) - ($want | keys) | .[] | "\(.): \($got[.]), where nothing is meant"),
	($want | to_entries[] | select($got[.key] != null) | select(close(.value; $got[.key]) | not)
		| "\(.key): \($got[.key]) instead of \(.value)");

.[0] as $asked | .[1].results as $answers | (.[2].results | map(.series // [] | map({tags, rows: (.tags as $tags | rows | map($tags + .))}))) as $raw
| range($asked | length) as $i | $asked[$i] as $a | $answers[$i] as $answer | meant[$a.name] as $meaning
| if $answer.error then $answer.error
	elif $meaning == null then "meant.jq does not say what it shows"
	else
		(expected($meaning; $a.interval_ms; $raw) | without_0($meaning)) as $want | ($answer | answered($meaning) | without_0($meaning)) as $got
		| if $want == {} and ([$meaning | .. | .field? // empty | select(startswith("sizes_") | not)] - $optional) != [] then "the points hold nothing for it"
		elif $got == {} and $want != {} then "no rows for \($a.query)"
		else differences($want; $got)
		end
	end
| "\($a.name): \(.)"
