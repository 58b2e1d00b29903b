/* Passes each line of standard input to the service manager as one datagram (sd_notify(3)); ends with its input. It is there
 * because Node has no datagram sockets of the UNIX kind. It says nothing by itself: a service that hangs writes no lines. */
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

int
main (void)
{
  const char *path = getenv ("NOTIFY_SOCKET");
  struct sockaddr_un manager = { .sun_family = AF_UNIX };
  size_t length = path ? strlen (path) : 0;
  if (length == 0 || length >= sizeof manager.sun_path) {
    fputs ("NOTIFY_SOCKET is not set, or too long\n", stderr);
    return 2;
  }
  memcpy (manager.sun_path, path, length);
  if (path[0] == '@')
    manager.sun_path[0] = '\0';
  socklen_t size = offsetof (struct sockaddr_un, sun_path) + length + (path[0] == '@' ? 0 : 1);
  int fd = socket (AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (fd < 0) {
    perror ("socket");
    return 1;
  }
  char *line = NULL;
  size_t room = 0;
  for (ssize_t count; (count = getline (&line, &room, stdin)) > 0;) {
    if (sendto (fd, line, (size_t) count, MSG_NOSIGNAL, (struct sockaddr *) &manager, size) < 0) {
      perror (path);
      return 1;
    }
  }
  free (line);
  return 0;
}
