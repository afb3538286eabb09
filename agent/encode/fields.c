#include "agent/encode/fields.h"

#include <stddef.h>
#include <string.h>

/* Refuse to compile a row without unit or doc. */
#define FIELD(id, unit, kind, source, doc) _Static_assert(sizeof(unit) > 1 && sizeof(doc) > 1, #id);
#include "agent/encode/fields.def"
#undef FIELD

static const char *const names[FIELDS] = {
#define FIELD(id, unit, kind, source, doc) #id,
#include "agent/encode/fields.def"
#undef FIELD
};

static const char *const units[FIELDS] = {
#define FIELD(id, unit, kind, source, doc) unit,
#include "agent/encode/fields.def"
#undef FIELD
};

static const char *const size_names[COUNTERS_SIZES] = {
#define SIZE(index, id, doc) [index] = #id,
#include "agent/encode/sizes.def"
#undef SIZE
};

const char *fields_name(enum field field)
{
	return names[field];
}

bool fields_is_fraction(enum field field)
{
	return strcmp(units[field], "fraction") == 0;
}

const char *fields_size_name(unsigned index)
{
	return size_names[index];
}

static const struct {
	const char *name;
	enum field field;
} go_rows[] = {
#define GO(name, id) {name, FIELD_##id},
#include "agent/encode/go_runtime.def"
#undef GO
};

const char *fields_go(unsigned index, enum field *field)
{
	if (index >= sizeof(go_rows) / sizeof(go_rows[0]))
		return NULL;
	*field = go_rows[index].field;
	return go_rows[index].name;
}

void record_tag(struct record *record, const char *name, const char *text)
{
	if (record->tags_used == RECORD_TAGS)
		return;
	record->tags[record->tags_used].name = name;
	record->tags[record->tags_used++].text = text;
}

void record_number(struct record *record, const char *name, int64_t value)
{
	if (record->numbers_used == RECORD_NUMBERS)
		return;
	record->numbers[record->numbers_used].name = name;
	record->numbers[record->numbers_used++].value = value;
}

void record_text(struct record *record, const char *name, const char *text)
{
	if (record->texts_used == RECORD_TEXTS)
		return;
	record->texts[record->texts_used].name = name;
	record->texts[record->texts_used++].text = text;
}
