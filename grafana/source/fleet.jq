# fleet.jq: the dashboard of all processes: which service, which host, takes most and grows most.
include "panels";

def processes_of_fleet: "\"host\" =~ /^$host$/ AND \"service\" =~ /^$service$/";
def chosen_fleet: "\(shown) AND \(processes_of_fleet)";

def by_tag($sum; $tag; $where): summed($sum; "v"; $where; ["\"\($tag)\""]; "null");

# A line for each of the ten services or hosts that are ${which}: "large" or "rising".
def fleet_graph($title; $description; $unit; $sum; $which; $tag):
	graph($title; $description; $unit;
		[target(by_tag($sum; $tag; "\(chosen_fleet) AND \"\($tag)\" =~ /^$\($which)_\($tag)s$/"); "$tag_\($tag)")])
	| .options.legend.placement = "right" | coloured_by_name | ended_last;

# The largest values of now.  A ${tag} whose processes have ended has none.  The transformation puts the names
# into a column "Field", so a bar leads to the processes of its name.
def top($title; $description; $unit; $sum; $tag):
	panel("bargauge"; $title; $description; $unit; [target(by_tag($sum; $tag; chosen_fleet); "$tag_\($tag)")])
	| .fieldConfig.defaults += {min: 0, color: {mode: "fixed", fixedColor: "blue"}}
	| .fieldConfig.defaults.links = [{title: "Its processes", url: link_with("memagent"; {"\($tag)": "Field"})}]
	| .transformations = [
		{id: "reduce", options: {reducers: ["last"]}},
		{id: "filterByValue", options: {type: "include", match: "all", filters: [
			{fieldName: "Last", config: {id: "isNotNull", options: {}}}]}},
		{id: "sortBy", options: {fields: {}, sort: [{field: "Last", desc: true}]}},
		{id: "limit", options: {limitField: 10}}]
	| .options = {orientation: "horizontal", displayMode: "gradient", showUnfilled: true, valueMode: "color"}
	| newest
	| .options.reduceOptions += {values: true, limit: 10};

# ---- call sites: the same site in forty processes is one row ----

def lately: "\(chosen_fleet) AND \(of_now)";
def by_site: "\"site\", \"function\"";

# Of each process as of its last point, then of all.
def holders_query: "SELECT count(\"v\") AS \"processes\", sum(\"v\") AS \"live\", sum(\"leak\") AS \"leak a second\" " +
	"FROM (SELECT last(\"live_bytes\") AS \"v\", \"leak_bytes_per_s\" AS \"leak\" FROM \"memagent_site\" WHERE \(lately) " +
	"GROUP BY \(of_sites.each)) WHERE \(shown) GROUP BY \(by_site)";
def growth_query: "SELECT last(\"v\") AS \"growth a minute\" FROM (" +
	summed(of_sites; sum_of(growth_of("live_bytes")); "v"; lately; [by_site]; "none") + ") WHERE \(shown) GROUP BY \(by_site)";

def live: sum_of(gauge("heap_alloc_bytes"));
def growth: sum_of(growth_of("heap_alloc_bytes"));

[
{title: "Who leaks", open: true, panels: [
	[24, 10, (merged_table("Functions by what they leak, and growth per minute"; "Call sites of all chosen services and hosts, the worst first: the same site in many processes is one row. Leak: what the agents judge to leak. Live and growth: of all its processes together, at the end of the time that is shown."; "bytes";
		[table_target(holders_query), table_target(growth_query)];
		["function", "leak a second", "growth a minute", "live", "processes", "site"])
		| over_minutes | in_unit("leak a second"; "binBps") | in_unit("processes"; "short")
		| .options.sortBy = [{displayName: "leak a second", desc: true}, {displayName: "growth a minute", desc: true}]
		| without_data("No process tells of call sites"))]
]},
{title: "Who holds most", open: true, panels: [
	[12, 9, top("Services by live bytes"; "The ten services whose processes hold most."; "bytes"; live; "service")],
	[12, 9, top("Hosts by live bytes"; "The ten hosts whose processes hold most."; "bytes"; live; "host")],
	[12, 9, fleet_graph("Live bytes of each service"; "Sum over the service's processes, for the ten services that held most."; "bytes"; live; "large"; "service")],
	[12, 9, fleet_graph("Live bytes on each host"; "Sum over the host's processes, for the ten hosts that held most."; "bytes"; live; "large"; "host")]
]},
{title: "Who grows most", open: true, panels: [
	[12, 9, (top("Services by growth per minute"; "The ten services whose lowest live bytes grow most. Orange is from 1 MiB, red from 16 MiB a minute on."; "bytes"; growth; "service") | over_minutes | growth_levels)],
	[12, 9, (top("Hosts by growth per minute"; "The ten hosts whose lowest live bytes grow most. Orange is from 1 MiB, red from 16 MiB a minute on."; "bytes"; growth; "host") | over_minutes | growth_levels)],
	[12, 9, (fleet_graph("Growth per minute of each service"; "How fast the lowest live bytes of each bucket grow, summed over the service's processes, for the ten services that grew most."; "bytes"; growth; "rising"; "service") | over_minutes | without_soft_min)],
	[12, 9, (fleet_graph("Growth per minute on each host"; "How fast the lowest live bytes of each bucket grow, summed over the host's processes, for the ten hosts that grew most."; "bytes"; growth; "rising"; "host") | over_minutes | without_soft_min)]
]},
{title: "What the system has for it", open: true, panels: [
	[12, 9, fleet_graph("Resident set of each service"; "What the kernel keeps for the service's processes; pages that they share are counted for each. Of the ten services that held most."; "bytes"; sum_of(gauge("rss_bytes")); "large"; "service")],
	[12, 9, fleet_graph("Objects made per second by each service"; "malloc, calloc, the aligned family and realloc(NULL), in the ten services that held most."; "ops"; sum_of(rate("mallocs")); "large"; "service")]
]}
]
| dashboard("memagent-fleet"; "memagent fleet"; "All services and hosts under memagent, by what they hold and by what they grow.";
	[tag_variable("host"; "Host"; []), tag_variable("service"; "Service"; ["\"host\" =~ /^$host$/"]),
	(["service", "host"][] as $tag
		| ten_variable("large_\($tag)s"; "Largest \($tag)s"; $tag; worst("heap_alloc_bytes"); of_processes; processes_of_fleet),
		ten_variable("rising_\($tag)s"; "Rising \($tag)s"; $tag; grown("heap_alloc_bytes"); of_processes; processes_of_fleet))];
	[];
	[link_to("Processes"; "memagent")])
