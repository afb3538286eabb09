#!/bin/sh
# lint.sh PAGE...: fail if mandoc finds fault with a page.
#
# References to other pages are not looked up: those pages may not be installed here.
set -eu

faults=$(mandoc -T lint "$@" | grep -v 'referenced manual not found') || exit 0
printf '%s\n' "$faults" >&2
exit 1
