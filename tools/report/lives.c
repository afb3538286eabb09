#include "tools/report/lives.h"

#include <stdbool.h>
#include <string.h>

#include "tools/report/diagnosis.h"

#define OVERLAP_POINTS 3 /* points within which counts must recover */

/* Return whether the counts reach ${mallocs} again soon after point ${i}. */
static bool is_overlap(const struct heap_point *points, size_t n, size_t i, double mallocs)
{
	for (size_t j = i + 1; j < n && j <= i + OVERLAP_POINTS; j++)
		if (points[j].mallocs >= mallocs)
			return true;
	return false;
}

size_t lives_next(struct heap_point *points, size_t *n)
{
	size_t kept = 1;
	size_t i = 1;

	for (; i < *n; i++) {
		double mallocs = points[kept - 1].mallocs;

		if (points[i].mallocs >= mallocs)
			points[kept++] = points[i];
		else if (!is_overlap(points, *n, i, mallocs))
			break;
	}
	memmove(&points[kept], &points[i], (*n - i) * sizeof(*points));
	*n -= i - kept;
	return kept;
}
