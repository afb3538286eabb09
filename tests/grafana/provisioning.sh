#!/bin/sh
# Grafana's provisioned files fit together: there is one data source, which the dashboards and the
# alert rule use.  The data sources for the versions of InfluxDB differ in how they log in only.
set -eu

root=$(cd "$(dirname "$0")/../.." && pwd)
python3 -c 'import yaml' 2>/dev/null || {
	echo "python3 with yaml is not installed"
	exit 77
}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

check()
{
	python3 - "$1" <<'END'
import json, sys, yaml

def load(path):
    with open(sys.argv[1] + "/" + path) as f:
        return (json if path.endswith("json") else yaml).load(f, *([] if path.endswith("json") else [yaml.SafeLoader]))

def expect(what, wanted, got):
    if wanted != got:
        sys.exit("provisioning.sh: %s: expected %r, got %r" % (what, wanted, got))

sources = [load(d + "/datasources/memagent.yaml")["datasources"] for d in ("provisioning", "provisioning-v2", "provisioning-v3")]
for source in sources:
    expect("data sources", 1, len(source))
v1, v2, v3 = [source[0] for source in sources]
for key in ("name", "uid", "type", "access", "url", "isDefault", "editable"):
    expect(key + " of all", [v1[key]] * 2, [v2[key], v3[key]])
expect("type", "influxdb", v1["type"])
expect("address", "$INFLUXDB_URL", v1["url"])
for source in (v1, v2, v3):
    # InfluxQL is Grafana's default; Flux has "version".
    expect("version", None, source["jsonData"].get("version"))
    expect("database", "memagent", source["jsonData"]["dbName"])
    expect("interval", "2s", source["jsonData"]["timeInterval"])
    for secret in source["secureJsonData"].values():
        expect("no secret in a file: " + secret, True, "$INFLUXDB_" in secret)
for source, scheme in (v2, "Token"), (v3, "Bearer"):
    expect("header", "Authorization", source["jsonData"]["httpHeaderName1"])
    expect("token", scheme + " $INFLUXDB_TOKEN", source["secureJsonData"]["httpHeaderValue1"])

for name in ("memagent", "fleet"):
    variable = load("dashboards/%s.json" % name)["templating"]["list"][0]
    expect("data source of " + name, v1["uid"], variable["current"]["value"])
for rule in load("provisioning/alerting/memagent.yaml")["groups"][0]["rules"]:
    expect("data source of the alert", {v1["uid"], "__expr__"}, {d["datasourceUid"] for d in rule["data"]})
provider = load("provisioning/dashboards/memagent.yaml")["providers"][0]
expect("dashboards", "/etc/grafana/dashboards", provider["options"]["path"])
folders = [provider["folder"], load("provisioning/alerting/memagent.yaml")["groups"][0]["folder"]]
titles = [load("dashboards/%s.json" % name)["title"] for name in ("memagent", "fleet")]
expect("folders of dashboards and alert", folders[:1], sorted(set(folders)))
# Grafana before 11.3 refuses a folder with the name of a dashboard in it.
expect("dashboards with the folder's name", [], [t for t in titles if t.lower() == folders[0].lower()])
END
}

check "$root/grafana"

# This can fail.
broken()
{
	rm -rf "$work/grafana"
	cp -R "$root/grafana" "$work"
	sed -i "$2" "$work/grafana/$1"
	if check "$work/grafana" 2>"$work/err"; then
		echo "$(basename "$0"): not found: $2 in $1" >&2
		exit 1
	fi
	grep -q "$3" "$work/err" || {
		cat "$work/err" >&2
		exit 1
	}
}
broken provisioning/datasources/memagent.yaml 's/uid: memagent/uid: other/' 'uid of all'
broken provisioning-v2/datasources/memagent.yaml 's/Token [$]INFLUXDB_TOKEN/Token secret/' 'no secret in a file'
broken provisioning-v3/datasources/memagent.yaml 's/Bearer/Token/' 'token: expected'
broken provisioning-v3/datasources/memagent.yaml 's/timeInterval: 2s/timeInterval: 1s/' 'interval: expected'
broken provisioning/alerting/memagent.yaml 's/datasourceUid: memagent/datasourceUid: other/' 'of the alert'
broken dashboards/fleet.json 's/"value": "memagent"/"value": "other"/' 'data source of fleet'
broken provisioning/dashboards/memagent.yaml 's/folder: .*/folder: memagent/' 'folders of dashboards and alert'
broken provisioning/alerting/memagent.yaml 's/folder: .*/folder: other/' 'folders of dashboards and alert'
broken dashboards/memagent.json 's/"title": "memagent",/"title": "Native heaps",/' "the folder.s name"
