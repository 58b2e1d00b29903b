/* The writer of a link: what the element above gives it goes to every reader that can take it. */
#include "link/writerparts.h"

#include <errno.h>
#include <gio/gio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "common/element.h"

/* A reader that keeps its buffers this long while new ones come counts as dead. */
#define SILENCE (500 * GST_MSECOND)
/* No reader is held to fewer slots than these, however many share them: one shown, one arriving. */
#define FAIR_LEAST 2

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
    peer_catch_up (w, peer);
    if (!peer->polling_out)
      peer_pump (w, peer);
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
        peer_cut (peer, TRUE);
      }
      continue;
    }
    peer->full_since = 0;
    wanted = peer->offered = TRUE;
  }
  return wanted;
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
        peer_send (w, peer, &frame, held, slot, mapped ? &map : NULL);
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
  /* Edge triggered, and retried at each tick: without free descriptors accept() fails and the event would stay. */
  struct epoll_event event = {.events = EPOLLIN | EPOLLET, .data.ptr = &w->listener};
  epoll_ctl (w->epoll, EPOLL_CTL_ADD, w->listener, &event);
  event = (struct epoll_event) {.events = EPOLLIN, .data.ptr = &w->wake};
  epoll_ctl (w->epoll, EPOLL_CTL_ADD, w->wake, &event);
  w->thread = g_thread_new ("r58link", writer_serve, w);
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
        peer_welcome (w, peer);
      else
        peer_cut (peer, TRUE);
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
