#ifndef MEMAGENT_HOOKS_H
#define MEMAGENT_HOOKS_H
/*
 * hooks: functions of the agent that the shim calls; until the agent sets them, they do nothing.
 *
 * Layer    shim; needs shim.h for the type.
 */
#include "shim/cc.h"
#include "shim/shim.h"

extern const struct shim_hooks *hooks INTERNAL;

#endif
