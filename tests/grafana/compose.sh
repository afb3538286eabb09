#!/bin/sh
# limit: 240
# docker-compose accepts compose.yaml, and the file keeps its rules: pinned images, only Grafana and
# InfluxDB published, on loopback, no password in it or on a command line, anonymous viewers, all
# provisioned files mounted, health checks, named volumes, one network, a load, and only options
# that memagent-run has.  The default services start without .env; the others say that they need it.
set -eu

root=$(cd "$(dirname "$0")/../.." && pwd)
build=$(cd "${BUILD:-$root/build}" && pwd)
skip()
{
	echo "$*"
	exit 77
}
fail()
{
	echo "$(basename "$0"): $*" >&2
	exit 1
}
if command -v docker-compose >/dev/null; then
	compose=docker-compose
elif docker compose version >/dev/null 2>&1; then
	compose='docker compose'
else
	skip "docker-compose is not installed"
fi
python3 -c 'import yaml' 2>/dev/null || skip "python3 with yaml is not installed"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/project"
cp -R "$root/compose.yaml" "$root/grafana" "$root/Dockerfile" "$work/project"
"$build/memagent-run" --help >"$work/help"

# check DIRECTORY: print what is wrong, one line each.
check()
{
	(cd "$1" && $compose -p memagent --profile v2 --profile v3 config) >"$work/config" 2>"$work/err" || {
		sed 's/^/docker-compose: /' "$work/err"
		return
	}
	python3 - "$work/config" "$1" "$work/help" <<'END'
import os, re, sys, yaml

config = yaml.safe_load(open(sys.argv[1]))
flags = set(re.findall(r"--[a-z-]+", open(sys.argv[3]).read()))
grafana = {
    "/etc/grafana/dashboards": "grafana/dashboards",
    "/var/lib/grafana": "grafana",
}
wanted = {
    "influxdb": {"/var/lib/influxdb": "influxdb"},
    "influxdb-v2": {"/var/lib/influxdb2": "influxdb-v2"},
    "influxdb-v3": {"/var/lib/influxdb3": "influxdb-v3"},
    "grafana": {**grafana, "/etc/grafana/provisioning": "grafana/provisioning"},
}
for version in ("v2", "v3"):
    wanted["grafana-" + version] = {
        **grafana,
        "/var/lib/grafana": "grafana-" + version,
        "/etc/grafana/provisioning/alerting": "grafana/provisioning/alerting",
        "/etc/grafana/provisioning/dashboards": "grafana/provisioning/dashboards",
        "/etc/grafana/provisioning/datasources": "grafana/provisioning-%s/datasources" % version,
    }
for name, service in config["services"].items():
    def wrong(text):
        print("%s %s" % (name, text))
    image = service.get("image", "")
    if not re.fullmatch(r"[a-z-]+(/[a-z-]+)?:[0-9]+[.][0-9]+[.][0-9]+(-core)?", image) and image != "memagent-demo:local":
        wrong("has no pinned image: " + image)
    for port in service.get("ports", []):
        text = port if isinstance(port, str) else "%s:%s" % (port.get("host_ip"), port.get("published"))
        if not text.startswith("127.0.0.1:"):
            wrong("publishes " + text)
        if not re.match("(grafana|influxdb)", name):
            wrong("publishes a port")
    if list(service.get("networks") or []) != ["memagent"]:
        wrong("is not in the one network")
    if not name.startswith("load") and "test" not in service.get("healthcheck", {}):
        wrong("has no health check")
    environment = service.get("environment") or {}
    if name.startswith("grafana"):
        if environment.get("GF_AUTH_ANONYMOUS_ENABLED") != "true":
            wrong("asks who it is that looks")
        if environment.get("GF_AUTH_ANONYMOUS_ORG_ROLE") != "Viewer":
            wrong("lets anybody do more than look")
        if environment.get("GF_SECURITY_DISABLE_INITIAL_ADMIN_CREATION") != "true":
            wrong("has an administrator with a password that is known")
    for key, value in environment.items():
        if re.search("PASSWORD|TOKEN", key) and value:
            wrong("has a secret in the file: " + key)
    mounted = {}
    for volume in service.get("volumes", []):
        source, target = volume.split(":")[:2] if isinstance(volume, str) else (volume["source"], volume["target"])
        mounted[target] = os.path.relpath(source, sys.argv[2]) if source.startswith("/") else source
        if source.startswith("/"):
            if not os.path.exists(source):
                wrong("mounts what is not there: " + os.path.relpath(source, sys.argv[2]))
        elif source not in config["volumes"]:
            wrong("has no volume of the name " + source)
    for target, source in wanted.get(name, {}).items():
        if mounted.get(target) != source:
            wrong("has not %s at %s" % (source, target))
    words = [word for key in ("command", "entrypoint") for word in service.get(key) or []]
    for word in words:
        # A variable's name is not a password, nor is the text for a missing one.
        if re.search(r"(?i)(^|[^_a-z])--?(user(name)?|pass(word)?|token|admin)([= ]|$)|://[^/ ]*@|(password|passwd|token|username)=", word):
            wrong("has a user or a password on its command line: " + word)
    if name.startswith("load") and not re.search(r"\bwrk\b.* http://demo(-v[23])?:8080/v1/push", " ".join(words)):
        wrong("makes no load")
    if name.startswith("demo") and (words[:1] != ["memagent-run"] or "demo-server" not in words):
        wrong("is no demo server under the agent")
    version = name.partition("-")[2]
    if service.get("profiles", []) != ([version] if version else []):
        wrong("does not start by itself" if service.get("profiles") else "is not of the profile " + version)
    command = service.get("command") or []
    if command[:1] == ["memagent-run"]:
        for word in command[1:command.index("--")]:
            if word.startswith("--") and word not in flags:
                wrong("gives memagent-run what it does not know: " + word)
    if name.startswith(("grafana", "demo")) and not service.get("depends_on"):
        wrong("does not wait for InfluxDB")
if list(config["networks"]) != ["memagent"]:
    print("there is another network")
for name in ("influxdb", "grafana", "demo", "load"):
    for name in (name, name + "-v2", name + "-v3"):
        if name not in config["services"]:
            print(name + " is missing")
END
}

check "$work/project" >"$work/found"
[ ! -s "$work/found" ] || fail "$(cat "$work/found")"

# A service that needs .env says what is missing.  The container's start script runs here.
# influxdb3 is replaced by a program that prints its arguments.
mkdir "$work/bin"
cat >"$work/bin/influxdb3" <<'END'
#!/bin/sh
while [ "$1" != --admin-token-file ]; do
	shift
done
stat -c %a "$2"
cat "$2"
END
chmod +x "$work/bin/influxdb3"
# expect_begun VERSION TEXT VARIABLE=VALUE...
expect_begun()
{
	version=$1
	text=$2
	shift 2
	python3 -c 'import sys, yaml
words = yaml.safe_load(open(sys.argv[1]))["services"]["influxdb-" + sys.argv[2]]["entrypoint"]
assert words[:2] == ["sh", "-c"], words
print(words[2].replace("$$", "$").replace("/tmp/", sys.argv[3] + "/"))' "$root/compose.yaml" "$version" "$work" >"$work/begin"
	env -i PATH="$work/bin:$PATH" "$@" sh "$work/begin" >"$work/begun" 2>&1 || :
	grep -q "$text" "$work/begun" || fail "with $* InfluxDB starts with $(cat "$work/begun"), not with $text"
}
password=DOCKER_INFLUXDB_INIT_PASSWORD
token=DOCKER_INFLUXDB_INIT_ADMIN_TOKEN
expect_begun v2 'no INFLUXDB_V2_PASSWORD in .env, see .env.example' $password= $token=
expect_begun v2 'no INFLUXDB_V2_PASSWORD in .env' $password= $token=t
expect_begun v2 'no INFLUXDB_V2_TOKEN in .env' $password=p $token=
expect_begun v2 '/entrypoint.sh.* not found' $password=p $token=t
expect_begun v3 'no INFLUXDB_V3_TOKEN in .env, see .env.example' INFLUXDB_V3_TOKEN=
expect_begun v3 '^600$' INFLUXDB_V3_TOKEN=apiv3_t
[ "$(sed 1d "$work/begun" | python3 -c 'import json, sys; print(json.load(sys.stdin)["token"])')" = apiv3_t ] ||
	fail "InfluxDB 3 is given the token in $(cat "$work/begun")"

# The lines of .env.example make secrets, and the services get them.
(cd "$work/project" && sed -n "s/^#   \\((umask .*\\)/\\1/p" "$root/.env.example" | sh)
[ "$(stat -c %a "$work/project/.env")" = 600 ] || fail "others may read .env"
(cd "$work/project" && $compose -p memagent --profile v2 --profile v3 config) >"$work/config" 2>&1 || fail "with .env: $(cat "$work/config")"
for name in INFLUXDB_V2_PASSWORD INFLUXDB_V2_TOKEN INFLUXDB_V3_TOKEN; do
	value=$(sed -n "s/^$name=//p" "$work/project/.env")
	[ "${#value}" -ge 32 ] || fail "$name is of ${#value} characters"
	grep -q "$value" "$work/config" || fail "$name is not used"
done
rm "$work/project/.env"

# This can fail.  expect_found TEXT SED: this change of the file is found.
expect_found()
{
	rm -rf "$work/broken"
	cp -R "$work/project" "$work/broken"
	sed -i "$2" "$work/broken/compose.yaml"
	! cmp -s "$work/project/compose.yaml" "$work/broken/compose.yaml" || fail "nothing changed: $2"
	check "$work/broken" >"$work/found"
	grep -qF -e "$1" "$work/found" || fail "\"$1\" is not found after $2, but: $(cat "$work/found")"
}
expect_found 'docker-compose: ' 's/^services:/servces:/'
expect_found 'influxdb has no pinned image' 's/influxdb:1.8.10/influxdb/'
expect_found 'influxdb has no pinned image' 's/influxdb:1.8.10/influxdb:1.8/'
expect_found 'influxdb-v2 has no pinned image' 's/influxdb:2.7.11/influxdb:2.7/'
expect_found 'influxdb-v3 has no pinned image' 's/influxdb:3.10.1-core/influxdb:3-core/'
expect_found 'grafana has no pinned image' 's/grafana:11.2.0/grafana:latest/'
expect_found 'grafana asks who' 's/GF_AUTH_ANONYMOUS_ENABLED: "true"/GF_AUTH_ANONYMOUS_ENABLED: "false"/'
expect_found 'grafana asks who' '/GF_AUTH_ANONYMOUS_ENABLED/d'
expect_found 'grafana lets anybody' 's/ROLE: Viewer/ROLE: Admin/'
expect_found 'grafana lets anybody' '/GF_AUTH_ANONYMOUS_ORG_ROLE/d'
expect_found 'grafana has an administrator' '/GF_SECURITY_DISABLE_INITIAL/d'
expect_found 'grafana has not grafana/provisioning at' '/\.\/grafana\/provisioning:/d'
expect_found 'grafana has not grafana/dashboards at' '/\.\/grafana\/dashboards:/d'
expect_found 'grafana has not grafana at /var/lib/grafana' '/- grafana:/d'
expect_found 'grafana-v2 has not grafana/provisioning-v2/datasources at' 's/provisioning-v2/provisioning/'
expect_found 'grafana-v2 has not grafana/provisioning/alerting at' '/provisioning\/alerting/d'
expect_found 'grafana-v3 has not grafana/provisioning-v3/datasources at' 's/provisioning-v3/provisioning/'
expect_found 'influxdb-v3 is not of the profile v3' '/^  influxdb-v3:/,/restart/ s/profiles: \[v3\]//'
expect_found 'influxdb has not influxdb at /var/lib/influxdb' '/- *influxdb:\|\["influxdb:/d'
expect_found 'influxdb-v2 has not influxdb-v2 at' 's|influxdb-v2:/var/lib/influxdb2|influxdb-v2:/var/lib/influxdb|'
expect_found 'influxdb-v2 is not of the profile v2' '/^  influxdb-v2:/,/restart/ s/profiles: \[v2\]//'
expect_found 'load-v2 is not of the profile v2' '/^  load-v2:/,/command/ s/profiles: \[v2\]//'
expect_found 'load-v2 is missing' '/^  load-v2:/,/^networks:/ { /^networks:/! d }'
expect_found 'load makes no load' 's/wrk -t 4 -c 20 -d 10s/curl/'
expect_found 'load makes no load' 's|http://demo:8080/v1/push|http://grafana:3000/|'
expect_found 'demo is no demo server under the agent' 's/command: \["memagent-run", "--url", "http:..influxdb:8086", .*/command: ["env",/'
expect_found 'has a user or a password on its command line: --username' 's/"--service"/"--username", "shop", &/'
expect_found 'has a user or a password on its command line: http://shop:secret@' 's|http://influxdb:8086", "--service|http://shop:secret@influxdb:8086", "--service|'
expect_found 'influxdb-v2 has a user or a password on its command line' 's|exec /entrypoint.sh influxd|exec env INFLUX_PASSWORD=secret influxd|'
expect_found 'grafana publishes 0.0.0.0:3000' 's/127.0.0.1:3000:3000/0.0.0.0:3000:3000/'
expect_found 'demo publishes a port' 's/^  demo:/&\n    ports: ["127.0.0.1:8080:8080"]/'
expect_found 'has no health check' 's/healthcheck:/x-healthcheck:/'
expect_found 'has a secret in the file: INFLUXDB_TOKEN' 's/INFLUXDB_TOKEN: .*/INFLUXDB_TOKEN: secret/'
expect_found 'mounts what is not there' 's|./grafana/dashboards|./grafana/boards|'
expect_found 'no declaration was found' '/^volumes:/,$ s/^  grafana:/  other:/; s/- grafana:/- nothing:/'
expect_found 'gives memagent-run what it does not know: --servce' 's/--service/--servce/'
expect_found 'does not start by itself' '/^services:/,/^networks:/ s/^  grafana:$/&\n    profiles: [v2]/'
