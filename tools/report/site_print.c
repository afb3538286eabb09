#include "tools/report/site_print.h"

#include "tools/report/escape.h"
#include "tools/report/site_table.h"
#include "tools/report/site_view.h"

static const char *holds(const struct site_view_table *table)
{
	return table->sites->is_before_exit ? "held before it ended" : "holds";
}

/* ---- text ---- */

/* Return the width of ${text} on a terminal; its characters have one column each. */
static int width_of(const char *text)
{
	int width = 0;

	for (; *text; text++)
		width += ((unsigned char)*text & 0xc0) != 0x80;
	return width;
}

static void print_cell(FILE *out, const char *text)
{
	fprintf(out, "%*s%s  ", 10 - width_of(text), "", text);
}

static void print_call(FILE *out, const struct site_call *call)
{
	fputs(call->function, out);
	if (call->place[0])
		fprintf(out, " (%s)", call->place);
	fputc('\n', out);
}

static void print_stack(FILE *out, const struct site_view_stack *stack)
{
	for (size_t i = 0; i < stack->count; i++) {
		fputs("    ", out);
		print_call(out, &stack->calls[i]);
	}
	if (stack->left_out)
		fprintf(out, "    ... %zu more\n", stack->left_out);
}

/* Print the first ${n} stacks. */
static void print_stacks(FILE *out, const struct site_view_table *table, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		fprintf(out, "\n%s in %s, called by:\n", table->rows[i].cells[0].text,
			table->rows[i].call.function);
		print_stack(out, &table->stacks[i]);
	}
}

static void print_table(FILE *out, const struct site_view_table *table)
{
	fprintf(out, "\nWho allocated what %s %s, estimated from samples:\n", table->who,
		holds(table));
	for (size_t i = 0; i < SITE_VIEW_CELLS; i++)
		print_cell(out, site_view_heads[i]);
	fputs("function\n", out);
	for (size_t i = 0; i < table->row_count; i++) {
		for (size_t k = 0; k < SITE_VIEW_CELLS; k++)
			print_cell(out, table->rows[i].cells[k].text);
		print_call(out, &table->rows[i].call);
	}
	print_stacks(out, table, table->stack_count);
}

void site_print_text(FILE *out, const struct site_view *view)
{
	for (size_t i = 0; i < view->count; i++)
		print_table(out, &view->tables[i]);
	if (view->count)
		fputc('\n', out);
}

void site_print_leaks(FILE *out, const struct site_view *view)
{
	for (size_t i = 0; i < view->count; i++) {
		const struct site_view_table *table = &view->tables[i];
		size_t leaks = table->sites->leaks;

		print_stacks(out, table, leaks < table->stack_count ? leaks : table->stack_count);
	}
}

/* ---- HTML ---- */

static void print_page_call(FILE *out, const struct site_call *call)
{
	fputs("<code>", out);
	escape_print(out, call->function);
	fputs("</code>", out);
	if (call->place[0]) {
		fputs(" <span class=\"about\">(", out);
		escape_print(out, call->place);
		fputs(")</span>", out);
	}
}

static void print_page_rows(FILE *out, const struct site_view_table *table)
{
	fputs("<tr>", out);
	for (size_t i = 0; i < SITE_VIEW_CELLS; i++)
		fprintf(out, "<th scope=\"col\">%s</th>", site_view_heads[i]);
	fputs("<th scope=\"col\">function</th></tr>\n", out);
	for (size_t i = 0; i < table->row_count; i++) {
		fputs("<tr>", out);
		for (size_t k = 0; k < SITE_VIEW_CELLS; k++)
			fprintf(out, "<td>%s</td>", table->rows[i].cells[k].text);
		fputs("<th scope=\"row\">", out);
		print_page_call(out, &table->rows[i].call);
		fputs("</th></tr>\n", out);
	}
}

static void print_page_stack(FILE *out, const struct site_view_row *row,
			     const struct site_view_stack *stack)
{
	fprintf(out, "<details><summary>%s in <code>", row->cells[0].text);
	escape_print(out, row->call.function);
	fputs("</code>, called by</summary>\n<ol>\n", out);
	for (size_t i = 0; i < stack->count; i++) {
		fputs("<li>", out);
		print_page_call(out, &stack->calls[i]);
		fputs("</li>\n", out);
	}
	if (stack->left_out)
		fprintf(out, "<li>... %zu more</li>\n", stack->left_out);
	fputs("</ol></details>\n", out);
}

static void print_page_table(FILE *out, const struct site_view_table *table)
{
	fputs("<table class=\"sites\"><caption>Who allocated what ", out);
	escape_print(out, table->who);
	fprintf(out, " %s, estimated from samples</caption>\n", holds(table));
	print_page_rows(out, table);
	fputs("</table>\n", out);
	for (size_t i = 0; i < table->stack_count; i++)
		print_page_stack(out, &table->rows[i], &table->stacks[i]);
}

void site_print_page(FILE *out, const struct site_view *view)
{
	for (size_t i = 0; i < view->count; i++)
		print_page_table(out, &view->tables[i]);
}
