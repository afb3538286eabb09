#!/bin/bash
# Two objects are mapped at the same address in turns: the stacks of their samples stay right.
set -u

here=$(cd "$(dirname "$0")" && pwd)
build=$(cd "${BUILD:-$here/../../build}" && pwd) || exit 1
sources=$here/../walk

if [ "$(uname -m)" != x86_64 ] || ! command -v gcc >/dev/null; then
	echo "there is no gcc for x86-64"
	exit 77
fi
directory=$(mktemp -d) || exit 1
trap 'rm -rf "$directory"' EXIT
cd "$directory" || exit 1
unset "${!MEMAGENT_@}" LD_PRELOAD

gcc -O2 -shared -fPIC -DFRAME_BYTES=1000 -o small.so "$sources/pass.c" &&
	gcc -O2 -shared -fPIC -DFRAME_BYTES=5000 -o large.so "$sources/pass.c" &&
	gcc -O2 -fno-builtin -o unload "$sources/unload.c" -ldl || exit 1

MEMAGENT_URL=file://$directory/points LD_PRELOAD=$build/libmemagent.so ./unload || exit 1

# The paths of the objects are in the frames.
awk '
	/^memagent,/ && match($0, /sites_sampled=[0-9]+/) { sampled = substr($0, RSTART + 14, RLENGTH - 14) + 0 }
	/^memagent,/ && match($0, /sites_truncated=[0-9]+/) { truncated = substr($0, RSTART + 16, RLENGTH - 16) + 0 }
	/^memagent_site,/ && /frames=.*small.so@/ { small = 1 }
	/^memagent_site,/ && /frames=.*large.so@/ { large = 1 }
	END {
		print sampled " sampled, " truncated " truncated; small " small + 0 ", large " large + 0
		exit !(sampled >= 20 && truncated == 0 && small && large)
	}' points
