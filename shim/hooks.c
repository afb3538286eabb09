#include "shim/hooks.h"

static void nothing(void)
{
}

static bool nobody(void)
{
	return false;
}

static bool rests_not(bool may_wait_for_us)
{
	(void)may_wait_for_us;
	return false;
}

static bool defers_none(void (*handler)(void *))
{
	(void)handler;
	return false;
}

static const struct shim_hooks no_hooks = {
    rests_not, nobody, nothing, nothing, nothing, nothing, nobody, nothing, defers_none,
};

const struct shim_hooks *hooks = &no_hooks;

void shim_set_hooks(const struct shim_hooks *wanted)
{
	hooks = wanted;
}
