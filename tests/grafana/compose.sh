#!/bin/sh
# compose.yaml is one that docker-compose takes, and keeps to its rules: pinned images, nothing published but Grafana
# and InfluxDB on loopback, no password in it, health checks, named volumes, one network, and only options that
# memagent-run has.
set -eu

root=$(cd "$(dirname "$0")/../.." && pwd)
build=$(cd "${BUILD:-$root/build}" && pwd)
skip()
{
	echo "$(basename "$0"): skipped: $*"
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
	skip "there is no docker-compose"
fi
python3 -c 'import yaml' 2>/dev/null || skip "there is no python3 with yaml"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/project"
cp -R "$root/compose.yaml" "$root/grafana" "$root/Dockerfile" "$work/project"
"$build/memagent-run" --help >"$work/help"

# check DIRECTORY: what is wrong, a line each.
check()
{
	(cd "$1" && $compose -p memagent --profile v2 config) >"$work/config" 2>"$work/err" || {
		sed 's/^/docker-compose: /' "$work/err"
		return
	}
	python3 - "$work/config" "$1" "$work/help" <<'END'
import os, re, sys, yaml

config = yaml.safe_load(open(sys.argv[1]))
flags = set(re.findall(r"--[a-z-]+", open(sys.argv[3]).read()))
used = set()
for name, service in config["services"].items():
    def wrong(text):
        print("%s %s" % (name, text))
    image = service.get("image", "")
    if not re.fullmatch(r"[a-z-]+(/[a-z-]+)?:[a-z0-9.-]+", image) or image.endswith(":latest"):
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
    for key, value in (service.get("environment") or {}).items():
        if re.search("PASSWORD|TOKEN", key) and value:
            wrong("has a secret in the file: " + key)
    for volume in service.get("volumes", []):
        source, target = volume.split(":")[:2] if isinstance(volume, str) else (volume["source"], volume["target"])
        if source.startswith("/"):
            if not os.path.exists(source):
                wrong("mounts what is not there: " + os.path.relpath(source, sys.argv[2]))
        elif source not in config["volumes"]:
            wrong("has no volume of the name " + source)
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
    if config["services"].get(name, {}).get("profiles"):
        print(name + " does not start by itself")
    if name not in config["services"]:
        print(name + " is missing")
END
}

check "$work/project" >"$work/found"
[ ! -s "$work/found" ] || fail "$(cat "$work/found")"

# That this can fail: expect_found TEXT SED
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
expect_found 'influxdb has no pinned image' 's/influxdb:1.8/influxdb/'
expect_found 'grafana has no pinned image' 's/grafana:11.2.0/grafana:latest/'
expect_found 'grafana publishes 0.0.0.0:3000' 's/127.0.0.1:3000:3000/0.0.0.0:3000:3000/'
expect_found 'demo publishes a port' 's/^  demo:/&\n    ports: ["127.0.0.1:8080:8080"]/'
expect_found 'has no health check' 's/healthcheck:/x-healthcheck:/'
expect_found 'has a secret in the file: INFLUXDB_TOKEN' 's/INFLUXDB_TOKEN: .*/INFLUXDB_TOKEN: secret/'
expect_found 'mounts what is not there' 's|./grafana/dashboards|./grafana/boards|'
expect_found 'no declaration was found' '/^volumes:/,$ s/^  grafana:/  other:/; s/- grafana:/- nothing:/'
expect_found 'gives memagent-run what it does not know: --servce' 's/--service/--servce/'
expect_found 'does not start by itself' '/^services:/,/^networks:/ s/^  grafana:$/&\n    profiles: [v2]/'
