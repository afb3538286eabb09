#ifndef MEMAGENT_HOOKS_H
#define MEMAGENT_HOOKS_H
/*
 * hooks: the agent's functions for events in the process; they do nothing until it sets them.
 *
 * Layer    shim; needs shim.h for the type.
 */
#include "shim/cc.h"
#include "shim/shim.h"

extern const struct shim_hooks *hooks INTERNAL;

#endif
