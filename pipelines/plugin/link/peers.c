/* One reader as its writer knows it: what it is sent and what it holds. */
#include "link/writerparts.h"

#include <errno.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

static void
lend (R58LinkWriter *w, Peer *peer, guint64 number, guint slot, GstBuffer *buffer)
{
  Held *held = g_new (Held, 1);
  *held = (Held) {number, slot, gst_buffer_ref (buffer)};
  g_queue_push_tail (&peer->held, held);
  w->lent += w->holders[slot]++ == 0;
}

/* Only counts: the buffer is freed without the lock. */
static void
give_back (R58LinkWriter *w, const Held *held)
{
  w->lent -= --w->holders[held->slot] == 0;
}

void
held_free (gpointer data)
{
  Held *held = data;
  gst_buffer_unref (held->buffer);
  g_free (held);
}

void
peer_cut (Peer *peer, gboolean spend)
{
  if (peer->dead)
    return;
  peer->dead = TRUE;
  peer->spend = spend;
  shutdown (peer->fd, SHUT_RDWR);
}

void
peer_free (gpointer data)
{
  Peer *peer = data;
  for (GList *l = peer->held.head; l && peer->spend; l = l->next)
    r58_link_slots_spend (((Held *) l->data)->buffer);
  g_queue_clear_full (&peer->held, held_free);
  close (peer->fd);
  g_free (peer);
}

void
peer_leave (R58LinkWriter *w, Peer *peer)
{
  for (GList *l = peer->held.head; l; l = l->next)
    give_back (w, l->data);
}

typedef enum { SENT, FULL, GONE } Sent;

static Sent
send_message (Peer *peer, gconstpointer head, gsize head_size, gconstpointer data, gsize size, gint fd)
{
  struct iovec parts[2] = {{(gpointer) head, head_size}, {(gpointer) data, size}};
  gchar control[CMSG_SPACE (sizeof (gint))] __attribute__ ((aligned (8))) = {0};
  struct msghdr message = {.msg_iov = parts, .msg_iovlen = size ? 2 : 1};
  if (fd >= 0) {
    message.msg_control = control;
    message.msg_controllen = sizeof control;
    struct cmsghdr *c = CMSG_FIRSTHDR (&message);
    c->cmsg_level = SOL_SOCKET;
    c->cmsg_type = SCM_RIGHTS;
    c->cmsg_len = CMSG_LEN (sizeof fd);
    memcpy (CMSG_DATA (c), &fd, sizeof fd);
  }
  if (r58_wire_send (peer->fd, &message) >= 0)
    return SENT;
  return errno == EAGAIN || errno == ENOBUFS || errno == ENOMEM || errno == ETOOMANYREFS ? FULL : GONE;
}

void
peer_poll_out (R58LinkWriter *w, Peer *peer, gboolean on)
{
  if (peer->polling_out == on)
    return;
  peer->polling_out = on;
  struct epoll_event event = {.events = EPOLLIN | (on ? EPOLLOUT : 0), .data.ptr = peer};
  epoll_ctl (w->epoll, EPOLL_CTL_MOD, peer->fd, &event);
}

static gboolean
is_key (const Unit *unit)
{
  return !(unit->frame.flags & GST_BUFFER_FLAG_DELTA_UNIT);
}

void
peer_catch_up (R58LinkWriter *w, Peer *peer)
{
  if (peer->next >= w->first_unit)
    return;
  w->stats.overrun += w->first_unit - peer->next;
  peer->next = w->first_unit;
  peer->sent = 0;
  peer->need_key = peer->behind = TRUE;
}

void
peer_pump (R58LinkWriter *w, Peer *peer)
{
  while (peer->next < w->next_number) {
    Unit *unit = gst_queue_array_peek_nth_struct (w->units, peer->next - w->first_unit);
    if (peer->need_key && !(is_key (unit) && (peer->behind || peer->hello.start != R58_LINK_START_PTS ||
                unit->frame.pts >= peer->hello.start_pts))) {
      if (peer->behind)
        w->stats.overrun++;
      peer->next++;
      continue;
    }
    peer->need_key = peer->behind = FALSE;
    R58WireFrame frame = unit->frame;
    frame.offset = peer->sent;
    gsize piece = MIN (frame.size - peer->sent, R58_WIRE_INLINE_MAX);
    const guint8 *from = piece ? unit->data + peer->sent : NULL; /* an empty unit has no data */
    switch (send_message (peer, &frame, sizeof frame, from, piece, -1)) {
      case FULL:
        peer_poll_out (w, peer, TRUE);
        return;
      case GONE:
        peer_cut (peer, FALSE);
        return;
      case SENT:
        break;
    }
    peer->sent += piece;
    if (peer->sent >= frame.size) {
      peer->next++;
      peer->sent = 0;
    }
  }
  peer_poll_out (w, peer, FALSE);
}

static void
find_start (R58LinkWriter *w, Peer *peer)
{
  guint n = gst_queue_array_get_length (w->units);
  peer->next = w->next_number;
  switch ((R58LinkStart) peer->hello.start) {
    case R58_LINK_START_LIVE:
      /* Nothing can be shown before the next one. */
      w->key_wanted = TRUE;
      break;
    case R58_LINK_START_KEY:
      peer->need_key = TRUE;
      for (guint i = n; i-- > 0;)
        if (is_key (gst_queue_array_peek_nth_struct (w->units, i))) {
          peer->next = w->first_unit + i;
          break;
        }
      break;
    case R58_LINK_START_PTS:
      peer->need_key = TRUE;
      peer->next = w->first_unit;
      break;
  }
}

void
peer_welcome (R58LinkWriter *w, Peer *peer)
{
  if (!w->caps || !peer->greeted || peer->welcomed || peer->dead)
    return;
  R58WireWelcome message = {.head = {R58_WIRE_VERSION, R58_WIRE_WELCOME}, .mode = w->mode};
  if (send_message (peer, &message, sizeof message, w->caps, strlen (w->caps), -1) != SENT) {
    peer_cut (peer, FALSE);
    return;
  }
  peer->welcomed = TRUE;
  if (w->mode == R58_LINK_ENCODED) {
    find_start (w, peer);
    peer_pump (w, peer);
  }
}

void
peer_release (R58LinkWriter *w, Peer *peer, guint64 number, GQueue *freed)
{
  for (GList *l = peer->held.head; l; l = l->next) {
    Held *held = l->data;
    if (held->number != number)
      continue;
    give_back (w, held);
    g_queue_unlink (&peer->held, l);
    g_queue_push_tail_link (freed, l);
    peer->full_since = 0;
    return;
  }
}

void
peer_send (R58LinkWriter *w, Peer *peer, const R58WireFrame *frame, GstBuffer *buffer, const R58LinkSlot *slot,
    const GstMapInfo *map)
{
  gint fd = slot && peer->known[slot->index] != slot->generation ? slot->fd : -1;
  switch (send_message (peer, frame, sizeof *frame, map ? map->data : NULL, map ? map->size : 0, fd)) {
    case FULL:
      w->stats.skipped++;
      return;
    case GONE:
      peer_cut (peer, FALSE);
      return;
    case SENT:
      break;
  }
  if (slot) {
    peer->known[slot->index] = slot->generation;
    lend (w, peer, frame->number, slot->index, buffer);
  }
}
