# memagent: `make demo` shows it, `make test` tests it; both install what they need.
#
# Targets: all deps demo test check docs bench-quick install uninstall clean

VERSION = 0.1.0
PREFIX ?= /usr/local
LIBDIR ?= $(PREFIX)/lib
BUILD = build

CC = gcc
CFLAGS = -O2 -g
WARNINGS = -Wall -Wextra -Werror -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wvla \
	-Wpointer-arith -Wwrite-strings -Wcast-qual
BASE = -std=gnu17 -D_GNU_SOURCE -DMEMAGENT_VERSION='"$(VERSION)"' -I. -pthread $(WARNINGS)
LIBRARY = -fPIC -fvisibility=hidden -ftls-model=initial-exec
LINK = -shared -Wl,-z,defs -Wl,-z,now -Wl,-z,relro -Wl,--as-needed

SHIM = $(wildcard shim/*.c)
AGENT = $(wildcard agent/*.c)
HTTP = agent/http/transport_http.c agent/clock.c

objects = $(patsubst %.c,$(BUILD)/obj/%.o,$(1))
pkg = $(shell pkg-config $(1))

.PHONY: all
all: $(BUILD)/libmemagent.so $(BUILD)/memagent-http.so $(BUILD)/memagent-run

# What says malloc here means malloc: nothing is to be made of it by the compiler.
$(BUILD)/obj/shim/%.o: shim/%.c
	@mkdir -p $(@D)
	$(CC) $(BASE) $(CFLAGS) $(LIBRARY) -fno-builtin -MMD -MP -c -o $@ $<

$(BUILD)/obj/agent/%.o: agent/%.c
	@mkdir -p $(@D)
	$(CC) $(BASE) $(CFLAGS) $(LIBRARY) -MMD -MP -c -o $@ $<

$(BUILD)/libmemagent.so: $(call objects,$(SHIM) $(AGENT))
	$(CC) $(CFLAGS) $(LINK) -Wl,-soname,libmemagent.so -pthread -o $@ $^

$(BUILD)/memagent-http.so: $(call objects,$(HTTP))
	$(CC) $(CFLAGS) $(LINK) -o $@ $^ $(call pkg,--libs libcurl)

-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)

.PHONY: clean
clean:
	rm -rf $(BUILD)
