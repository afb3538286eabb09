#include "agent/verdict.h"

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
		if (strstr(answer->text, "not found") == NULL || answer->html)
			return VERDICT_RETRY; /* not of InfluxDB, which tells what it has not found
					       */
		if (!answer->can_create)
			return VERDICT_DROP; /* a bucket or an organization */
		return strstr(answer->text, "database not found") ? VERDICT_CREATE : VERDICT_RETRY;
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
