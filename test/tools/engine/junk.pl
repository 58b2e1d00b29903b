# junk.pl MODE ADDRESS SECONDS SEED: garbage on an abstract seqpacket socket.
#   read   connects again and again and says what no reader says
#   squat  takes the address as soon as it is free and sends garbage to every reader that comes
use strict;
use warnings;
use Socket;
use Time::HiRes qw(time sleep);
use Fcntl;

my ($mode, $address, $seconds, $seed) = @ARGV;
my $end = time + $seconds;
my $version = 0x52353801;
srand $seed;
$SIG{PIPE} = 'IGNORE';

sub noise { join '', map { chr int rand 256 } 1 .. $_[0] }

# Half of it begins like a message of the protocol.
sub message {
  return noise(1 + int rand 200) if rand() < 0.5;
  return pack('LL', $version, int rand 8) . noise(int rand 64);
}

sub unblock { fcntl($_[0], F_SETFL, fcntl($_[0], F_GETFL, 0) | O_NONBLOCK) }

if ($mode eq 'read') {
  while (time < $end) {
    socket(my $s, AF_UNIX, SOCK_SEQPACKET, 0) or die "socket: $!";
    if (connect $s, pack_sockaddr_un("\0$address")) {
      unblock($s);
      # A reader that says hello and then reads nothing, one in three.
      send $s, pack('LLLLQ', $version, 1, 4, 1, 0), 0 if rand() < 0.33;
      for (1 .. 1 + int rand 20) { last unless defined send $s, message(), 0 }
    }
    sleep 0.01 + rand 0.04;
    close $s;
  }
} else {
  my ($s, @readers);
  while (time < $end && !$s) {
    socket(my $try, AF_UNIX, SOCK_SEQPACKET, 0) or die "socket: $!";
    if (bind($try, pack_sockaddr_un("\0$address")) && listen $try, 16) { $s = $try }
    else { close $try; sleep 0.001 }
  }
  exit 0 unless $s;
  unblock($s);
  while (time < $end) {
    while (accept my $reader, $s) { unblock($reader); push @readers, $reader }
    send $_, message(), 0 for @readers;
    sleep 0.02;
  }
}
