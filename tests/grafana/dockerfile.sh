#!/bin/bash
# limit: 900
# The Dockerfile's steps, one after the other, in a fresh Debian that debootstrap makes; and then its image's programs
# do what they are for: a metered server, as the image's user.
#
# Only what the Dockerfile uses of Docker's language is known here; anything else fails.
#
# shellcheck disable=SC2016 # apt's and the inner shell's
set -eu

root=$(cd "$(dirname "$0")/../.." && pwd)
skip()
{
	echo "$(basename "$0"): skipped: $*"
	exit 77
}
fail()
{
	echo "$(basename "$0"): $*" >&2
	exit 1
}
[ "$(id -u)" -eq 0 ] || skip "not root"
command -v jq >/dev/null || skip "there is no jq"
command -v debootstrap >/dev/null || skip "there is no debootstrap"
unshare --mount true 2>/dev/null || skip "no right to mount"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 143' TERM

# What this system itself installs from, if it is of the Debian that the Dockerfile begins with.
mirror=$(apt-get indextargets --format '$(RELEASE) $(COMPONENT) $(REPO_URI)' 'Created-By: Packages' 2>/dev/null |
	sed -n 's/^bookworm main //p' | head -n 1)
[ -n "$mirror" ] || skip "apt knows no mirror of Debian 12"

debootstrap --variant=minbase bookworm "$work/debian-12-slim" "$mirror" >"$work/debootstrap.log" 2>&1 ||
	skip "debootstrap got no Debian: $(tail -n 1 "$work/debootstrap.log")"
rm -rf "$work/debian-12-slim/etc/apt/sources.list"
cp -a /etc/apt/sources.list* /etc/apt/apt.conf.d /etc/apt/trusted.gpg.d "$work/debian-12-slim/etc/apt/" 2>/dev/null || :
cp -a /usr/share/keyrings/. "$work/debian-12-slim/usr/share/keyrings/"
cp -L /etc/resolv.conf /etc/hosts "$work/debian-12-slim/etc/"

# inside USER COMMAND...: in the stage, with /proc and /dev, and nothing of this environment.
inside()
{
	local user=$1
	shift
	unshare --mount sh -c 'mount --bind /proc "$1/proc" && mount --bind /dev "$1/dev" && user=$2 && workdir=$3 && root=$1 &&
		shift 3 && exec chroot --userspec="$user" "$root" /usr/bin/env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
		HOME=/root DEBIAN_FRONTEND=noninteractive sh -c "cd \"\$0\" && exec \"\$@\"" "$workdir" "$@"' \
		sh "$stage" "$user" "$workdir" "$@"
}

# The context: what is not ignored by git, which is what .dockerignore leaves.
mkdir "$work/context"
(cd "$root" && git ls-files -co --exclude-standard -z | tar --null --ignore-failed-read -cf - -T -) | tar -xf - -C "$work/context"

stage='' workdir=/ user=root command=''
declare -A stages=()

copy()
{
	local from=$work/context
	case $1 in
	--from=*)
		from=${stages[${1#--from=}]}
		shift
		;;
	esac
	local target=${*: -1} source
	case $target in
	/*) target=$stage$target ;;
	*) target=$stage$workdir/$target ;;
	esac
	mkdir -p "$target"
	for source in "${@:1:$#-1}"; do
		# Of a folder Docker copies what is in it.
		if [ -d "$from/$source" ]; then
			cp -a "$from/$source/." "$target"
		else
			cp -a "$from/$source" "$target"
		fi
	done
}

while read -r instruction rest; do
	case $instruction in
	'' | '#'*) ;;
	FROM)
		read -r image _ name <<<"$rest"
		[ "$image" = debian:12-slim ] || fail "FROM $image: expected debian:12-slim"
		stage=$work/stage.${#stages[@]}
		stages[${name:-last}]=$stage
		workdir=/ user=root
		cp -a "$work/debian-12-slim" "$stage"
		;;
	WORKDIR)
		workdir=$rest
		mkdir -p "$stage$workdir"
		;;
	COPY)
		# shellcheck disable=SC2086 # words
		copy $rest
		;;
	RUN) inside "$user" sh -c "$rest" >"$work/log" 2>&1 </dev/null || fail "RUN $rest: $(tail -n 20 "$work/log")" ;;
	USER) user=$rest ;;
	CMD) command=$rest ;;
	*) fail "$instruction is not known here" ;;
	esac
done <"$work/context/Dockerfile"

mapfile -t words < <(jq -r '.[]' <<<"$command")
inside "$user" "${words[@]}" >"$work/out" || fail "CMD $command: status $?"
grep -q '^usage: memagent-run' "$work/out" || fail "CMD $command printed: $(head -n 3 "$work/out")"

# The programs that compose.yaml starts.
for program in wrk curl sh memagent-run memagent-report demo-server; do
	inside "$user" sh -c "command -v $program" >/dev/null || fail "the image has no $program"
done
inside "$user" timeout -s TERM 2 memagent-run --url file:///tmp/points --interval 100ms -- demo-server 0 global 0.0.0.0 \
	>"$work/out" 2>"$work/err" || :
grep -q '^listening on 0.0.0.0:' "$work/out" || fail "the server did not start: $(cat "$work/err")"
points=$(grep -c '^memagent,.*service=demo-server' "$stage/tmp/points" || :)
[ "$points" -gt 5 ] || fail "$points points of the server"
inside "$user" memagent-run --url http://127.0.0.1:1 --check demo-server >"$work/out" 2>&1 || :
! grep -q 'memagent-http.so' "$work/out" || fail "its transport does not load: $(cat "$work/out")"
