#!/bin/sh
# The dashboards are exactly what grafana/source generates, so a manual change is found.
set -eu

root=$(cd "$(dirname "$0")/../.." && pwd)
command -v jq >/dev/null || {
	echo "jq is not installed"
	exit 77
}
"$root/grafana/make.sh" --check

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp -R "$root/grafana" "$work"
sed -i 's/Live bytes/Bytes alive/' "$work/grafana/dashboards/fleet.json"
if "$work/grafana/make.sh" --check >"$work/out" 2>&1; then
	echo "$(basename "$0"): a change by hand was not found" >&2
	exit 1
fi
grep -q 'fleet.json is not what' "$work/out"
