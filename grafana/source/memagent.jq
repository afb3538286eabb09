# memagent.jq: the dashboard of chosen processes.
include "panels";

# Buckets of the histogram up to 1 GiB: [field, label].
# Rows whose names all begin with a number Grafana would sort by that number, whatever unit follows.
def size_buckets:
	[["sizes_0", "0 B"]] +
	[range(0; 31) as $i | pow(2; $i) as $bound |
		["sizes_le_\($bound)", "≤ " + if $i < 10 then "\($bound) B" elif $i < 20 then "\($bound / 1024) KiB"
			elif $i < 30 then "\($bound / 1048576) MiB" else "\($bound / 1073741824) GiB" end]];

def each_size(f): size_buckets | map(f) | join(", ");

# Of all processes: a query for each size, from the second bucket on in which a process has it.  One query for all sizes
# takes seconds: InfluxDB then puts rows of 32 columns together for every process and bucket.
def sizes_targets: size_buckets | map(target(all_processes(sum_of(rate(.[0])); .[1]); .[1]));

# Of one process: one pass over its points, because the subqueries of the one above take seconds for a day of them.
def sizes_of_process_query: in_one_pass(each_size("\(rate(.[0])) AS \"\(.[1])\""));

# What the allocator tells of itself only every MEMAGENT_ALLOCATOR_INTERVAL, 10 s by default, and now and then a little
# later.  One reading may be missing.
def slow_gap_ms: 25000;
def slow: ["live_bytes", "sites_live_bytes", "heap_sys_bytes", "heap_inuse_bytes", "heap_idle_bytes", "heap_released_bytes", "heap_metadata_bytes", "arenas"];

# ---- call sites ----

# A function may have several call sites, and a call site may be in several processes: their sum.  InfluxDB takes a time
# for each function and bucket, so the buckets are long.
def of_functions($column; $functions):
	[target(summed(of_sites; sum_of($column); "all"; "\(chosen) AND \"function\" =~ /^$\($functions)$/"; ["\"function\""]; "null");
		"$tag_function")];

# Of each site as of its last point; then how it changes, if it is still there.
def sites_query: "SELECT last(\"live_bytes\") AS \"live\", \"live_bytes_error\" AS \"± error\", \"oldest_ns\" AS \"oldest\", " +
	"\"verdict\" FROM \"memagent_site\" WHERE \(chosen) GROUP BY \(of_sites.each)";
def changes_query: "SELECT last(\"growth\") AS \"growth a minute\", \"made\" AS \"made a second\" FROM (SELECT " +
	"\(growth_of("live_bytes")) AS \"growth\", \(rate("alloc_bytes")) AS \"made\" FROM \"memagent_site\" WHERE \(chosen) AND \(of_now) " +
	"GROUP BY \(buckets), \(of_sites.each) fill(none)) WHERE \(shown) GROUP BY \(of_sites.each)";

def flame_query: "SELECT \"level\", \"value\", \"self\", \"label\", \"host\", \"service\", \"pid_ns\" FROM \"memagent_flame\" " +
	"WHERE \(shown) AND \(of_last_snapshots) AND \(processes) AND \"pid\" =~ /^$flame$/";

# Of the points that tell of call sites only, so that both sides are of the same moment.
def with_sites($column; $name):
	target(summed(of_processes; sum_of($column); "all"; "\(chosen) AND \"sites_live_bytes\" >= 0"; []; "null"); $name);
# The area between the lines "least" and "most".
def band: .fieldConfig.overrides += [
	{matcher: {id: "byName", options: "most"}, properties: [{id: "custom.fillBelowTo", value: "least"}, {id: "custom.lineWidth", value: 0}]},
	{matcher: {id: "byName", options: "least"}, properties: [{id: "custom.lineWidth", value: 0}]}];

def verdicts: [["leak", "leak", "red"], ["growing", "growing", "orange"], ["level", "level", "green"],
	["shrinking", "shrinking", "blue"], ["start-up", "start-up", "text"]];
def sites_panel: without_data("No process tells of call sites: MEMAGENT_SITES is 0, or the agent is an old one");

def trim_panel: without_data("MEMAGENT_TRIM_INTERVAL is not set");

[
{title: "Overview", open: true, panels: [
	[4, 4, stat("Live bytes"; "What the chosen processes hold: bytes of all objects made and not yet freed."; "bytes";
		all_processes(sum_of(gauge("heap_alloc_bytes")); "live"))],
	[4, 4, stat("Live objects"; "Objects made and not yet freed."; "short";
		all_processes(sum_of(gauge("heap_objects")); "objects"))],
	[4, 4, stat("Resident set"; "Memory that the kernel keeps for the processes; pages that they share are counted for each. What stays here after live bytes went down is held by the allocator, not by the program."; "bytes";
		all_processes(sum_of(gauge("rss_bytes")); "rss"))],
	[4, 4, stat("Objects made"; "Objects made per second: malloc, calloc, the aligned family and realloc(NULL)."; "ops";
		all_processes(sum_of(rate("mallocs")); "rate"))],
	[4, 4, (stat("Growth per minute"; "How much the lowest live bytes of a bucket grew since the bucket before, as of a minute. A burst that comes and goes is 0; a leak stays above 0 for as long as there is load."; "bytes";
		all_processes(sum_of(growth_of("heap_alloc_bytes")); "growth"))
		| over_minutes | growth_levels)],
	[4, 4, (stat("Processes"; "Processes that sent points."; "short";
		how_many("mallocs"; "processes")) | .fieldConfig.defaults.min = 0)],
	[12, 9, graph_of_each("Live bytes of each process"; "Bytes of the live objects of each of the ten largest processes. A line that goes up with the load and does not come down afterwards is a leak."; "bytes";
		gauge("heap_alloc_bytes"))],
	[12, 9, (graph_of_each("Growth per minute of each process"; "How fast the lowest live bytes of each bucket grow, of the ten largest processes. 0 is level; only what stays above it leaks. A burst that comes and goes is not seen."; "bytes";
		growth_of("heap_alloc_bytes"))
		| over_minutes | without_soft_min)],
	[24, 8, table_of_processes("Processes by live bytes"; "All chosen processes, the largest first, as of the last point of each. One that has ended has an old point.";
		[["heap_alloc_bytes", "live"], ["rss_bytes", "resident"], ["rss_peak_bytes", "peak"], ["swap_bytes", "swapped"]])]
]},
{title: "Where", open: true, panels: [
	[24, 10, (merged_table("Call sites by live bytes, and growth per minute"; "The call sites of the chosen processes, those that hold most first. Function: the innermost one that is no wrapper or library. Live is what it holds, an estimate that is off by at most the error in 95 of 100 cases. Made: what it allocates. Oldest: the age of its oldest object. Verdict: whether it leaks, as the agent judges it."; "bytes";
		[table_target(sites_query), table_target(changes_query)];
		["function", "live", "± error", "growth a minute", "made a second", "oldest", "verdict", "service", "host", "pid", "pid_ns", "site"])
		| over_minutes | linked_to_process | in_unit("made a second"; "binBps") | in_unit("oldest"; "ns") | in_words("verdict"; verdicts)
		| .options.sortBy = [{displayName: "live", desc: true}] | sites_panel)],
	[12, 9, (graph("Live bytes by function"; "What the call sites of the ten functions that hold most hold, in all chosen processes. \"other\" is what is not in the list of a process."; "bytes";
		of_functions(gauge("live_bytes"); "functions")) | over_minutes | stacked | coloured_by_name | ended_last | sites_panel)],
	[12, 9, (graph("Growth per minute by function"; "How fast the lowest live bytes of each bucket grow, of the ten functions that grew most, in all chosen processes. What stays above 0 leaks."; "bytes";
		of_functions(growth_of("live_bytes"); "growing")) | over_minutes | without_soft_min | coloured_by_name | ended_last | sites_panel)],
	[24, 14, (flame_graph("Live bytes by stack, process $flame"; "Which calls lead to the live bytes, in the last snapshot: of the process that holds most of those that are chosen. A snapshot comes once a minute; the last 15 minutes of the time that is shown are searched."; flame_query; ["host", "service", "pid_ns"])
		| without_data("No snapshot in the last 15 minutes of the time that is shown"))],
	[24, 8, (graph("Exact live bytes, and the sum of call sites"; "Of the chosen processes together: live bytes as they are counted, and the estimate that the call sites add up to, with its 95 % interval. The exact line is within the band, or close to it: then the table above can be trusted."; "bytes";
		[with_sites(gauge("heap_alloc_bytes"); "exact"), with_sites(gauge("sites_live_bytes"); "call sites"),
		with_sites("last(\"sites_live_bytes\") + last(\"sites_live_bytes_error\")"; "most"),
		with_sites("last(\"sites_live_bytes\") - last(\"sites_live_bytes_error\")"; "least")])
		| over_slow_points | band | sites_panel)]
]},
{title: "Process $pid of $service", repeat: "pid", panels: [
	[8, 8, graph("Live and resident, process $pid"; "Live bytes of this process; what the kernel has resident of it, the peak of that, and what is swapped out."; "bytes";
		[line_of(gauge("heap_alloc_bytes"); "live "), line_of(gauge("rss_bytes"); "resident "),
		line_of(gauge("rss_peak_bytes"); "peak "), line_of(gauge("swap_bytes"); "swapped ")])],
	[8, 8, graph("Live objects, process $pid"; "Live objects of this process."; "short"; [line_of(gauge("heap_objects"))])],
	[8, 8, graph("Mallocs and frees per second, process $pid"; "Objects that this process made and freed."; "ops";
		[line_of(rate("mallocs"); "mallocs "), line_of(rate("frees"); "frees ")])],
	[24, 10, heatmap("Requested sizes, process $pid"; "Objects that this process made per second, by the size that was asked for. Not drawn are objects above 1 GiB, and what it made in the bucket in which a size came up first. Where processes of several hosts have this number, each has rows of its own."; "ops"; [target(sizes_of_process_query; "$col")])]
]},
{title: "Process", panels: [
	[12, 8, (graph("Threads and arenas"; "Threads of the chosen processes together, the agent's own among them; and the arenas that the allocators spread them over."; "short";
		[together(gauge("threads"); "threads"), together(gauge("arenas"); "arenas")]) | over_slow_points)],
	[12, 8, (graph("Sys"; "Address space (VmSize) of the chosen processes together, and what of the heap the allocators took from the system."; "bytes";
		[together(gauge("sys_bytes"); "address space"), together(gauge("heap_sys_bytes"); "heap")]) | over_slow_points)],
	[12, 8, graph("Processor time"; "Seconds of processor time a second of the chosen processes together: 1 is one core. In user mode and in the kernel."; "percentunit";
		[together(share("cpu_user_ns"); "user"), together(share("cpu_sys_ns"); "kernel")])],
	[12, 8, graph("Page faults per second"; "Of the chosen processes together. Minor faults are served from memory: a heap that grows has them. Major faults had to read."; "cps";
		[together(rate("minor_faults"); "minor"), together(rate("major_faults"); "major")])],
	[12, 8, graph_of_each("Stack of the main thread"; "VmStk of each of the ten largest processes. Other threads' stacks are mappings of their own and part of Sys."; "bytes"; gauge("stack_bytes"))],
	[12, 8, graph_of_each("Resident set of each process"; "What the kernel keeps for each of the ten largest processes. Peak and swap are in the table above."; "bytes"; gauge("rss_bytes"))]
]},
{title: "Heap", panels: [
	[12, 9, graph_of_each("Heap objects"; "Live objects of each of the ten largest processes: made and not yet freed."; "short"; gauge("heap_objects"))],
	[12, 9, (graph("Overall heap usage"; "Of the chosen processes together: live bytes, and what the allocators have around them: taken from the system, in use, idle, given back; and what the kernel has resident."; "bytes";
		[together(gauge("heap_alloc_bytes"); "live"), together(gauge("heap_sys_bytes"); "sys"),
		together(gauge("heap_inuse_bytes"); "in use"), together(gauge("heap_idle_bytes"); "idle"),
		together(gauge("heap_released_bytes"); "released"), together(gauge("rss_bytes"); "resident")]) | over_slow_points)],
	[24, 8, (graph("Allocator overhead"; "Of the chosen processes together: resident memory beyond the live bytes, which is the allocators' holes and reserves, code and stacks; and what they need for their own bookkeeping."; "bytes";
		[together("last(\"rss_bytes\") - last(\"heap_alloc_bytes\")"; "beyond live"),
		together(gauge("heap_metadata_bytes"); "metadata")]) | over_slow_points)]
]},
{title: "Allocations", panels: [
	[12, 9, graph("Mallocs and frees per second"; "Objects made and objects freed by the chosen processes together. Where the two lines part, the heap grows."; "ops";
		[together(rate("mallocs"); "mallocs"), together(rate("frees"); "frees")])],
	[12, 9, graph("Bytes allocated per second"; "TotalAlloc of Go, of the chosen processes together: bytes of all objects made, those asked for, and those freed again."; "binBps";
		[together(rate("total_alloc_bytes"); "allocated"), together(rate("total_requested_bytes"); "requested"),
		together(rate("total_freed_bytes"); "freed")])],
	[12, 8, (graph_of_each("Objects made less freed per second"; "How fast live objects become more, or fewer, in each of the ten largest processes. What stays above 0 leaks."; "ops";
		net("mallocs"; "frees"; "1s")) | without_soft_min)],
	[12, 8, graph("Reallocs and failures per second"; "Of the chosen processes together: calls that resized an object, and calls that returned no memory."; "ops";
		[together(rate("reallocs"); "reallocs"), together(rate("failed_allocs"); "failed")])]
]},
{title: "Trim: empty unless MEMAGENT_TRIM_INTERVAL is set", panels: [
	[12, 8, (graph_of_each("Share of processor time spent on trimming"; "Share of the processor time of the process that giving memory back took, of the ten largest processes."; "percentunit";
		worst("trim_cpu_fraction")) | trim_panel)],
	[12, 8, (graph_of_each("Trims per second"; "How often free memory was given back to the system, of the ten largest processes."; "cps"; rate("trims")) | trim_panel)],
	[8, 8, (graph_of_each("Pause of a trim"; "How long the last trim took, of the ten largest processes; threads that allocate meanwhile may wait for as long."; "ns"; worst("trim_pause_ns")) | trim_panel)],
	[8, 8, (graph_of_each("Given back per second"; "Bytes that trims returned to the system, of the ten largest processes."; "binBps"; rate("trim_released_bytes")) | trim_panel)],
	[8, 8, (graph_of_each("Share of time spent on trimming"; "PauseTotal of Go: how much of each second trims took, 0 to 1, of the ten largest processes."; "percentunit"; share("trim_pause_total_ns")) | trim_panel)]
]},
{title: "Sizes", panels: [
	[24, 14, heatmap("Requested sizes"; "Objects made per second, by the size that was asked for; each bucket holds more than half its bound up to its bound. Not drawn are objects above 1 GiB, and what a process made in the bucket in which a size came up first."; "ops"; sizes_targets)]
]},
{title: "The agent itself", panels: [
	[8, 8, graph("Points dropped and deliveries failed per second"; "Of the chosen processes together. Dropped points are gone; failed deliveries are tried again."; "cps";
		[together(rate("agent_points_dropped"); "dropped"), together(rate("agent_send_errors"); "retries")])],
	[8, 8, graph_of_each("Points waiting"; "Points in the backlog of each of the ten largest processes: more than a few when InfluxDB does not take them."; "short"; worst("agent_points_buffered"))],
	[8, 8, graph_of_each("Lateness"; "How long after their time points were taken, of the ten largest processes: the machine is busy when this is long."; "ns"; worst("agent_late_ns"))],
	[8, 8, graph_of_each("Cost: processor time"; "Of one core, for the agent's thread in each of the ten largest processes."; "percentunit"; share("agent_cpu_ns"))],
	[8, 8, graph("Cost: one point, one delivery"; "The longest of the chosen processes: processor time to take and encode a point, and the time from request to answer."; "ns";
		[worst_of(worst("agent_tick_ns"); "point"), worst_of(worst("agent_send_ns"); "delivery")])],
	[8, 8, graph_of_each("Cost: memory"; "Live bytes of the agent's own heap in each of the ten largest processes. They are not among the program's."; "bytes"; gauge("agent_heap_bytes"))],
	[24, 7, (table("Coverage"; "Whether the agent counts all that a process allocates. Where it does not, a line on the stderr of the program says what it misses, and all figures here are without that."; "none";
		[table_target("SELECT last(\"agent_coverage\") AS \"coverage\" FROM \"memagent\" WHERE \(chosen) GROUP BY \(buckets), \(by_process) fill(none) ORDER BY time DESC LIMIT 1")]; ["coverage"])
		| in_words("coverage"; [[1, "all", "green"], [0, "not all: see the program's stderr", "red"]]))]
]}
]
| map(.panels |= map(.[2] |= joined_over(slow_gap_ms; slow)))
| dashboard("memagent"; "memagent"; "The heap of native processes: what they hold, what they allocate, and what the allocator makes of it.";
	[tag_variable("host"; "Host"; []),
	tag_variable("service"; "Service"; ["\"host\" =~ /^$host$/"]),
	tag_variable("pid"; "Process"; ["\"host\" =~ /^$host$/", "\"service\" =~ /^$service$/"]),
	largest_variable("largest"; "Largest"; "pid"),
	largest_variable("drawn_on"; "Hosts of the largest"; "host"),
	flame_variable,
	ten_variable("functions"; "Functions that hold most"; "function"; worst("live_bytes"); of_sites; processes),
	ten_variable("growing"; "Functions that grew most"; "function"; grown("live_bytes"); of_sites; processes)];
	[annotation("start"; "green"), annotation("exit"; "red"), annotation("leak"; "orange"), annotation("no leak"; "blue"),
		annotation("resident growth"; "purple"), annotation("no resident growth"; "blue")];
	[link_to("Fleet"; "memagent-fleet")])
