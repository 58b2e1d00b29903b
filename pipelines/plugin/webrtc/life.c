#include "webrtc/life.h"

#include <linux/sockios.h>
#include <netinet/tcp.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/time.h>

/* We look four times a second: in a longer gap we stood still ourselves, and what came is waiting to be read. */
#define GAP_US (2 * G_TIME_SPAN_SECOND)

GPtrArray *
r58_life_sockets (NiceAgent *agent, guint stream, guint component)
{
  return nice_agent_get_sockets (agent, stream, component);
}

void
r58_life_watch (R58Life *life, GPtrArray *sockets)
{
  r58_life_clear (life);
  life->sockets = sockets;
}

void
r58_life_clear (R58Life *life)
{
  g_clear_pointer (&life->sockets, g_ptr_array_unref);
}

void
r58_life_heard (R58Life *life, gint64 now_us)
{
  life->heard = MAX (life->heard, now_us);
}

/* For datagrams: a time stamp that changes when something arrives. */
static gint64
stamp_of (gint fd)
{
  struct timeval at = { 0 };
  return ioctl (fd, SIOCGSTAMP, &at) == 0 ? at.tv_sec * G_USEC_PER_SEC + at.tv_usec : 0;
}

/* For a TCP connection, whose bytes TCP itself counts; 0 when it is none. */
static gint64
last_of (gint fd, gint64 now_us)
{
  struct tcp_info info = { 0 };
  socklen_t size = sizeof info;
  if (getsockopt (fd, IPPROTO_TCP, TCP_INFO, &info, &size) != 0 || info.tcpi_state != TCP_ESTABLISHED)
    return 0;
  return now_us - (gint64) info.tcpi_last_data_recv * G_TIME_SPAN_MILLISECOND;
}

gint64
r58_life_silence (R58Life *life, gint64 now_us)
{
  gint64 stamps = 0;
  gboolean known = FALSE;
  for (guint i = 0; life->sockets && i < life->sockets->len; i++) {
    gint fd = g_socket_get_fd (g_ptr_array_index (life->sockets, i)), type = 0;
    socklen_t size = sizeof type;
    if (fd < 0 || getsockopt (fd, SOL_SOCKET, SO_TYPE, &type, &size) != 0)
      continue;
    known = TRUE;
    if (type == SOCK_DGRAM)
      stamps += stamp_of (fd);
    else
      r58_life_heard (life, last_of (fd, now_us));
  }
  if (life->checked && now_us - life->checked > GAP_US)
    life->heard += now_us - life->checked;
  life->checked = now_us;
  if (!known)
    return 0;
  if (stamps != life->stamps)
    r58_life_heard (life, now_us);
  life->stamps = stamps;
  return now_us - life->heard;
}
