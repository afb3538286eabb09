// What a server in node does, in a loop, with rests.
const crypto = require('crypto'), fs = require('fs'), http = require('http'), zlib = require('zlib');
const server = http.createServer((request, response) => response.end('x'.repeat(3000)));
server.listen('node.socket');
let i = 0;
setInterval(() => {
	i++;
	const text = JSON.stringify(Array.from({length: 200}, (_, k) => ({k, i, s: 'y'.repeat(k % 90)})));
	zlib.gunzipSync(zlib.gzipSync(text, {level: 1}));
	crypto.createHash('sha256').update(text).digest('hex');
	crypto.pbkdf2('secret', 'salt', 50, 32, 'sha512', () => {});
	fs.readFile(__filename, () => {});
	fs.readdir('/etc', () => {});
	fs.stat('/usr', () => {});
	Buffer.alloc(20000 + i % 1000).fill(i).toString('base64');
	http.get({socketPath: 'node.socket', path: '/' + i}, (r) => r.resume());
	new TextDecoder('utf-16le').decode(Buffer.from(text));
	new Intl.DateTimeFormat('de', {month: 'long'}).format(new Date());
	if (i % 10 === 0)
		gc();
}, 100);
