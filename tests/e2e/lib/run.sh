# shellcheck shell=sh disable=SC2034 # shared with the tests
# run.sh: what the run_* tests share: a directory of their own, $dir, which goes with the test, and
# a file in it for the points.

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
