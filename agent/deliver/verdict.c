#include "agent/deliver/verdict.h"

#include <string.h>

enum verdict verdict_of_write(const struct transport_answer *answer)
{
	switch (answer->status) {
	case 200 ... 299:
		/* A web server that answers every request with a page has stored nothing. */
		return answer->html ? VERDICT_RETRY : VERDICT_DELIVERED;
	case 400:
	case 422:
		return VERDICT_DROP;
	case 404:
		if (answer->can_create && strstr(answer->text, "database not found"))
			return VERDICT_CREATE;
		/* InfluxDB reports a missing bucket or organization in JSON. */
		if (!answer->can_create && answer->text[0] == '{' &&
		    strstr(answer->text, "not found"))
			return VERDICT_DROP;
		return VERDICT_RETRY; /* another kind of server: it does not know the path */
	case 413:
		return VERDICT_SPLIT;
	default:
		/* Also 401 and 403: an administrator may grant the permission. */
		return VERDICT_RETRY;
	}
}

bool verdict_created(const struct transport_answer *answer)
{
	return answer->status == 200 && !answer->html && strstr(answer->text, "\"error\"") == NULL;
}
