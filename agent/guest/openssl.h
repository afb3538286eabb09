#ifndef MEMAGENT_OPENSSL_H
#define MEMAGENT_OPENSSL_H
/*
 * openssl: postpones OpenSSL's clean-up until the last point is sent.
 *
 * OpenSSL registers an exit handler when the program or the sidecar's libcurl first uses it.  Exit
 * handlers run before the last point is sent.  After the clean-up, TLS cannot be used, and a
 * connection that is being opened crashes.
 *
 * Layer    agent; needs object.
 * Memory   never allocates.
 */
#include <stdbool.h>

/*
 * openssl_defers(handler):
 * exit is about to call ${handler}, the clean-up of a copy of OpenSSL.  Keep it for
 * openssl_clean_up and return true, or return false when there is no room.  Any thread.
 */
bool openssl_defers(void (*handler)(void *));

/* Run the postponed clean-ups.  Call it after the sidecar has stopped. */
void openssl_clean_up(void);

#endif
