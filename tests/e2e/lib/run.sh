# shellcheck shell=sh disable=SC2034 # shared with the tests
# run.sh: shared by the run_* tests: a directory, $dir, which is removed at the end, and a file in it for
# points.

root=$(cd "$(dirname "$0")/../.." && pwd)
build=$(cd "${BUILD:-$root/build}" && pwd)
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
export MEMAGENT_URL="file://$dir/points"

fail()
{
	echo "$*"
	exit 1
}
