# json.jq: InfluxDB's answer to the fields, times in ms, and that to the last sizes, $sizes, for rows.awk: of each process a line
# "host TAB service TAB pid TAB column ... TAB sizes_...=value,...", then its rows, a line each, like [1,2,null].
# To make more of the rows here takes jq ten times as long.
def who: [.tags.host, .tags.service, .tags.pid] | map(if . == null or . == "" then "-" else gsub("\t"; " ") end);
def sizes: [.columns, .values[0]] | transpose
	| map(select(.[0] != "time" and .[1] != null) | "\(.[0] | ltrimstr("last_"))=\(.[1])") | join(",");
(.error // .results[0].error) as $error
| if $error then error($error) else . end
| ($sizes[0].results[0].series // [] | map({key: (.tags | tojson), value: sizes}) | from_entries) as $sizes
| .results[0].series[]?
| (who + [(.columns | join(" ")), $sizes[.tags | tojson] // ""] | join("\t")),
  (.values[] | tojson)
