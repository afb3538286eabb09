#include "shim/hooks.h"

static void do_nothing(void)
{
}

static bool return_false(void)
{
	return false;
}

static bool defers_false(void (*handler)(void *))
{
	(void)handler;
	return false;
}

static const struct shim_hooks no_hooks = {
    .before_fork = return_false,
    .is_here = return_false,
    .after_fork = do_nothing,
    .in_child = do_nothing,
    .in_clone = do_nothing,
    .exits = do_nothing,
    .retire = return_false,
    .main_exits = do_nothing,
    .defers = defers_false,
};

const struct shim_hooks *hooks = &no_hooks;

void shim_set_hooks(const struct shim_hooks *wanted)
{
	hooks = wanted;
}
