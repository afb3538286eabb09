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
 * Return the first time after ${now_ns} that is a whole number of ${interval_ns} (> 0) past
 * ${start_ns}.  Because it counts from the start, lateness never adds up, and after a suspend the
 * times that were missed are skipped, not caught up with.
 */
int64_t schedule_next(int64_t start_ns, int64_t interval_ns, int64_t now_ns);

#endif
