/* The service thread of a link's writer. */
#include "link/writerparts.h"

#include <errno.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "common/element.h"

#define TICK (500 * GST_MSECOND)
#define HELLO_WAIT (2 * GST_SECOND)
#define KEY_UNIT_INTERVAL (500 * GST_MSECOND)
/* This much is taken from the listener, and from one peer, before the others get their turn. */
#define ACCEPT_BATCH 16
#define HEAR_BATCH 32

typedef struct {
  gssize size;
  union {
    R58WireHead head;
    R58WireHello hello;
    R58WireRelease release;
  };
} Message;

/* The next messages of the peer, without a lock; -1 when it is gone and none are left. */
static gint
receive (Peer *peer, Message messages[HEAR_BATCH])
{
  gint n = 0;
  while (n < HEAR_BATCH) {
    Message *m = &messages[n];
    struct iovec part = {&m->head, sizeof *m - G_STRUCT_OFFSET (Message, head)};
    m->size = r58_wire_receive (peer->fd, &(struct msghdr) {.msg_iov = &part, .msg_iovlen = 1});
    if (m->size < 0 && errno == EAGAIN)
      break;
    if (m->size <= 0)
      return n > 0 ? n : -1;
    n++;
  }
  return n;
}

/* Does what one message says; FALSE ends the connection. What it gave back is added to `freed`. */
static gboolean
hear (R58LinkWriter *w, Peer *peer, const Message *m, GQueue *freed)
{
  if (!r58_wire_valid (&m->head, m->size))
    return FALSE;
  if (m->head.type == R58_WIRE_HELLO && m->size == sizeof m->hello && !peer->greeted) {
    peer->hello = m->hello;
    peer->greeted = TRUE;
    peer_welcome (w, peer);
  } else if (m->head.type == R58_WIRE_RELEASE && m->size == sizeof m->release) {
    peer_release (w, peer, m->release.number, freed);
  } else if (m->head.type == R58_WIRE_KEY_UNIT) {
    w->key_wanted = TRUE;
  } else if (m->head.type == R58_WIRE_BYE) {
    peer->leaving = TRUE;
  } else {
    return FALSE;
  }
  return TRUE;
}

static gboolean
admit (R58LinkWriter *w, gint fd)
{
  gboolean trusted = r58_wire_trusted (fd);
  Peer *peer = g_new0 (Peer, 1);
  peer->fd = fd;
  peer->accepted = r58_now ();
  g_queue_init (&peer->held);
  r58_lock (&w->lock);
  gboolean admitted = trusted && w->peers->len < MAX_PEERS;
  if (admitted)
    g_ptr_array_add (w->peers, peer);
  else
    w->stats.refused++;
  r58_unlock (&w->lock);
  struct epoll_event event = {.events = EPOLLIN, .data.ptr = peer};
  if (admitted)
    epoll_ctl (w->epoll, EPOLL_CTL_ADD, fd, &event);
  else
    peer_free (peer);
  return admitted;
}

/* Strangers may connect as often as they like: no lock is held meanwhile. TRUE when there may be more. */
static gboolean
accept_peers (R58LinkWriter *w)
{
  for (guint i = 0; i < ACCEPT_BATCH; i++) {
    gint fd = accept4 (w->listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd < 0)
      return FALSE;
    admit (w, fd);
  }
  return TRUE;
}

static void
serve_peer (R58LinkWriter *w, Peer *peer, guint32 events)
{
  Message messages[HEAR_BATCH];
  GQueue freed = G_QUEUE_INIT;
  gint n = receive (peer, messages);
  r58_lock (&w->lock);
  gboolean gone = peer->dead || n < 0 || (n == 0 && (events & (EPOLLHUP | EPOLLERR)));
  for (gint i = 0; i < n && !gone; i++)
    gone = !hear (w, peer, &messages[i], &freed);
  if (gone) {
    peer_leave (w, peer);
    g_ptr_array_remove_fast (w->peers, peer);
  } else if ((events & EPOLLOUT) && peer->welcomed && !peer->leaving) {
    peer_pump (w, peer);
  } else if (peer->leaving) {
    peer_poll_out (w, peer, FALSE);
  }
  r58_unlock (&w->lock);
  g_queue_clear_full (&freed, held_free);
  if (!gone)
    return;
  epoll_ctl (w->epoll, EPOLL_CTL_DEL, peer->fd, NULL);
  peer_free (peer);
}

gpointer
writer_serve (gpointer data)
{
  R58LinkWriter *w = data;
  GstClockTime next_tick = r58_now () + TICK;
  gboolean more = FALSE; /* connections that wait for their turn */
  while (!g_atomic_int_get (&w->stopping)) {
    r58_lock (&w->lock);
    GstClockTime until = next_tick;
    if (w->key_wanted)
      until = MIN (until, w->key_asked + KEY_UNIT_INTERVAL);
    r58_unlock (&w->lock);

    GstClockTime now = r58_now ();
    gint wait_ms = until > now && !more ? (until - now + GST_MSECOND - 1) / GST_MSECOND : 0;
    struct epoll_event events[16];
    gint n = epoll_wait (w->epoll, events, G_N_ELEMENTS (events), wait_ms);
    now = r58_now ();

    for (gint i = 0; i < n; i++) {
      if (events[i].data.ptr == &w->listener)
        more = TRUE;
      else if (events[i].data.ptr != &w->wake)
        serve_peer (w, events[i].data.ptr, events[i].events);
    }
    gboolean tick = now >= next_tick;
    if (more || tick)
      more = accept_peers (w);
    r58_lock (&w->lock);
    gboolean ask = w->key_wanted && (!w->key_asked || now >= w->key_asked + KEY_UNIT_INTERVAL);
    if (ask) {
      w->key_wanted = FALSE;
      w->key_asked = now;
    }
    if (tick)
      for (guint i = 0; i < w->peers->len; i++) {
        Peer *peer = g_ptr_array_index (w->peers, i);
        if (!peer->greeted && now > peer->accepted + HELLO_WAIT)
          peer_cut (peer, FALSE);
      }
    r58_unlock (&w->lock);

    if (ask && w->callbacks.key_unit)
      w->callbacks.key_unit (w, w->callbacks.user);
    if (tick) {
      next_tick = MAX (next_tick + TICK, now);
      if (w->callbacks.tick)
        w->callbacks.tick (w, w->callbacks.user);
    }
  }
  return NULL;
}
