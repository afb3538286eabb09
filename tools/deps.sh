#!/bin/sh
# deps.sh build|demo|test|hosts|bench|browse|check ...: install what is missing for that purpose.
# deps.sh -h prints this.
#
# It takes the distribution's packages (Debian 12 and Ubuntu 22.04 or later), as root or through
# sudo.  Before it installs it says what, how much that is, and how long it takes.  When nothing is
# missing it does and says nothing.
#
# shellcheck disable=SC2086,SC2046 # the lists are split into words on purpose
set -eu

case ${1-} in
-h | --help)
	sed -n '1d; /^# shellcheck/q; s/^# \{0,1\}//p' "$0"
	exit 0
	;;
esac

# One word for each need; a|b where the package has another name in another release, or where either
# will do.  The first that the release offers is installed.
build='gcc make pkg-config|pkgconf libc6-dev libcurl4-openssl-dev libjemalloc-dev zlib1g-dev ca-certificates'
demo='wrk libmicrohttpd-dev curl jq gnuplot-nox'
test='g++ libc++-dev libc++abi-dev check clang libclang-rt-dev|libclang-common-14-dev valgrind sqlite3 bc
	libxml2-utils util-linux libjemalloc2 libtcmalloc-minimal4|libtcmalloc-minimal4t64 libmimalloc2.0|libmimalloc3
	openssl stunnel4 musl-tools procps libmicrohttpd-dev curl jq python3 python3-yaml perl gnuplot-nox libfaketime'
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

# Those of the packages that apt would install.  Other packages' relations make a name known, too.
offered()
{
	LC_ALL=C apt-cache policy "$@" 2>/dev/null |
		awk '/^[^ ].*:$/ { name = substr($1, 1, length($1) - 1) }
			$1 == "Candidate:" && $2 != "(none)" { print name }'
}

# The packages that the needs name.
named()
{
	echo "$*" | tr '|' ' '
}

# unmet PACKAGES NEED...: the needs that none of the packages meets.
unmet()
{
	packages=$1
	shift
	for need; do
		echo "$need" | tr '|' '\n' | grep -qxF "$packages" || echo "$need"
	done
}

missing()
{
	unmet "$(installed $(named "$@"))" "$@"
}

# The first package of each need that this release offers, if it offers one.
choose()
{
	packages=$(offered $(named "$@"))
	for need; do
		echo "$need" | tr '|' '\n' | grep -xF "$packages" | head -n 1
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
	download $(offered $(named $unpacked)) || die "apt-get could not download$hosts_lacking"
	install $(missing $(libraries_of))
	unpack hosts
	php=$(find "$root/.deps/hosts/usr/bin" -name 'php[0-9]*' | head -n 1)
	[ -z "$php" ] || ln -s "${php##*/}" "$root/.deps/hosts/usr/bin/php"
	for program in $unpacked_programs; do
		has_host "$program" || echo "deps.sh: no $program in this release: its test is skipped" >&2
	done
}

# install NEED...: what this release does not offer is left out.
install()
{
	[ $# -gt 0 ] || return 0
	packages=$(choose "$@")
	[ -n "$packages" ] || return 0
	apt_get install -y --no-install-recommends --no-remove $packages ||
		die "apt-get could not install" $packages
}

# Sum up, for all packages that the arguments of apt-get would bring: "PACKAGES BYTES-TO-DOWNLOAD".
to_download()
{
	LC_ALL=C apt-get -q -o APT::Sandbox::User=root --print-uris -y "$@" 2>/dev/null |
		awk "/^'/"' { packages++; bytes += $3 } END { printf "%d %.0f\n", packages, bytes }'
}

# What the packages that are new take, in KiB.
to_occupy()
{
	LC_ALL=C apt-cache show --no-all-versions "$@" 2>/dev/null |
		awk '/^Installed-Size:/ { kib += $2 } END { printf "%.0f\n", kib }'
}

# Say what will be installed and unpacked, how much it is, and how long it may take.
announce()
{
	packages=$(choose $lacking)
	unpacks=$databases_lacking
	[ -z "$hosts_lacking" ] || unpacks="$unpacks $(offered $(named $unpacked) | tr '\n' ' ')"
	count=0 bytes=0 kib=0
	if [ -n "$packages" ]; then
		new=$(LC_ALL=C apt-get -s install -y --no-install-recommends --no-remove $packages |
			sed -n 's/^Inst \([^ ]*\).*/\1/p')
		sum=$(to_download install --no-install-recommends --no-remove $packages)
		count=$((count + ${sum% *})) bytes=$((bytes + ${sum#* }))
		kib=$((kib + $(to_occupy $new)))
	fi
	if [ -n "$unpacks" ]; then
		sum=$(to_download download $unpacks)
		bytes=$((bytes + ${sum#* }))
		kib=$((kib + $(to_occupy $unpacks)))
	fi
	for need in $(unmet "$(offered $(named $lacking))" $lacking); do
		echo "deps.sh: this release offers no $need; what needs it fails or is skipped" >&2
	done
	[ -z "$packages" ] || echo "deps.sh: installing" $packages "($count packages, with what they need)"
	[ -z "$unpacks" ] || echo "deps.sh: unpacking" $unpacks "into .deps"
	mib=$(((bytes + 1048575) / 1048576)) disk=$(((kib + 1023) / 1024))
	# 40 Mbit/s, and twice as fast to the disk.
	seconds=$((mib / 5 + disk / 10))
	echo "deps.sh: $mib MiB to download, $disk MiB on the disk; this takes roughly $((seconds / 60 + 1)) min at 40 Mbit/s"
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

if [ "$(id -u)" -eq 0 ] || command -v sudo >/dev/null; then
	echo "deps.sh: reading the lists of packages"
	apt_get update >/dev/null || die "apt-get update failed: see its lines above"
elif [ -n "$lacking" ]; then
	die "neither root nor sudo: as root run: apt-get install" $(choose $lacking)
fi
announce
install $lacking
for database in $databases_lacking; do
	unpack_database $database
	[ $database != influxdb ] || influxd_find >/dev/null ||
		die "there is no influxd of version 1 that runs here"
done
[ -z "$hosts_lacking" ] || unpack_hosts
