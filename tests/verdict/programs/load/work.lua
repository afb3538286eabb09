-- What a lua program does, for each line that it reads.
for line in io.lines() do
	local t = {}
	for k = 1, 400 do
		t["key" .. k .. line] = {number = k, text = string.rep("x", k % 200)}
	end
	local list = {}
	for name, value in pairs(t) do
		list[#list + 1] = name .. value.text
	end
	table.sort(list)
	local text = table.concat(list, ",")
	local changed = text:gsub("key(%d+)", "%1key")
	local n = 0
	for word in changed:gmatch("[^,]+") do n = n + #word end
	local c = coroutine.wrap(function() for k = 1, 50 do coroutine.yield(k .. line) end end)
	for k = 1, 50 do c() end
	local f = load("return function(a) return a + " .. line .. " end")()
	f(n)
	local file = io.open("/etc/passwd")
	file:read("a")
	file:close()
end
