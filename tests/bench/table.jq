# Makes the readable table from results.json.
def pad($n): tostring | . + " " * ([$n - length, 0] | max);
def left($n): tostring | " " * ([$n - length, 0] | max) + .;
def fixed($digits):
  if . == null then "" else
    (. * pow(10; $digits) | round | tostring) as $n |
    if $digits == 0 then $n else
      (("0" * ([$digits + 1 - ($n | length), 0] | max)) + $n) | .[:-$digits] + "." + .[-$digits:]
    end
  end;
def figure: if . == null then "" elif . >= 1000 then fixed(0) elif . >= 10 then fixed(1) else fixed(3) end;

.machine as $m |
"memagent \($m.commit), \($m.mode) run of \($m.at)",
"\($m.cpu), \($m.cores) cores, \($m.memory_bytes / 1073741824 | fixed(1)) GiB, \($m.distribution), \($m.kernel), \($m.libc), load \($m.load)",
(.missing[] | "without \(.name): \(.why)"),
"",
"Ratios are to bare, turned so that less is better: of the two bests; and the median of those of one round each,",
"in brackets their quartiles.",
"",
(.results | reduce .[] as $r ({}; .["\($r.workload)  \($r.metric)"] += [$r]) | to_entries[] |
  (.key | pad(44)) + ("best" | left(11)) + ("median" | left(11)) + ("of bests" | left(10)) + ("of rounds" | left(11)),
  (.value[] |
    "  " + (.contender | pad(42)) + (.best | figure | left(11)) + (.median | figure | left(11)) +
    (if .ratio == null or .contender == "bare" then "" else
      (.ratio.best | fixed(3) | left(10)) + (.ratio.median | fixed(3) | left(11)) + "  [\(.ratio.low | fixed(3)) \(.ratio.high | fixed(3))]"
    end)),
  "")
