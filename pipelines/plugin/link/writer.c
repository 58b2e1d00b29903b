#include "link/link.h"

#include <errno.h>
#include <gio/gio.h>
#include <gst/base/gstqueuearray.h>
#include <gst/video/video.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "common/element.h"
#include "common/lock.h"
#include "link/slots.h"
#include "link/wire.h"

#define MAX_PEERS 64
#define TICK (500 * GST_MSECOND)
/* A reader that kept its buffers this long while new ones came is taken for dead. */
#define SILENCE (500 * GST_MSECOND)
#define HELLO_WAIT (2 * GST_SECOND)
#define KEY_UNIT_INTERVAL (500 * GST_MSECOND)
/* So much is taken from the listener, and from one peer, before the others have their turn. */
#define ACCEPT_BATCH 16
#define HEAR_BATCH 32
/* No reader is held to fewer slots than these, however many share them: one shown, one arriving. */
#define FAIR_LEAST 2

typedef struct {
  guint64 number;
  guint slot;
  GstBuffer *buffer;
} Held;

typedef struct {
  gint fd;
  gboolean dead;     /* shut down; the service thread frees it */
  gboolean spend;    /* nobody knows what it still reads: its slots are not used again */
  gboolean greeted;  /* its hello came */
  gboolean welcomed; /* it may be sent frames */
  gboolean leaving;  /* said bye, only gives back what it holds */
  gboolean offered;  /* gets the frame being written */
  gboolean polling_out;
  GstClockTime accepted;
  R58WireHello hello;
  /* raw */
  GQueue held; /* of Held */
  GstClockTime full_since; /* passed over since then without having released anything; 0 = no */
  guint64 known[R58_WIRE_SLOTS]; /* generation of the slot whose descriptor it has, 0 = none */
  /* encoded */
  guint64 next; /* number of the next unit */
  guint32 sent; /* bytes of it that went out already */
  gboolean need_key;
  gboolean behind; /* fell off the history and waits for a key frame */
} Peer;

typedef struct {
  guint8 *data;
  R58WireFrame frame;
  GstClockTime time; /* where it stands in the history */
} Unit;

struct _R58LinkWriter {
  R58LinkMode mode;
  GstClockTime history_ns;
  guint64 history_bytes;
  R58LinkWriterCallbacks callbacks;
  GstAllocator *slots;
  GstVideoInfo video; /* of raw video; else its format is UNKNOWN */
  gint listener, epoll, wake;
  GThread *thread;
  gint stopping;

  R58Lock lock; /* guards what follows; held for the length of a few sendmsg() */
  gchar *caps;
  GPtrArray *peers;
  guint8 holders[R58_WIRE_SLOTS]; /* readers that hold the slot */
  guint max_slots, lent; /* slots there may be, and those that some reader holds */
  guint64 next_number;
  GstQueueArray *units;
  guint64 first_unit; /* number of the oldest in `units` */
  guint64 unit_bytes;
  gboolean key_wanted;
  GstClockTime key_asked; /* when a key frame was last asked for */
  R58LinkWriterStats stats;
};

/* ---- one reader ---- */

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

static void
held_free (gpointer data)
{
  Held *held = data;
  gst_buffer_unref (held->buffer);
  g_free (held);
}

/* Only the service thread frees a peer and what it holds (epoll may be about to report it, and a tick has no time for it): it
 * wakes up by the hang-up. */
static void
cut (Peer *peer, gboolean spend)
{
  if (peer->dead)
    return;
  peer->dead = TRUE;
  peer->spend = spend;
  shutdown (peer->fd, SHUT_RDWR);
}

static void
peer_free (gpointer data)
{
  Peer *peer = data;
  for (GList *l = peer->held.head; l && peer->spend; l = l->next)
    r58_link_slots_spend (((Held *) l->data)->buffer);
  g_queue_clear_full (&peer->held, held_free);
  close (peer->fd);
  g_free (peer);
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
  gssize n;
  do
    n = sendmsg (peer->fd, &message, MSG_DONTWAIT | MSG_NOSIGNAL);
  while (n < 0 && errno == EINTR);
  if (n >= 0)
    return SENT;
  return errno == EAGAIN || errno == ENOBUFS || errno == ENOMEM || errno == ETOOMANYREFS ? FULL : GONE;
}

static void
poll_out (R58LinkWriter *w, Peer *peer, gboolean on)
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

/* The history went on without this peer. A unit that was sent in part is given up. */
static void
catch_up (R58LinkWriter *w, Peer *peer)
{
  if (peer->next >= w->first_unit)
    return;
  w->stats.overrun += w->first_unit - peer->next;
  peer->next = w->first_unit;
  peer->sent = 0;
  peer->need_key = peer->behind = TRUE;
}

/* Sends an encoded link's units from the peer's place on, until it has all or its socket is full. */
static void
pump (R58LinkWriter *w, Peer *peer)
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
        poll_out (w, peer, TRUE);
        return;
      case GONE:
        cut (peer, FALSE);
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
  poll_out (w, peer, FALSE);
}

static void
find_start (R58LinkWriter *w, Peer *peer)
{
  guint n = gst_queue_array_get_length (w->units);
  peer->next = w->next_number;
  switch ((R58LinkStart) peer->hello.start) {
    case R58_LINK_START_LIVE:
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

static void
welcome (R58LinkWriter *w, Peer *peer)
{
  if (!w->caps || !peer->greeted || peer->welcomed || peer->dead)
    return;
  R58WireWelcome message = {.head = {R58_WIRE_VERSION, R58_WIRE_WELCOME}, .mode = w->mode};
  if (send_message (peer, &message, sizeof message, w->caps, strlen (w->caps), -1) != SENT) {
    cut (peer, FALSE);
    return;
  }
  peer->welcomed = TRUE;
  if (w->mode == R58_LINK_ENCODED) {
    find_start (w, peer);
    pump (w, peer);
  }
}

static void
release (R58LinkWriter *w, Peer *peer, guint64 number, GQueue *freed)
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
    m->size = recv (peer->fd, &m->head, sizeof *m - G_STRUCT_OFFSET (Message, head), MSG_DONTWAIT);
    if (m->size < 0 && errno == EINTR)
      continue;
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
  if (m->size < (gssize) sizeof m->head || m->head.version != R58_WIRE_VERSION)
    return FALSE;
  if (m->head.type == R58_WIRE_HELLO && m->size == sizeof m->hello && !peer->greeted) {
    peer->hello = m->hello;
    peer->greeted = TRUE;
    welcome (w, peer);
  } else if (m->head.type == R58_WIRE_RELEASE && m->size == sizeof m->release) {
    release (w, peer, m->release.number, freed);
  } else if (m->head.type == R58_WIRE_KEY_UNIT) {
    w->key_wanted = TRUE;
  } else if (m->head.type == R58_WIRE_BYE) {
    peer->leaving = TRUE;
  } else {
    return FALSE;
  }
  return TRUE;
}

/* ---- service thread ---- */

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
    for (GList *l = peer->held.head; l; l = l->next)
      give_back (w, l->data);
    g_ptr_array_remove_fast (w->peers, peer);
  } else if ((events & EPOLLOUT) && peer->welcomed && !peer->leaving) {
    pump (w, peer);
  } else if (peer->leaving) {
    poll_out (w, peer, FALSE);
  }
  r58_unlock (&w->lock);
  g_queue_clear_full (&freed, held_free);
  if (!gone)
    return;
  epoll_ctl (w->epoll, EPOLL_CTL_DEL, peer->fd, NULL);
  peer_free (peer);
}

static gpointer
serve (gpointer data)
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
          cut (peer, FALSE);
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

/* ---- writing ---- */

static R58WireFrame
describe (R58LinkWriter *w, GstBuffer *buffer, GstClockTime pts, GstClockTime dts)
{
  return (R58WireFrame) {
    .head = {R58_WIRE_VERSION, R58_WIRE_FRAME},
    .number = w->next_number,
    .pts = pts,
    .dts = dts,
    .duration = GST_BUFFER_DURATION (buffer),
    .flags = GST_BUFFER_FLAGS (buffer) & R58_WIRE_FLAGS,
    .slot = R58_WIRE_INLINE,
    .size = gst_buffer_get_size (buffer),
  };
}

static void
forget_oldest (R58LinkWriter *w)
{
  Unit *unit = gst_queue_array_pop_head_struct (w->units);
  w->unit_bytes -= unit->frame.size;
  w->first_unit++;
  g_free (unit->data);
}

static void
write_encoded (R58LinkWriter *w, GstBuffer *buffer, GstClockTime pts, GstClockTime dts)
{
  Unit unit = {.time = GST_CLOCK_TIME_IS_VALID (pts) ? pts : r58_now ()};
  gsize size;
  /* Copied: an encoder's own buffers must not be kept from it for 10 s. */
  gst_buffer_extract_dup (buffer, 0, -1, (gpointer *) &unit.data, &size);
  r58_lock (&w->lock);
  unit.frame = describe (w, buffer, pts, dts);
  w->stats.buffers++;
  w->stats.bytes += size;
  w->next_number++;
  w->unit_bytes += size;
  gst_queue_array_push_tail_struct (w->units, &unit);
  while (gst_queue_array_get_length (w->units) > 1) {
    Unit *oldest = gst_queue_array_peek_head_struct (w->units);
    if (w->unit_bytes <= w->history_bytes && unit.time <= oldest->time + w->history_ns)
      break;
    forget_oldest (w);
  }
  for (guint i = 0; i < w->peers->len; i++) {
    Peer *peer = g_ptr_array_index (w->peers, i);
    if (!peer->welcomed || peer->leaving || peer->dead)
      continue;
    catch_up (w, peer);
    if (!peer->polling_out)
      pump (w, peer);
  }
  r58_unlock (&w->lock);
}

/* How many slots one reader may hold now: as many as it likes while there are enough, its share when they run out. */
static guint
fair_share (R58LinkWriter *w)
{
  guint reserve = w->max_slots / 4, readers = 0;
  if (w->lent + reserve <= w->max_slots)
    return G_MAXUINT;
  for (guint i = 0; i < w->peers->len; i++) {
    Peer *peer = g_ptr_array_index (w->peers, i);
    readers += peer->held.length > 0 || (peer->welcomed && !peer->leaving && !peer->dead);
  }
  return MAX ((w->max_slots - reserve / 2) / MAX (readers, 1), FAIR_LEAST);
}

/* Notes which readers get this frame; FALSE when nobody does. Readers that hold too much are passed over. */
static gboolean
offer (R58LinkWriter *w, gboolean in_slot)
{
  gboolean wanted = FALSE;
  GstClockTime now = r58_now ();
  guint fair = fair_share (w);
  for (guint i = 0; i < w->peers->len; i++) {
    Peer *peer = g_ptr_array_index (w->peers, i);
    peer->offered = FALSE;
    if (!peer->welcomed || peer->leaving || peer->dead)
      continue;
    if (in_slot && peer->held.length >= MIN (MAX (peer->hello.hold, 1), fair)) {
      w->stats.skipped++;
      if (!peer->full_since) {
        peer->full_since = now;
      } else if (now - peer->full_since >= SILENCE) {
        w->stats.disconnected++;
        cut (peer, TRUE);
      }
      continue;
    }
    peer->full_since = 0;
    wanted = peer->offered = TRUE;
  }
  return wanted;
}

static void
send_raw (R58LinkWriter *w, Peer *peer, const R58WireFrame *frame, GstBuffer *buffer, const R58LinkSlot *slot,
    const GstMapInfo *map)
{
  gint fd = slot && peer->known[slot->index] != slot->generation ? slot->fd : -1;
  switch (send_message (peer, frame, sizeof *frame, map ? map->data : NULL, map ? map->size : 0, fd)) {
    case FULL:
      w->stats.skipped++;
      return;
    case GONE:
      cut (peer, FALSE);
      return;
    case SENT:
      break;
  }
  if (slot) {
    peer->known[slot->index] = slot->generation;
    lend (w, peer, frame->number, slot->index, buffer);
  }
}

/* TRUE when the frame's planes lie as its caps say (GstVideoInfo's default layout), which is all that travels. */
static gboolean
plain_layout (R58LinkWriter *w, GstBuffer *buffer)
{
  GstVideoMeta *meta = gst_buffer_get_video_meta (buffer);
  if (!meta || GST_VIDEO_INFO_FORMAT (&w->video) == GST_VIDEO_FORMAT_UNKNOWN)
    return TRUE;
  for (guint i = 0; i < meta->n_planes; i++)
    if (meta->stride[i] != GST_VIDEO_INFO_PLANE_STRIDE (&w->video, i) ||
        meta->offset[i] != GST_VIDEO_INFO_PLANE_OFFSET (&w->video, i))
      return FALSE;
  return TRUE;
}

static GstBuffer *
copy_to_slot (R58LinkWriter *w, GstBuffer *buffer)
{
  gboolean video = GST_VIDEO_INFO_FORMAT (&w->video) != GST_VIDEO_FORMAT_UNKNOWN;
  gsize size = video ? GST_VIDEO_INFO_SIZE (&w->video) : gst_buffer_get_size (buffer);
  GstMemory *memory = r58_link_slots_take (w->slots, size);
  if (!memory)
    return NULL;
  GstBuffer *copy = gst_buffer_new ();
  gst_buffer_append_memory (copy, memory);
  gst_buffer_copy_into (copy, buffer, GST_BUFFER_COPY_FLAGS | GST_BUFFER_COPY_TIMESTAMPS, 0, -1);
  gboolean done = FALSE;
  if (video && !plain_layout (w, buffer)) {
    GstVideoFrame from, to;
    if (gst_video_frame_map (&from, &w->video, buffer, GST_MAP_READ)) {
      if (gst_video_frame_map (&to, &w->video, copy, GST_MAP_WRITE)) {
        done = gst_video_frame_copy (&to, &from);
        gst_video_frame_unmap (&to);
      }
      gst_video_frame_unmap (&from);
    }
  } else {
    GstMapInfo to;
    if (gst_buffer_map (copy, &to, GST_MAP_WRITE)) {
      done = gst_buffer_extract (buffer, 0, to.data, to.size) == to.size;
      gst_buffer_unmap (copy, &to);
    }
  }
  if (!done)
    gst_clear_buffer (&copy);
  return copy;
}

static void
write_raw (R58LinkWriter *w, GstBuffer *buffer, GstClockTime pts, GstClockTime dts)
{
  gboolean plain = plain_layout (w, buffer);
  gboolean in_slot = !plain || gst_buffer_get_size (buffer) > R58_WIRE_INLINE_MAX;
  r58_lock (&w->lock);
  R58WireFrame frame = describe (w, buffer, pts, dts);
  w->next_number++;
  w->stats.buffers++;
  w->stats.bytes += frame.size;
  gboolean wanted = offer (w, in_slot);
  r58_unlock (&w->lock);
  if (!wanted)
    return;

  /* The copy, if there must be one, is made without the lock. */
  GstBuffer *held = NULL;
  const R58LinkSlot *slot = NULL;
  GstMapInfo map;
  gboolean mapped = FALSE, copied = FALSE;
  if (in_slot) {
    if (plain && gst_buffer_n_memory (buffer) == 1 &&
        r58_link_slots_find (w->slots, gst_buffer_peek_memory (buffer, 0)))
      held = gst_buffer_ref (buffer);
    else
      copied = (held = copy_to_slot (w, buffer)) != NULL;
    if (held) {
      GstMemory *memory = gst_buffer_peek_memory (held, 0);
      slot = r58_link_slots_find (w->slots, memory);
      frame.slot = slot->index;
      frame.offset = memory->offset;
      frame.size = memory->size;
    }
  } else {
    mapped = gst_buffer_map (buffer, &map, GST_MAP_READ);
  }

  r58_lock (&w->lock);
  w->stats.copied += copied;
  if (!held && !mapped)
    w->stats.dropped++;
  else
    for (guint i = 0; i < w->peers->len; i++) {
      Peer *peer = g_ptr_array_index (w->peers, i);
      if (peer->offered && !peer->dead)
        send_raw (w, peer, &frame, held, slot, mapped ? &map : NULL);
    }
  r58_unlock (&w->lock);
  if (mapped)
    gst_buffer_unmap (buffer, &map);
  gst_clear_buffer (&held);
}

void
r58_link_writer_write (R58LinkWriter *w, GstBuffer *buffer, GstClockTime pts, GstClockTime dts)
{
  if (w->mode == R58_LINK_ENCODED)
    write_encoded (w, buffer, pts, dts);
  else
    write_raw (w, buffer, pts, dts);
}

/* ---- life ---- */

static gint
listen_at (const gchar *address, GError **error)
{
  struct sockaddr_un name;
  socklen_t length;
  if (!r58_wire_address (address, &name, &length)) {
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT, "link address has 1 to 107 bytes: \"%s\"",
        address ? address : "");
    return -1;
  }
  gint fd = socket (AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd >= 0 && bind (fd, (struct sockaddr *) &name, length) == 0 && listen (fd, MAX_PEERS) == 0)
    return fd;
  gint e = errno;
  if (e == EADDRINUSE)
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_ADDRESS_IN_USE, "link address %s is in use by another writer", address);
  else
    g_set_error (error, G_IO_ERROR, g_io_error_from_errno (e), "link address %s: %s", address, g_strerror (e));
  if (fd >= 0)
    close (fd);
  return -1;
}

R58LinkWriter *
r58_link_writer_new (const gchar *address, R58LinkMode mode, guint max_slots, GstClockTime history_ns,
    guint64 history_bytes, const R58LinkWriterCallbacks *callbacks, GError **error)
{
  gint listener = listen_at (address, error);
  if (listener < 0)
    return NULL;
  R58LinkWriter *w = g_new0 (R58LinkWriter, 1);
  w->listener = listener;
  w->mode = mode;
  w->history_ns = history_ns;
  w->history_bytes = history_bytes;
  if (callbacks)
    w->callbacks = *callbacks;
  w->slots = r58_link_slots_new (max_slots);
  w->max_slots = MIN (max_slots, R58_WIRE_SLOTS);
  gst_video_info_init (&w->video);
  r58_lock_init (&w->lock);
  w->peers = g_ptr_array_new ();
  w->units = gst_queue_array_new_for_struct (sizeof (Unit), 512);
  w->epoll = epoll_create1 (EPOLL_CLOEXEC);
  w->wake = eventfd (0, EFD_CLOEXEC | EFD_NONBLOCK);
  /* Edge triggered, and tried again at each tick: without free descriptors accept() fails and the event would stay. */
  struct epoll_event event = {.events = EPOLLIN | EPOLLET, .data.ptr = &w->listener};
  epoll_ctl (w->epoll, EPOLL_CTL_ADD, w->listener, &event);
  event = (struct epoll_event) {.events = EPOLLIN, .data.ptr = &w->wake};
  epoll_ctl (w->epoll, EPOLL_CTL_ADD, w->wake, &event);
  w->thread = g_thread_new ("r58link", serve, w);
  return w;
}

void
r58_link_writer_set_caps (R58LinkWriter *w, GstCaps *caps)
{
  GstVideoInfo video;
  gst_video_info_init (&video);
  if (w->mode == R58_LINK_RAW && gst_structure_has_name (gst_caps_get_structure (caps, 0), "video/x-raw") &&
      !gst_video_info_from_caps (&video, caps))
    gst_video_info_init (&video);
  gchar *text = gst_caps_to_string (caps);
  r58_lock (&w->lock);
  w->video = video;
  if (g_strcmp0 (text, w->caps)) {
    gboolean first = !w->caps;
    g_free (w->caps);
    w->caps = g_strdup (text);
    while (gst_queue_array_get_length (w->units) > 0)
      forget_oldest (w);
    for (guint i = 0; i < w->peers->len; i++) {
      Peer *peer = g_ptr_array_index (w->peers, i);
      if (first)
        welcome (w, peer);
      else
        cut (peer, TRUE);
    }
  }
  r58_unlock (&w->lock);
  g_free (text);
}

GstAllocator *
r58_link_writer_allocator (R58LinkWriter *w)
{
  return w->slots;
}

void
r58_link_writer_get_stats (R58LinkWriter *w, R58LinkWriterStats *stats)
{
  r58_lock (&w->lock);
  *stats = w->stats;
  stats->readers = 0;
  for (guint i = 0; i < w->peers->len; i++) {
    Peer *peer = g_ptr_array_index (w->peers, i);
    stats->readers += peer->welcomed && !peer->leaving && !peer->dead;
  }
  r58_unlock (&w->lock);
}

void
r58_link_writer_free (R58LinkWriter *w)
{
  guint64 one = 1;
  g_atomic_int_set (&w->stopping, TRUE);
  if (write (w->wake, &one, sizeof one) != sizeof one)
    g_warn_if_reached ();
  g_thread_join (w->thread);
  g_ptr_array_set_free_func (w->peers, peer_free);
  g_ptr_array_unref (w->peers);
  while (gst_queue_array_get_length (w->units) > 0)
    forget_oldest (w);
  gst_queue_array_free (w->units);
  close (w->listener);
  close (w->epoll);
  close (w->wake);
  gst_object_unref (w->slots);
  r58_lock_clear (&w->lock);
  g_free (w->caps);
  g_free (w);
}
