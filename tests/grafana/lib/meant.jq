# meant.jq: what each query is to show, by the title of its panel, said once more and not taken from the query: a field
# that is taken for another is found by it.

# ---- of one process, for each bucket ----

def last($field): {how: "last", field: $field};
def max($field): {how: "max", field: $field};
def rate($field): {how: "rate", of: last($field), ms: 1000};
# Growth of the lowest values, per minute.
def growth($field): {how: "slope", of: {how: "min", field: $field}, ms: 60000};
def less($a; $b): {how: "less", a: $a, b: $b};
def share($field): {how: "scaled", of: rate($field), by: 1e-9};
# The last of all buckets.
def newest($of): {how: "newest", of: $of};
# What $of is in the last bucket of $newest, if it is anything there.
def beside($newest; $of): {how: "beside", newest: $newest, of: $of};
# Of the points that have that field, too.
def with($field; $of): {how: "with", field: $field, of: $of};
def plus($a; $b): {how: "plus", a: $a, b: $b};
# Of every point.
def all_of($field): {how: "all", field: $field};
# The last point's value, at its time.
def point($field): {how: "point", field: $field};

def sizes: "sizes_0", (range(0; 31) | "sizes_le_\(pow(2; .))");

# ---- of all processes: a series for each, their sum, the largest value, their number, the sum for each tag value ----

def each($column): {of: "each", columns: [$column]};
def sum($column): {of: "sum", columns: [$column]};
def largest($column): {of: "largest", columns: [$column]};
def count($column): {of: "count", columns: [$column]};
def sum_by($tag; $column): {of: $tag, columns: [$column]};
def of_sites: . + {from: "memagent_site"};
# Of the functions that the variable holds: ten at most.
def only($variable): . + {only: $variable};

# Both sides at the points that tell of call sites.
def exact($column): sum(with("sites_live_bytes"; $column));

def meant_by_memagent:
	{
	"Live bytes A": sum(last("heap_alloc_bytes")),
	"Live objects A": sum(last("heap_objects")),
	"Resident set A": sum(last("rss_bytes")),
	"Objects made A": sum(rate("mallocs")),
	"Growth per minute A": sum(growth("heap_alloc_bytes")),
	"Processes A": count(last("mallocs")),
	"Live bytes of each process A": each(last("heap_alloc_bytes")),
	"Growth per minute of each process A": each(growth("heap_alloc_bytes")),
	"Processes by live bytes A": {of: "each", columns: ["heap_alloc_bytes", "rss_bytes", "rss_peak_bytes", "swap_bytes" | point(.)]},
	"Call sites by live bytes, and growth per minute A":
		({of: "each", columns: ["live_bytes", "live_bytes_error", "oldest_ns", "verdict" | point(.)]} | of_sites),
	"Call sites by live bytes, and growth per minute B": ({of: "each", columns: [newest(growth("live_bytes")), beside(growth("live_bytes"); rate("alloc_bytes"))]} | of_sites),
	"Live bytes by function A": (sum_by("function"; last("live_bytes")) | of_sites | only("functions")),
	"Growth per minute by function A": (sum_by("function"; growth("live_bytes")) | of_sites | only("growing")),
	"Live bytes by stack, process $flame A":
		{of: "sum", from: "memagent_flame", columns: ["level", "value", "self", "label", "host", "service", "pid_ns" | all_of(.)]},
	"Exact live bytes, and the sum of call sites A": exact(last("heap_alloc_bytes")),
	"Exact live bytes, and the sum of call sites B": exact(last("sites_live_bytes")),
	"Exact live bytes, and the sum of call sites C": exact(plus(last("sites_live_bytes"); last("sites_live_bytes_error"))),
	"Exact live bytes, and the sum of call sites D": exact(less(last("sites_live_bytes"); last("sites_live_bytes_error"))),
	"Threads and arenas A": sum(last("threads")),
	"Threads and arenas B": sum(last("arenas")),
	"Sys A": sum(last("sys_bytes")),
	"Sys B": sum(last("heap_sys_bytes")),
	"Processor time A": sum(share("cpu_user_ns")),
	"Processor time B": sum(share("cpu_sys_ns")),
	"Page faults per second A": sum(rate("minor_faults")),
	"Page faults per second B": sum(rate("major_faults")),
	"Heap objects A": each(last("heap_objects")),
	"Overall heap usage A": sum(last("heap_alloc_bytes")),
	"Overall heap usage B": sum(last("heap_sys_bytes")),
	"Overall heap usage C": sum(last("heap_inuse_bytes")),
	"Overall heap usage D": sum(last("heap_idle_bytes")),
	"Overall heap usage E": sum(last("heap_released_bytes")),
	"Overall heap usage F": sum(last("rss_bytes")),
	"Resident set of each process A": each(last("rss_bytes")),
	"Allocator overhead A": sum(less(last("rss_bytes"); last("heap_alloc_bytes"))),
	"Allocator overhead B": sum(last("heap_metadata_bytes")),
	"Mallocs and frees per second A": sum(rate("mallocs")),
	"Mallocs and frees per second B": sum(rate("frees")),
	"Bytes allocated per second A": sum(rate("total_alloc_bytes")),
	"Bytes allocated per second B": sum(rate("total_requested_bytes")),
	"Bytes allocated per second C": sum(rate("total_freed_bytes")),
	"Objects made less freed per second A": each(less(rate("mallocs"); rate("frees"))),
	"Reallocs and failures per second A": sum(rate("reallocs")),
	"Reallocs and failures per second B": sum(rate("failed_allocs")),
	"Stack of the main thread A": each(last("stack_bytes")),
	"Share of processor time spent on trimming A": each(max("trim_cpu_fraction")),
	"Trims per second A": each(rate("trims")),
	"Pause of a trim A": each(max("trim_pause_ns")),
	"Given back per second A": each(rate("trim_released_bytes")),
	"Share of time spent on trimming A": each(share("trim_pause_total_ns")),
	"Live and resident, process $pid A": each(last("heap_alloc_bytes")),
	"Live and resident, process $pid B": each(last("rss_bytes")),
	"Live and resident, process $pid C": each(last("rss_peak_bytes")),
	"Live and resident, process $pid D": each(last("swap_bytes")),
	"Live objects, process $pid A": each(last("heap_objects")),
	"Mallocs and frees per second, process $pid A": each(rate("mallocs")),
	"Mallocs and frees per second, process $pid B": each(rate("frees")),
	"Requested sizes, process $pid A": {of: "each", columns: [sizes | rate(.)]},
	"Points dropped and deliveries failed per second A": sum(rate("agent_points_dropped")),
	"Points dropped and deliveries failed per second B": sum(rate("agent_send_errors")),
	"Points waiting A": each(max("agent_points_buffered")),
	"Lateness A": each(max("agent_late_ns")),
	"Cost: processor time A": each(share("agent_cpu_ns")),
	"Cost: one point, one delivery A": largest(max("agent_tick_ns")),
	"Cost: one point, one delivery B": largest(max("agent_send_ns")),
	"Cost: memory A": each(last("agent_heap_bytes")),
	"Coverage A": each(newest(last("agent_coverage")))
	};

def meant_by_fleet:
	{
	"Functions by what they leak, and growth per minute A": {of: "held", timeless: true, columns: []},
	"Functions by what they leak, and growth per minute B":
		({of: "site", tags: ["function"], newest: true, columns: [growth("live_bytes")]} | of_sites),
	"Services by live bytes A": sum_by("service"; last("heap_alloc_bytes")),
	"Hosts by live bytes A": sum_by("host"; last("heap_alloc_bytes")),
	"Live bytes of each service A": sum_by("service"; last("heap_alloc_bytes")),
	"Live bytes on each host A": sum_by("host"; last("heap_alloc_bytes")),
	"Services by growth per minute A": sum_by("service"; growth("heap_alloc_bytes")),
	"Hosts by growth per minute A": sum_by("host"; growth("heap_alloc_bytes")),
	"Growth per minute of each service A": sum_by("service"; growth("heap_alloc_bytes")),
	"Growth per minute on each host A": sum_by("host"; growth("heap_alloc_bytes")),
	"Resident set of each service A": sum_by("service"; last("rss_bytes")),
	"Objects made per second by each service A": sum_by("service"; rate("mallocs"))
	};

# One query for each size, A to Z, AA and so on.
def meant_by_sizes:
	[sizes] | to_entries | map({key: "Requested sizes \(.key | if . < 26 then [65 + .] else [65, 39 + .] end | implode)",
		value: sum(rate(.value))}) | from_entries;

def meant: meant_by_sizes + meant_by_memagent + meant_by_fleet;
