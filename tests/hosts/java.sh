#!/bin/sh
# java: a program run from its source, with collections, streams, threads, cryptography, http and
# processes.
. "$(dirname "$0")/lib/hosts.sh"
need java javac

work()
{
	metered javac -d "$scratch" "$root/tests/hosts/work/Work.java"
	metered java -Xmx256m -cp "$scratch" Work
	metered java -Xmx64m -XX:+UseSerialGC -Xint -version >"$scratch/version" 2>&1
}

both_ways metered
expect_points java javac
