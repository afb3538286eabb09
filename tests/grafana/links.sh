#!/bin/sh
# Each relative link in a document leads to a file of the project, and its fragment to a heading.
set -u

root=$(cd "$(dirname "$0")/../.." && pwd)
cd "$root" || exit 1

without_code()
{
	awk '/^```/ { code = !code } !code' "$1"
}

# headings FILE: print the fragment of each heading, as GitHub makes it.
headings()
{
	without_code "$1" | sed -n 's/^##* //p' | tr '[:upper:]' '[:lower:]' |
		sed 's/[^a-z0-9 _-]//g; s/ /-/g'
}

# links FILE: print the target of each link and picture outside of code blocks.
links()
{
	without_code "$1" | grep -oE '\]\([^)[:space:]]+\)' | sed 's/^](//; s/)$//'
}

failed=0
for document in *.md docs/*.md; do
	for link in $(links "$document"); do
		case $link in
		*://* | mailto:*) continue ;;
		esac
		path=${link%%#*}
		target=$document
		[ -z "$path" ] || target=$(dirname "$document")/$path
		if [ ! -e "$target" ]; then
			echo "$document: the link $link leads to no file" >&2
			failed=1
		elif [ "$path" != "$link" ] && ! headings "$target" | grep -qxF -e "${link#*#}"; then
			echo "$document: the link $link leads to no heading" >&2
			failed=1
		fi
	done
done
exit $failed
