#!/bin/sh
# Each call of the agent, of libcurl and of what that needs fails, one after another, while the agent
# writes to an InfluxDB.  (FAULT_STEP=1 leaves out none of what OpenSSL allocates at its start.)
# limit: 300

. "$(dirname "$0")/lib/faults.sh"

influxd_start "$work/influxdb"
for kind in error interrupt short; do
	sweep --who agent --kind $kind --influx MEMAGENT_URL="$INFLUXD_URL" MEMAGENT_INTERVAL=10ms
done
sweep --who agent --kind memory --step 40 --influx MEMAGENT_URL="$INFLUXD_URL" MEMAGENT_INTERVAL=10ms
end_of_sweeps
