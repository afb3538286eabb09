# Do at a steady rate what leaks in ruby 3.1.2: leaks.rb weakmap|pattern|symbol|grapheme
TEXT = "hello world".encode(Encoding::UTF_32LE)

def wrong(code)
  eval(code)
rescue SyntaxError, EncodingError
  nil
end

rate, work = {
  "weakmap" => [4000, -> { ObjectSpace::WeakMap.new }],
  "pattern" => [600, -> { wrong("case {a: 1}\nin {\"a\" => 1}\nend") }],
  "symbol" => [400, -> { wrong('{"\xC3": 1}') }],
  "grapheme" => [20, -> { TEXT.grapheme_clusters }],
}.fetch(ARGV[0])

start = Process.clock_gettime(Process::CLOCK_MONOTONIC)
done = 0
loop do
  (rate / 20).times { work.call }
  done += rate / 20
  pause = start + done.to_f / rate - Process.clock_gettime(Process::CLOCK_MONOTONIC)
  sleep(pause) if pause > 0
end
