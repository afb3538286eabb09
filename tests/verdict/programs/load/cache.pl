# 400 new texts a second; 6,000 are kept.
use strict;
use warnings;
use Time::HiRes qw(sleep time);

my (%cache, @order);
my $start = time;
for (my $i = 1;; $i++) {
	$cache{"key $i"} = { text => 'x' x (500 + $i * 7919 % 1500), words => [split / /, "a b c $i"] };
	push @order, "key $i";
	delete $cache{shift @order} if @order > 6000;
	my $pause = $start + $i / 400 - time;
	sleep $pause if $pause > 0;
}
