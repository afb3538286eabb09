# What a ruby program does, in a loop, with rests.
require 'json'
require 'stringio'
require 'zlib'

i = 0
loop do
  i += 1
  table = (1..200).to_h { |k| ["key#{k}", { 'number' => k * i, 'text' => 'x' * (k % 300) }] }
  text = JSON.generate(table)
  again = JSON.parse(text)
  copy = Marshal.load(Marshal.dump(again))
  names = copy.keys.sort_by { |k| copy[k]['number'] }
  changed = text.gsub(/"(\w+)":(\d+)/) { "#{Regexp.last_match(2)}#{Regexp.last_match(1).length}" }
  parts = changed.split(',').map(&:upcase)
  Zlib::Inflate.inflate(Zlib::Deflate.deflate(parts.join(';'), 1))
  StringIO.new(text).each_line(',') { |line| line.chomp(',') }
  grid = Array.new(40) { Array.new(40) { |k| k * i } }
  grid.transpose.flatten.each_slice(7).to_a
  names.each_with_object({}) { |n, h| h[n.to_sym] = n }
  Regexp.new("a#{i % 50}b+").match?(text)
  GC.start if (i % 5).zero?
  sleep 0.1
end
