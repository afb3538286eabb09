# memagent: `make demo` shows what it does, `make test` tests it.  Both install what they need.
#
#   all           build the library, its transport and the tools, in build/; the default
#   deps          install what building needs
#   demo          run small servers under load, query their points from InfluxDB, draw pictures;
#                 ONLY='global burst-trim' runs some, SECONDS=30 lasts longer
#   test          run all tests; PATTERN='unit/*' runs some
#   test-distros  run make, make demo and make test in Debian 12, 13 and sid, each in a chroot that
#                 it makes below ROOTS=/var/tmp/memagent-roots; needs root, takes an hour or two;
#                 DISTROS='trixie sid' runs some
#   deps-hosts    install real programs (nginx, postgres, java ...), which test then runs under the
#                 agent; servers are only unpacked, never started as services
#   deps-browse   install a browser, and the tools that test compose.yaml and the Dockerfile
#   fuzz          run each fuzzer for FUZZ_SECONDS=60; PATTERN=url runs one
#   check         check format, includes, warnings of gcc and clang, exported symbols and documents
#   docs          regenerate the tables in docs/REFERENCE.md
#   bench         measure the agent's cost, in half an hour; bench-quick takes three minutes
#   verdict       measure how right the verdicts on call sites are, and write docs/VERDICT.md; takes an
#                 hour; PATTERN='redis*' runs some cases and writes nothing
#   install       install to PREFIX=/usr/local, below DESTDIR; uninstall removes that
#   clean         remove build/
#   help          print this
#
# CC, CPPFLAGS, CFLAGS and LDFLAGS are taken from the environment or the command line.  V=1 shows the
# commands.

VERSION = 0.1.0
PREFIX ?= /usr/local
LIBDIR ?= $(PREFIX)/lib
BINDIR ?= $(PREFIX)/bin
DATADIR ?= $(PREFIX)/share/memagent
MANDIR ?= $(PREFIX)/share/man
BASHCOMPDIR ?= $(PREFIX)/share/bash-completion/completions
BUILD = build

ifeq ($(origin CC),default)
CC = gcc
endif
CFLAGS ?= -O2 -g
# check sets WERROR=-Werror.  A build does not: a user's compiler may have other warnings.
WARNINGS = $(WERROR) -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wvla \
	-Wpointer-arith -Wwrite-strings -Wcast-qual
BASE = -std=gnu17 -D_GNU_SOURCE -DMEMAGENT_VERSION='"$(VERSION)"' -I. -pthread $(WARNINGS)
LIBRARY = -fPIC -fvisibility=hidden -ftls-model=initial-exec
# One segment for code and constants: each segment is a mapping that every process must set up.
LINK = -shared -Wl,-z,defs -Wl,-z,now -Wl,-z,relro -Wl,-z,noseparate-code -Wl,--as-needed

SHIM = $(wildcard shim/*.c shim/sites/*.c)
AGENT = $(wildcard agent/*.c agent/*/*.c)
HTTP = $(wildcard agent/deliver/http/*.c) agent/base/clock.c agent/settings/url.c shim/object.c

COMPILE = $(CC) $(BASE) $(CPPFLAGS) $(CFLAGS)
LINK_PROGRAM = $(CC) $(CFLAGS) $(LDFLAGS)
LINK_LIBRARY = $(LINK_PROGRAM) $(LINK)

objects = $(patsubst %.c,$(BUILD)/obj/%.o,$(1))
pkg = $(shell pkg-config $(1))

# For a recursive make: use all processors, unless the user has said how many.
JOBS = $(if $(findstring -j,$(MAKEFLAGS)),,-j$(shell nproc))

LIBRARIES = $(BUILD)/libmemagent.so $(BUILD)/memagent-http.so

# Only Debian and its derivatives ship jemalloc as an archive of position-independent objects.
JEMALLOC_ARCHIVE := $(wildcard $(shell $(CC) -print-file-name=libjemalloc_pic.a 2>/dev/null))
ifneq ($(JEMALLOC_ARCHIVE),)
LIBRARIES += $(BUILD)/libmemagent-jemalloc.so
endif

PRODUCTS = $(LIBRARIES) $(BUILD)/memagent-run $(BUILD)/memagent-send $(BUILD)/memagent-report

TOOLS = memagent-run memagent-send memagent-report
MANUAL = $(TOOLS:%=$(BUILD)/man/%.1) $(BUILD)/man/memagent.7
COMPLETIONS = $(TOOLS:%=$(BUILD)/completions/%)

# A generator that fails leaves no incomplete file for the next make.
.DELETE_ON_ERROR:

.PHONY: all
all: $(PRODUCTS) $(MANUAL) $(COMPLETIONS)

# Print one short line per target; V=1 prints the commands.
ifneq ($(V),1)
.SILENT:
endif
SAY = @echo "  $@"

# -fno-builtin: the compiler must not replace or remove calls of malloc.
$(BUILD)/obj/shim/%.o: shim/%.c
	@mkdir -p $(@D)
	$(SAY)
	$(COMPILE) $(LIBRARY) -fno-builtin -MMD -MP -c -o $@ $<

$(BUILD)/obj/agent/%.o: agent/%.c
	@mkdir -p $(@D)
	$(SAY)
	$(COMPILE) $(LIBRARY) -MMD -MP -c -o $@ $<

$(BUILD)/libmemagent.so: $(call objects,$(SHIM) $(AGENT))

# The libraries with a sample every 4 KiB, for tests of all that sampling touches.
OFTEN = $(BUILD)/tests/often
OFTEN_TESTS = $(LIBRARIES:$(BUILD)/%=$(OFTEN)/%) $(OFTEN)/memagent-http.so
often = $(patsubst $(BUILD)/obj/shim/sites/sites.o,$(OFTEN)/sites.o,$(1))

$(OFTEN)/sites.o: shim/sites/sites.c
	@mkdir -p $(@D)
	$(SAY)
	$(COMPILE) $(LIBRARY) -fno-builtin -DSITES_MEAN=4096 -MMD -MP -c -o $@ $<

$(OFTEN)/memagent-http.so: $(BUILD)/memagent-http.so
	@mkdir -p $(@D)
	ln -f $< $@

$(OFTEN)/libmemagent.so: $(call often,$(call objects,$(SHIM) $(AGENT)))

$(BUILD)/libmemagent.so $(OFTEN)/libmemagent.so:
	$(SAY)
	$(LINK_LIBRARY) -Wl,-soname,libmemagent.so -pthread -o $@ $^

# The library with jemalloc inside.  The copy of jemalloc's archive differs from the original:
# - the functions that we interpose are renamed;
# - its C++ operators, which need libstdc++, are left out;
# - it calls embedded_errno (shim/jemalloc/precount.h) and embedded_atfork (shim/jemalloc/atfork.c).
SHIM_JEMALLOC = $(filter-out shim/boot.c shim/next.c shim/interpose.c,$(SHIM)) $(wildcard shim/jemalloc/*.c)

# Rename every function that our object exports.  Some versions of jemalloc lack some of them.
$(BUILD)/renamed.txt: $(BUILD)/obj/shim/jemalloc/interpose.o
	$(SAY)
	nm -g --defined-only $< | awk '{ print $$3, "embedded_" $$3 }' >$@

$(BUILD)/embedded.a: $(BUILD)/renamed.txt $(JEMALLOC_ARCHIVE) Makefile
	@mkdir -p $(@D)
	$(SAY)
	objcopy --redefine-syms=$< $(JEMALLOC_ARCHIVE) $@
	ar d $@ jemalloc_cpp.pic.o
	cd $(@D) && ar x $(@F) jemalloc.pic.o && \
		objcopy --redefine-sym __errno_location=embedded_errno \
			--redefine-sym pthread_atfork=embedded_atfork jemalloc.pic.o && \
		ar r $(@F) jemalloc.pic.o && rm jemalloc.pic.o

$(BUILD)/libmemagent-jemalloc.so: $(call objects,$(SHIM_JEMALLOC) $(AGENT))
$(OFTEN)/libmemagent-jemalloc.so: $(call often,$(call objects,$(SHIM_JEMALLOC) $(AGENT)))

$(BUILD)/libmemagent-jemalloc.so $(OFTEN)/libmemagent-jemalloc.so: $(BUILD)/embedded.a shim/jemalloc/hidden.map
	$(SAY)
	$(LINK_LIBRARY) -static-libgcc -Wl,--version-script=shim/jemalloc/hidden.map \
		$(foreach f,mallctl malloc_usable_size sallocx,-Wl,--defsym=embedded_$(f)=$(f)) \
		-Wl,-soname,libmemagent-jemalloc.so -pthread -o $@ $(filter-out %.map,$^) -lm

$(BUILD)/memagent-http.so: $(call objects,$(HTTP))
	$(SAY)
	$(LINK_LIBRARY) -o $@ $^ $(call pkg,--libs libcurl zlib)

# The delivery of the agent, for programs without the agent.
DELIVER = $(addprefix agent/deliver/,backlog.c delivery.c destination.c torn.c transport_file.c transport_udp.c verdict.c)
SETTINGS = $(addprefix agent/settings/,duration.c options.c secret.c tags.c)
SEND = tools/memagent-send.c $(DELIVER) $(SETTINGS) agent/base/contents.c agent/base/fnv.c agent/base/log.c $(HTTP)

$(BUILD)/obj/tools/%.o: tools/%.c
	@mkdir -p $(@D)
	$(SAY)
	$(COMPILE) -MMD -MP -c -o $@ $<

$(BUILD)/memagent-send: $(call objects,$(SEND))
	$(SAY)
	$(LINK_PROGRAM) -o $@ $^ $(call pkg,--libs libcurl zlib)

REPORT = $(wildcard tools/report/*.c) agent/sites/symbols.c agent/base/elf.c $(SETTINGS) agent/settings/url.c agent/encode/fields.c

$(BUILD)/memagent-report: $(call objects,$(REPORT))
	$(SAY)
	$(LINK_PROGRAM) -o $@ $^ $(call pkg,--libs libcurl zlib) -lm

TABLES = $(wildcard agent/*/*.def) shim/counters.def

$(BUILD)/memagent-describe: tools/memagent-describe.c $(TABLES)
	@mkdir -p $(@D)
	$(SAY)
	$(COMPILE) $(LDFLAGS) -o $@ $<

# memagent-run needs libc only; for --check it loads memagent-http.so.
RUN = $(wildcard tools/run/*.c) agent/guest/exclude.c agent/base/elf.c agent/base/dir.c agent/settings/url.c agent/base/clock.c \
	agent/deliver/load_object.c agent/base/contents.c agent/base/fnv.c agent/base/log.c shim/object.c $(SETTINGS) $(filter-out %/backlog.c %/delivery.c,$(DELIVER))

$(BUILD)/memagent-run: $(call objects,$(RUN))
	$(SAY)
	$(LINK_PROGRAM) -Wl,-z,now -Wl,-z,relro -Wl,--as-needed -o $@ $^

# The manual and the completions take their options from --help, which the tables generate.
$(BUILD)/man/%.1: tools/man/%.1.in tools/man/options.awk $(BUILD)/%
	@mkdir -p $(@D)
	$(SAY)
	$(BUILD)/$* --help | awk -f tools/man/options.awk >$@.table
	sed -e '/^@table@$$/{r $@.table' -e 'd}' $< >$@
	rm $@.table

$(BUILD)/man/memagent.7: tools/man/memagent.7.in $(BUILD)/memagent-describe
	@mkdir -p $(@D)
	$(SAY)
	$(BUILD)/memagent-describe options-mdoc >$@.options
	$(BUILD)/memagent-describe fields-mdoc >$@.fields
	sed -e '/^@options@$$/{r $@.options' -e 'd}' -e '/^@fields@$$/{r $@.fields' -e 'd}' $< >$@
	rm $@.options $@.fields

$(BUILD)/completions/%: tools/completion.sh $(BUILD)/%
	@mkdir -p $(@D)
	$(SAY)
	tools/completion.sh $(BUILD)/$* >$@

-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)

# ---- the compiler and its flags ----

# This file changes with the compiler and its flags, and then everything is recompiled, so that objects
# of different compilers or flags are never linked together.  It is made first and reports missing tools.
$(BUILD)/flags: FORCE
	@mkdir -p $(@D)
	tools/toolchain.sh $(CC) $(CPPFLAGS) >$@.new
	printf '%s\n' '$(subst ','\'',$(COMPILE) $(LINK_LIBRARY) $(PLAIN))' >>$@.new
	cmp -s $@ $@.new || cp $@.new $@
	rm $@.new

.PHONY: FORCE
FORCE:

# ---- dependencies ----

.PHONY: deps deps-hosts deps-browse
deps:
	tools/deps.sh build

deps-hosts:
	tools/deps.sh hosts

deps-browse:
	tools/deps.sh browse

# ---- the demo ----

$(BUILD)/demo-server: tools/demo/server.c
	@mkdir -p $(@D)
	$(SAY)
	$(COMPILE) $(LDFLAGS) $(call pkg,--cflags libmicrohttpd) -o $@ $< \
		$(call pkg,--libs libmicrohttpd)

# A second make builds, because only it finds the packages that deps.sh has just installed.
.PHONY: demo
demo:
	tools/deps.sh demo
	$(MAKE) --no-print-directory all $(BUILD)/demo-server
	BUILD=$(BUILD) tools/demo/demo.sh

# ---- the tests ----

SITES_NAMES = $(addprefix agent/sites/,names.c name.c lookup.c symbols.c perf_map.c demangle.c rust_v0.c) agent/base/elf.c

# A unit test links only the modules listed here, so a new dependency must be added.
CFI = shim/readable.c $(addprefix shim/sites/,cfi.c cfi_row.c cfi_value.c reader.c image.c)
WALK = $(CFI) $(addprefix shim/sites/,walk.c stack.c rules.c objects.c)
UNIT_allocator_stats = agent/measure/allocator_stats.c agent/base/schedule.c
UNIT_answer = agent/deliver/http/answer.c
UNIT_backlog = agent/deliver/backlog.c
UNIT_arch =
UNIT_boot = shim/boot.c
UNIT_contents = agent/base/contents.c
UNIT_counters = shim/counters.c agent/encode/fields.c
UNIT_demangle = agent/sites/demangle.c agent/sites/rust_v0.c shim/object.c
UNIT_delivery = agent/deliver/delivery.c agent/deliver/backlog.c agent/deliver/verdict.c
UNIT_duration = agent/settings/duration.c
UNIT_uncounted = agent/measure/uncounted.c
UNIT_exponential = shim/sites/exponential.c
UNIT_live = shim/sites/live.c
UNIT_stacks = shim/sites/stacks.c
UNIT_pace = agent/sites/pace.c
UNIT_flame = agent/sites/flame.c
UNIT_snapshot = agent/sites/snapshot.c agent/sites/identity.c agent/base/fnv.c shim/sites/live.c shim/sites/stacks.c
UNIT_trends = agent/sites/trends.c agent/sites/judge.c agent/base/fit.c $(UNIT_snapshot)
UNIT_judge = agent/sites/judge.c agent/base/fit.c
UNIT_cfi = $(CFI)
UNIT_objects = shim/sites/objects.c shim/sites/image.c shim/readable.c
UNIT_rules = shim/sites/rules.c
UNIT_stack = shim/sites/stack.c
UNIT_readable = shim/readable.c
UNIT_walk = $(WALK)
UNIT_elf = agent/base/elf.c
UNIT_elf_file = tools/run/elf_file.c agent/base/elf.c
UNIT_fit = agent/base/fit.c
UNIT_fnv = agent/base/fnv.c
UNIT_futex = agent/base/futex.c
UNIT_library = tools/run/library.c
UNIT_line = agent/encode/line.c agent/encode/fields.c
UNIT_log = agent/base/log.c agent/base/fnv.c
UNIT_name = agent/sites/name.c
UNIT_names = $(SITES_NAMES) agent/base/clock.c agent/base/executable.c shim/object.c
UNIT_options = agent/settings/options.c agent/settings/duration.c agent/settings/tags.c agent/settings/url.c
UNIT_perf_map = agent/sites/perf_map.c
UNIT_proc = agent/measure/proc.c
UNIT_resident = agent/guest/resident.c
UNIT_rss_growth = agent/measure/rss_growth.c agent/base/fit.c
UNIT_schedule = agent/base/schedule.c
UNIT_script = tools/run/script.c
UNIT_secret = agent/settings/secret.c
UNIT_symbols = agent/sites/symbols.c agent/base/elf.c
UNIT_tags = agent/settings/tags.c
UNIT_threads = shim/threads.c shim/counters.c
UNIT_torn = agent/deliver/torn.c
UNIT_wrappers = agent/sites/wrappers.c agent/sites/name.c
UNIT_transport_file = agent/deliver/transport_file.c agent/deliver/torn.c agent/settings/url.c
UNIT_url = agent/settings/url.c
UNIT_verdict = agent/deliver/verdict.c

report = $(addprefix tools/report/,$(1))
UNIT_diagnosis = $(call report,diagnosis.c)
UNIT_lives = $(call report,lives.c)
UNIT_words = $(call report,words.c)
UNIT_json = $(call report,json.c)
UNIT_lines = $(call report,lines.c series.c sites.c utf8.c alloc.c messages.c) agent/encode/fields.c
UNIT_query_answer = $(call report,query_answer.c json.c lines.c series.c sites.c utf8.c alloc.c messages.c) agent/encode/fields.c
UNIT_findings = $(call report,findings.c diagnosis.c lives.c names.c sentences.c words.c lines.c series.c \
	sites.c utf8.c site_table.c alloc.c messages.c) agent/encode/fields.c
UNIT_escape = $(call report,escape.c utf8.c)
UNIT_protobuf = $(call report,protobuf.c alloc.c messages.c)
UNIT_binary = $(call report,binary.c) agent/sites/symbols.c agent/base/elf.c
UNIT_tree = $(call report,tree.c frames.c sites.c utf8.c alloc.c messages.c)
UNIT_frames = $(call report,frames.c sites.c utf8.c alloc.c messages.c)
UNIT_source = $(call report,source.c binary.c frames.c sites.c utf8.c alloc.c messages.c) agent/sites/symbols.c agent/base/elf.c
UNIT_site_table = $(call report,site_table.c series.c sites.c utf8.c lines.c alloc.c messages.c) agent/encode/fields.c

UNIT_SOURCES = $(wildcard tests/unit/shim/check_*.c tests/unit/agent/*/check_*.c tests/unit/tools/*/check_*.c)
UNITS = $(patsubst check_%.c,%,$(notdir $(UNIT_SOURCES)))
unit_source = $(filter %/check_$(1).c,$(UNIT_SOURCES))
ASAN = -fsanitize=address,undefined -fno-sanitize-recover=all
TSAN = -fsanitize=thread -D__SANITIZE_THREAD__

# gcc's ThreadSanitizer does not support fences; clang's does not define __SANITIZE_THREAD__.
TSAN_CC = clang

# The flags of the environment are for $(CC), not for clang.
CLANG_FLAGS = -O2 -g

# $(1) name, $(2) folder, $(3) compiler, $(4) flags
define unit
$(BUILD)/tests/$(2)/check_$(1): $(call unit_source,$(1)) tests/unit/unit.h $(UNIT_$(1))
	@mkdir -p $$(@D) $(BUILD)/obj
	@echo "  $$@"
	$(3) $(BASE) $(4) -MMD -MP -MF $(BUILD)/obj/$(2)-$(1).d \
		-o $$@ $$< $(UNIT_$(1)) $$(call pkg,--cflags --libs check) -lm
endef
$(foreach u,$(UNITS),$(eval $(call unit,$(u),unit,$(CC),$(CPPFLAGS) $(CFLAGS))))
$(foreach u,$(UNITS),$(eval $(call unit,$(u),unit-asan,$(CC),$(CPPFLAGS) $(CFLAGS) $(ASAN))))
$(foreach u,threads live stacks rules objects,$(eval $(call unit,$(u),unit-tsan,$(TSAN_CC),$(CLANG_FLAGS) $(TSAN))))

UNIT_TESTS = $(UNITS:%=$(BUILD)/tests/unit/check_%) $(UNITS:%=$(BUILD)/tests/unit-asan/check_%) \
	$(patsubst %,$(BUILD)/tests/unit-tsan/check_%,threads live stacks rules objects)

# The modules of the fuzzers, for which libFuzzer generates the inputs.
FUZZ_answer = agent/deliver/http/answer.c agent/deliver/verdict.c
FUZZ_cfi = $(CFI)
FUZZ_delivery = agent/deliver/delivery.c agent/deliver/backlog.c agent/deliver/verdict.c
FUZZ_elf_file = tools/run/elf_file.c agent/base/elf.c tools/run/script.c
FUZZ_line = agent/encode/line.c agent/encode/fields.c
FUZZ_name = agent/sites/name.c agent/sites/wrappers.c agent/sites/demangle.c agent/sites/rust_v0.c shim/object.c
FUZZ_options = agent/settings/options.c agent/settings/duration.c agent/settings/tags.c agent/settings/url.c
FUZZ_perf_map = agent/sites/perf_map.c
FUZZ_proc = agent/measure/proc.c agent/guest/privileges.c agent/guest/namespaces.c agent/base/fnv.c
FUZZ_sites = $(call report,lines.c series.c sites.c utf8.c site_table.c findings.c diagnosis.c lives.c names.c sentences.c \
	words.c stacks.c frames.c tree.c flame.c flame_script.c escape.c pprof.c protobuf.c interned.c binary.c alloc.c messages.c) \
	agent/encode/fields.c agent/sites/symbols.c agent/base/elf.c
FUZZ_spool = agent/deliver/spool.c agent/deliver/backlog.c agent/base/clock.c agent/base/dir.c agent/base/fnv.c agent/base/log.c shim/object.c
FUZZ_symbols = agent/sites/symbols.c agent/base/elf.c
FUZZ_torn = agent/deliver/torn.c
FUZZ_url = agent/settings/url.c

FUZZERS = $(patsubst tests/fuzz/fuzz_%.c,%,$(wildcard tests/fuzz/fuzz_*.c))
FUZZ_TESTS = $(FUZZERS:%=$(BUILD)/tests/fuzz/%)
FUZZ = -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all
FUZZ_CC = clang

# $(1) name
define fuzzer
$(BUILD)/tests/fuzz/$(1): tests/fuzz/fuzz_$(1).c $(FUZZ_$(1))
	@mkdir -p $$(@D) $(BUILD)/obj
	@echo "  $$@"
	$(FUZZ_CC) $(BASE) $(CLANG_FLAGS) $(FUZZ) -MMD -MP -MF $(BUILD)/obj/fuzz-$(1).d \
		-o $$@ $$< $(FUZZ_$(1)) $$(call pkg,--cflags --libs libcurl zlib)
endef
$(foreach f,$(FUZZERS),$(eval $(call fuzzer,$(f))))

PRELOAD_TESTS = $(patsubst tests/%.c,$(BUILD)/tests/%,$(wildcard tests/preload/*.c))

PRELOAD_LIBS = $(patsubst tests/preload/lib/%.c,$(BUILD)/tests/preload/lib/lib%.so, \
	$(wildcard tests/preload/lib/*.c)) $(BUILD)/tests/preload/lib/inner/libinner.so

# For programs that know nothing of the library.  -fno-builtin keeps all their allocations.
PLAIN = $(filter-out -D_GNU_SOURCE,$(BASE)) -D_GNU_SOURCE -O2 -g -fno-builtin

$(BUILD)/tests/preload/%: tests/preload/%.c $(wildcard tests/preload/*.h)
	@mkdir -p $(@D)
	$(SAY)
	$(CC) $(PLAIN) -Wl,--enable-new-dtags,-rpath,'$$ORIGIN/lib' -o $@ $<

$(BUILD)/tests/preload/lib/lib%.so: tests/preload/lib/%.c
	@mkdir -p $(@D)
	$(SAY)
	$(CC) $(PLAIN) -shared -fPIC -Wl,--enable-new-dtags,-rpath,'$$ORIGIN/inner' -o $@ $<

$(BUILD)/tests/preload/lib/inner/lib%.so: tests/preload/lib/inner/%.c
	@mkdir -p $(@D)
	$(SAY)
	$(CC) $(PLAIN) -shared -fPIC -o $@ $<

# A library that compares the walk of the stack with libgcc's, for tests/oracle/walk.sh.
WALK_TESTS = $(BUILD)/tests/walk/libcompare.so

$(BUILD)/tests/walk/libcompare.so: tests/walk/compare.c $(WALK) $(wildcard shim/sites/*.h)
	@mkdir -p $(@D)
	$(SAY)
	$(COMPILE) $(LIBRARY) -fno-builtin -Wno-missing-prototypes $(LINK) -o $@ $< $(WALK)

FAULT_TESTS = $(BUILD)/tests/faults/host $(BUILD)/tests/faults/lib/libfault.so

$(BUILD)/tests/faults/host: tests/faults/host.c
	@mkdir -p $(@D)
	$(SAY)
	$(CC) $(PLAIN) -pthread -o $@ $<

$(BUILD)/tests/faults/lib/libfault.so: tests/faults/lib/fault.c
	@mkdir -p $(@D)
	$(SAY)
	$(CC) $(PLAIN) -shared -fPIC -o $@ $<

ALLOC_TESTS = $(patsubst tests/%.c,$(BUILD)/tests/%,$(wildcard tests/alloc/*.c))

$(BUILD)/tests/alloc/%: tests/alloc/%.c $(wildcard tests/alloc/*.h)
	@mkdir -p $(@D)
	$(CC) $(PLAIN) -pthread -o $@ $<

OWN_NAMES = $(patsubst tests/e2e/own/%.c,$(BUILD)/tests/e2e/own/lib%.so,$(wildcard tests/e2e/own/*.c))

$(BUILD)/tests/e2e/own/lib%.so: tests/e2e/own/%.c
	@mkdir -p $(@D)
	$(SAY)
	$(CC) $(PLAIN) -shared -fPIC -o $@ $<

# A fake libcurl.so.4, which needs the real one under another name of the same length.
$(BUILD)/tests/e2e/old/libcurl.so.4: tests/e2e/old_curl.c $(BUILD)/memagent-http.so
	@mkdir -p $(@D)
	$(SAY)
	sed 's/\(libcurl[a-z-]*\.so\.\)4/\1x/g' "$$(ldd $(BUILD)/memagent-http.so | \
		sed -n 's/^[[:space:]]*libcurl[^ ]* => \([^ ]*\) .*/\1/p')" >$(@D)/libcurl.so.x
	$(CC) $(PLAIN) -shared -fPIC -Wl,-soname,libcurl.so.4 -Wl,-rpath,'$$ORIGIN' -o $@ $< \
		-L$(@D) -Wl,--no-as-needed -l:libcurl.so.x

$(BUILD)/tests/e2e/scripted $(BUILD)/tests/e2e/jailed: $(BUILD)/%: %.c
	@mkdir -p $(@D)
	$(SAY)
	$(CC) $(PLAIN) -o $@ $<

$(BUILD)/tests/e2e/answer: tests/e2e/answer.c
	@mkdir -p $(@D)
	$(SAY)
	$(COMPILE) $(LDFLAGS) $(call pkg,--cflags libmicrohttpd) -o $@ $< \
		$(call pkg,--libs libmicrohttpd)

# Programs that do not leak.
HONEST = $(patsubst tests/verdict/honest/%,$(BUILD)/tests/verdict/honest/%,$(basename $(filter-out \
	%/honest.c,$(wildcard tests/verdict/honest/*.c tests/verdict/honest/*.cc))))
HONEST_MAIN = tests/verdict/honest/honest.c tests/verdict/honest/honest.h

$(BUILD)/tests/verdict/honest/%: tests/verdict/honest/%.c $(HONEST_MAIN)
	@mkdir -p $(@D)
	$(SAY)
	$(CC) $(PLAIN) -O1 -fno-inline -pthread -o $@ $< tests/verdict/honest/honest.c -lm

$(BUILD)/tests/verdict/honest/%: tests/verdict/honest/%.cc $(HONEST_MAIN)
	@mkdir -p $(@D)
	$(SAY)
	$(CC) $(PLAIN) -O1 -fno-inline -c -o $@.o tests/verdict/honest/honest.c
	$(CXX) -O1 -g -fno-inline -Wall -Wextra -o $@ $< $@.o

VERDICT_TESTS = $(BUILD)/tests/verdict/libinject.so $(HONEST)

# libgcc's unwinder finds the call sites.
$(BUILD)/tests/verdict/libinject.so: tests/verdict/inject.c
	@mkdir -p $(@D)
	$(SAY)
	$(CC) $(PLAIN) -shared -fPIC -ftls-model=initial-exec -Wl,--no-as-needed -o $@ $< -lgcc_s

BENCHES = $(patsubst tests/%.c,$(BUILD)/tests/%,$(wildcard tests/bench/*.c))

.PHONY: test-programs test
test-programs: all $(UNIT_TESTS) $(FUZZ_TESTS) $(PRELOAD_TESTS) $(PRELOAD_LIBS) $(FAULT_TESTS) $(ALLOC_TESTS) \
	$(WALK_TESTS) $(VERDICT_TESTS) $(OFTEN_TESTS) $(BENCHES) $(OWN_NAMES) $(BUILD)/tests/e2e/old/libcurl.so.4 $(BUILD)/tests/e2e/scripted $(BUILD)/tests/e2e/jailed $(BUILD)/tests/e2e/answer $(BUILD)/memagent-describe \
	$(BUILD)/demo-server

test:
	tools/deps.sh test
	$(MAKE) --no-print-directory $(JOBS) test-programs
	BUILD=$(BUILD) tests/run $(PATTERN)

# Run all tests in chroots of other releases.
ROOTS = /var/tmp/memagent-roots
DISTROS = bookworm trixie sid

.PHONY: test-distros
test-distros:
	ROOTS=$(ROOTS) tests/distros.sh $(DISTROS)

# FUZZ_SECONDS for each fuzzer; new inputs are added to the corpus.
FUZZ_SECONDS = 60

.PHONY: fuzz
fuzz:
	tools/deps.sh test
	$(MAKE) --no-print-directory $(FUZZ_TESTS)
	BUILD=$(BUILD) tests/fuzz/long $(FUZZ_SECONDS) $(PATTERN)

# ---- the static checks ----

SOURCES = $(shell git ls-files '*.c' '*.h')
SCRIPTS = $(shell git ls-files | xargs grep -lE '^\#!/bin/(ba)?sh' 2>/dev/null)

.PHONY: check check-format check-includes check-tidy check-cppcheck check-shell check-gcc check-clang check-exports check-docs check-man
check:
	tools/deps.sh check
	$(MAKE) --no-print-directory $(JOBS) check-format check-includes check-shell check-exports check-docs check-man \
		check-cppcheck check-gcc check-clang check-tidy
	@echo "all checks passed"

check-format:
	clang-format --dry-run -Werror $(SOURCES)

check-includes:
	tools/includes.sh docs/ARCHITECTURE.md

check-shell:
	shellcheck -x -P SCRIPTDIR -P . $(SCRIPTS)

check-exports: $(PRODUCTS)
	tests/exports.sh $(BUILD)

check-docs: $(BUILD)/memagent-describe
	tools/docs.sh --check $(BUILD)/memagent-describe docs/REFERENCE.md
	tools/columns.sh $(shell git ls-files '*.md')

check-man: $(MANUAL)
	tools/man/lint.sh $(MANUAL)

check-cppcheck:
	cppcheck --quiet --error-exitcode=1 --enable=warning,performance,portability \
		--inline-suppr --std=c11 -I. -D__x86_64__ -DMEMAGENT_VERSION='""' shim agent tools

# Use the project's own flags, not those of the environment.
check-gcc check-clang: check-%:
	$(MAKE) --no-print-directory CC=$* CPPFLAGS= CFLAGS='-O2 -g' LDFLAGS= WERROR=-Werror BUILD=$(BUILD)/$* \
		test-programs

check-tidy:
	@echo "clang-tidy shim agent tools"
	@git ls-files 'shim/*.c' 'agent/*.c' 'tools/*.c' | xargs -P "$$(nproc)" -I FILE \
		clang-tidy --quiet FILE -- $(BASE)

# ---- the tables in the documents ----

.PHONY: docs
docs: $(BUILD)/memagent-describe
	tools/docs.sh $(BUILD)/memagent-describe docs/REFERENCE.md

# ---- benchmarks ----

$(BUILD)/tests/bench/%: tests/bench/%.c $(wildcard tests/bench/*.h)
	@mkdir -p $(@D)
	$(SAY)
	$(CC) $(PLAIN) -o $@ $< $(BENCH_LIBS)

# libstdc++ is loaded at the start, as in a C++ program.
$(BUILD)/tests/bench/operations: BENCH_LIBS = -Wl,--no-as-needed -lstdc++

# Results go to ./bench; BENCH_ONLY='micro/* servers/redis*' and CONTENDERS='bare memagent' choose some.
.PHONY: bench bench-quick
bench bench-quick:
	tools/deps.sh bench
	$(MAKE) --no-print-directory all $(BENCHES) $(BUILD)/demo-server
	BUILD=$(BUILD) tests/bench/run.sh $(if $(filter bench-quick,$@),quick,full)

# ---- how right the verdicts are ----

.PHONY: verdict
verdict:
	tools/deps.sh verdict
	$(MAKE) --no-print-directory all $(VERDICT_TESTS) $(HONEST)
	BUILD=$(BUILD) tests/verdict/run --held --others $(PATTERN) || :
	$(if $(PATTERN),,tests/verdict/score write $(BUILD)/verdict docs/VERDICT.md)

# ---- targets that depend on the compiler flags ----

$(call objects,$(SHIM) $(wildcard shim/jemalloc/*.c) $(AGENT) $(HTTP) $(SEND)) $(BUILD)/memagent-describe \
	$(BUILD)/demo-server $(UNIT_TESTS) $(FUZZ_TESTS) $(PRELOAD_TESTS) $(PRELOAD_LIBS) $(FAULT_TESTS) \
	$(ALLOC_TESTS) $(WALK_TESTS) $(VERDICT_TESTS) $(BENCHES) $(BUILD)/tests/e2e/scripted $(BUILD)/tests/e2e/answer: $(BUILD)/flags

# ---- installation ----

.PHONY: install uninstall clean help
install: all
	install -d $(addprefix $(DESTDIR),$(LIBDIR) $(BINDIR) $(MANDIR)/man1 $(MANDIR)/man7 $(BASHCOMPDIR) $(DATADIR))
	install -m 755 $(LIBRARIES) $(DESTDIR)$(LIBDIR)
	install -m 755 $(TOOLS:%=$(BUILD)/%) $(DESTDIR)$(BINDIR)
	install -m 644 $(filter %.1,$(MANUAL)) $(DESTDIR)$(MANDIR)/man1
	install -m 644 $(filter %.7,$(MANUAL)) $(DESTDIR)$(MANDIR)/man7
	install -m 644 $(COMPLETIONS) $(DESTDIR)$(BASHCOMPDIR)
	install -m 644 LICENSE $(DESTDIR)$(DATADIR)
	for f in $$(cd grafana && find dashboards provisioning provisioning-v2 provisioning-v3 -type f); do \
		install -D -m 644 grafana/$$f $(DESTDIR)$(DATADIR)/grafana/$$f || exit 1; done

uninstall:
	rm -f $(patsubst $(BUILD)/%,$(DESTDIR)$(LIBDIR)/%,$(LIBRARIES))
	rm -f $(TOOLS:%=$(DESTDIR)$(BINDIR)/%)
	rm -f $(TOOLS:%=$(DESTDIR)$(MANDIR)/man1/%.1) $(DESTDIR)$(MANDIR)/man7/memagent.7
	rm -f $(TOOLS:%=$(DESTDIR)$(BASHCOMPDIR)/%)
	rm -rf $(DESTDIR)$(DATADIR)

clean:
	rm -rf $(BUILD)

help:
	sed -n '/^# memagent: /,/^$$/s/^# \{0,1\}//p' Makefile
