#include "agent/base/schedule.h"

int64_t schedule_next(int64_t start_ns, int64_t interval_ns, int64_t now_ns)
{
	if (now_ns < start_ns)
		return start_ns;
	return start_ns + ((now_ns - start_ns) / interval_ns + 1) * interval_ns;
}
