#include "tools/report/protobuf.h"

#include "tests/unit/unit.h"

static struct protobuf message;

static void expect(const char *bytes, size_t n)
{
	ck_assert_uint_eq(message.used, n);
	ck_assert_int_eq(memcmp(message.bytes, bytes, n), 0);
	protobuf_free(&message);
	ck_assert_uint_eq(message.used, 0);
}

#define EXPECT(bytes) expect(bytes, sizeof(bytes) - 1)

/* The examples of protobuf's own documentation, and the ends of the ranges. */
START_TEST(encodes)
{
	protobuf_number(&message, 1, 150);
	EXPECT("\x08\x96\x01");
	protobuf_bytes(&message, 2, "testing", 7);
	EXPECT("\x12\x07testing");
	protobuf_numbers(&message, 6, (const uint64_t[]){3, 270, 86942}, 3);
	EXPECT("\x32\x06\x03\x8e\x02\x9e\xa7\x05");
	protobuf_number(&message, 14, 0);
	EXPECT("\x70\x00");
	protobuf_number(&message, 16, UINT64_MAX);
	EXPECT("\x80\x01\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01");
	protobuf_bytes(&message, 6, "", 0);
	EXPECT("\x32\x00");
}
END_TEST

START_TEST(nests)
{
	struct protobuf part = {.bytes = NULL};

	protobuf_number(&part, 1, 150);
	protobuf_message(&message, 3, &part);
	ck_assert_uint_eq(part.used, 0);
	protobuf_number(&part, 1, 1);
	protobuf_message(&message, 3, &part);
	protobuf_free(&part);
	EXPECT("\x1a\x03\x08\x96\x01\x1a\x02\x08\x01");
}
END_TEST

START_TEST(grows)
{
	static const unsigned char bytes[100000];

	protobuf_bytes(&message, 1, bytes, sizeof(bytes));
	ck_assert_uint_eq(message.used, sizeof(bytes) + 4);
	protobuf_free(&message);
}
END_TEST

static void add(TCase *all)
{
	tcase_add_test(all, encodes);
	tcase_add_test(all, nests);
	tcase_add_test(all, grows);
}

UNIT_MAIN("protobuf", add)
