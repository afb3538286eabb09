#!/bin/sh
# deps.sh build|demo|test|hosts|bench|browse|check ...: install what is missing for that purpose.
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
# Large, so not of "test": the programs that tests/hosts puts under the agent.
hosts="$test wrk git openssh-client default-jdk-headless|openjdk-17-jdk-headless nodejs"
# Of these only the program is needed: a package that is installed starts its server, and again
# whenever the machine does.
unpacked_programs='nginx redis-server memcached postgres pgbench psql php'
unpacked='nginx nginx-light redis-tools redis-server memcached
	postgresql-15|postgresql-14|postgresql-16|postgresql-17
	postgresql-client-15|postgresql-client-14|postgresql-client-16|postgresql-client-17
	php8.2-cli|php8.1-cli|php8.3-cli|php8.4-cli'
# Large too: a browser for the report's page, and what compose.yaml and the Dockerfile are tried with.
browse='chromium docker-compose debootstrap'
check='clang libclang-rt-dev|libclang-common-14-dev clang-format clang-tidy cppcheck shellcheck git check libmicrohttpd-dev'

root=$(cd "$(dirname "$0")/.." && pwd)
. "$root/tools/influxd.sh"

# Says whether a program of tests/hosts is there.
has_host()
{
	# shellcheck source=tools/hosts.sh
	(. "$root/tools/hosts.sh" && command -v "$1" >/dev/null)
}

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

# Packages are unpacked into .deps and not installed where installing them would start a server for
# the whole system.  _apt has no right to write below the user's directories, and apt-get says so
# at length unless it is told not to try.
download()
{
	mkdir -p "$root/.deps"
	work=$(mktemp -d "$root/.deps/tmp.XXXXXX")
	trap 'rm -rf "$work"' EXIT
	trap 'exit 130' INT TERM
	(cd "$work" && apt-get -q -o APT::Sandbox::User=root download "$@")
}

# What was downloaded becomes .deps/NAME.
unpack()
{
	for deb in "$work"/*.deb; do
		dpkg-deb -x "$deb" "$work/unpacked"
	done
	rm -rf "$root/.deps/$1"
	mv "$work/unpacked" "$root/.deps/$1"
	rm -rf "$work"
}

unpack_database()
{
	echo "deps.sh: unpacking $1 into .deps/$1 (no service is started)"
	if download "$1"; then
		unpack "$1"
	else
		echo "deps.sh: apt-get download $1 failed; what needs it is skipped" >&2
		rm -rf "$work"
	fi
}

# What the packages in $work link to, and the time zones.
libraries_of()
{
	for deb in "$work"/*.deb; do
		dpkg-deb -f "$deb" Depends | tr ',' '\n' |
			sed -n 's/ *[|(:].*//; s/^ *//; /^libnginx-/d; /^lib/p; /^zlib/p; /^tzdata/p'
	done | sort -u
}

unpack_hosts()
{
	echo "deps.sh: unpacking$hosts_lacking into .deps/hosts (no service is started)"
	# A release that has not all of them has most.
	download $(apt-cache show $(choose $unpacked) 2>/dev/null | sed -n 's/^Package: //p' | sort -u) ||
		die "apt-get could not download$hosts_lacking"
	install_missing $(libraries_of)
	unpack hosts
	php=$(find "$root/.deps/hosts/usr/bin" -name 'php[0-9]*' | head -n 1)
	[ -z "$php" ] || ln -s "${php##*/}" "$root/.deps/hosts/usr/bin/php"
	for program in $unpacked_programs; do
		has_host "$program" || echo "deps.sh: no $program in this release: its test is skipped" >&2
	done
}

install_missing()
{
	lacking=$(missing "$@")
	[ -n "$lacking" ] || return 0
	packages=$(choose $lacking)
	echo "deps.sh: installing" $packages
	apt_get install -y --no-install-recommends --no-remove $packages ||
		die "apt-get could not install" $packages
}

needs=
databases=
hosts_wanted=no
[ $# -gt 0 ] || die "usage: deps.sh build|demo|test|hosts|bench|browse|check ..."
for purpose; do
	case $purpose in
	build) needs="$needs $build" ;;
	demo) needs="$needs $build $demo" databases="$databases influxdb" ;;
	test) needs="$needs $build $test" databases="$databases influxdb victoria-metrics" ;;
	hosts) needs="$needs $build $hosts" databases="$databases influxdb" hosts_wanted=yes ;;
	bench) needs="$needs $build $bench" databases="$databases influxdb" ;;
	browse) needs="$needs $browse" ;;
	check) needs="$needs $build $check" ;;
	*) die "$purpose is not a purpose: expected build, demo, test, hosts, bench, browse or check" ;;
	esac
done
needs=$(printf '%s\n' $needs | sort -u)
databases_lacking=
for database in $(printf '%s\n' $databases | sort -u); do
	if [ $database = influxdb ]; then
		influxd_find >/dev/null || databases_lacking="$databases_lacking influxdb"
	elif [ ! -x "$root/.deps/$database/usr/bin/$database" ]; then
		databases_lacking="$databases_lacking $database"
	fi
done
hosts_lacking=
if [ $hosts_wanted = yes ]; then
	for program in $unpacked_programs; do
		has_host "$program" || hosts_lacking="$hosts_lacking $program"
	done
fi

if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
	# Nothing to ask and nothing to install with: the build will tell.
	echo "deps.sh: not a Debian: install by hand what is missing of" $needs $hosts_lacking >&2
	exit 0
fi

lacking=$(missing $needs)
[ -n "$lacking$databases_lacking$hosts_lacking" ] || exit 0

if [ -n "$lacking" ] && [ "$(id -u)" -ne 0 ] && ! command -v sudo >/dev/null; then
	die "neither root nor sudo: as root run: apt-get install" $(choose $lacking)
fi
if [ "$(id -u)" -eq 0 ] || command -v sudo >/dev/null; then
	apt_get update >/dev/null || die "apt-get update failed"
fi
install_missing $needs
for database in $databases_lacking; do
	unpack_database $database
	[ $database != influxdb ] || influxd_find >/dev/null ||
		die "there is no influxd of version 1 that runs here"
done
[ -z "$hosts_lacking" ] || unpack_hosts
