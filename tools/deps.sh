#!/bin/sh
# deps.sh build|demo|test|bench|browse|check ...: install what is missing for that purpose.
#
# From the distribution's packages (Debian 12 and Ubuntu 22.04 or later), as
# root or through sudo.  When nothing is missing it does and says nothing.
#
# shellcheck disable=SC2086,SC2046 # the lists are split into words on purpose
set -eu

# One word a need; a|b where a release calls the package otherwise, or where
# either will do.  The first that is to be had is installed.
build='gcc make pkg-config|pkgconf libc6-dev libcurl4-openssl-dev libjemalloc-dev zlib1g-dev ca-certificates'
demo='wrk libmicrohttpd-dev curl jq gnuplot-nox'
test='g++ libc++-dev libc++abi-dev check clang libclang-rt-dev|libclang-common-14-dev valgrind sqlite3 bc
	libxml2-utils util-linux libjemalloc2 libtcmalloc-minimal4 libmimalloc2.0|libmimalloc3
	openssl stunnel4 musl-tools procps libmicrohttpd-dev curl jq python3 python3-yaml perl gnuplot-nox'
bench='wrk libmicrohttpd-dev curl jq gnuplot-nox valgrind heaptrack libjemalloc2 libtcmalloc-minimal4|libtcmalloc-minimal4t64
	libgoogle-perftools4|libgoogle-perftools4t64 libmimalloc2.0|libmimalloc3 sqlite3 python3 perl util-linux'
# Large, so not of "test": a browser for the report's page, and what compose.yaml and the Dockerfile are tried with.
browse='chromium docker-compose debootstrap'
check='clang clang-format clang-tidy cppcheck shellcheck git check libmicrohttpd-dev'

root=$(cd "$(dirname "$0")/.." && pwd)
. "$root/tools/influxd.sh"

die()
{
	echo "deps.sh: $*" >&2
	exit 1
}

as_root()
{
	if [ "$(id -u)" -eq 0 ]; then
		"$@"
	else
		sudo "$@"
	fi
}

# The packages among the arguments that are installed, a line each.
installed()
{
	# shellcheck disable=SC2016 # dpkg-query's variables, not the shell's
	dpkg-query -W -f '${Package} ${db:Status-Status}\n' "$@" 2>/dev/null |
		sed -n 's/ installed$//p'
}

# Those of the needs that no installed package meets.
missing()
{
	here=$(installed $(echo "$*" | tr '|' ' '))
	for need; do
		echo "$need" | tr '|' '\n' | grep -qxF "$here" || echo "$need"
	done
}

# The first package of each need that this release has.
choose()
{
	for need; do
		first=${need%%|*}
		chosen=$first
		for package in $(echo "$need" | tr '|' ' '); do
			if apt-cache show "$package" >/dev/null 2>&1; then
				chosen=$package
				break
			fi
		done
		echo "$chosen"
	done
}

apt_get()
{
	as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -o DPkg::Lock::Timeout=600 "$@"
}

# The package is unpacked and not installed: installing it would start a
# database for the whole system.  _apt has no right to write below the user's
# directories, and apt-get says so at length unless it is told not to try.
unpack_influxd()
{
	mkdir -p "$root/.deps"
	work=$(mktemp -d "$root/.deps/tmp.XXXXXX")
	trap 'rm -rf "$work"' EXIT
	trap 'exit 130' INT TERM
	(cd "$work" && apt-get -q -o APT::Sandbox::User=root download influxdb) ||
		die "apt-get download influxdb failed"
	dpkg-deb -x "$work"/influxdb_*.deb "$work/influxdb"
	rm -rf "$root/.deps/influxdb"
	mv "$work/influxdb" "$root/.deps/influxdb"
	influxd_find >/dev/null || die "Debian's influxdb holds no influxd of version 1 that runs here"
}

needs=
influxd=no
[ $# -gt 0 ] || die "usage: deps.sh build|demo|test|bench|browse|check ..."
for purpose; do
	case $purpose in
	build) needs="$needs $build" ;;
	demo) needs="$needs $build $demo" influxd=yes ;;
	test) needs="$needs $build $test" influxd=yes ;;
	bench) needs="$needs $build $bench" influxd=yes ;;
	browse) needs="$needs $browse" ;;
	check) needs="$needs $build $check" ;;
	*) die "$purpose is not a purpose: expected build, demo, test, bench, browse or check" ;;
	esac
done
needs=$(printf '%s\n' $needs | sort -u)
if [ $influxd = yes ] && influxd_find >/dev/null; then
	influxd=no
fi

if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
	# Nothing to ask and nothing to install with: the build will tell.
	echo "deps.sh: not a Debian: install by hand what is missing of" $needs >&2
	exit 0
fi

lacking=$(missing $needs)
[ -n "$lacking" ] || [ $influxd = yes ] || exit 0

if [ -n "$lacking" ] && [ "$(id -u)" -ne 0 ] && ! command -v sudo >/dev/null; then
	die "neither root nor sudo: as root run: apt-get install" $(choose $lacking)
fi
if [ "$(id -u)" -eq 0 ] || command -v sudo >/dev/null; then
	apt_get update >/dev/null || die "apt-get update failed"
fi
if [ -n "$lacking" ]; then
	packages=$(choose $lacking)
	echo "deps.sh: installing" $packages
	apt_get install -y --no-install-recommends --no-remove $packages ||
		die "apt-get could not install" $packages
fi
if [ $influxd = yes ]; then
	echo "deps.sh: unpacking influxd into .deps/influxdb (no service is started)"
	unpack_influxd
fi
