#include "link/wire.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

gssize
r58_wire_send (gint fd, const struct msghdr *message)
{
  gssize n;
  do
    n = sendmsg (fd, message, MSG_DONTWAIT | MSG_NOSIGNAL);
  while (n < 0 && errno == EINTR);
  return n;
}

gssize
r58_wire_receive (gint fd, struct msghdr *message)
{
  gssize n;
  do
    n = recvmsg (fd, message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
  while (n < 0 && errno == EINTR);
  return n;
}

gboolean
r58_wire_address (const gchar *name, struct sockaddr_un *address, socklen_t *length)
{
  gsize size = name ? strlen (name) : 0;
  if (size == 0 || size > sizeof address->sun_path - 1)
    return FALSE;
  memset (address, 0, sizeof *address);
  address->sun_family = AF_UNIX;
  memcpy (address->sun_path + 1, name, size);
  *length = offsetof (struct sockaddr_un, sun_path) + 1 + size;
  return TRUE;
}

gboolean
r58_wire_trusted (gint fd)
{
  struct ucred peer;
  socklen_t size = sizeof peer;
  return getsockopt (fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0 && peer.uid == geteuid ();
}
