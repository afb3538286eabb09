#!/bin/bash
# Builds, demonstrates and tests a fresh clone in other releases of Debian, one after the other.
#
#   tests/distros.sh [-h] [bookworm|trixie|sid]…
#
# Each gets a chroot below ROOTS (/var/tmp/memagent-roots), which debootstrap makes from the mirror that this
# system's apt uses.  There, in a clone of what is committed here, plain make must say what is missing; then
# make deps, make, make demo and make test (with PATTERN, if it is set) must succeed.  sid changes every day:
# there the tests are left out.
#
# The output goes to ROOTS/RELEASE.log.  The chroot of a release that failed stays; any other is removed.
# All runs in a mount and a process namespace of its own, which end with it, and with them what is mounted
# and what runs there.  The status is 0 when all releases are good.
set -u

case ${1-} in
-h | --help)
	sed -n '2,/^set/s/^# \{0,1\}//p' "$0"
	exit 0
	;;
esac

source=$(cd "$(dirname "$0")/.." && pwd)
roots=${ROOTS:-/var/tmp/memagent-roots}
[ $# -gt 0 ] || set -- bookworm trixie sid

die()
{
	echo "distros.sh: $*" >&2
	exit 1
}

[ "$(id -u)" -eq 0 ] || die "only root can make a chroot"
command -v debootstrap >/dev/null || die "there is no debootstrap; make deps-browse installs it"

# shellcheck disable=SC2016 # apt's variables
mirror=$(apt-get indextargets --format '$(ORIGIN) $(COMPONENT) $(REPO_URI)' 'Created-By: Packages' 2>/dev/null |
	sed -n 's/^Debian main //p' | head -n 1)
[ -n "$mirror" ] || die "apt knows no mirror of Debian here"

# make_root RELEASE: make a minimal system with this one's access to the network.
make_root()
{
	rm -rf --one-file-system "$root"
	debootstrap --variant=minbase --include=ca-certificates,make "$1" "$root" "$mirror" || return
	cp -L /etc/resolv.conf "$root/etc/"
	apt-config dump | grep '^Acquire::' >"$root/etc/apt/apt.conf.d/90acquire"
	git clone -q "$source" "$root/memagent"
}

# inside COMMAND…: run it in the chroot, with an empty environment.
inside()
{
	# shellcheck disable=SC2016 # the inner shell's
	unshare --mount --pid --fork --kill-child sh -c '
		mount --rbind /dev "$0/dev" && mount -t proc proc "$0/proc" && mount -t sysfs sysfs "$0/sys" &&
		exec chroot "$0" env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
			HOME=/root LC_ALL=C.UTF-8 ${PATTERN:+PATTERN="$PATTERN"} \
			sh -c "cd /memagent && exec \"\$@\"" sh "$@"' "$root" "$@"
}

# step NAME COMMAND…: run it; its output is written to the log.
step()
{
	local name=$1 began=$SECONDS
	shift
	echo "==== $name" >>"$log"
	if ! "$@" >>"$log" 2>&1 </dev/null; then
		echo "$release: $name failed after $((SECONDS - began)) s: see $log"
		return 1
	fi
	echo "$release: $name: $((SECONDS - began)) s"
}

says_what_is_missing()
{
	! inside make >"$root/said" 2>&1 && grep 'run "make deps"' "$root/said"
}

try()
{
	step debootstrap make_root "$release" &&
		step "make without a compiler" says_what_is_missing &&
		step "make deps" inside make deps &&
		step make inside make -j2 &&
		step "make demo" inside make demo &&
		{ [ "$release" = sid ] || step "make test" inside make test; }
}

mkdir -p "$roots" || exit 1
failed=0
for release; do
	root=$roots/$release log=$roots/$release.log
	: >"$log"
	if try; then
		rm -rf --one-file-system "$root"
	else
		failed=$((failed + 1))
	fi
done
[ $failed -eq 0 ]
