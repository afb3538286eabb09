# Makes results.json from the samples.
#
#   schema          1
#   machine         mode, at (UTC), cpu, cores, memory_bytes, kernel, distribution, libc, commit, and load, the
#                   load average when the run began
#   contenders[]    name, and kind: none, allocates (another allocator, which counts nothing) or counts
#   missing[]       name, and why it is missing
#   results[]       one for each workload, metric and contender:
#     workload, metric, contender
#     better        "less" or "more"
#     main          whether it is the workload's first metric, which table and picture show
#     rounds, best, median
#     ratio         to bare in the same round, turned so that less is better: median, low and high
#                   (quartiles), best (of the two best rounds); null if bare has none
def quantile($q):
  sort | ((length - 1) * $q) as $at | ($at | floor) as $i |
  .[$i] + (.[[$i + 1, length - 1] | min] - .[$i]) * ($at - $i);
def rows($text): $text | split("\n") | map(select(. != "") | split("\t"));
def better: if startswith("requests_per") then "more" else "less" end;
def main:
  IN("cpu_ns", "cpu_ms", "cpu_us_per_request", "pair", "tick_us", "bytes", "pss_kib");
# The ratio, turned so that less is better.
def over($other; $better): if $better == "less" then . / $other else $other / . end;
def best_of($better): if $better == "less" then min else max end;

rows($samples) | map({workload: .[0], metric: .[1], contender: .[2], round: (.[3] | tonumber), value: (.[4] | tonumber)}) |
. as $all |
(map(select(.contender == "bare")) |
  map({key: "\(.workload) \(.metric) \(.round)", value: .value}) | from_entries) as $bare |
{
  schema: 1,
  machine: $machine[0],
  contenders: rows($present) | map({name: .[0], kind: .[1]}),
  missing: rows($missing) | map({name: .[0], why: .[1]}),
  results: [
    # In the order of measurement, which group_by loses.
    reduce $all[] as $s ({}; .["\($s.workload) \($s.metric) \($s.contender)"] += [$s]) | .[] |
    .[0] as {$workload, $metric, $contender} | ($metric | better) as $better |
    map(.value) as $values |
    [.[] | $bare["\(.workload) \(.metric) \(.round)"] as $b | select($b != null and $b > 0 and .value > 0) |
      {b: $b, ratio: (.value | over($b; $better))}] as $pairs |
    {
      $workload, $metric, $contender, $better, main: ($metric | main),
      rounds: length, best: ($values | best_of($better)), median: ($values | quantile(0.5)),
      ratio: (if $pairs == [] then null else {
        median: ($pairs | map(.ratio) | quantile(0.5)),
        low: ($pairs | map(.ratio) | quantile(0.25)),
        high: ($pairs | map(.ratio) | quantile(0.75)),
        best: (($values | best_of($better)) | over(($pairs | map(.b) | best_of($better)); $better))
      } end)
    }
  ]
}
