#!/bin/sh
# deps.sh build|demo|test|hosts|bench|verdict|browse|check ...: install the packages missing for these purposes.
# deps.sh -h prints this.
#
# It installs the distribution's packages (Debian 12, Ubuntu 22.04, or later), as root or with sudo.
# First it prints which packages, their size, and the time this may take.  If nothing is missing, it
# does nothing and prints nothing.
#
# shellcheck disable=SC2086,SC2046 # the lists are split into words on purpose
set -eu

case ${1-} in
-h | --help)
	sed -n '1d; /^# shellcheck/q; s/^# \{0,1\}//p' "$0"
	exit 0
	;;
esac

# One word for each need.  a|b: the package has different names in different releases, or either of two
# packages will do; the first that the release offers is installed.
build='gcc make pkg-config|pkgconf libc6-dev libcurl4-openssl-dev libjemalloc-dev zlib1g-dev ca-certificates'
demo='wrk libmicrohttpd-dev curl jq gnuplot-nox'
test='mandoc g++ libc++-dev libc++abi-dev check clang libclang-rt-dev|libclang-common-14-dev valgrind sqlite3 bc
	libxml2-utils util-linux libjemalloc2 libtcmalloc-minimal4|libtcmalloc-minimal4t64 libmimalloc2.0|libmimalloc3
	openssl stunnel4 musl-tools procps libmicrohttpd-dev curl jq python3 python3-yaml perl gnuplot-nox libfaketime protobuf-compiler elfutils'
bench='wrk libmicrohttpd-dev curl jq gnuplot-nox valgrind heaptrack libjemalloc2 libtcmalloc-minimal4|libtcmalloc-minimal4t64
	libgoogle-perftools4|libgoogle-perftools4t64 libmimalloc2.0|libmimalloc3 sqlite3 python3 perl util-linux'
# The programs that tests/hosts runs; not part of "test", because they are large.
hosts="$test wrk git openssh-client default-jdk-headless|openjdk-17-jdk-headless nodejs"
# The programs that tests/verdict runs, and other tools.
verdict="$hosts ruby lua5.4 gawk tcl8.6 binutils heaptrack libjemalloc2"
# These are unpacked, not installed: an installed package would start its server, also at each boot.
unpacked_programs='nginx redis-server memcached postgres pgbench psql php'
unpacked='nginx nginx-light redis-tools redis-server memcached
	postgresql-15|postgresql-14|postgresql-16|postgresql-17
	postgresql-client-15|postgresql-client-14|postgresql-client-16|postgresql-client-17
	php8.2-cli|php8.1-cli|php8.3-cli|php8.4-cli'
# Large too: a browser for the report's page, and programs to test compose.yaml and the Dockerfile.
browse='chromium docker-compose debootstrap'
check='clang libclang-rt-dev|libclang-common-14-dev clang-format clang-tidy cppcheck shellcheck git check libmicrohttpd-dev mandoc'

root=$(cd "$(dirname "$0")/.." && pwd)
. "$root/tools/influxd.sh"

# has_host PROGRAM: return 0 if tests/hosts can run it.
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

# Print those of the packages that are installed, one per line.
installed()
{
	# shellcheck disable=SC2016 # dpkg-query's variables, not the shell's
	dpkg-query -W -f '${Package} ${db:Status-Status}\n' "$@" 2>/dev/null |
		sed -n 's/ installed$//p'
}

# Print those of the packages that apt can install.  A name without a candidate is only mentioned by
# other packages.
offered()
{
	LC_ALL=C apt-cache policy "$@" 2>/dev/null |
		awk '/^[^ ].*:$/ { name = substr($1, 1, length($1) - 1) }
			$1 == "Candidate:" && $2 != "(none)" { print name }'
}

# Print all packages that the needs name.
named()
{
	echo "$*" | tr '|' ' '
}

# unmet PACKAGES NEED...: print the needs that none of the packages satisfies.
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

# Print the first package of each need that this release offers, if any.
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

# Download packages to unpack them into .deps, because installing them would start a server for the
# whole system.  The user _apt cannot write there, and apt-get would print a long warning about it.
download()
{
	mkdir -p "$root/.deps"
	work=$(mktemp -d "$root/.deps/tmp.XXXXXX")
	trap 'rm -rf "$work"' EXIT
	trap 'exit 130' INT TERM
	(cd "$work" && apt-get -q -o APT::Sandbox::User=root download "$@")
}

# unpack NAME: unpack the downloaded packages to .deps/NAME.
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
		echo "deps.sh: apt-get download $1 failed; tests that need it are skipped" >&2
		rm -rf "$work"
	fi
}

# Print the libraries that the packages in $work depend on, and tzdata.
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

# install NEED...: install these needs, except those that this release does not offer.
install()
{
	[ $# -gt 0 ] || return 0
	packages=$(choose "$@")
	[ -n "$packages" ] || return 0
	apt_get install -y --no-install-recommends --no-remove $packages ||
		die "apt-get could not install" $packages
}

# to_download APT-GET-ARGUMENT...: print the number of packages and bytes that this would download.
to_download()
{
	LC_ALL=C apt-get -q -o APT::Sandbox::User=root --print-uris -y "$@" 2>/dev/null |
		awk "/^'/"' { packages++; bytes += $3 } END { printf "%d %.0f\n", packages, bytes }'
}

# to_occupy PACKAGE...: print their installed size in KiB.
to_occupy()
{
	LC_ALL=C apt-cache show --no-all-versions "$@" 2>/dev/null |
		awk '/^Installed-Size:/ { kib += $2 } END { printf "%.0f\n", kib }'
}

# Print what will be installed and unpacked, its size, and how long it may take.
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
		echo "deps.sh: this release offers no $need; tests that need it fail or are skipped" >&2
	done
	[ -z "$packages" ] || echo "deps.sh: installing" $packages "($count packages with dependencies)"
	[ -z "$unpacks" ] || echo "deps.sh: unpacking" $unpacks "into .deps"
	mib=$(((bytes + 1048575) / 1048576)) disk=$(((kib + 1023) / 1024))
	# Assume 5 MiB/s for the download and 10 MiB/s for unpacking.
	seconds=$((mib / 5 + disk / 10))
	echo "deps.sh: $mib MiB to download, $disk MiB on the disk; this takes roughly $((seconds / 60 + 1)) min at 40 Mbit/s"
}

needs=
databases=
hosts_wanted=no
[ $# -gt 0 ] || die "usage: deps.sh build|demo|test|hosts|bench|verdict|browse|check ..."
for purpose; do
	case $purpose in
	build) needs="$needs $build" ;;
	demo) needs="$needs $build $demo" databases="$databases influxdb" ;;
	test) needs="$needs $build $test" databases="$databases influxdb victoria-metrics" ;;
	hosts) needs="$needs $build $hosts" databases="$databases influxdb" hosts_wanted=yes ;;
	bench) needs="$needs $build $bench" databases="$databases influxdb" ;;
	verdict) needs="$needs $build $verdict" hosts_wanted=yes ;;
	browse) needs="$needs $browse" ;;
	check) needs="$needs $build $check" ;;
	*) die "$purpose is not valid: expected build, demo, test, hosts, bench, verdict, browse or check" ;;
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
	# Go on: the build reports what is missing.
	echo "deps.sh: this is not Debian; install what is missing yourself, of" $needs $hosts_lacking >&2
	exit 0
fi

lacking=$(missing $needs)
[ -n "$lacking$databases_lacking$hosts_lacking" ] || exit 0

if [ "$(id -u)" -eq 0 ] || command -v sudo >/dev/null; then
	echo "deps.sh: updating the package lists"
	apt_get update >/dev/null || die "apt-get update failed: see its messages above"
elif [ -n "$lacking" ]; then
	die "this needs root or sudo; run as root: apt-get install" $(choose $lacking)
fi
announce
install $lacking
for database in $databases_lacking; do
	unpack_database $database
	[ $database != influxdb ] || influxd_find >/dev/null ||
		die "the unpacked influxd does not run here, or is not version 1"
done
[ -z "$hosts_lacking" ] || unpack_hosts
