#!/bin/bash
# limit: 900
# The Dockerfile's steps run one after another in a fresh Debian made by debootstrap.  Then the
# services of compose.yaml that use its image run as the image's user: the server and its load.  A
# real InfluxDB must get their points.
#
# Only what the Dockerfile uses of Docker's language is known here; anything else fails.
#
# shellcheck disable=SC2016 # apt's and the inner shell's
. "$(dirname "$0")/../e2e/lib/influx.sh"

[ "$(id -u)" -eq 0 ] || skip "only root can make a chroot"
command -v jq >/dev/null || skip "jq is not installed"
python3 -c 'import yaml' 2>/dev/null || skip "python3 with yaml is not installed"
command -v debootstrap >/dev/null || skip "debootstrap is not installed"
mkdir "$work/mountable"
unshare --mount mount --bind /proc "$work/mountable" 2>/dev/null || skip "this user has no right to mount"

# This system's own mirror, if its release is that of the Dockerfile.
mirror=$(apt-get indextargets --format '$(RELEASE) $(COMPONENT) $(REPO_URI)' 'Created-By: Packages' 2>/dev/null |
	sed -n 's/^bookworm main //p' | head -n 1)
[ -n "$mirror" ] || skip "apt has no mirror of Debian 12"

debootstrap --variant=minbase bookworm "$work/debian-12-slim" "$mirror" >"$work/debootstrap.log" 2>&1 ||
	skip "debootstrap got no Debian: $(tail -n 1 "$work/debootstrap.log")"
rm -rf "$work/debian-12-slim/etc/apt/sources.list"
cp -a /etc/apt/sources.list* /etc/apt/apt.conf.d /etc/apt/trusted.gpg.d "$work/debian-12-slim/etc/apt/" 2>/dev/null || :
cp -a /usr/share/keyrings/. "$work/debian-12-slim/usr/share/keyrings/"
cp -L /etc/resolv.conf /etc/hosts "$work/debian-12-slim/etc/"

# inside USER COMMAND...: run it in the stage, with /proc and /dev and an empty environment.
inside()
{
	local user=$1
	shift
	unshare --mount sh -c 'mount --bind /proc "$1/proc" && mount --bind /dev "$1/dev" && user=$2 && workdir=$3 && root=$1 &&
		shift 3 && exec chroot --userspec="$user" "$root" /usr/bin/env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
		HOME=/root DEBIAN_FRONTEND=noninteractive sh -c "cd \"\$0\" && exec \"\$@\"" "$workdir" "$@"' \
		sh "$stage" "$user" "$workdir" "$@"
}

# The build context: all files that git does not ignore, as .dockerignore has it.
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
		# For a folder, Docker copies its contents.
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

# ---- what compose.yaml starts ----

for program in wrk curl sh memagent-run memagent-report demo-server; do
	inside "$user" sh -c "command -v $program" >/dev/null || fail "the image has no $program"
done

# words_of SERVICE KEY SED: set ${words[@]} to the words of a command, with addresses changed by sed.
words_of()
{
	python3 -c 'import json, sys, yaml
service = yaml.safe_load(open(sys.argv[1]))["services"][sys.argv[2]]
words = service["command"] if sys.argv[3] == "command" else service["healthcheck"]["test"][1:]
print("\0".join(words), end="\0")' "$root/compose.yaml" "$1" "$2" | sed -z "s/[$]{DEMO_MODE:-global}/global/; $3" >"$work/words"
	mapfile -d '' -t words <"$work/words"
}

influxd_start "$work/influxdb"
words_of demo command "s|http://influxdb:8086|$INFLUXD_URL|; s/^8080\$/0/"
inside "$user" timeout -s TERM 10 "${words[@]}" >"$work/server.out" 2>"$work/err" &
server=$!
wait_until "the server of compose.yaml does not start: ${words[*]}" grep -qs '^listening on 0.0.0.0:' "$work/server.out"
port=$(sed -n 's/^listening on 0.0.0.0://p' "$work/server.out")
words_of demo healthcheck "s/localhost:8080/localhost:$port/"
inside "$user" "${words[@]}" || fail "the server is not healthy by ${words[*]}: status $?"
words_of load command "s/demo:8080/127.0.0.1:$port/"
inside "$user" timeout -s TERM 4 "${words[@]}" >"$work/load.out" 2>&1 || :
wait "$server" || :
expect_silence "the server of compose.yaml"
live=$(influxd_query memagent "SELECT max(heap_objects) FROM memagent WHERE service = 'demo-global'" | jq '.results[0].series[0].values[0][1] // 0')
[ "$live" -gt 10000 ] || fail "InfluxDB holds at most $live live objects of the server: $(cat "$work/load.out")"
! inside "$user" curl -s -m 5 -o /dev/null "http://localhost:$port/" || fail "the health check cannot fail"
