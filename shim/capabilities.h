#ifndef MEMAGENT_CAPABILITIES_H
#define MEMAGENT_CAPABILITIES_H
/*
 * capabilities: sets of Linux capabilities, as bit masks.
 *
 * Layer    shim, leaf; included by the agent, too.
 * Source   capabilities(7), linux/capability.h.
 */
#include <linux/capability.h>
#include <stdint.h>

/* A process that has one of these can change its users or groups. */
#define CAPABILITIES_TO_CHANGE_IDS (UINT64_C(1) << CAP_SETUID | UINT64_C(1) << CAP_SETGID)

#endif
