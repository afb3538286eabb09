#ifndef MEMAGENT_OPENSSL_H
#define MEMAGENT_OPENSSL_H
/*
 * openssl: its clean-up waits for the last point.
 *
 * OpenSSL registers an exit handler when it is first used, by the program or by the sidecar's
 * libcurl; handlers run before the last point is taken and sent.  What was cleaned up cannot be
 * used any more, so a TLS connection could not send it, and one that is being made at that moment
 * crashes.
 *
 * Layer    agent; needs object.
 * Memory   never allocates.
 */
#include <stdbool.h>

/*
 * openssl_defers(handler):
 * The exit has come to ${handler}, the clean-up of an OpenSSL: keep it for openssl_clean_up and
 * return true.  Any thread.
 */
bool openssl_defers(void (*handler)(void *));

/* Do what was postponed.  When the sidecar has stopped. */
void openssl_clean_up(void);

#endif
