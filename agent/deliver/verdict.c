#include "agent/deliver/verdict.h"

#include <string.h>

enum verdict verdict_of_write(const struct transport_answer *answer)
{
	switch (answer->status) {
	case 200 ... 299:
		/* Something that answers everything with a page has stored nothing. */
		return answer->html ? VERDICT_RETRY : VERDICT_DELIVERED;
	case 400:
	case 422:
		return VERDICT_DROP;
	case 404:
		if (answer->can_create && strstr(answer->text, "database not found"))
			return VERDICT_CREATE;
		/* InfluxDB says in JSON that there is no such bucket or organization. */
		if (!answer->can_create && answer->text[0] == '{' &&
		    strstr(answer->text, "not found"))
			return VERDICT_DROP;
		return VERDICT_RETRY; /* a path that somebody else's server does not know */
	case 413:
		return VERDICT_SPLIT;
	default:
		/* Also 401 and 403: somebody may set the rights straight. */
		return VERDICT_RETRY;
	}
}

bool verdict_created(const struct transport_answer *answer)
{
	return answer->status == 200 && !answer->html && strstr(answer->text, "\"error\"") == NULL;
}
