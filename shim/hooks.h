#ifndef MEMAGENT_HOOKS_H
#define MEMAGENT_HOOKS_H
/*
 * hooks: what the agent wants to be called for; functions that do nothing until it says.
 *
 * Layer    shim; needs shim.h for the type.
 */
#include "shim/cc.h"
#include "shim/shim.h"

extern const struct shim_hooks *hooks INTERNAL;

#endif
