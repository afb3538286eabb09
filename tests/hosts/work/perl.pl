# What perl is used for; prints the same whenever it runs.
use strict;
use warnings;
use threads;
use Digest::SHA qw(sha256_hex);
use IO::Socket::INET;
use POSIX ();
use Storable qw(freeze thaw);

$| = 1;
my %tree;
for my $i (1 .. 40000) {
	push @{$tree{$i % 101}{"k" . $i % 977}}, {number => $i, text => "x" x ($i % 50)};
}
my $copy = thaw(freeze(\%tree));
print "tree ", sha256_hex(join ",", map { my $a = $_; map { "$a$_@{[scalar @{$copy->{$a}{$_}}]}" }
	sort keys %{$copy->{$a}} } sort keys %$copy), "\n";

my $text = join " ", map { sprintf "word%d=%x;", $_, $_ * 7919 } 1 .. 20000;
(my $changed = $text) =~ s/(\w+)=([0-9a-f]+);/length($1) . ":" . hex($2)/ge;
print "text ", sha256_hex($changed), " ", scalar(() = $text =~ /\b\w+?7\b/g), "\n";

my @children;
for my $i (1 .. 8) {
	my $pid = open(my $pipe, "-|") // die;
	if (!$pid) {
		my @mine = sort map { $_ * $i % 1009 } 1 .. 20000;
		print sha256_hex("@mine"), "\n";
		exit $i;
	}
	push @children, [$pipe, $i];
}
for (@children) {
	my ($pipe, $i) = @$_;
	my @lines = <$pipe>;
	close $pipe;
	print "child $i ended with $?: @lines";
}

my @threads = map { my $n = $_; threads->create(sub {
	my %mine = map { $_ => "v" x ($_ % 100) } 1 .. 5000 * $n;
	scalar keys %mine }) } 1 .. 4;
print "threads ", join(" ", map { $_->join } @threads), "\n";

my $server = IO::Socket::INET->new(Listen => 5, LocalAddr => "127.0.0.1", LocalPort => 0) or die;
my $pid = fork // die;
if (!$pid) {
	my $client = IO::Socket::INET->new(PeerAddr => "127.0.0.1", PeerPort => $server->sockport) or die;
	print $client "line $_\n" for 1 .. 1000;
	POSIX::_exit(0);
}
my $peer = $server->accept;
my @lines = <$peer>;
waitpid $pid, 0;
print "socket ", scalar(@lines), " $?\n";

local $SIG{ALRM} = sub { die "alarm\n" };
eval { alarm 1; 1 while 1; };
print "signal $@";
print "shell ", `echo from the shell; exit 3`, $?, "\n";
eval { die {code => 42} };
print "exception $@->{code}\n";
END { print "end\n" }
