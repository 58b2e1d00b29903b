#include "link/wire.h"

#include <stddef.h>
#include <string.h>
#include <unistd.h>

GType
r58_link_mode_get_type (void)
{
  static const GEnumValue values[] = {
    {R58_LINK_RAW, "Raw frames or sound blocks, the newest matters", "raw"},
    {R58_LINK_ENCODED, "Encoded units, every one matters", "encoded"},
    {0, NULL, NULL},
  };
  static gsize type;
  if (g_once_init_enter (&type))
    g_once_init_leave (&type, g_enum_register_static ("R58LinkMode", values));
  return type;
}

GType
r58_link_start_get_type (void)
{
  static const GEnumValue values[] = {
    {R58_LINK_START_LIVE, "From the next unit on", "live"},
    {R58_LINK_START_KEY, "From the last key frame the writer keeps", "key"},
    {R58_LINK_START_PTS, "From the first key frame at or after start-pts", "pts"},
    {0, NULL, NULL},
  };
  static gsize type;
  if (g_once_init_enter (&type))
    g_once_init_leave (&type, g_enum_register_static ("R58LinkStart", values));
  return type;
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
