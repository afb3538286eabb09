// What Java is used for; prints the same whenever it runs.
import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.security.MessageDigest;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;

public class Work {
	static String digest(String text) throws Exception {
		return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(text.getBytes()));
	}

	static String table(int n) throws Exception {
		Map<String, List<Integer>> rows = new HashMap<>();
		for (int i = 0; i < 20000; i++)
			rows.computeIfAbsent("key" + i * n % 997, k -> new java.util.ArrayList<>()).add(i);
		return digest(new TreeMap<>(rows).toString());
	}

	public static void main(String[] args) throws Exception {
		var executor = Executors.newFixedThreadPool(8);
		List<Future<String>> futures = new java.util.ArrayList<>();
		for (int i = 1; i <= 16; i++) {
			int n = i;
			futures.add(executor.submit(() -> table(n)));
		}
		for (var future : futures)
			System.out.println("table " + future.get());
		System.out.println("streams " + IntStream.range(0, 500000).parallel().boxed()
			.collect(Collectors.groupingByConcurrent(i -> i % 7, Collectors.counting())));
		byte[][] garbage = new byte[50][];
		for (int i = 0; i < 3000; i++)
			garbage[i % 50] = new byte[100000 + i];
		System.gc();
		System.out.println("garbage " + garbage[7].length);

		var packed = new ByteArrayOutputStream();
		try (var out = new GZIPOutputStream(packed)) {
			out.write("text ".repeat(100000).getBytes());
		}
		try (var in = new GZIPInputStream(new ByteArrayInputStream(packed.toByteArray()))) {
			System.out.println("gzip " + in.readAllBytes().length);
		}

		var server = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
		server.setExecutor(executor);
		server.createContext("/", exchange -> {
			byte[] body = exchange.getRequestURI().getPath().repeat(100).getBytes();
			exchange.sendResponseHeaders(200, body.length);
			exchange.getResponseBody().write(body);
			exchange.close();
		});
		server.start();
		var client = HttpClient.newHttpClient();
		int bytes = 0;
		for (int i = 0; i < 50; i++) {
			var uri = URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/" + i);
			bytes += client.send(HttpRequest.newBuilder(uri).build(),
				HttpResponse.BodyHandlers.ofString()).body().length();
		}
		System.out.println("http " + bytes);
		server.stop(0);
		executor.shutdown();

		var process = new ProcessBuilder("sh", "-c", "cat; exit 3").start();
		process.getOutputStream().write("through a shell\n".getBytes());
		process.getOutputStream().close();
		System.out.print(new String(process.getInputStream().readAllBytes()));
		System.out.println("exit " + process.waitFor());
		try {
			deep(0);
		} catch (StackOverflowError error) {
			System.out.println("stack overflow");
		}
		try {
			System.out.println(new long[Integer.MAX_VALUE - 8].length);
		} catch (OutOfMemoryError error) {
			System.out.println("out of memory");
		}
		Runtime.getRuntime().addShutdownHook(new Thread(() -> System.out.println("end")));
		System.exit(9);
	}

	static int deep(int n) {
		return deep(n + 1) + 1;
	}
}
