# fleet.jq: the dashboard of all processes: which service, which host, takes most and grows most.
include "panels";

def chosen_fleet: "$timeFilter AND \"host\" =~ /^$host$/ AND \"service\" =~ /^$service$/";

# Each process reduced to "v", and those summed by a tag.
def by_tag($column; $tag):
	"SELECT sum(\"v\") AS \"v\" FROM (SELECT \($column) AS \"v\" FROM \"memagent\" WHERE \(chosen_fleet) " +
	"GROUP BY time($__interval), \(by_process) fill(null)) WHERE $timeFilter " +
	"GROUP BY time($__interval), \"\($tag)\" fill(null)";

def fleet_graph($title; $description; $unit; $column; $tag):
	graph($title; $description; $unit; [target(by_tag($column; $tag); "$tag_\($tag)")])
	| .options.legend += {sortBy: "Last *", sortDesc: true, placement: "right"};

# The largest last value of each ${tag} in the time that is shown; one bucket is all of it.
def top($title; $description; $unit; $column; $tag):
	panel("bargauge"; $title; $description; $unit; [target(by_tag($column; $tag); "$tag_\($tag)")])
	| .interval = "10s"
	| .fieldConfig.defaults += {min: 0, color: {mode: "continuous-BlYlRd"}}
	| .transformations = [
		{id: "reduce", options: {reducers: ["lastNotNull"]}},
		{id: "sortBy", options: {fields: {}, sort: [{field: "Last *", desc: true}]}},
		{id: "limit", options: {limitField: 10}}]
	| .options = {
		orientation: "horizontal", displayMode: "gradient", showUnfilled: true, valueMode: "color",
		reduceOptions: {calcs: ["lastNotNull"], fields: "", values: true, limit: 10}
	};

def live: "last(\"heap_alloc_bytes\")";
def growth: "derivative(last(\"heap_alloc_bytes\"), 1m)";

[
{title: "Who holds most", panels: [
	[12, 9, top("Services by live bytes"; "The ten services whose processes hold most."; "bytes"; live; "service")],
	[12, 9, top("Hosts by live bytes"; "The ten hosts whose processes hold most."; "bytes"; live; "host")],
	[12, 9, fleet_graph("Live bytes of each service"; "Sum over the service's processes."; "bytes"; live; "service")],
	[12, 9, fleet_graph("Live bytes on each host"; "Sum over the host's processes."; "bytes"; live; "host")]
]},
{title: "Who grows most", panels: [
	[12, 9, top("Services by growth per minute"; "The ten services whose live bytes grow most."; "bytes"; growth; "service")],
	[12, 9, top("Hosts by growth per minute"; "The ten hosts whose live bytes grow most."; "bytes"; growth; "host")],
	[12, 9, (fleet_graph("Growth per minute of each service"; "Slope of the live bytes, summed over the service's processes."; "bytes"; growth; "service") | without_soft_min)],
	[12, 9, (fleet_graph("Growth per minute on each host"; "Slope of the live bytes, summed over the host's processes."; "bytes"; growth; "host") | without_soft_min)]
]},
{title: "What the system has for it", panels: [
	[12, 9, fleet_graph("Resident set of each service"; "What the kernel keeps for the service's processes; pages that they share are counted for each."; "bytes"; "last(\"rss_bytes\")"; "service")],
	[12, 9, fleet_graph("Objects made per second by each service"; "malloc, calloc, the aligned family and realloc(NULL)."; "ops"; "non_negative_derivative(last(\"mallocs\"), 1s)"; "service")]
]}
]
| dashboard("memagent-fleet"; "memagent fleet"; "All services and hosts under memagent, by what they hold and by what they grow.";
	[tag_variable("host"; "Host"; []), tag_variable("service"; "Service"; ["\"host\" =~ /^$host$/"])];
	[];
	[link_to("Processes"; "memagent")])
