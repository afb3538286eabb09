# The agent, its tools and the demo server, in the smallest Debian; compose.yaml uses it.

FROM debian:12-slim AS build
WORKDIR /src
COPY tools/deps.sh tools/influxd.sh tools/
RUN tools/deps.sh build && apt-get install -y --no-install-recommends libmicrohttpd-dev
COPY . .
RUN make -j2 BUILD=/tmp/build all /tmp/build/demo-server
RUN make BUILD=/tmp/build DESTDIR=/out install && install /tmp/build/demo-server /out/usr/local/bin

FROM debian:12-slim
RUN apt-get update && apt-get install -y --no-install-recommends ca-certificates curl libcurl4 libmicrohttpd12 wrk && rm -rf /var/lib/apt/lists/*
COPY --from=build /out/usr/local /usr/local
USER nobody
CMD ["memagent-run", "--help"]
