#ifndef MEMAGENT_WORDS_H
#define MEMAGENT_WORDS_H
/*
 * words: numbers with units, as text.
 *
 * Layer    tools, leaf; pure.
 */
struct words {
	char text[64];
};

/* "1 byte", "200 bytes", "1.5 KiB", "24.8 MiB", "3.00 GiB". */
struct words words_bytes(double n);

/* "4.9 ± 0.6 KiB"; "4.9 KiB" if ${error} is unknown or 0. */
struct words words_bytes_and_error(double n, double error);

/* "1,234,567". */
struct words words_grouped(double n);

/* "1 object", "1,234 objects": ${one} is the singular; the plural adds an s. */
struct words words_count(double n, const char *one);

/* "25.0 s", "3.5 min", "2.1 h". */
struct words words_span(double seconds);

/* "70 µs", "2.0 ms", "1.50 s". */
struct words words_pause(double ns);

#endif
