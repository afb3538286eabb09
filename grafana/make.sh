#!/bin/sh
# make.sh [--check]: make grafana/dashboards/ from grafana/source/; with --check
# write nothing, and fail when a file would change.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
new=$(mktemp)
trap 'rm -f "$new"' EXIT
status=0
for name in memagent fleet; do
	file=$here/dashboards/$name.json
	jq -n -L "$here/source" -f "$here/source/$name.jq" >"$new"
	if [ "${1-}" != --check ]; then
		cat "$new" >"$file"
	elif ! diff -u "$file" "$new"; then
		echo "make.sh: $file is not what grafana/source makes: run grafana/make.sh" >&2
		status=1
	fi
done
exit $status
