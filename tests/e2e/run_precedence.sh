#!/bin/sh
# memagent-run: an option overrides its variable.
set -eu

. "$(dirname "$0")/lib/run.sh"

got=$(MEMAGENT_INTERVAL=5s "$build/memagent-run" printenv MEMAGENT_INTERVAL)
[ "$got" = 5s ] || fail "the variable alone: '$got'"
got=$(MEMAGENT_INTERVAL=5s "$build/memagent-run" --interval 3s printenv MEMAGENT_INTERVAL)
[ "$got" = 3s ] || fail "with --interval 3s: '$got'"
got=$(MEMAGENT_INTERVAL=5s "$build/memagent-run" --interval 3s --interval=4s printenv MEMAGENT_INTERVAL)
[ "$got" = 4s ] || fail "the last of two: '$got'"
