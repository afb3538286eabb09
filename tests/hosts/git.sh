#!/bin/sh
# git: commits, packs, clones over file: and over http (whose program itself uses libcurl), a merge.
. "$(dirname "$0")/lib/hosts.sh"
need git python3

cat >"$HOME/.gitconfig" <<END
[user]
	name = Me
	email = me@example.org
[init]
	defaultBranch = main
[pack]
	threads = 2
END
export GIT_AUTHOR_DATE=2026-01-01T00:00:00Z GIT_COMMITTER_DATE=2026-01-01T00:00:00Z
unset GIT_DIR GIT_WORK_TREE GIT_INDEX_FILE

serve()
{
	python3 -u -m http.server --bind 127.0.0.1 --directory "$scratch" 0 >"$scratch/log" 2>&1 &
	server=$!
	children="$children $server"
	await grep -qs '^Serving' "$scratch/log"
	port=$(sed -n 's/^Serving HTTP on .* port \([0-9]*\) .*/\1/p' "$scratch/log")
}

work()
{
	metered git init -q "$scratch/first"
	for round in 1 2 3; do
		for i in 1 2 3 4 5 6 7 8 9; do
			mkdir -p "$scratch/first/d$i"
			seq -f "line %.0f of $i" $((i * 300 * round)) >"$scratch/first/d$i/file$round"
		done
		metered git -C "$scratch/first" add -A
		metered git -C "$scratch/first" commit -q -m "Round $round"
	done
	metered git -C "$scratch/first" checkout -q -b side HEAD~1
	echo side >"$scratch/first/side"
	metered git -C "$scratch/first" add side
	metered git -C "$scratch/first" commit -q -m Side
	metered git -C "$scratch/first" checkout -q main
	metered git -C "$scratch/first" merge -q -m Merge side
	metered git -C "$scratch/first" gc -q --aggressive
	metered git -C "$scratch/first" log --graph --stat
	metered git -C "$scratch/first" grep -c 'line 299 of'
	metered git -C "$scratch/first" blame d3/file2 | tail -n 3
	metered git clone -q --bare "file://$scratch/first" "$scratch/bare.git"
	metered git -C "$scratch/bare.git" update-server-info
	serve
	metered git clone -q "http://127.0.0.1:$port/bare.git" clone
	metered git clone -q "http://127.0.0.1:$port/nothing.git" "$scratch/no" 2>/dev/null
	finish TERM
	metered git -C clone fsck --full 2>&1
	git -C clone rev-parse HEAD
	rm -r clone/.git
}

both_ways metered
expect_points git
