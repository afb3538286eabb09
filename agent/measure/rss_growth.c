#include "agent/measure/rss_growth.h"

#include <stdio.h>
#include <string.h>

#include "agent/base/clock.h"
#include "agent/base/fit.h"

#define CONFIDENT 2.8 /* residuals; growth above them is no noise */
#define STEADY 0.5    /* the second half of growth has at least this share of the first */
#define MIB 1048576.0

/* What the growth consists of, in bytes. */
enum cause { OF_FILES, OF_SHARED, OF_FREED, OF_MAPPINGS, OF_FIRST_USE, OF_PRIVATE, CAUSES };

static const char *const cause_words[CAUSES] = {
    [OF_FILES] = "mapped files",
    [OF_SHARED] = "shared memory",
    [OF_FREED] = "memory that the program has freed and the allocator holds (fragmentation)",
    [OF_MAPPINGS] = "private mappings and stacks, which never came from malloc",
    [OF_FIRST_USE] = "memory that was mapped or allocated before, and is used for the first time",
    [OF_PRIVATE] = "private memory (this allocator does not tell what it holds)",
};

void rss_growth_open(struct rss_growth *g, int64_t period_ns)
{
	*g = (struct rss_growth){.period_ns = period_ns, .every = 1, .heap_bytes = -1};
}

static void drop_every_other(struct rss_growth *g)
{
	g->n /= 2;
	for (size_t i = 0; i < g->n; i++) {
		g->times_s[i] = g->times_s[2 * i + 1];
		for (unsigned q = 0; q < RSS_QUANTITIES; q++)
			g->values[q][i] = g->values[q][2 * i + 1];
	}
	g->every *= 2;
}

/* Make room for one more snapshot, or let it replace the last one.  Return its index. */
static size_t next_index(struct rss_growth *g)
{
	if (g->n && g->in_last < g->every) {
		g->in_last++;
		return g->n - 1;
	}
	if (g->n == RSS_SNAPSHOTS)
		drop_every_other(g);
	g->in_last = 1;
	return g->n++;
}

static float known(int64_t value)
{
	return value > 0 ? (float)value : 0;
}

/* The allocator is asked less often than points are taken. */
static void keep_allocator(struct rss_growth *g, const int64_t *value)
{
	if (value[FIELD_heap_sys_bytes] < 0)
		return;
	g->heap_bytes = (float)value[FIELD_heap_sys_bytes];
	g->released_bytes = known(value[FIELD_heap_released_bytes]);
	g->arenas = known(value[FIELD_arenas]);
}

static void add_snapshot(struct rss_growth *g, const int64_t *value, uint32_t now_s)
{
	size_t at = next_index(g);
	g->times_s[at] = now_s;
	g->values[RSS_RESIDENT][at] = (float)value[FIELD_rss_bytes];
	g->values[RSS_FILES][at] = known(value[FIELD_rss_file_bytes]);
	g->values[RSS_SHARED][at] = known(value[FIELD_rss_shared_bytes]);
	g->values[RSS_MAPPED][at] = known(value[FIELD_sys_bytes]);
	g->values[RSS_HEAP][at] = g->heap_bytes;
	g->values[RSS_HELD][at] = g->heap_bytes - g->released_bytes;
	g->values[RSS_LIVE][at] = (float)value[FIELD_heap_alloc_bytes];
	g->values[RSS_ARENAS][at] = g->arenas;
}

/* Return how much the quantity ${q} has grown since the snapshot ${onset}. */
static double growth(const struct rss_growth *g, enum rss_quantity q, size_t onset)
{
	return (double)g->values[q][g->n - 1] - (double)g->values[q][onset];
}

/* Return ${x}, or 0 if it is negative, or ${most} if it is more. */
static double within(double x, double most)
{
	if (x > most)
		x = most;
	return x > 0 ? x : 0;
}

static void split_private(const struct rss_growth *g, size_t onset, double private,
			  double bytes[CAUSES])
{
	double live = within(growth(g, RSS_LIVE, onset), private);
	double mapped = growth(g, RSS_MAPPED, onset) - growth(g, RSS_HEAP, onset);

	if (g->values[RSS_HELD][onset] < 0 || g->values[RSS_HELD][g->n - 1] < 0) {
		bytes[OF_PRIVATE] = private;
		return;
	}
	private -= live;
	bytes[OF_FREED] = within(growth(g, RSS_HELD, onset) - live, private);
	private -= bytes[OF_FREED];
	bytes[OF_MAPPINGS] = within(mapped - bytes[OF_FILES] - bytes[OF_SHARED], private);
	bytes[OF_FIRST_USE] = private - bytes[OF_MAPPINGS];
}

static void split_growth(const struct rss_growth *g, size_t onset, double rise,
			 double bytes[CAUSES])
{
	bytes[OF_FILES] = within(growth(g, RSS_FILES, onset), rise);
	bytes[OF_SHARED] = within(growth(g, RSS_SHARED, onset), rise - bytes[OF_FILES]);
	split_private(g, onset, rise - bytes[OF_FILES] - bytes[OF_SHARED], bytes);
}

static void write_text(const struct rss_growth *g, const struct fit *fit, char *text, size_t size)
{
	double rise = growth(g, RSS_RESIDENT, fit->onset);
	double arenas = growth(g, RSS_ARENAS, fit->onset);
	double seconds = (double)(g->times_s[g->n - 1] - g->times_s[fit->onset]);
	double bytes[CAUSES] = {0};
	enum cause largest = OF_FILES;
	int n;

	split_growth(g, fit->onset, rise, bytes);
	for (unsigned i = 0; i < CAUSES; i++)
		if (bytes[i] > bytes[largest])
			largest = i;
	n = snprintf(
	    text, size,
	    "the resident set grew by %.1f MiB in %.0f s, live bytes by %.1f MiB; %.0f %% of "
	    "the growth is %s",
	    rise / MIB, seconds, growth(g, RSS_LIVE, fit->onset) / MIB, 100 * bytes[largest] / rise,
	    cause_words[largest]);
	if (largest == OF_FREED && arenas >= 1 && n > 0 && (size_t)n < size)
		snprintf(text + n, size - (size_t)n, ", with %.0f more arenas", arenas);
}

/* Return whether the resident set grows steadily and live bytes do not, and the ${fit}. */
static bool is_growing(const struct rss_growth *g, struct fit *fit)
{
	const struct fit_series resident = {g->times_s, g->values[RSS_RESIDENT], g->n};
	double live;

	if (g->n < 3)
		return false;
	*fit = fit_line(&resident);
	live = growth(g, RSS_LIVE, fit->onset);
	return g->n - 1 - fit->onset >= RSS_FEWEST && fit->rise >= RSS_LEAST_BYTES &&
	       fit->rise > CONFIDENT * fit->residual &&
	       fit_is_steady(&resident, fit, STEADY, fit->residual) && live < fit->rise / 4;
}

bool rss_growth_add(struct rss_growth *g, const int64_t *value, int64_t now_ns, char *text,
		    size_t size)
{
	uint32_t now_s = (uint32_t)(now_ns / CLOCK_S);
	struct fit fit;
	bool grows;

	keep_allocator(g, value);
	if (now_ns < g->due_ns || value[FIELD_rss_bytes] < 0 || value[FIELD_heap_alloc_bytes] < 0 ||
	    (g->n && now_s <= g->times_s[g->n - 1]))
		return false;
	g->due_ns = now_ns + g->period_ns;
	add_snapshot(g, value, now_s);
	grows = is_growing(g, &fit);
	if (grows == g->grows)
		return false;
	g->grows = grows;
	if (grows)
		write_text(g, &fit, text, size);
	else
		snprintf(text, size, "the resident set does not grow without live bytes any more");
	return true;
}
