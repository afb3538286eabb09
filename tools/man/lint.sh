#!/bin/sh
# lint.sh PAGE...: fail if mandoc finds fault with a page.
#
# References to other pages are not looked up: those pages may not be installed here.
set -eu

command -v mandoc >/dev/null || {
	echo "lint.sh: mandoc is missing: run tools/deps.sh check" >&2
	exit 1
}

faults=$(mandoc -T lint "$@" | grep -v 'referenced manual not found') || exit 0
printf '%s\n' "$faults" >&2
exit 1
