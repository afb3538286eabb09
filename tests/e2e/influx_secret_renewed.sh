#!/bin/sh
# A token or password is replaced in its file while the program runs.  No point is lost, whether the
# file or the server has the new one first.
. "$(dirname "$0")/lib/influx.sh"
. "$root/tests/e2e/lib/server.sh"

# In base64: me:one and me:two
one='bWU6b25l'
two='bWU6dHdv'
script token 'auth Token one'
script password "auth Basic $one"
script late 'auth Token one'
start_server token password late
for name in token password late; do
	echo one >"$work/$name"
done
begin_endless token MEMAGENT_URL="$(url_of token)" MEMAGENT_INTERVAL=50ms MEMAGENT_TOKEN_FILE="$work/token"
begin_endless password MEMAGENT_URL="$(url_of password)" MEMAGENT_INTERVAL=50ms MEMAGENT_USERNAME=me \
	MEMAGENT_PASSWORD_FILE="$work/password"
begin_endless late MEMAGENT_URL="$(url_of late)" MEMAGENT_INTERVAL=50ms MEMAGENT_TOKEN_FILE="$work/late"

lines_stored()
{
	sort -u "$cases/$1.stored" 2>/dev/null | wc -l
}

has_more()
{
	[ "$(lines_stored "$1")" -gt "$before" ]
}

# await_more NAME: wait until more points are stored.
await_more()
{
	before=$(lines_stored "$1")
	wait_until "$1: no point is stored after the change" has_more "$1"
}

for name in token password late; do
	await_more "$name"
done
echo two >"$work/token"
echo two >"$work/password"
script token 'auth Token two'
script password "auth Basic $two"
script late 'auth Token two'
wait_until "late: the refusal is not reported" [ -s "$cases/late.err" ]
echo two >"$work/late"
for name in token password late; do
	await_more "$name"
	end "$name"
	expect_complete "$name"
	unstored "$name" >"$work/lost"
	[ ! -s "$work/lost" ] || fail "$name: $(wc -l <"$work/lost") points are missing"
done
for name in token password; do
	expect_quiet "$name"
	expect_equal "$name: send errors" 0 "$(last_of "$name" agent_send_errors)"
done
expect_said late '401 authorization failed' 'the points are kept for a retry'
