/*
 * A server's answer: any bytes, in any pieces, become one line of text and a verdict of the table
 * in docs/ARCHITECTURE.md.
 *
 * runs: 100000
 * input: status | content type | Retry-After | interface (1: can create) | bytes in a piece | body
 */
#include "agent/deliver/http/answer.h"

#include "agent/deliver/verdict.h"
#include "tests/fuzz/fuzz.h"

static void check_text(const char *text)
{
	size_t n = strlen(text);

	CHECK(n < sizeof(((struct transport_answer *)0)->text));
	CHECK(!has_control(text, n));
	CHECK(n == 0 || text[n - 1] != ' ');
}

static bool take(struct answer_body *body, const char *bytes, size_t n, size_t piece)
{
	bool more = true;

	answer_begin(body);
	for (size_t at = 0; more && at < n; at += piece)
		more = answer_take(body, bytes + at, n - at < piece ? n - at : piece);
	return more;
}

static void check_verdict(const struct transport_answer *a)
{
	bool ok = a->status >= 200 && a->status < 300 && !a->html;
	enum verdict verdict = verdict_of_write(a);

	CHECK((verdict == VERDICT_DELIVERED) == ok);
	CHECK((verdict == VERDICT_SPLIT) == (a->status == 413));
	if (verdict == VERDICT_CREATE)
		CHECK(a->status == 404 && a->can_create);
	if (verdict == VERDICT_DROP)
		CHECK(a->status == 400 || a->status == 422 ||
		      (a->status == 404 && !a->can_create && a->text[0] == '{'));
	CHECK(a->partial == (a->refused > 0));
	if (a->partial)
		CHECK(verdict == VERDICT_DROP);
	if (verdict_created(a))
		CHECK(a->status == 200 && !a->html);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input in;
	struct answer_body body, whole;
	struct transport_answer answer, again, missing;
	long status;
	const char *type, *bytes;
	int64_t retry_after;
	bool can_create;
	size_t piece, n;

	input_open(&in, data, size);
	status = (long)(input_number(&in, 0) % 1000);
	type = input_text(&in);
	retry_after = input_number(&in, 0);
	can_create = input_text(&in)[0] == '1';
	piece = (size_t)input_number(&in, 1) % 512 + 1;
	bytes = in.next ? in.next : "";
	n = in.next ? size - (size_t)(in.next - in.text) : 0;

	CHECK(take(&body, bytes, n, piece) == (n <= 65536));
	take(&whole, bytes, n, n ? n : 1);
	answer_read(&body, status, type[0] ? type : NULL, retry_after, &answer);
	answer_read(&whole, status, type[0] ? type : NULL, retry_after, &again);
	CHECK(memcmp(&answer, &again, sizeof(answer)) == 0);
	CHECK(answer.retry_after_ns >= 0 && answer.retry_after_ns <= INT64_C(3600000000000));
	check_text(answer.text);
	answer.can_create = can_create;
	check_verdict(&answer);

	answer_missing(bytes, "general", &missing);
	CHECK(missing.status == 0 && verdict_of_write(&missing) == VERDICT_RETRY);
	CHECK(strchr(missing.text, '@') == NULL);
	check_text(missing.text);
	input_close(&in);
	return 0;
}
