/* r58linksrc: takes a stream another process offers with r58linksink. It outlives its writer: it reconnects for ever
 * and in fill mode gives one buffer per slot of the machine's grid whatever arrives. */
#include <gst/audio/audio.h>
#include <gst/base/gstpushsrc.h>
#include <gst/video/video.h>
#include <poll.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "common/element.h"
#include "link/link.h"

GST_DEBUG_CATEGORY_STATIC (linksrc_debug);
#define GST_CAT_DEFAULT linksrc_debug

#define STATS_INTERVAL_US (500 * G_TIME_SPAN_MILLISECOND)
/* How often a missing writer is tried: quickly at first, so that a restarted one is back within a frame. */
#define RETRY_SOON (20 * GST_MSECOND)
#define RETRY_LATER (100 * GST_MSECOND)
#define RETRY_SOON_FOR (5 * GST_SECOND)
/* A time stamp further ahead than this is nonsense. */
#define AHEAD_MAX GST_SECOND
/* Pace of history that is older than the pipeline itself, see rebase(). */
#define HISTORY_STEP GST_MSECOND
/* Encoded mode, start=live: what is older than this is the past. Fill mode: so much beyond `grace` is caught up slot by slot. A
 * process that stood still for longer goes on with the present, or those below would get hundreds of pictures at once. */
#define LAG_MAX GST_SECOND

typedef enum { ON_LOSS_HOLD, ON_LOSS_BLACK, ON_LOSS_SLATE } OnLoss;

enum {
  PROP_0,
  PROP_ADDRESS,
  PROP_CAPS,
  PROP_MODE,
  PROP_FILL,
  PROP_GRACE_MS,
  PROP_ON_LOSS,
  PROP_HOLD_MS,
  PROP_SLATE,
  PROP_HOLD,
  PROP_START,
  PROP_START_PTS,
  PROP_PTS_ORIGIN,
  PROP_COMMAND,
};

typedef struct {
  guint64 buffers, synthesised, late, lost, connects, skipped, jumped;
  gboolean connected;
  GstClockTime last_pts;
} Stats;

typedef struct {
  GstPushSrc parent;
  gchar *address;
  GstCaps *caps;
  R58LinkMode mode;
  gboolean fill;
  guint grace_ms;
  OnLoss on_loss;
  guint hold_ms;
  gchar *slate;
  guint hold;
  R58LinkStart start;
  GstClockTime start_pts, pts_origin;

  gint wake; /* eventfd: unlock() or a key request */
  gint flushing, key_wanted, restart; /* atomic */

  /* streaming thread */
  R58LinkReader *reader;
  GstClockTime missing_since, next_try;
  gchar *writer_caps; /* last taken over from the writer */
  guint64 writer; /* stats.connects when the last unit came: another number is another writer */
  gboolean skipping; /* behind: nothing is passed on until a key frame that is in time */
  gboolean skipped; /* something was left out before the next unit */
  gint64 history_next; /* running time of the next unit that is older than the pipeline */
  gboolean in_history;

  /* grid (fill mode), streaming thread: times are absolute */
  gint grid_n, grid_d;
  gsize unit_size;
  gboolean audio, begun; /* begun: `next` is binding, something was emitted */
  gboolean jumped; /* slots were left out before `next` */
  guint64 next;
  GstBuffer *arrived; /* for slot arrived_k, which is >= next */
  guint64 arrived_k;
  GstBuffer *last;    /* last real picture */
  GstClockTime last_time;
  GstBuffer *spare;   /* black, slate or silence */

  guint64 own_lost; /* arrived but unusable; the reader counts the rest */
  Stats stats;      /* under the object lock */

  GThread *reporter;
  GMutex report_lock;
  GCond report_cond;
  gboolean report_stop;
} R58LinkSrc;

typedef GstPushSrcClass R58LinkSrcClass;

GType r58_link_src_get_type (void);
G_DEFINE_TYPE (R58LinkSrc, r58_link_src, GST_TYPE_PUSH_SRC)
#define LINK_SRC(o) ((R58LinkSrc *) (o))

static GstStaticPadTemplate src_template = GST_STATIC_PAD_TEMPLATE ("src", GST_PAD_SRC, GST_PAD_ALWAYS,
    GST_STATIC_CAPS_ANY);

static GType
on_loss_get_type (void)
{
  static const GEnumValue values[] = {
    {ON_LOSS_HOLD, "The last picture, for ever", "hold"},
    {ON_LOSS_BLACK, "The last picture for hold-ms, then black", "black"},
    {ON_LOSS_SLATE, "The last picture for hold-ms, then the slate", "slate"},
    {0, NULL, NULL},
  };
  static gsize type;
  if (g_once_init_enter (&type))
    g_once_init_leave (&type, g_enum_register_static ("R58LinkSrcOnLoss", values));
  return type;
}

static gboolean
fills (R58LinkSrc *self)
{
  return self->fill && self->mode == R58_LINK_RAW;
}

/* ---- statistics ---- */

static void
post_stats (R58LinkSrc *self)
{
  GST_OBJECT_LOCK (self);
  Stats stats = self->stats;
  GST_OBJECT_UNLOCK (self);
  JsonBuilder *b = r58_json_begin ();
  r58_json_int (b, "buffers", stats.buffers);
  r58_json_int (b, "synthesised", stats.synthesised);
  r58_json_int (b, "late", stats.late);
  r58_json_int (b, "skipped", stats.skipped);
  r58_json_int (b, "jumped", stats.jumped);
  r58_json_int (b, "lost", stats.lost);
  r58_json_int (b, "connects", stats.connects);
  r58_json_bool (b, "connected", stats.connected);
  r58_json_ns (b, "lastPtsNs", stats.last_pts);
  r58_post_event (GST_ELEMENT (self), "stats", b);
}

/* A thread of its own: the streaming thread may be waiting in here or stuck downstream. */
static gpointer
report (gpointer data)
{
  R58LinkSrc *self = data;
  gint64 until = g_get_monotonic_time () + STATS_INTERVAL_US;
  g_mutex_lock (&self->report_lock);
  while (!self->report_stop) {
    if (g_cond_wait_until (&self->report_cond, &self->report_lock, until))
      continue;
    until += STATS_INTERVAL_US;
    g_mutex_unlock (&self->report_lock);
    post_stats (self);
    g_mutex_lock (&self->report_lock);
  }
  g_mutex_unlock (&self->report_lock);
  return NULL;
}

static void
count (R58LinkSrc *self, guint64 *counter)
{
  GST_OBJECT_LOCK (self);
  (*counter)++;
  GST_OBJECT_UNLOCK (self);
}

/* ---- the link ---- */

static GstBuffer *
read_link (R58LinkSrc *self)
{
  if (r58_link_reader_fd (self->reader) < 0) {
    GstClockTime now = r58_now ();
    if (now < self->next_try)
      return NULL;
    if (!self->missing_since)
      self->missing_since = now;
    self->next_try = now + (now - self->missing_since < RETRY_SOON_FOR ? RETRY_SOON : RETRY_LATER);
    if (!r58_link_reader_connect (self->reader))
      return NULL;
  }
  if (g_atomic_int_compare_and_exchange (&self->key_wanted, TRUE, FALSE))
    r58_link_reader_request_key_unit (self->reader);
  GstBuffer *buffer = r58_link_reader_read (self->reader);
  if (buffer)
    self->missing_since = 0;
  R58LinkReaderStats reader;
  r58_link_reader_get_stats (self->reader, &reader);
  GST_OBJECT_LOCK (self);
  self->stats.connects = reader.connects;
  self->stats.lost = reader.lost + self->own_lost;
  self->stats.connected = r58_link_reader_caps (self->reader) != NULL;
  GST_OBJECT_UNLOCK (self);
  return buffer;
}

/* Sleeps until the link or unlock() has something, at the latest at `deadline`. */
static void
wait_link (R58LinkSrc *self, GstClockTime deadline)
{
  gint fd = r58_link_reader_fd (self->reader);
  if (fd < 0)
    deadline = MIN (deadline, self->next_try);
  struct pollfd fds[2] = {{self->wake, POLLIN, 0}, {fd, POLLIN, 0}};
  struct timespec timeout, *limit = NULL;
  if (GST_CLOCK_TIME_IS_VALID (deadline)) {
    GstClockTime now = r58_now ();
    GST_TIME_TO_TIMESPEC (deadline > now ? deadline - now : 0, timeout);
    limit = &timeout;
  }
  guint64 drained;
  if (ppoll (fds, 2, limit, NULL) > 0 && fds[0].revents && read (self->wake, &drained, sizeof drained) < 0)
    GST_LOG_OBJECT (self, "woken twice");
}

static void
wake (R58LinkSrc *self)
{
  guint64 one = 1;
  if (write (self->wake, &one, sizeof one) != sizeof one)
    GST_LOG_OBJECT (self, "is awake already");
}

/* Takes over what the writer announced where no property fixes the caps. */
static gboolean
follow_caps (R58LinkSrc *self)
{
  const gchar *text = r58_link_reader_caps (self->reader);
  if (!text || !g_strcmp0 (text, self->writer_caps))
    return TRUE;
  g_free (self->writer_caps);
  self->writer_caps = g_strdup (text);
  GstCaps *caps = gst_caps_from_string (text);
  gboolean ok = gst_base_src_set_caps (GST_BASE_SRC (self), caps);
  gst_caps_unref (caps);
  return ok;
}

/* ---- what arrives, as it arrives ---- */

/* Absolute times to the pipeline's. FALSE when the buffer lies before it and cannot be used. */
static gboolean
rebase (R58LinkSrc *self, GstBuffer *buffer)
{
  gboolean fixed = GST_CLOCK_TIME_IS_VALID (self->pts_origin);
  gint64 origin = fixed ? self->pts_origin : gst_element_get_base_time (GST_ELEMENT (self));
  if (!GST_BUFFER_PTS_IS_VALID (buffer))
    return TRUE;
  gint64 pts = GST_BUFFER_PTS (buffer) - origin;
  gint64 dts = GST_BUFFER_DTS_IS_VALID (buffer) ? (gint64) GST_BUFFER_DTS (buffer) - origin : pts;
  if (pts < 0 && (fixed || self->mode == R58_LINK_RAW))
    return FALSE;
  /* History from before this pipeline began: no time stamp can say so, and a decoder needs it all the same. It runs
   * off in small steps from 0 and meets the present, whose times are true again. */
  if (pts < 0 || self->in_history) {
    self->in_history = pts < self->history_next;
    if (self->in_history) {
      pts = dts = self->history_next;
      self->history_next += HISTORY_STEP;
    }
  }
  GST_BUFFER_PTS (buffer) = pts;
  if (GST_BUFFER_DTS_IS_VALID (buffer))
    GST_BUFFER_DTS (buffer) = MAX (dts, 0);
  return TRUE;
}

/* Another writer took over: what is missing between the two is known here alone. */
static void
note_writer (R58LinkSrc *self, GstClockTime pts)
{
  GstClockTime last = self->stats.last_pts;
  if (self->writer != self->stats.connects && self->writer != 0 && GST_CLOCK_TIME_IS_VALID (last) && pts > last) {
    JsonBuilder *b = r58_json_begin ();
    r58_json_ns (b, "fromPtsNs", last);
    r58_json_ns (b, "toPtsNs", pts);
    r58_post_event (GST_ELEMENT (self), "gap", b);
  }
  self->writer = self->stats.connects;
}

/* TRUE for a unit that viewers are better off without: they want the present, and a machine that could not keep up for
 * a while must not show them the past from then on. */
static gboolean
skip (R58LinkSrc *self, GstBuffer *buffer)
{
  GstClockTime pts = GST_BUFFER_PTS (buffer);
  if (self->mode != R58_LINK_ENCODED || self->start != R58_LINK_START_LIVE || !GST_CLOCK_TIME_IS_VALID (pts))
    return FALSE;
  GstClockTime now = r58_now (), last = self->stats.last_pts;
  gboolean behind = now > pts + LAG_MAX;
  /* A link that broke and came back begins with its last key frame. */
  if (GST_CLOCK_TIME_IS_VALID (last) && last < now && pts <= last)
    return TRUE;
  self->skipping = behind || (self->skipping && GST_BUFFER_FLAG_IS_SET (buffer, GST_BUFFER_FLAG_DELTA_UNIT));
  return self->skipping;
}

static GstFlowReturn
create_as_is (R58LinkSrc *self, GstBuffer **out)
{
  while (!g_atomic_int_get (&self->flushing)) {
    GstBuffer *buffer = read_link (self);
    if (!buffer) {
      wait_link (self, GST_CLOCK_TIME_NONE);
      continue;
    }
    GstClockTime absolute = GST_BUFFER_PTS (buffer);
    if (skip (self, buffer)) {
      count (self, &self->stats.skipped);
      self->skipped = TRUE;
      gst_buffer_unref (buffer);
      continue;
    }
    if (self->skipped)
      GST_BUFFER_FLAG_SET (buffer, GST_BUFFER_FLAG_DISCONT);
    self->skipped = FALSE;
    if (self->mode == R58_LINK_ENCODED)
      note_writer (self, absolute);
    if (!rebase (self, buffer)) {
      count (self, &self->stats.late);
      gst_buffer_unref (buffer);
      continue;
    }
    if ((self->mode == R58_LINK_ENCODED || !self->caps) && !follow_caps (self)) {
      gst_buffer_unref (buffer);
      return GST_FLOW_NOT_NEGOTIATED;
    }
    GST_OBJECT_LOCK (self);
    self->stats.buffers++;
    self->stats.last_pts = absolute;
    GST_OBJECT_UNLOCK (self);
    *out = buffer;
    return GST_FLOW_OK;
  }
  return GST_FLOW_FLUSHING;
}

/* ---- one buffer per grid slot ---- */

static GstClockTime
slot_time (R58LinkSrc *self, guint64 k)
{
  return r58_grid_time (k, self->grid_n, self->grid_d);
}

/* The nearest slot. */
static guint64
slot_of (R58LinkSrc *self, GstClockTime t)
{
  return r58_grid_index (t + slot_time (self, 1) / 2, self->grid_n, self->grid_d);
}

static GstBuffer *
stamp (R58LinkSrc *self, GstBuffer *buffer)
{
  guint64 k = self->next++;
  GstClockTime t = slot_time (self, k);
  self->begun = TRUE;
  GST_BUFFER_PTS (buffer) = t - gst_element_get_base_time (GST_ELEMENT (self));
  GST_BUFFER_DTS (buffer) = GST_CLOCK_TIME_NONE;
  GST_BUFFER_DURATION (buffer) = slot_time (self, k + 1) - t;
  GST_BUFFER_OFFSET (buffer) = k;
  GST_BUFFER_OFFSET_END (buffer) = k + 1;
  /* What the link lost was filled in: for those below the stream goes on. */
  if (self->jumped)
    GST_BUFFER_FLAG_SET (buffer, GST_BUFFER_FLAG_DISCONT);
  else
    GST_BUFFER_FLAG_UNSET (buffer, GST_BUFFER_FLAG_DISCONT);
  self->jumped = FALSE;
  return buffer;
}

static GstBuffer *
emit_arrived (R58LinkSrc *self)
{
  GstBuffer *buffer = stamp (self, g_steal_pointer (&self->arrived));
  if (!self->audio) {
    gst_buffer_replace (&self->last, buffer);
    self->last_time = slot_time (self, self->arrived_k);
  }
  GST_OBJECT_LOCK (self);
  self->stats.buffers++;
  self->stats.last_pts = slot_time (self, self->arrived_k);
  GST_OBJECT_UNLOCK (self);
  return buffer;
}

static GstBuffer *
emit_stand_in (R58LinkSrc *self)
{
  if (self->last && self->on_loss != ON_LOSS_HOLD &&
      slot_time (self, self->next) >= self->last_time + self->hold_ms * GST_MSECOND)
    gst_clear_buffer (&self->last);
  count (self, &self->stats.synthesised);
  return stamp (self, gst_buffer_copy (self->last ? self->last : self->spare));
}

/* Finds the slot of a buffer from the link; one that has none any more is dropped and counted. */
static void
place (R58LinkSrc *self, GstBuffer *buffer, GstClockTime now)
{
  GstClockTime t = GST_BUFFER_PTS_IS_VALID (buffer) ? GST_BUFFER_PTS (buffer) : now;
  if (gst_buffer_get_size (buffer) != self->unit_size || t > now + AHEAD_MAX) {
    self->own_lost++;
    gst_buffer_unref (buffer);
    return;
  }
  guint64 k = slot_of (self, t);
  if (!self->begun && slot_time (self, k) >= gst_element_get_base_time (GST_ELEMENT (self)))
    self->next = k;
  if (k < self->next) {
    count (self, &self->stats.late);
    gst_buffer_unref (buffer);
    return;
  }
  self->arrived = buffer;
  self->arrived_k = k;
}

/* This process stood still, or those below did: what would be made up for goes back too far. */
static void
jump (R58LinkSrc *self, guint64 present)
{
  if (slot_time (self, present) <= slot_time (self, self->next) + self->grace_ms * GST_MSECOND + LAG_MAX)
    return;
  GST_WARNING_OBJECT (self, "left out %" G_GUINT64_FORMAT " slots", present - self->next);
  GST_OBJECT_LOCK (self);
  self->stats.jumped += present - self->next;
  GST_OBJECT_UNLOCK (self);
  self->next = present;
  self->jumped = TRUE;
}

static GstFlowReturn
create_on_grid (R58LinkSrc *self, GstBuffer **out)
{
  while (!g_atomic_int_get (&self->flushing)) {
    GstClockTime now = r58_now ();
    if (g_atomic_int_compare_and_exchange (&self->restart, TRUE, FALSE)) {
      /* Slots that passed while the pipeline did not play do not count. */
      gst_clear_buffer (&self->arrived);
      self->next = r58_grid_index (now, self->grid_n, self->grid_d) + 1;
      self->begun = FALSE;
    }
    jump (self, self->arrived ? self->arrived_k : r58_grid_index (now, self->grid_n, self->grid_d));
    if (self->arrived) {
      /* A link keeps the order: what lies before the arrived one will not come. */
      *out = self->arrived_k == self->next ? emit_arrived (self) : emit_stand_in (self);
      return GST_FLOW_OK;
    }
    GstBuffer *buffer = read_link (self);
    if (buffer) {
      place (self, buffer, now);
      continue;
    }
    GstClockTime deadline = slot_time (self, self->next) + self->grace_ms * GST_MSECOND;
    if (now >= deadline) {
      *out = emit_stand_in (self);
      return GST_FLOW_OK;
    }
    wait_link (self, deadline);
  }
  return GST_FLOW_FLUSHING;
}

static GstFlowReturn
link_src_create (GstPushSrc *push, GstBuffer **out)
{
  R58LinkSrc *self = LINK_SRC (push);
  return fills (self) ? create_on_grid (self, out) : create_as_is (self, out);
}

/* ---- start and stop ---- */

static GstBuffer *
black_picture (const GstVideoInfo *video)
{
  GstBuffer *buffer = gst_buffer_new_allocate (NULL, GST_VIDEO_INFO_SIZE (video), NULL);
  /* Planar YUV of limited range, the raw format of all links. */
  gsize luma = GST_VIDEO_INFO_PLANE_OFFSET (video, 1);
  gst_buffer_memset (buffer, 0, 16, luma);
  gst_buffer_memset (buffer, luma, 128, GST_VIDEO_INFO_SIZE (video) - luma);
  return buffer;
}

static GstBuffer *
slate_picture (R58LinkSrc *self, const GstVideoInfo *video)
{
  gchar *data;
  gsize size;
  GError *error = NULL;
  if (!self->slate || !g_file_get_contents (self->slate, &data, &size, &error)) {
    GST_ELEMENT_WARNING (self, RESOURCE, OPEN_READ, ("slate: %s", error ? error->message : "no file is set"), (NULL));
    g_clear_error (&error);
    return NULL;
  }
  if (size == GST_VIDEO_INFO_SIZE (video))
    return gst_buffer_new_wrapped (data, size);
  GST_ELEMENT_WARNING (self, RESOURCE, READ, ("slate: %s has %" G_GSIZE_FORMAT " bytes, a frame has %" G_GSIZE_FORMAT,
          self->slate, size, GST_VIDEO_INFO_SIZE (video)), (NULL));
  g_free (data);
  return NULL;
}

/* What a slot is and what stands in for it, from the caps. */
static gboolean
prepare_grid (R58LinkSrc *self)
{
  GstVideoInfo video;
  GstAudioInfo audio;
  if (!self->caps || !gst_caps_is_fixed (self->caps))
    return FALSE;
  self->audio = gst_structure_has_name (gst_caps_get_structure (self->caps, 0), "audio/x-raw");
  if (self->audio) {
    if (!gst_audio_info_from_caps (&audio, self->caps) || GST_AUDIO_INFO_RATE (&audio) != R58_RATE)
      return FALSE;
    self->grid_n = R58_RATE / R58_BLOCK;
    self->grid_d = 1;
    self->unit_size = (gsize) R58_BLOCK * GST_AUDIO_INFO_BPF (&audio);
    self->spare = gst_buffer_new_allocate (NULL, self->unit_size, NULL);
    gst_buffer_memset (self->spare, 0, 0, self->unit_size);
    return TRUE;
  }
  if (!gst_video_info_from_caps (&video, self->caps) || GST_VIDEO_INFO_FPS_N (&video) == 0 ||
      GST_VIDEO_INFO_N_PLANES (&video) < 2)
    return FALSE;
  self->grid_n = GST_VIDEO_INFO_FPS_N (&video);
  self->grid_d = GST_VIDEO_INFO_FPS_D (&video);
  self->unit_size = GST_VIDEO_INFO_SIZE (&video);
  if (self->on_loss == ON_LOSS_SLATE)
    self->spare = slate_picture (self, &video);
  if (!self->spare)
    self->spare = black_picture (&video);
  return TRUE;
}

static gboolean
link_src_start (GstBaseSrc *base)
{
  R58LinkSrc *self = LINK_SRC (base);
  if (!self->address || !*self->address) {
    GST_ELEMENT_ERROR (self, RESOURCE, SETTINGS, ("the link has no address"), (NULL));
    return FALSE;
  }
  if (fills (self) && !prepare_grid (self)) {
    GST_ELEMENT_ERROR (self, RESOURCE, SETTINGS, ("fill needs fixed caps: planar raw video with a frame rate, or raw "
            "audio at %d Hz", R58_RATE), (NULL));
    return FALSE;
  }
  self->reader = r58_link_reader_new (self->address, self->caps, self->hold,
      self->mode == R58_LINK_ENCODED ? self->start : R58_LINK_START_LIVE, self->start_pts);
  self->missing_since = self->next_try = 0;
  self->in_history = self->skipped = self->jumped = FALSE;
  self->history_next = 0;
  self->own_lost = 0;
  self->stats = (Stats) {.last_pts = GST_CLOCK_TIME_NONE};
  self->report_stop = FALSE;
  self->reporter = g_thread_new ("r58linksrc", report, self);
  return TRUE;
}

static gboolean
link_src_stop (GstBaseSrc *base)
{
  R58LinkSrc *self = LINK_SRC (base);
  if (!self->reader)
    return TRUE;
  g_mutex_lock (&self->report_lock);
  self->report_stop = TRUE;
  g_cond_signal (&self->report_cond);
  g_mutex_unlock (&self->report_lock);
  g_thread_join (self->reporter);
  gst_clear_buffer (&self->arrived);
  gst_clear_buffer (&self->last);
  gst_clear_buffer (&self->spare);
  g_clear_pointer (&self->reader, r58_link_reader_free);
  g_clear_pointer (&self->writer_caps, g_free);
  return TRUE;
}

static gboolean
link_src_unlock (GstBaseSrc *base)
{
  g_atomic_int_set (&LINK_SRC (base)->flushing, TRUE);
  wake (LINK_SRC (base));
  return TRUE;
}

static gboolean
link_src_unlock_stop (GstBaseSrc *base)
{
  g_atomic_int_set (&LINK_SRC (base)->flushing, FALSE);
  return TRUE;
}

static GstStateChangeReturn
link_src_change_state (GstElement *element, GstStateChange transition)
{
  if (transition == GST_STATE_CHANGE_NULL_TO_READY)
    r58_force_clock (element);
  else if (transition == GST_STATE_CHANGE_PAUSED_TO_PLAYING)
    g_atomic_int_set (&LINK_SRC (element)->restart, TRUE);
  return GST_ELEMENT_CLASS (r58_link_src_parent_class)->change_state (element, transition);
}

/* ---- GstBaseSrc ---- */

static GstCaps *
link_src_get_caps (GstBaseSrc *base, GstCaps *filter)
{
  R58LinkSrc *self = LINK_SRC (base);
  GST_OBJECT_LOCK (self);
  GstCaps *caps = self->caps ? gst_caps_ref (self->caps) : gst_caps_new_any ();
  GST_OBJECT_UNLOCK (self);
  if (filter) {
    GstCaps *both = gst_caps_intersect_full (filter, caps, GST_CAPS_INTERSECT_FIRST);
    gst_caps_unref (caps);
    return both;
  }
  return caps;
}

static gboolean
link_src_negotiate (GstBaseSrc *base)
{
  R58LinkSrc *self = LINK_SRC (base);
  /* Encoded streams have more in their caps than a property would say; they follow the writer. */
  if (self->mode == R58_LINK_ENCODED || !self->caps)
    return TRUE;
  return gst_base_src_set_caps (base, self->caps);
}

static gboolean
link_src_query (GstBaseSrc *base, GstQuery *query)
{
  R58LinkSrc *self = LINK_SRC (base);
  if (GST_QUERY_TYPE (query) != GST_QUERY_LATENCY)
    return GST_BASE_SRC_CLASS (r58_link_src_parent_class)->query (base, query);
  if (!fills (self) || !self->grid_n) {
    gst_query_set_latency (query, TRUE, 0, GST_CLOCK_TIME_NONE);
    return TRUE;
  }
  /* A frame is passed on when it arrives, within the slot after its time; only a stand-in takes `grace`. A sink that
   * waited for that would pay in every frame for what happens when a source is lost. */
  GstClockTime min = slot_time (self, 1);
  gst_query_set_latency (query, TRUE, min, MAX (min, self->grace_ms * GST_MSECOND));
  return TRUE;
}

static void
want_key_unit (R58LinkSrc *self)
{
  g_atomic_int_set (&self->key_wanted, TRUE);
  wake (self);
}

static gboolean
link_src_event (GstBaseSrc *base, GstEvent *event)
{
  if (GST_EVENT_TYPE (event) == GST_EVENT_CUSTOM_UPSTREAM && gst_video_event_is_force_key_unit (event)) {
    want_key_unit (LINK_SRC (base));
    return TRUE;
  }
  return GST_BASE_SRC_CLASS (r58_link_src_parent_class)->event (base, event);
}

/* ---- properties ---- */

static void
command (R58LinkSrc *self, const gchar *text)
{
  JsonObject *object;
  const gchar *op;
  JsonParser *parser = r58_command_parse (GST_ELEMENT (self), text, &object, &op);
  if (!parser)
    return;
  if (g_str_equal (op, "key-unit"))
    want_key_unit (self);
  else
    r58_command_refuse (GST_ELEMENT (self), op, r58_member_string (object, "id", NULL), "unknown op");
  g_object_unref (parser);
}

static void
link_src_set_property (GObject *object, guint id, const GValue *value, GParamSpec *spec)
{
  R58LinkSrc *self = LINK_SRC (object);
  switch (id) {
    case PROP_ADDRESS:
      g_free (self->address);
      self->address = g_value_dup_string (value);
      break;
    case PROP_CAPS:
      GST_OBJECT_LOCK (self);
      gst_caps_replace (&self->caps, (GstCaps *) gst_value_get_caps (value));
      GST_OBJECT_UNLOCK (self);
      break;
    case PROP_MODE:
      self->mode = g_value_get_enum (value);
      break;
    case PROP_FILL:
      self->fill = g_value_get_boolean (value);
      break;
    case PROP_GRACE_MS:
      self->grace_ms = g_value_get_uint (value);
      break;
    case PROP_ON_LOSS:
      self->on_loss = g_value_get_enum (value);
      break;
    case PROP_HOLD_MS:
      self->hold_ms = g_value_get_uint (value);
      break;
    case PROP_SLATE:
      g_free (self->slate);
      self->slate = g_value_dup_string (value);
      break;
    case PROP_HOLD:
      self->hold = g_value_get_uint (value);
      break;
    case PROP_START:
      self->start = g_value_get_enum (value);
      break;
    case PROP_START_PTS:
      self->start_pts = g_value_get_uint64 (value);
      break;
    case PROP_PTS_ORIGIN:
      self->pts_origin = g_value_get_uint64 (value);
      break;
    case PROP_COMMAND:
      command (self, g_value_get_string (value));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, spec);
  }
}

static void
link_src_get_property (GObject *object, guint id, GValue *value, GParamSpec *spec)
{
  R58LinkSrc *self = LINK_SRC (object);
  switch (id) {
    case PROP_ADDRESS:
      g_value_set_string (value, self->address);
      break;
    case PROP_CAPS:
      GST_OBJECT_LOCK (self);
      gst_value_set_caps (value, self->caps);
      GST_OBJECT_UNLOCK (self);
      break;
    case PROP_MODE:
      g_value_set_enum (value, self->mode);
      break;
    case PROP_FILL:
      g_value_set_boolean (value, self->fill);
      break;
    case PROP_GRACE_MS:
      g_value_set_uint (value, self->grace_ms);
      break;
    case PROP_ON_LOSS:
      g_value_set_enum (value, self->on_loss);
      break;
    case PROP_HOLD_MS:
      g_value_set_uint (value, self->hold_ms);
      break;
    case PROP_SLATE:
      g_value_set_string (value, self->slate);
      break;
    case PROP_HOLD:
      g_value_set_uint (value, self->hold);
      break;
    case PROP_START:
      g_value_set_enum (value, self->start);
      break;
    case PROP_START_PTS:
      g_value_set_uint64 (value, self->start_pts);
      break;
    case PROP_PTS_ORIGIN:
      g_value_set_uint64 (value, self->pts_origin);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, spec);
  }
}

static void
link_src_finalize (GObject *object)
{
  R58LinkSrc *self = LINK_SRC (object);
  g_free (self->address);
  g_free (self->slate);
  gst_clear_caps (&self->caps);
  close (self->wake);
  g_mutex_clear (&self->report_lock);
  g_cond_clear (&self->report_cond);
  G_OBJECT_CLASS (r58_link_src_parent_class)->finalize (object);
}

#define RW (G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_READY)

static void
r58_link_src_class_init (R58LinkSrcClass *klass)
{
  GObjectClass *object = G_OBJECT_CLASS (klass);
  GstElementClass *element = GST_ELEMENT_CLASS (klass);
  GstBaseSrcClass *base = GST_BASE_SRC_CLASS (klass);

  object->set_property = link_src_set_property;
  object->get_property = link_src_get_property;
  object->finalize = link_src_finalize;
  element->change_state = link_src_change_state;
  base->start = link_src_start;
  base->stop = link_src_stop;
  base->unlock = link_src_unlock;
  base->unlock_stop = link_src_unlock_stop;
  base->get_caps = link_src_get_caps;
  base->negotiate = link_src_negotiate;
  base->query = link_src_query;
  base->event = link_src_event;
  klass->create = link_src_create;

  g_object_class_install_property (object, PROP_ADDRESS, g_param_spec_string ("address", "Address",
          "Name of the abstract UNIX socket of the writer", NULL, RW));
  g_object_class_install_property (object, PROP_CAPS, g_param_spec_boxed ("caps", "Caps",
          "What the stream must be (a writer of other caps is refused); fixed caps are needed for fill", GST_TYPE_CAPS,
          RW));
  g_object_class_install_property (object, PROP_MODE, g_param_spec_enum ("mode", "Mode",
          "As of the writer", r58_link_mode_get_type (), R58_LINK_RAW, RW));
  g_object_class_install_property (object, PROP_FILL, g_param_spec_boolean ("fill", "Fill",
          "Raw mode: one buffer per slot of the machine's grid whatever arrives; otherwise only what arrives", TRUE,
          RW));
  g_object_class_install_property (object, PROP_GRACE_MS, g_param_spec_uint ("grace-ms", "Grace",
          "Milliseconds after its time at which a missing buffer is replaced", 0, 10000, 250, RW));
  g_object_class_install_property (object, PROP_ON_LOSS, g_param_spec_enum ("on-loss", "On loss",
          "What replaces missing pictures (sound: silence)", on_loss_get_type (), ON_LOSS_HOLD, RW));
  g_object_class_install_property (object, PROP_HOLD_MS, g_param_spec_uint ("hold-ms", "Hold",
          "Milliseconds the last picture stands before black or the slate", 0, G_MAXUINT, 2000, RW));
  g_object_class_install_property (object, PROP_SLATE, g_param_spec_string ("slate", "Slate",
          "File with one raw frame of these caps", NULL, RW));
  g_object_class_install_property (object, PROP_HOLD, g_param_spec_uint ("hold", "Hold buffers",
          "Frames of the writer that may be in use here at one time, this element's last one included", 1, 16, 4, RW));
  g_object_class_install_property (object, PROP_START, g_param_spec_enum ("start", "Start",
          "Encoded mode: where to begin", r58_link_start_get_type (), R58_LINK_START_LIVE, RW));
  g_object_class_install_property (object, PROP_START_PTS, g_param_spec_uint64 ("start-pts", "Start PTS",
          "Absolute nanoseconds, for start=pts", 0, G_MAXUINT64, 0, RW));
  g_object_class_install_property (object, PROP_PTS_ORIGIN, g_param_spec_uint64 ("pts-origin", "PTS origin",
          "Absolute nanoseconds that become 0 in place of the base time; what is older is dropped. For pipelines that "
          "do not follow the clock, such as a recorder's", 0, G_MAXUINT64, GST_CLOCK_TIME_NONE, RW));
  g_object_class_install_property (object, PROP_COMMAND, g_param_spec_string ("command", "Command",
          "JSON: {\"op\":\"key-unit\"} asks the writer's encoder for a key frame", NULL,
          G_PARAM_WRITABLE | G_PARAM_STATIC_STRINGS));

  gst_element_class_add_static_pad_template (element, &src_template);
  gst_element_class_set_static_metadata (element, "R58 link source", "Source/Network",
      "Takes a stream from an r58linksink of another process; reconnects for ever. Events: stats {buffers, "
      "synthesised, late, skipped, jumped, lost, connects, connected, lastPtsNs} every 500 ms; gap {fromPtsNs, toPtsNs} "
      "between the encoded units of two writers; refused {op, id, reason}", "R58 Studio");
  gst_type_mark_as_plugin_api (on_loss_get_type (), 0);
  gst_type_mark_as_plugin_api (r58_link_start_get_type (), 0);
  GST_DEBUG_CATEGORY_INIT (linksrc_debug, "r58linksrc", 0, "R58 link source");
}

static void
r58_link_src_init (R58LinkSrc *self)
{
  self->fill = TRUE;
  self->grace_ms = 250;
  self->hold_ms = 2000;
  self->hold = 4;
  self->pts_origin = GST_CLOCK_TIME_NONE;
  self->stats.last_pts = GST_CLOCK_TIME_NONE;
  self->wake = eventfd (0, EFD_CLOEXEC | EFD_NONBLOCK);
  g_mutex_init (&self->report_lock);
  g_cond_init (&self->report_cond);
  gst_base_src_set_live (GST_BASE_SRC (self), TRUE);
  gst_base_src_set_format (GST_BASE_SRC (self), GST_FORMAT_TIME);
}

gboolean
r58_linksrc_register (GstPlugin *plugin)
{
  return gst_element_register (plugin, "r58linksrc", GST_RANK_NONE, r58_link_src_get_type ());
}
