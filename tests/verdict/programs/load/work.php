<?php
// What a PHP program does, in a loop, with rests.
class Node
{
	public ?Node $next = null;
	public function __construct(public int $value, public array $tags = []) {}
}

for ($i = 0; ; $i++) {
	$table = [];
	for ($k = 0; $k < 300; $k++)
		$table["key$k"] = new Node($k * $i, ["tag" . $k % 13, str_repeat("x", $k % 200)]);
	$text = json_encode($table);
	$again = json_decode($text, true);
	$copy = unserialize(serialize($table));
	ksort($again);
	$changed = preg_replace_callback('/(\w+)":(\d+)/', fn($m) => $m[2] . strlen($m[1]), $text);
	$parts = explode(",", $changed);
	$joined = implode(";", array_map('strtoupper', $parts));
	$file = fopen("php://temp", "w+");
	fwrite($file, $joined);
	rewind($file);
	while (($line = fgets($file, 200)) !== false)
		$last = trim($line);
	fclose($file);
	for ($k = 0; $k < 50; $k++) {
		$a = new Node($k);
		$a->next = $a;
	}
	gc_collect_cycles();
	usleep(100000);
}
