# shellcheck shell=bash disable=SC2016,SC2034,SC2154 # for tests/verdict/run
# git: cat-file prints objects, which it unpacks, of names that it resolves.
needs()
{
	echo git
}

prepare()
{
	export HOME=$work
	git init -q "$work/repository"
	cd "$work/repository" || return
	git config user.name Me
	git config user.email me@example.org
	for i in 1 2 3 4 5 6; do
		for k in 1 2 3 4 5 6 7 8 9; do
			seq -f "line %.0f of $i" $((k * 300 * i)) >file$k
		done
		git add -A
		git commit -q -m "Round $i"
	done
	git gc -q --aggressive
	git rev-list --objects --all | awk '{ print $1 }' >"$work/names"
	mkfifo "$work/in"
}

start()
{
	exec git -C "$work/repository" -c core.deltaBaseCacheLimit=100k cat-file --batch --buffer <"$work/in" >/dev/null
}

load()
{
	paced "$1" 30 awk -v names="$work/names" '
		BEGIN {
			while ((getline line <names) > 0)
				name[n++] = line
		}
		{
			print name[($1 * 7) % n]
			print "HEAD~" $1 % 5 ":file" $1 % 9 + 1
			print "HEAD^{tree}"
			print "main@{0}"
			fflush()
		}' >"$work/in"
}
