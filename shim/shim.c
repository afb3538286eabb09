#include "shim/shim.h"

#include "shim/next.h"
#include "shim/spawn.h"
#include "shim/threads.h"

void shim_init(void)
{
	next_resolve();
	spawn_init();
}

void shim_read(struct counters *app, struct counters *agent)
{
	threads_sum(app, agent);
}

const void *shim_next_malloc(void)
{
	return (const void *)next.malloc;
}

bool shim_counts_bytes(void)
{
	return next_sizes_known();
}

uint32_t shim_mute(void)
{
	return threads_mute();
}

void shim_unmute(uint32_t before)
{
	threads_unmute(before);
}
