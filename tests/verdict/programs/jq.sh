# shellcheck shell=bash disable=SC2016,SC2034,SC2154 # for tests/verdict/run
# jq: a filter over objects from its standard input.
needs()
{
	echo jq
}

prepare()
{
	mkfifo "$work/in"
}

start()
{
	exec jq -c '[.items[] | select(.price > 3) | {name: (.name | ascii_upcase), n: (.tags | map(length) | add)}]
		| group_by(.n) | map({key: (.[0].n | tostring), value: length}) | from_entries, (tojson | fromjson | length),
		([range(50)] | map(tostring) | join(",") | split(",") | sort | unique | length)' <"$work/in" >/dev/null
}

load()
{
	paced "$1" 15 awk '{
		printf "{\"items\":["
		for (i = 0; i < 60; i++)
			printf "%s{\"name\":\"item %d %d\",\"price\":%d,\"tags\":[\"a%d\",\"%0*d\"]}", i ? "," : "", i, $1, i % 9, i, i % 50 + 1, i
		print "]}"
		fflush()
	}' >"$work/in"
}
