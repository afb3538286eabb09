#!/bin/sh
# toolchain.sh CC [FLAG...]: check that everything needed to build is installed, and print CC's version.
#
# If something is missing, print what, and how to install it, and exit with 1.
set -u

lacking()
{
	echo "make: $1 is missing: run \"make deps\", which installs what building needs" >&2
	exit 1
}

"$@" --version 2>/dev/null || lacking "the compiler $1"
for header in stdio.h zlib.h curl/curl.h; do
	echo "#include <$header>" | "$@" -E -o /dev/null - 2>/dev/null || lacking "the header $header"
done
command -v pkg-config >/dev/null || lacking pkg-config
