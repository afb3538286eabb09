# 200 rounds a second: what is made is garbage at once, or when it is replaced.
kept = Array.new(2000)
random = Random.new(1)
start = Process.clock_gettime(Process::CLOCK_MONOTONIC)
round = 0
loop do
  round += 1
  text = "x" * (100 + random.rand(2000))
  kept[random.rand(2000)] = { name: text, words: text.scan(/x{50}/), number: round }
  text.sub("x", "yy").upcase.bytes.sum
  pause = start + round / 200.0 - Process.clock_gettime(Process::CLOCK_MONOTONIC)
  sleep(pause) if pause > 0
end
