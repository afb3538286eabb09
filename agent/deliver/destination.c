#include "agent/deliver/destination.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "agent/deliver/load.h"
#include "agent/base/log.h"
#include "agent/settings/options.h"
#include "agent/settings/url.h"

static const struct transport *choose_transport(enum url_scheme scheme, char *error, size_t size)
{
	if (scheme == URL_FILE)
		return &transport_file;
	if (scheme == URL_UDP)
		return &transport_udp;
	return load_http(error, size);
}

static void read_secret(const char *variable, const char *what, const char *path,
			char kept[SECRET_BYTES])
{
	if (path[0] && secret_read(path, kept) && kept[0] == '\0')
		log_say(LOG_FILE,
			"MEMAGENT_%s=%s cannot be used: %s; expected the path of a readable file "
			"whose first line is the %s; using none",
			variable, path, strerrordesc_np(errno), what);
}

static void read_certificates(const char *path, struct contents *kept)
{
	if (path[0] && contents_read(kept, path) && kept->bytes == NULL)
		log_say(LOG_FILE,
			"MEMAGENT_CA_FILE=%s cannot be used: %s; expected the path of a readable "
			"file of certificates in PEM form; https will fail",
			path, strerrordesc_np(errno));
}

void destination_read(struct destination *d, const struct options *options)
{
	read_secret("TOKEN_FILE", "token", options->token_file, d->token);
	read_secret("PASSWORD_FILE", "password", options->password_file, d->password);
	read_certificates(options->ca_file, &d->ca);
}

/* If the file ${path} has another secret than ${kept}, replace ${kept}.  Return whether it has. */
static bool renew_secret(const char *path, char kept[SECRET_BYTES])
{
	char fresh[SECRET_BYTES];

	if (path[0] == '\0' || secret_read(path, fresh) || strcmp(fresh, kept) == 0)
		return false;
	memcpy(kept, fresh, SECRET_BYTES);
	return true;
}

static bool renew(void *owner)
{
	struct destination *d = owner;
	bool token = renew_secret(d->options->token_file, d->token);
	bool password = renew_secret(d->options->password_file, d->password);

	return token || password;
}

static void configure(struct destination *d, const struct options *o)
{
	const char *token = o->token_file[0] ? d->token : o->token;

	d->config = (struct transport_config){
	    .url = o->url,
	    .api = o->api[0]  ? o->api
		   : token[0] ? "v2"
			      : "v1",
	    .database = o->database,
	    .retention_policy = o->retention_policy,
	    .username = o->username,
	    .password = o->password_file[0] ? d->password : o->password,
	    .token = token,
	    .org = o->org,
	    .bucket = o->bucket,
	    .ca_file = o->ca_file,
	    .ca = d->ca,
	    .proxy = o->proxy,
	    .insecure = o->insecure,
	    .renew = renew,
	    .owner = d,
	};
	d->options = o;
}

int destination_try(struct destination *d, const struct options *options, void (*wait_begins)(void),
		    void (*wait_ends)(void), char *error, size_t size)
{
	configure(d, options);
	d->config.wait_begins = wait_begins;
	d->config.wait_ends = wait_ends;
	d->transport = choose_transport(url_scheme(options->url), error, size);
	d->handle = d->transport ? d->transport->open(&d->config, error, size) : NULL;
	return d->handle ? 0 : -1;
}

int destination_open(struct destination *d, const struct options *options,
		     void (*wait_begins)(void), void (*wait_ends)(void))
{
	char error[512] = "";
	char shown[256];

	if (options->url[0] == '\0')
		return -1;
	if (destination_try(d, options, wait_begins, wait_ends, error, sizeof(error)) == 0)
		return 0;
	url_mask(options->url, shown, sizeof(shown));
	log_say(LOG_FILE, "cannot write to %s: %s; nothing will be delivered", shown, error);
	return -1;
}
