# What a perl program does, in a loop, with rests.
use strict;
use warnings;
use Storable qw(freeze thaw);
use Time::HiRes qw(sleep);

my $i = 0;
while (1) {
	$i++;
	my %table = map { ("key$_" => { number => $_ * $i, text => "x" x ($_ % 200) }) } 1 .. 300;
	my $copy = thaw(freeze(\%table));
	my @names = sort { $copy->{$a}{number} <=> $copy->{$b}{number} } keys %$copy;
	my $text = join ",", map { "$_=$copy->{$_}{text}" } @names;
	(my $changed = $text) =~ s/(\w+)=(x+)/$2 . length($1)/ge;
	my @parts = split /,/, $changed;
	my $code = eval "sub { my \$n = shift; return \$n + $i }";
	$code->(1);
	open(my $in, "<", \$text);
	while (my $line = <$in>) { chomp $line }
	my $buffer = "";
	$buffer .= "z" x 100 for 1 .. 100;
	my @grid = map { [1 .. 30] } 1 .. 30;
	local $_ = sprintf("%s %d", $text, $i);
	sleep 0.1;
}
