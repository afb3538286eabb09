#!/bin/bash
# What a parent has requested makes its forked child take no fewer samples.
set -u

here=$(cd "$(dirname "$0")" && pwd)
build=$(cd "${BUILD:-$here/../../build}" && pwd) || exit 1
points=$(mktemp) || exit 1
trap 'rm -f "$points"' EXIT

LD_PRELOAD=$build/libmemagent.so MEMAGENT_URL=file://$points MEMAGENT_INTERVAL=250ms \
	"$build/tests/alloc/parent" || exit 1
means=$(sed -n 's/.*pid=\([0-9]*\)[, ].*[ ,]sites_mean_bytes=\([0-9]*\)i.*/\1 \2/p' "$points")
awk '
	NR == 1 { parent = $1 }
	$1 != parent && ++n > 1 && $2 > last { rises++ }
	$1 != parent { last = $2 }
	END { exit n < 4 || rises }
' <<<"$means" && exit
echo "sites_fork_pace.sh: bytes between two samples, by process:"
echo "$means"
exit 1
