<?php
// A page with some work: arrays, texts, regular expressions, JSON, compression.
$rows = [];
for ($i = 0; $i < 500; $i++)
	$rows[] = ['id' => $i, 'name' => "row $i", 'price' => $i * 7919 % 997];
usort($rows, fn($a, $b) => $a['price'] <=> $b['price']);
$text = json_encode($rows);
if ($_SERVER['REQUEST_URI'] === '/text')
	$text = base64_encode(gzcompress($text));
elseif ($_SERVER['REQUEST_URI'] === '/form')
	$text = preg_replace_callback('/row (\d+)/', fn($m) => htmlspecialchars("<$m[1]>"), $text);
echo md5($text), "\n", $text;
