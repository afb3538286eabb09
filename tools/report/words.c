#include "tools/report/words.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define KIB 1024.0
#define MIB (1024 * KIB)
#define GIB (1024 * MIB)

struct unit {
	const char *name;
	double bytes;
	int digits; /* after the decimal point */
};

static struct unit unit_of(double size)
{
	if (size >= GIB)
		return (struct unit){"GiB", GIB, 2};
	if (size >= MIB)
		return (struct unit){"MiB", MIB, 1};
	if (size >= KIB)
		return (struct unit){"KiB", KIB, 1};
	return (struct unit){rint(size) == 1 ? "byte" : "bytes", 1, 0};
}

struct words words_bytes(double n)
{
	struct unit unit = unit_of(fabs(n));
	struct words w;

	snprintf(w.text, sizeof(w.text), "%s%.*f %s", n < 0 ? "-" : "", unit.digits,
		 fabs(n) / unit.bytes, unit.name);
	return w;
}

struct words words_bytes_and_error(double n, double error)
{
	struct unit unit = unit_of(fabs(n));
	struct words w;

	if (!(error > 0))
		return words_bytes(n);
	snprintf(w.text, sizeof(w.text), "%.*f ± %.*f %s", unit.digits, n / unit.bytes, unit.digits,
		 error / unit.bytes, unit.name);
	return w;
}

struct words words_grouped(double n)
{
	struct words w = {""};
	char digits[40];
	char *out = w.text;
	size_t left;

	snprintf(digits, sizeof(digits), "%.0f", fmin(fabs(n), 1e30));
	if (n < 0)
		*out++ = '-';
	left = strlen(digits);
	for (const char *p = digits; left > 0; left--) {
		*out++ = *p++;
		if (left > 1 && left % 3 == 1)
			*out++ = ',';
	}
	*out = '\0';
	return w;
}

struct words words_count(double n, const char *one)
{
	struct words number = words_grouped(n);
	struct words w;

	snprintf(w.text, sizeof(w.text), "%.45s %.15s%s", number.text, one, n == 1 ? "" : "s");
	return w;
}

struct words words_span(double seconds)
{
	struct words w;

	if (seconds >= 7200)
		snprintf(w.text, sizeof(w.text), "%.1f h", seconds / 3600);
	else if (seconds >= 120)
		snprintf(w.text, sizeof(w.text), "%.1f min", seconds / 60);
	else
		snprintf(w.text, sizeof(w.text), "%.1f s", seconds);
	return w;
}

struct words words_pause(double ns)
{
	struct words w;

	if (ns >= 1e9)
		snprintf(w.text, sizeof(w.text), "%.2f s", ns / 1e9);
	else if (ns >= 1e6)
		snprintf(w.text, sizeof(w.text), "%.1f ms", ns / 1e6);
	else
		snprintf(w.text, sizeof(w.text), "%.0f µs", ns / 1e3);
	return w;
}
