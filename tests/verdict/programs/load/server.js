// An HTTP server with some work for each request, on a socket: server.js SOCKET
const http = require("http");
const zlib = require("zlib");
const crypto = require("crypto");

const rows = Array.from({ length: 300 }, (_, i) => ({ id: i, name: "row " + i, price: (i * 7919) % 997 }));
const seen = new Map();

const answers = {
	"/list": () => JSON.stringify(rows.filter((row) => row.price > 300)),
	"/render": () => rows.slice(0, 60).map((row) => `<li id=${row.id}>${row.name.toUpperCase()}</li>`).join(""),
	"/sort": () => rows.slice().sort((a, b) => a.price - b.price).map((row) => row.name.replace(/\d+/, (n) => n * 2)).join(),
	"/text": () => zlib.gzipSync(JSON.stringify(rows)).toString("base64"),
};

http.createServer((request, response) => {
	const body = answers[request.url]();
	const key = crypto.createHash("sha256").update(body + seen.size).digest("hex");
	seen.set(key, body.length);
	// At most 500 are kept, the last ones.
	if (seen.size > 500)
		seen.delete(seen.keys().next().value);
	response.setHeader("ETag", key);
	response.end(body);
}).listen(process.argv[2]);
