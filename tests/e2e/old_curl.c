/*
 * A fake libcurl as old as Debian 11's (7.74), on top of the installed one.  It refuses newer
 * options, and the option whose number is in OLD_CURL_REFUSES.
 */
#include <curl/curl.h>
#include <dlfcn.h>
#include <stdarg.h>
#include <stdlib.h>

#define NEWEST 304 /* of 7.74: CURLOPT_HSTSWRITEDATA */

/* The numbers of each type of option start at a multiple of this. */
#define KIND 10000

typedef CURLcode setopt_function(CURL *easy, CURLoption option, ...);

#undef curl_easy_setopt
CURLcode curl_easy_setopt(CURL *easy, CURLoption option, ...)
{
	setopt_function *next = (setopt_function *)dlsym(RTLD_NEXT, "curl_easy_setopt");
	const char *refused = getenv("OLD_CURL_REFUSES");
	void *value;
	va_list args;

	if (option % KIND > NEWEST || (refused && option % KIND == (unsigned)atoi(refused)))
		return CURLE_UNKNOWN_OPTION;
	va_start(args, option);
	value = va_arg(args, void *);
	va_end(args);
	return next(easy, option, value);
}
