#include "agent/settings/duration.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>

#include "agent/base/clock.h"

static const struct {
	const char *name;
	int64_t ns;
} units[] = {
    {"ms", CLOCK_MS},
    {"s", CLOCK_S},
    {"m", 60 * CLOCK_S},
    {"h", 3600 * CLOCK_S},
};

int duration_parse(const char *text, int64_t *ns)
{
	int64_t n = 0;
	const char *p = text;

	for (; *p >= '0' && *p <= '9'; p++) {
		if (__builtin_mul_overflow(n, 10, &n) || __builtin_add_overflow(n, *p - '0', &n)) {
			errno = ERANGE;
			return -1;
		}
	}
	for (size_t i = 0; p != text && i < sizeof(units) / sizeof(units[0]); i++) {
		if (strcmp(p, units[i].name) != 0)
			continue;
		if (__builtin_mul_overflow(n, units[i].ns, &n)) {
			errno = ERANGE;
			return -1;
		}
		*ns = n;
		return 0;
	}
	errno = EINVAL;
	return -1;
}
