#include "webrtc/inbox.h"

/* What waits longer is not live. Also the time a busy machine may take for a decoder's first picture. */
#define WAIT_MAX_US G_USEC_PER_SEC
/* A second of 30 Mbit/s. */
#define BYTES_MAX (4 * 1024 * 1024)
#define UNITS_MAX 8192
/* A key frame of 3840×2160 has less. */
#define FRAME_BYTES_MAX (3 * 1024 * 1024)

typedef struct {
  GstMiniObject *unit;
  gsize bytes;  /* 0 = an event */
  gint64 since; /* g_get_monotonic_time */
} Item;

struct _R58Inbox {
  GstPad *src;
  R58Kind kind;
  void (*needs_key) (gpointer owner);
  gpointer owner;
  GThread *thread;

  GMutex lock;
  GCond filled;
  GQueue items;
  gsize bytes;
  gboolean running;
  gboolean held, discont; /* left out until a key frame; the next packet follows a hole */
  gboolean vp8;
  gsize frame_bytes;      /* of the frame that has not ended */
  guint32 frame_time;
  R58InboxStats stats;
};

R58Inbox *
r58_inbox_new (GstPad *src, R58Kind kind, void (*needs_key) (gpointer owner), gpointer owner)
{
  R58Inbox *inbox = g_new0 (R58Inbox, 1);
  g_mutex_init (&inbox->lock);
  g_cond_init (&inbox->filled);
  g_queue_init (&inbox->items);
  inbox->src = src;
  inbox->kind = kind;
  inbox->needs_key = needs_key;
  inbox->owner = owner;
  return inbox;
}

void
r58_inbox_free (R58Inbox *inbox)
{
  r58_inbox_stop (inbox);
  g_cond_clear (&inbox->filled);
  g_mutex_clear (&inbox->lock);
  g_free (inbox);
}

static void
item_free (gpointer data)
{
  Item *item = data;
  gst_mini_object_unref (item->unit);
  g_free (item);
}

static gboolean
hand_on (R58Inbox *inbox, GstMiniObject *unit)
{
  if (GST_IS_EVENT (unit)) {
    gst_pad_push_event (inbox->src, GST_EVENT (unit));
    return TRUE;
  }
  GstFlowReturn flow = GST_IS_BUFFER_LIST (unit) ? gst_pad_push_list (inbox->src, GST_BUFFER_LIST (unit))
                                                 : gst_pad_push (inbox->src, GST_BUFFER (unit));
  return flow == GST_FLOW_OK;
}

static gpointer
run (gpointer data)
{
  R58Inbox *inbox = data;
  g_mutex_lock (&inbox->lock);
  while (inbox->running) {
    Item *item = g_queue_pop_head (&inbox->items);
    if (!item) {
      g_cond_wait (&inbox->filled, &inbox->lock);
      continue;
    }
    inbox->bytes -= item->bytes;
    if (item->bytes)
      inbox->stats.waited = MAX (inbox->stats.waited, GST_USECOND * (g_get_monotonic_time () - item->since));
    g_mutex_unlock (&inbox->lock);
    /* What is behind the pad must not end the peer: an unused pad, or one being stopped, just drops. */
    gboolean taken = hand_on (inbox, item->unit);
    g_free (item);
    g_mutex_lock (&inbox->lock);
    inbox->stats.unsent += !taken;
  }
  g_mutex_unlock (&inbox->lock);
  return NULL;
}

void
r58_inbox_start (R58Inbox *inbox)
{
  inbox->running = TRUE;
  inbox->held = inbox->discont = FALSE;
  inbox->frame_bytes = 0;
  inbox->thread = g_thread_new (inbox->kind == R58_VIDEO ? "r58-in-video" : "r58-in-audio", run, inbox);
}

void
r58_inbox_stop (R58Inbox *inbox)
{
  g_mutex_lock (&inbox->lock);
  inbox->running = FALSE;
  g_cond_signal (&inbox->filled);
  g_mutex_unlock (&inbox->lock);
  g_clear_pointer (&inbox->thread, g_thread_join);
  g_queue_clear_full (&inbox->items, item_free);
  inbox->bytes = 0;
}

/* Under the lock. Events say what comes after them: they stay. */
static void
drop_all (R58Inbox *inbox)
{
  for (GList *l = inbox->items.head; l;) {
    GList *next = l->next;
    Item *item = l->data;
    if (item->bytes || !GST_EVENT_IS_STICKY (item->unit)) {
      inbox->stats.dropped += item->bytes ? r58_rtp_unit_packets (item->unit) : 0;
      inbox->bytes -= item->bytes;
      item_free (item);
      g_queue_delete_link (&inbox->items, l);
    }
    l = next;
  }
  inbox->discont = TRUE;
}

/* Under the lock. A depayloader keeps all of a frame until its end: of H.264 a marker, or another time unless a unit still
 * goes on; of VP8 a marker only. */
static gboolean
is_overlong (R58Inbox *inbox, GstBuffer *packet, gsize bytes)
{
  guint8 head[8];
  if (inbox->kind != R58_VIDEO || gst_buffer_extract (packet, 0, head, sizeof head) < sizeof head)
    return FALSE;
  guint32 time = GST_READ_UINT32_BE (head + 4);
  if (!inbox->vp8 && time != inbox->frame_time && !r58_rtp_continues_h264 (packet))
    inbox->frame_bytes = 0;
  inbox->frame_time = time;
  inbox->frame_bytes += bytes;
  gboolean overlong = inbox->frame_bytes > FRAME_BYTES_MAX;
  if (head[1] & 0x80)
    inbox->frame_bytes = 0;
  return overlong;
}

static gboolean
is_behind (R58Inbox *inbox, gsize bytes, gint64 now)
{
  const Item *oldest = g_queue_peek_head (&inbox->items);
  return oldest && (now - oldest->since > WAIT_MAX_US || inbox->bytes + bytes > BYTES_MAX ||
      g_queue_get_length (&inbox->items) >= UNITS_MAX);
}

void
r58_inbox_push (R58Inbox *inbox, GstMiniObject *unit, gboolean starts)
{
  gsize bytes = GST_IS_EVENT (unit) ? 0 : r58_rtp_unit_bytes (unit);
  gint64 now = g_get_monotonic_time ();
  gboolean asks = FALSE;
  g_mutex_lock (&inbox->lock);
  if (!inbox->running)
    goto out;
  if (is_behind (inbox, bytes, now)) {
    drop_all (inbox);
    asks = inbox->held = inbox->kind == R58_VIDEO;
  }
  if (GST_IS_BUFFER (unit) && is_overlong (inbox, GST_BUFFER (unit), bytes)) {
    inbox->stats.overlong++;
    inbox->discont = inbox->held = asks = TRUE;
    goto out;
  }
  if (bytes && inbox->held && starts) {
    inbox->held = asks = FALSE;
  } else if (bytes && inbox->held) {
    inbox->stats.dropped += r58_rtp_unit_packets (unit);
    goto out;
  }
  if (inbox->discont && GST_IS_BUFFER (unit)) {
    unit = (GstMiniObject *) gst_buffer_make_writable (GST_BUFFER (unit));
    GST_BUFFER_FLAG_SET (GST_BUFFER (unit), GST_BUFFER_FLAG_DISCONT);
    inbox->discont = FALSE;
  }
  Item *item = g_new (Item, 1);
  *item = (Item){ gst_mini_object_ref (unit), bytes, now };
  g_queue_push_tail (&inbox->items, item);
  inbox->bytes += bytes;
  g_cond_signal (&inbox->filled);
out:
  g_mutex_unlock (&inbox->lock);
  gst_mini_object_unref (unit);
  if (asks)
    inbox->needs_key (inbox->owner);
}

void
r58_inbox_vp8 (R58Inbox *inbox, gboolean vp8)
{
  g_mutex_lock (&inbox->lock);
  inbox->vp8 = vp8;
  g_mutex_unlock (&inbox->lock);
}

void
r58_inbox_stats (R58Inbox *inbox, R58InboxStats *stats)
{
  g_mutex_lock (&inbox->lock);
  *stats = inbox->stats;
  inbox->stats.waited = 0;
  g_mutex_unlock (&inbox->lock);
}
