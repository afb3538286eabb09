<?php
// What php is used for; prints the same whenever it runs.
class Node
{
	public ?Node $next = null;
	public function __construct(public int $value, public array $tags = []) {}
}

function rows(int $n): Generator
{
	for ($i = 0; $i < $n; $i++)
		yield "key" . ($i * 7919 % 10007) => new Node($i, ["tag" . $i % 13, str_repeat("x", $i % 60)]);
}

$table = iterator_to_array(rows(20000));
ksort($table);
echo "table ", hash("sha256", json_encode($table)), "\n";
echo "again ", hash("sha256", serialize(unserialize(serialize($table)))), "\n";

for ($i = 0; $i < 20000; $i++) {
	$a = new Node($i);
	$a->next = new Node($i);
	$a->next->next = $a;
}
echo "cycles ", gc_collect_cycles() > 0 ? "found" : "none", "\n";

$text = implode(" ", array_map(fn($i) => "word$i=" . dechex($i * 31), range(1, 20000)));
echo "text ", hash("sha256", preg_replace_callback('/(\w+)=([0-9a-f]+)/',
	fn($m) => strlen($m[1]) . ":" . hexdec($m[2]), $text)), "\n";
usort($table, fn($a, $b) => $b->tags <=> $a->tags ?: $a->value <=> $b->value);
echo "sorted ", $table[0]->value, " ", $table[5000]->value, "\n";

$process = proc_open(["sort", "-rn"], [["pipe", "r"], ["pipe", "w"]], $pipes);
fwrite($pipes[0], implode("\n", range(1, 3000)) . "\n");
fclose($pipes[0]);
echo "sort ", hash("sha256", stream_get_contents($pipes[1])), " ", proc_close($process), "\n";
echo "shell ", shell_exec("echo from the shell");

if (function_exists("pcntl_fork")) {
	foreach ([3, 4] as $status) {
		$pid = pcntl_fork();
		if ($pid === 0) {
			$mine = array_fill(0, 1000 * $status, str_repeat("y", 30));
			exit(count($mine) / 1000);
		}
		pcntl_waitpid($pid, $how);
		echo "child ", pcntl_wexitstatus($how), "\n";
	}
}
$file = fopen("php://temp/maxmemory:1000", "w+");
fwrite($file, $text);
rewind($file);
echo "file ", strlen(stream_get_contents($file)), "\n";
try {
	intdiv(1, 0);
} catch (DivisionByZeroError $error) {
	echo $error->getMessage(), "\n";
}
register_shutdown_function(function () { echo "end\n"; });
