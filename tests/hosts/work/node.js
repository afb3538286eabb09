// What node is used for; prints the same whenever it runs.
const { Worker, isMainThread, parentPort, workerData } = require('worker_threads');
const child = require('child_process');
const crypto = require('crypto');
const http = require('http');
const zlib = require('zlib');

const digest = (value) => crypto.createHash('sha256').update(JSON.stringify(value)).digest('hex');

function table(n) {
	const rows = {};
	for (let i = 0; i < 20000; i++)
		rows['key' + (i * n) % 9973] = { i, text: 'x'.repeat(i % 50), list: [i, i * n] };
	return digest(JSON.parse(JSON.stringify(rows)));
}

if (!isMainThread) {
	parentPort.postMessage(table(workerData));
} else if (process.argv[2] === 'child') {
	process.on('message', (n) => process.send(table(n), () => process.exit(n)));
} else {
	main();
}

async function main() {
	const workers = [1, 2, 3].map((n) => new Promise((resolve, reject) => {
		new Worker(__filename, { workerData: n }).on('message', resolve).on('error', reject);
	}));
	console.log('workers', await Promise.all(workers));
	const children = [4, 5].map((n) => new Promise((resolve) => {
		const process = child.fork(__filename, ['child']);
		let said;
		process.on('message', (text) => { said = text; }).on('exit', (code) => resolve([code, said]));
		process.send(n);
	}));
	console.log('children', await Promise.all(children));
	console.log(child.spawnSync('sh', ['-c', 'cat; exit 3'], { input: 'through a shell' }).status);

	const server = http.createServer((request, response) => {
		let body = '';
		request.on('data', (part) => { body += part; }).on('end', () => {
			response.end(zlib.gzipSync(body + request.url));
		});
	});
	await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
	const agent = new http.Agent({ keepAlive: true, maxSockets: 10 });
	const ask = (i) => new Promise((resolve, reject) => {
		http.request({ port: server.address().port, path: '/' + i, method: 'POST', agent }, (answer) => {
			const parts = [];
			answer.on('data', (part) => parts.push(part))
				.on('end', () => resolve(zlib.gunzipSync(Buffer.concat(parts)).toString()));
		}).on('error', reject).end('body '.repeat(i));
	});
	console.log('http', digest(await Promise.all(Array.from({ length: 300 }, (_, i) => ask(i)))));
	agent.destroy();
	server.close();

	const { privateKey, publicKey } = crypto.generateKeyPairSync('ec', { namedCurve: 'P-256' });
	const signature = crypto.sign('sha256', Buffer.from('text'), privateKey);
	console.log('crypto', crypto.verify('sha256', Buffer.from('text'), publicKey, signature),
		crypto.pbkdf2Sync('secret', 'salt', 20000, 32, 'sha512').toString('hex'));
	console.log('zlib', zlib.brotliDecompressSync(zlib.brotliCompressSync('b'.repeat(100000))).length);
	try {
		new Array(-1);
	} catch (error) {
		console.log(error.message);
	}
	process.on('SIGUSR2', () => { console.log('signal'); process.exit(7); });
	process.kill(process.pid, 'SIGUSR2');
	setTimeout(() => {}, 60000);
}
