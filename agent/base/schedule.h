#ifndef MEMAGENT_SCHEDULE_H
#define MEMAGENT_SCHEDULE_H
/*
 * schedule: when the next point is due.
 *
 * Layer    agent, leaf; pure.
 */
#include <stdint.h>

/*
 * schedule_next(start_ns, interval_ns, now_ns):
 * Return the first time after ${now_ns} that is ${start_ns} plus a multiple of ${interval_ns} (>
 * 0). Delays do not add up, because times are counted from the start.  Times missed in a suspend
 * are skipped.
 */
int64_t schedule_next(int64_t start_ns, int64_t interval_ns, int64_t now_ns);

#endif
