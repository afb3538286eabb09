# shown.jq: what Grafana makes of the answers to a table's queries: one frame each, then the panel's transformations.
#
# A frame is {fields: [{name, values}...]}, as in packages/grafana-data.

# In: one result of InfluxDB.  Tags are columns, and the series follow each other.
def frames:
	[.series // empty | (.[0].tags // {} | keys) as $tags | .[0].columns as $columns
		| {fields: (
			[{name: "Time", values: [.[].values[][0] / 1e6 | floor]}]
			+ [$tags[] as $tag | {name: $tag, values: [.[] | .tags[$tag] as $value | .values[] | $value]}]
			+ [range(1; $columns | length) as $i | {name: $columns[$i], values: [.[].values[][$i]]}])}];

def field($name): .fields[] | select(.name == $name) | .values;
def rows: .fields as $f | [range($f[0].values | length) as $i | $f | map({key: .name, value: .values[$i]}) | from_entries];
def of_rows($names): . as $rows | {fields: ($names | map(. as $name | {name: $name, values: [$rows[][$name]]}))};

# jq's sort keeps the order of equal values, as JavaScript's does.
def sorted($by; $desc):
	[.fields[].name] as $names | rows | to_entries
	| sort_by((if $desc then -.value[$by] else .value[$by] end), .key) | map(.value) | of_rows($names);

def partitioned($by):
	([.fields[].name] - $by) as $names | rows
	| reduce .[] as $row ({keys: [], parts: {}}; ([$by[] as $b | $row[$b]] | tostring) as $key
		| if .parts[$key] then . else .keys += [$key] end | .parts[$key] += [$row])
	| . as $all | [.keys[] | $all.parts[.] | of_rows($names)];

# Rows become one when they have the same values in the fields that all frames have.
def merged:
	if length < 2 then . else
		. as $frames | (map([.fields[].name]) | [.[0][] | select(. as $n | all($frames[]; any(.fields[]; .name == $n)))]) as $key
		| (map(.fields[].name) | reduce .[] as $n ([]; if index([$n]) then . else . + [$n] end)) as $names
		| [[.[] | rows[]] | group_by([.[$key[]]])[] | add] | of_rows($names) | [.]
	end;

# In: frames.  $transformation: as in the dashboard.
def transformed($transformation):
	$transformation.options as $o
	| if $transformation.id == "sortBy" then map(sorted($o.sort[0].field; $o.sort[0].desc))
	elif $transformation.id == "partitionByValues" then .[0] | partitioned($o.fields)
	elif $transformation.id == "filterFieldsByName" then map(.fields |= map(select(.name | IN($o.exclude.names[]) | not)))
	elif $transformation.id == "merge" then merged
	elif $transformation.id == "organize" then map(.fields |= sort_by($o.indexByName[.name] // 1000))
	else error("\($transformation.id)?")
	end;

# In: the panel.  $results: InfluxDB's, of its queries.
def shown($results): reduce .transformations[] as $t ([$results[] | frames[]]; transformed($t));
