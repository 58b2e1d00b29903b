#include "webrtc/feed.h"

#include <gst/video/video.h>

/* A viewer with this much waiting skips ahead to the next key frame. At 10 Mbit/s half a second is 625 kB. */
#define FEED_MAX_BYTES (1024 * 1024)
#define FEED_MAX_UNITS 512
/* So does one whose oldest packet has waited for this long: after an overload viewers get the present. */
#define FEED_MAX_WAIT_US G_USEC_PER_SEC

#define RTP_HEADER 12

typedef struct {
  GstMiniObject *unit;
  R58Kind kind;
  gsize bytes;
  gint64 since; /* g_get_monotonic_time */
} Item;

struct _R58Feed {
  GMutex lock;
  GCond filled;
  GQueue items;
  gsize queued_bytes;
  gboolean open, stopped;
  gboolean begun, held; /* video: a key frame was taken; frames are left out until the next one */
  GThread *thread;
  GstPad *pads[R58_KINDS];
  R58FeedStats stats;
  void (*wants_key) (gpointer owner);
  gpointer owner;
};

const gchar *
r58_kind_name (R58Kind kind)
{
  return kind == R58_VIDEO ? "video" : "audio";
}

/* ---- packets ---- */

guint
r58_rtp_unit_packets (GstMiniObject *unit)
{
  return GST_IS_BUFFER_LIST (unit) ? gst_buffer_list_length (GST_BUFFER_LIST (unit)) : 1;
}

gsize
r58_rtp_unit_bytes (GstMiniObject *unit)
{
  return GST_IS_BUFFER_LIST (unit) ? gst_buffer_list_calculate_size (GST_BUFFER_LIST (unit))
                                   : gst_buffer_get_size (GST_BUFFER (unit));
}

static GstBuffer *
packet_of (GstMiniObject *unit, guint index)
{
  return GST_IS_BUFFER_LIST (unit) ? gst_buffer_list_get (GST_BUFFER_LIST (unit), index) : GST_BUFFER (unit);
}

/* RFC 3550 §5.1: version, contributing sources, extension. */
static GstBuffer *
packet_rewrite (GstBuffer *packet, guint8 payload_type, guint32 ssrc)
{
  guint8 head[RTP_HEADER + 15 * 4 + 4];
  gsize got = gst_buffer_extract (packet, 0, head, sizeof head);
  if (got < RTP_HEADER || head[0] >> 6 != 2)
    return NULL;
  gsize keep = RTP_HEADER + 4 * (head[0] & 0x0f);
  gsize skip = keep;
  if (head[0] & 0x10) {
    if (got < keep + 4)
      return NULL;
    skip += 4 + 4 * GST_READ_UINT16_BE (head + keep + 2);
  }
  if (gst_buffer_get_size (packet) < skip)
    return NULL;
  head[0] &= ~0x10;
  head[1] = (head[1] & 0x80) | payload_type;
  GST_WRITE_UINT32_BE (head + 8, ssrc);
  GstBuffer *out = gst_buffer_new_memdup (head, keep);
  gst_buffer_copy_into (out, packet, GST_BUFFER_COPY_FLAGS | GST_BUFFER_COPY_TIMESTAMPS, 0, -1);
  gst_buffer_copy_into (out, packet, GST_BUFFER_COPY_MEMORY, skip, -1);
  return out;
}

GstMiniObject *
r58_rtp_unit_rewrite (GstMiniObject *unit, guint8 payload_type, guint32 ssrc)
{
  if (!GST_IS_BUFFER_LIST (unit))
    return (GstMiniObject *) packet_rewrite (GST_BUFFER (unit), payload_type, ssrc);
  guint n = gst_buffer_list_length (GST_BUFFER_LIST (unit));
  GstBufferList *list = gst_buffer_list_new_sized (n);
  for (guint i = 0; i < n; i++) {
    GstBuffer *packet = packet_rewrite (packet_of (unit, i), payload_type, ssrc);
    if (!packet) {
      gst_buffer_list_unref (list);
      return NULL;
    }
    gst_buffer_list_add (list, packet);
  }
  return (GstMiniObject *) list;
}

/* Copies the first bytes of the payload; returns how many. */
static gsize
payload_peek (GstBuffer *packet, guint8 *out, gsize size)
{
  guint8 head[RTP_HEADER + 15 * 4 + 4];
  gsize got = gst_buffer_extract (packet, 0, head, sizeof head);
  if (got < RTP_HEADER)
    return 0;
  gsize offset = RTP_HEADER + 4 * (head[0] & 0x0f);
  if (head[0] & 0x10) {
    if (got < offset + 4)
      return 0;
    offset += 4 + 4 * GST_READ_UINT16_BE (head + offset + 2);
  }
  return gst_buffer_extract (packet, offset, out, size);
}

static gboolean
packet_starts_h264 (GstBuffer *packet)
{
  enum { IDR = 5, SPS = 7, STAP_A = 24, FU_A = 28 };
  guint8 p[5];
  gsize n = payload_peek (packet, p, sizeof p);
  if (n < 2)
    return FALSE;
  switch (p[0] & 0x1f) {
    case IDR:
    case SPS:
      return TRUE;
    case FU_A:
      return (p[1] & 0x80) && (p[1] & 0x1f) == IDR;
    case STAP_A: {
      /* Aggregates of one access unit: look at each unit's type. */
      gsize size = gst_buffer_get_size (packet), base = size;
      guint8 *all = NULL;
      gst_buffer_extract_dup (packet, 0, size, (gpointer *) &all, &base);
      gsize at = RTP_HEADER + 4 * (all[0] & 0x0f);
      if (all[0] & 0x10)
        at += 4 + 4 * GST_READ_UINT16_BE (all + at + 2);
      gboolean found = FALSE;
      for (at++; !found && at + 3 <= base; at += 2 + GST_READ_UINT16_BE (all + at)) {
        guint8 type = all[at + 2] & 0x1f;
        found = type == SPS || type == IDR;
      }
      g_free (all);
      return found;
    }
    default:
      return FALSE;
  }
}

gboolean
r58_rtp_unit_starts_h264 (GstMiniObject *unit)
{
  guint n = r58_rtp_unit_packets (unit);
  for (guint i = 0; i < n; i++)
    if (packet_starts_h264 (packet_of (unit, i)))
      return TRUE;
  return FALSE;
}

gboolean
r58_rtp_continues_h264 (GstBuffer *packet)
{
  enum { FU_A = 28, FU_B = 29 };
  guint8 p[2];
  return payload_peek (packet, p, sizeof p) == sizeof p && ((p[0] & 0x1f) == FU_A || (p[0] & 0x1f) == FU_B) &&
      !(p[1] & 0x80);
}

gboolean
r58_rtp_starts_vp8 (GstBuffer *packet)
{
  guint8 p[8];
  gsize n = payload_peek (packet, p, sizeof p), at = 1;
  if (n < 2 || !(p[0] & 0x10) || (p[0] & 0x07))
    return FALSE;
  if (p[0] & 0x80) {
    guint8 extension = p[1];
    at = 2;
    if (extension & 0x80)
      at += at < n && (p[at] & 0x80) ? 2 : 1;
    if (extension & 0x40)
      at++;
    if (extension & 0x30)
      at++;
  }
  return at < n && !(p[at] & 0x01);
}

gboolean
r58_rtp_ends_frame (GstBuffer *packet)
{
  guint8 head[2];
  return gst_buffer_extract (packet, 0, head, sizeof head) == sizeof head && (head[1] & 0x80);
}

/* ---- the queue ---- */

static gboolean
pad_event (GstPad *pad, GstObject *parent, GstEvent *event)
{
  R58Feed *feed = gst_pad_get_element_private (pad);
  if (gst_video_event_is_force_key_unit (event))
    feed->wants_key (feed->owner);
  gst_event_unref (event);
  return TRUE;
}

static gboolean
pad_query (GstPad *pad, GstObject *parent, GstQuery *query)
{
  if (GST_QUERY_TYPE (query) != GST_QUERY_LATENCY)
    return gst_pad_query_default (pad, parent, query);
  gst_query_set_latency (query, TRUE, 0, GST_CLOCK_TIME_NONE);
  return TRUE;
}

R58Feed *
r58_feed_new (void (*wants_key) (gpointer owner), gpointer owner)
{
  R58Feed *feed = g_new0 (R58Feed, 1);
  g_mutex_init (&feed->lock);
  g_cond_init (&feed->filled);
  g_queue_init (&feed->items);
  feed->held = TRUE;
  feed->wants_key = wants_key;
  feed->owner = owner;
  for (R58Kind kind = R58_VIDEO; kind < R58_KINDS; kind++) {
    GstPad *pad = gst_object_ref_sink (gst_pad_new (r58_kind_name (kind), GST_PAD_SRC));
    gst_pad_set_element_private (pad, feed);
    gst_pad_set_event_function (pad, pad_event);
    gst_pad_set_query_function (pad, pad_query);
    gst_pad_set_active (pad, TRUE);
    feed->pads[kind] = pad;
  }
  return feed;
}

GstPad *
r58_feed_pad (R58Feed *feed, R58Kind kind)
{
  return feed->pads[kind];
}

void
r58_feed_begin (R58Feed *feed, R58Kind kind, GstCaps *caps)
{
  GstSegment segment;
  gst_segment_init (&segment, GST_FORMAT_TIME);
  gst_pad_push_event (feed->pads[kind], gst_event_new_stream_start (r58_kind_name (kind)));
  gst_pad_push_event (feed->pads[kind], gst_event_new_caps (caps));
  gst_pad_push_event (feed->pads[kind], gst_event_new_segment (&segment));
}

static void
item_free (gpointer data)
{
  Item *item = data;
  gst_mini_object_unref (item->unit);
  g_free (item);
}

static gpointer
run (gpointer data)
{
  R58Feed *feed = data;
  g_mutex_lock (&feed->lock);
  for (;;) {
    while (!feed->stopped && g_queue_is_empty (&feed->items))
      g_cond_wait (&feed->filled, &feed->lock);
    if (feed->stopped)
      break;
    Item *item = g_queue_pop_head (&feed->items);
    feed->queued_bytes -= item->bytes;
    g_mutex_unlock (&feed->lock);

    guint packets = r58_rtp_unit_packets (item->unit);
    GstPad *pad = feed->pads[item->kind];
    GstFlowReturn flow = GST_IS_BUFFER_LIST (item->unit) ? gst_pad_push_list (pad, GST_BUFFER_LIST (item->unit))
                                                         : gst_pad_push (pad, GST_BUFFER (item->unit));
    g_mutex_lock (&feed->lock);
    if (flow == GST_FLOW_OK) {
      feed->stats.packets += packets;
      feed->stats.bytes += item->bytes;
      feed->stats.last_sent = g_get_monotonic_time ();
    } else {
      feed->stats.dropped += packets;
    }
    g_free (item);
  }
  g_mutex_unlock (&feed->lock);
  return NULL;
}

void
r58_feed_open (R58Feed *feed)
{
  g_mutex_lock (&feed->lock);
  if (!feed->open && !feed->stopped) {
    feed->open = TRUE;
    feed->thread = g_thread_new ("r58-feed", run, feed);
  }
  g_mutex_unlock (&feed->lock);
}

gboolean
r58_feed_is_open (R58Feed *feed)
{
  g_mutex_lock (&feed->lock);
  gboolean open = feed->open && !feed->stopped;
  g_mutex_unlock (&feed->lock);
  return open;
}

/* A decoder cannot use the frames after a lost one, so all video that waits goes at once. Under the lock. */
static void
drop_video (R58Feed *feed)
{
  for (GList *l = feed->items.head; l;) {
    GList *next = l->next;
    Item *item = l->data;
    if (item->kind == R58_VIDEO) {
      feed->stats.dropped += r58_rtp_unit_packets (item->unit);
      feed->queued_bytes -= item->bytes;
      item_free (item);
      g_queue_delete_link (&feed->items, l);
    }
    l = next;
  }
  feed->held = TRUE;
}

/* Under the lock. */
static gboolean
is_full (R58Feed *feed, gint64 now)
{
  const Item *oldest = g_queue_peek_head (&feed->items);
  return oldest && (oldest->since + FEED_MAX_WAIT_US < now || g_queue_get_length (&feed->items) >= FEED_MAX_UNITS);
}

void
r58_feed_push (R58Feed *feed, R58Kind kind, GstMiniObject *unit, gboolean starts)
{
  gboolean ask = FALSE;
  g_mutex_lock (&feed->lock);
  if (!feed->open || feed->stopped)
    goto out;
  gsize bytes = r58_rtp_unit_bytes (unit);
  gint64 now = g_get_monotonic_time ();
  if (feed->queued_bytes + bytes > FEED_MAX_BYTES || is_full (feed, now)) {
    drop_video (feed);
    ask = TRUE;
    /* What is left is sound: the oldest goes. */
    while (is_full (feed, now)) {
      Item *oldest = g_queue_pop_head (&feed->items);
      feed->stats.dropped++;
      feed->queued_bytes -= oldest->bytes;
      item_free (oldest);
    }
  }
  if (kind == R58_VIDEO && feed->held) {
    if (!starts) {
      /* Before the first key frame nothing is lost; after it, this is the price of a full queue. */
      if (feed->begun)
        feed->stats.dropped += r58_rtp_unit_packets (unit);
      goto out;
    }
    feed->held = FALSE;
    feed->begun = TRUE;
    ask = FALSE;
  }
  Item *item = g_new (Item, 1);
  *item = (Item){ gst_mini_object_ref (unit), kind, bytes, now };
  g_queue_push_tail (&feed->items, item);
  feed->queued_bytes += bytes;
  g_cond_signal (&feed->filled);
out:
  g_mutex_unlock (&feed->lock);
  gst_mini_object_unref (unit);
  if (ask)
    feed->wants_key (feed->owner);
}

void
r58_feed_stats (R58Feed *feed, R58FeedStats *stats)
{
  g_mutex_lock (&feed->lock);
  *stats = feed->stats;
  g_mutex_unlock (&feed->lock);
}

void
r58_feed_stop (R58Feed *feed)
{
  g_mutex_lock (&feed->lock);
  feed->stopped = TRUE;
  g_cond_signal (&feed->filled);
  g_mutex_unlock (&feed->lock);
}

void
r58_feed_free (R58Feed *feed)
{
  r58_feed_stop (feed);
  if (feed->thread)
    g_thread_join (feed->thread);
  for (R58Kind kind = R58_VIDEO; kind < R58_KINDS; kind++) {
    gst_pad_set_active (feed->pads[kind], FALSE);
    gst_object_unref (feed->pads[kind]);
  }
  g_queue_clear_full (&feed->items, item_free);
  g_cond_clear (&feed->filled);
  g_mutex_clear (&feed->lock);
  g_free (feed);
}
