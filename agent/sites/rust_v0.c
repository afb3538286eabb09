#include "agent/sites/rust_v0.h"

#include <stdint.h>
#include <string.h>

#include "agent/sites/output.h"

#define DEEPEST 64	/* nesting */
#define MOST_STEPS 2000 /* a back reference may refer to many others */

/* What is left of the name is at ${at}. */
struct parser {
	const char *start, *at;
	struct output out;
	unsigned depth, steps;
	unsigned quiet; /* while it is not 0, nothing is written */
	bool bad;
};

static const char *const basic_types[] = {
    "i8",   "bool", "char", "f64", "str", "f32", NULL,	"u8", "isize", "usize", NULL,  "i32", "u32",
    "i128", "u128", "_",    NULL,  NULL,  "i16", "u16", "()", "...",   NULL,	"i64", "u64", "!",
};

static void write_path(struct parser *p);
static void write_type(struct parser *p);

/* NOLINTBEGIN(misc-no-recursion): names are nested; not deeper than DEEPEST */

static void say(struct parser *p, const char *text)
{
	if (!p->quiet)
		put_text(&p->out, text);
}

static char next(struct parser *p)
{
	if (*p->at == '\0') {
		p->bad = true;
		return '\0';
	}
	return *p->at++;
}

static bool accept(struct parser *p, char c)
{
	if (p->bad || *p->at != c)
		return false;
	p->at++;
	return true;
}

/* Return whether it is worth to go on; then call leave. */
static bool enter(struct parser *p)
{
	if (++p->depth > DEEPEST || ++p->steps > MOST_STEPS)
		p->bad = true;
	return !p->bad;
}

static void leave(struct parser *p)
{
	p->depth--;
}

static int digit_of(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'Z' ? c - 'A' + 36 : -1;
}

static uint64_t read_base_62(struct parser *p)
{
	uint64_t n = 0;
	int digit;

	if (accept(p, '_'))
		return 0;
	while ((digit = digit_of(next(p))) >= 0)
		n = n * 62 + (uint64_t)digit;
	p->bad |= p->at[-1] != '_';
	return n + 1;
}

static void skip_optional(struct parser *p, char tag)
{
	if (accept(p, tag))
		read_base_62(p);
}

/* Write an identifier, if it has a length, behind ${before}. */
static void write_identifier(struct parser *p, const char *before)
{
	size_t n = 0;

	skip_optional(p, 's');
	accept(p, 'u');
	if (*p->at < '0' || *p->at > '9')
		p->bad = true;
	if (!accept(p, '0'))
		while (!p->bad && *p->at >= '0' && *p->at <= '9' && n < SIZE_MAX / 20)
			n = n * 10 + (size_t)(*p->at++ - '0');
	accept(p, '_');
	if (p->bad || strnlen(p->at, n) < n) {
		p->bad = true;
		return;
	}
	say(p, n ? before : "");
	for (size_t i = 0; i < n && !p->quiet; i++)
		put(&p->out, p->at[i]);
	p->at += n;
}

/* Write what stood at an earlier place. */
static void write_again(struct parser *p, void (*write)(struct parser *p))
{
	const char *here = p->at - 1, *behind;
	uint64_t at = read_base_62(p);

	if (p->bad || at >= (uint64_t)(here - p->start)) {
		p->bad = true;
		return;
	}
	if (p->quiet)
		return;
	behind = p->at;
	p->at = p->start + at;
	write(p);
	p->at = behind;
}

static void skip_const(struct parser *p)
{
	if (accept(p, 'p'))
		return;
	if (accept(p, 'B')) {
		write_again(p, skip_const);
		return;
	}
	/* Of a number, a bool, a char or a text. */
	if (*p->at < 'a' || *p->at > 'z')
		p->bad = true;
	next(p);
	accept(p, 'n');
	p->at += strspn(p->at, "0123456789abcdef");
	p->bad |= next(p) != '_';
}

static void skip_generic_argument(struct parser *p)
{
	if (accept(p, 'L'))
		read_base_62(p);
	else if (accept(p, 'K'))
		skip_const(p);
	else
		write_type(p);
}

/* Parse with ${one} up to the "E", without writing. */
static void skip_list(struct parser *p, void (*one)(struct parser *p))
{
	p->quiet++;
	while (!p->bad && !accept(p, 'E'))
		one(p);
	p->quiet--;
}

/* Where an impl is. */
static void write_impl_path(struct parser *p)
{
	skip_optional(p, 's');
	write_path(p);
}

/* The type tells more. */
static void skip_impl_path(struct parser *p)
{
	p->quiet++;
	write_impl_path(p);
	p->quiet--;
}

static void write_type_as_trait(struct parser *p)
{
	say(p, "<");
	write_type(p);
	say(p, " as ");
	write_path(p);
	say(p, ">");
}

static void write_nested(struct parser *p)
{
	char kind = next(p);

	write_path(p);
	if (kind >= 'a' && kind <= 'z') {
		write_identifier(p, "::");
		return;
	}
	say(p, kind == 'C' ? "::{{closure}}" : "::{{shim}}");
	p->quiet++;
	write_identifier(p, "");
	p->quiet--;
}

/* A type of the language has no path, so where the impl is tells whose function it is. */
static void write_inherent(struct parser *p)
{
	const char *impl = p->at, *type;

	skip_impl_path(p);
	type = p->at;
	if (*type && strchr("CMXYNIB", *type)) {
		write_type(p);
		return;
	}
	p->at = impl;
	write_impl_path(p);
	p->at = type;
	say(p, "::<impl ");
	write_type(p);
	say(p, ">");
}

static void write_path(struct parser *p)
{
	if (!enter(p))
		return;
	switch (next(p)) {
	case 'C':
		write_identifier(p, "");
		break;
	case 'M':
		write_inherent(p);
		break;
	case 'X':
		skip_impl_path(p);
		write_type_as_trait(p);
		break;
	case 'Y':
		write_type_as_trait(p);
		break;
	case 'N':
		write_nested(p);
		break;
	case 'I':
		write_path(p);
		skip_list(p, skip_generic_argument);
		break;
	case 'B':
		write_again(p, write_path);
		break;
	default:
		p->bad = true;
		break;
	}
	leave(p);
}

static void write_behind(struct parser *p, const char *before)
{
	skip_optional(p, 'L');
	say(p, before);
	write_type(p);
}

static void write_tuple(struct parser *p)
{
	const char *before = "(";

	for (; !p->bad && !accept(p, 'E'); before = ",") {
		say(p, before);
		write_type(p);
	}
	say(p, ")");
}

static void write_function_type(struct parser *p)
{
	say(p, "fn");
	p->quiet++;
	skip_optional(p, 'G');
	accept(p, 'U');
	if (accept(p, 'K') && !accept(p, 'C'))
		write_identifier(p, "");
	skip_list(p, write_type);
	write_type(p);
	p->quiet--;
}

static void write_dyn_trait(struct parser *p)
{
	write_path(p);
	p->quiet++;
	while (accept(p, 'p')) {
		write_identifier(p, "");
		write_type(p);
	}
	p->quiet--;
}

static void write_dyn(struct parser *p)
{
	const char *before = "dyn ";

	skip_optional(p, 'G');
	for (; !p->bad && !accept(p, 'E'); before = " + ") {
		say(p, before);
		write_dyn_trait(p);
	}
	skip_optional(p, 'L');
}

static void write_array(struct parser *p)
{
	say(p, "[");
	write_type(p);
	say(p, "; _]");
	p->quiet++;
	skip_const(p);
	p->quiet--;
}

static void write_slice(struct parser *p)
{
	say(p, "[");
	write_type(p);
	say(p, "]");
}

static void write_basic(struct parser *p)
{
	const char *name = basic_types[next(p) - 'a'];

	if (name)
		say(p, name);
	else
		p->bad = true;
}

static void write_type(struct parser *p)
{
	if (!enter(p))
		return;
	if (*p->at >= 'a' && *p->at <= 'z')
		write_basic(p);
	else if (accept(p, 'A'))
		write_array(p);
	else if (accept(p, 'S'))
		write_slice(p);
	else if (accept(p, 'T'))
		write_tuple(p);
	else if (accept(p, 'R'))
		write_behind(p, "&");
	else if (accept(p, 'Q'))
		write_behind(p, "&mut ");
	else if (accept(p, 'P'))
		write_behind(p, "*const ");
	else if (accept(p, 'O'))
		write_behind(p, "*mut ");
	else if (accept(p, 'F'))
		write_function_type(p);
	else if (accept(p, 'D'))
		write_dyn(p);
	else if (accept(p, 'B'))
		write_again(p, write_type);
	else
		write_path(p);
	leave(p);
}

/* NOLINTEND(misc-no-recursion) */

/* NOLINTNEXTLINE(readability-non-const-parameter): it is written through p.out */
bool rust_v0(const char *name, char *out, size_t size)
{
	struct parser p = {.start = name + 2, .at = name + 2, .out = {out, 0, size}};

	if (strncmp(name, "_R", 2) != 0)
		return false;
	write_path(&p);
	/* The crate that has this instance. */
	p.quiet++;
	if (*p.at >= 'A' && *p.at <= 'Z')
		write_path(&p);
	return !p.bad && p.out.used && (*p.at == '\0' || *p.at == '.' || *p.at == '$');
}
