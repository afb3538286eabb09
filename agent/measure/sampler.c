#include "agent/measure/sampler.h"

#include <string.h>

#include "agent/base/clock.h"
#include "agent/measure/proc.h"
#include "shim/shim.h"

void sampler_open(struct sampler *sampler, const struct trim *trim)
{
	sampler->status_fd = proc_open();
	sampler->trim = trim;
}

static void take_counters(const struct counters *app, int64_t *value)
{
#define COUNTER(id, phase, field) value[FIELD_##field] = (int64_t)app->id;
#include "shim/counters.def"
#undef COUNTER
	value[FIELD_mallocs] = (int64_t)counters_mallocs(app);
	value[FIELD_heap_objects] = value[FIELD_mallocs] - value[FIELD_frees];
	value[FIELD_heap_alloc_bytes] = (int64_t)(app->alloc_bytes - app->freed_bytes);
	if (shim_counts_bytes())
		return;
	/* Unknown. */
	value[FIELD_total_alloc_bytes] = -1;
	value[FIELD_total_freed_bytes] = -1;
	value[FIELD_heap_alloc_bytes] = -1;
}

static void take_allocator(struct allocator_stats *stats, int64_t *value)
{
	if (allocator_stats_read(stats, clock_mono_ns(), value))
		value[FIELD_agent_allocator_stats_ns] = stats->took_ns;
}

static void take_kernel(const struct sampler *sampler, int64_t *value)
{
	proc_status_read(sampler->status_fd, value);
	proc_usage_read(value);
}

/* Needs the CPU times from take_kernel. */
static void take_trim(const struct trim *trim, int64_t *value)
{
	int64_t cpu_ns = value[FIELD_cpu_user_ns] + value[FIELD_cpu_sys_ns];

	if (trim->interval_ns == 0)
		return;
	value[FIELD_trims] = trim->times;
	value[FIELD_trim_pause_ns] = trim->pause_ns;
	value[FIELD_trim_pause_total_ns] = trim->pause_total_ns;
	value[FIELD_trim_released_bytes] = trim->released_bytes;
	if (cpu_ns > 0)
		value[FIELD_trim_cpu_fraction] =
		    (int64_t)((double)trim->cpu_ns / (double)cpu_ns * 1e9);
}

static void take_agent(const struct counters *agent, const struct agent_health *health,
		       int64_t *value)
{
	value[FIELD_agent_cpu_ns] = clock_thread_cpu_ns();
	if (shim_counts_bytes())
		value[FIELD_agent_heap_bytes] = (int64_t)(agent->alloc_bytes - agent->freed_bytes);
	value[FIELD_agent_tick_ns] = health->tick_ns;
	value[FIELD_agent_late_ns] = health->late_ns;
	value[FIELD_agent_send_ns] = health->send_ns;
	value[FIELD_agent_points_buffered] = health->points_buffered;
	value[FIELD_agent_points_dropped] = health->points_dropped;
	value[FIELD_agent_send_errors] = health->send_errors;
	value[FIELD_agent_coverage] = health->coverage;
}

void sampler_take(struct sampler *sampler, const struct agent_health *health, struct point *point)
{
	struct counters app, agent;

	memset(point->value, -1, sizeof(point->value));
	point->time_ns = clock_wall_ns();
	shim_read(&app, &agent);
	memcpy(point->sizes, app.sizes, sizeof(point->sizes));
	take_counters(&app, point->value);
	take_allocator(&sampler->allocator_stats, point->value);
	take_kernel(sampler, point->value);
	take_trim(sampler->trim, point->value);
	take_agent(&agent, health, point->value);
}
