/* A live source of known pictures and sounds: every pixel, time and phase is predictable, so that tests and people can tell
 * what happened to it downstream. */
#include "capture/testpicture.h"
#include "common/element.h"

#include <math.h>
#include <string.h>

GST_DEBUG_CATEGORY_STATIC (r58_testsrc_debug);
#define GST_CAT_DEFAULT r58_testsrc_debug

/* Links give up on a frame after 250 ms (grace of r58linksrc): what is later is skipped, not sent. */
#define LATE_MAX (250 * GST_MSECOND)
#define STATS_EVERY (500 * GST_MSECOND)

#define TONE_PEAK 0.1 /* -20 dBFS */
#define BEEP_PEAK 0.25
#define FLASH_NS (100 * GST_MSECOND) /* of each whole monotonic second */

typedef struct _R58TestSrc R58TestSrc;

/* One pad and its thread. Numbers count on the pad's grid: frames of the canvas or blocks of 10 ms. */
typedef struct {
  R58TestSrc *src;
  GstPad *pad;
  gboolean flushing; /* src->lock */
  gboolean opened;   /* stream-start, caps and segment are out */
  gboolean discont;
  guint64 next;      /* 0: take the present */
  guint64 pushed, skipped;
  GstClockTime last; /* absolute time of the last one pushed */
  GstFlowReturn flow;
} Stream;

struct _R58TestSrc {
  GstElement parent;
  Stream video, audio;

  GMutex lock; /* playing, flushing, frozen, ending, counters */
  GCond changed;
  gboolean playing, frozen, ending;
  guint64 unpooled;
  GstClockTime stats_at;

  GstCaps *caps; /* object lock, as the other settings */
  guint32 rgb;
  gdouble tone_hz, beep_hz;
  gchar *label;
  gboolean flash;
  gboolean stale; /* `still` no longer shows the settings */

  GstVideoInfo info;
  GstBuffer *still; /* what is the same in every frame */
  guint painting;   /* number of `still`, from 1 */
  GstBufferPool *pool;
  gboolean kept;    /* nobody downstream writes into the pool's memory */
};

typedef struct {
  GstElementClass parent;
} R58TestSrcClass;

GType r58_test_src_get_type (void);
G_DEFINE_TYPE (R58TestSrc, r58_test_src, GST_TYPE_ELEMENT)
#define R58_TEST_SRC(o) ((R58TestSrc *) (o))

enum { PROP_0, PROP_VIDEO_CAPS, PROP_COLOUR, PROP_TONE_HZ, PROP_LABEL, PROP_FLASH, PROP_BEEP_HZ, PROP_COMMAND };

#define DEFAULT_CAPS \
  "video/x-raw,format=I420,width=1280,height=720,framerate=30/1,pixel-aspect-ratio=1/1," \
  "interlace-mode=progressive,colorimetry=bt709"

static GstStaticPadTemplate video_template = GST_STATIC_PAD_TEMPLATE ("video", GST_PAD_SRC, GST_PAD_ALWAYS,
    GST_STATIC_CAPS ("video/x-raw,format=I420,width=[160,16384],height=[90,16384],framerate=[1/1,240/1]"));
static GstStaticPadTemplate audio_template = GST_STATIC_PAD_TEMPLATE ("audio", GST_PAD_SRC, GST_PAD_ALWAYS,
    GST_STATIC_CAPS (R58_AUDIO_CAPS));

/* ---- buffers ---- */

/* Which painting of the still picture lies in a memory already. */
static GQuark
painting_quark (void)
{
  return g_quark_from_static_string ("r58-test-painting");
}

static void
drop_pool (R58TestSrc *self)
{
  if (self->pool)
    gst_buffer_pool_set_active (self->pool, FALSE);
  gst_clear_object (&self->pool);
}

/* Uses the slots that downstream offers, so that each frame is painted in place; otherwise its own pool. */
static void
take_pool (R58TestSrc *self)
{
  GstCaps *caps = gst_video_info_to_caps (&self->info);
  GstQuery *query = gst_query_new_allocation (caps, TRUE);
  GstAllocator *allocator = NULL;
  GstAllocationParams params;
  guint size = 0, min = 0, max = 0;

  drop_pool (self);
  if (!gst_pad_peer_query (self->video.pad, query))
    GST_DEBUG_OBJECT (self, "downstream offers no memory");
  if (gst_query_get_n_allocation_pools (query) > 0)
    gst_query_parse_nth_allocation_pool (query, 0, &self->pool, &size, &min, &max);
  gst_allocation_params_init (&params);
  if (gst_query_get_n_allocation_params (query) > 0)
    gst_query_parse_nth_allocation_param (query, 0, &allocator, &params);
  if (!self->pool) {
    self->pool = gst_video_buffer_pool_new ();
    max = 0;
  }
  GstStructure *config = gst_buffer_pool_get_config (self->pool);
  gst_buffer_pool_config_set_params (config, caps, MAX (size, (guint) self->info.size), min, max);
  if (allocator)
    gst_buffer_pool_config_set_allocator (config, allocator, &params);
  if (gst_query_find_allocation_meta (query, GST_VIDEO_META_API_TYPE, NULL) &&
      gst_buffer_pool_has_option (self->pool, GST_BUFFER_POOL_OPTION_VIDEO_META))
    gst_buffer_pool_config_add_option (config, GST_BUFFER_POOL_OPTION_VIDEO_META);
  if (!gst_buffer_pool_set_config (self->pool, config) || !gst_buffer_pool_set_active (self->pool, TRUE)) {
    GST_WARNING_OBJECT (self, "the pool of downstream cannot be used");
    gst_clear_object (&self->pool);
  }
  /* A sink only reads, so that its slots still hold what was painted when they come back: repainting only what moves
   * costs a quarter of a copy. */
  GstPad *peer = gst_pad_get_peer (self->video.pad);
  GstElement *next = peer ? gst_pad_get_parent_element (peer) : NULL;
  self->kept = next && GST_OBJECT_FLAG_IS_SET (next, GST_ELEMENT_FLAG_SINK) && !GST_IS_BIN (next);
  gst_clear_object (&next);
  gst_clear_object (&peer);
  gst_clear_object (&allocator);
  gst_query_unref (query);
  gst_caps_unref (caps);
}

static GstBuffer *
make_frame (R58TestSrc *self, guint64 k, GstClockTime t)
{
  const GstBufferPoolAcquireParams now = { .flags = GST_BUFFER_POOL_ACQUIRE_FLAG_DONTWAIT };
  GstBuffer *buffer = NULL;
  GstVideoFrame to, from;
  guint32 rgb;
  gchar *label = NULL;

  GST_OBJECT_LOCK (self);
  gboolean flash = self->flash && t % GST_SECOND < FLASH_NS;
  rgb = self->rgb;
  if (self->stale)
    label = g_strdup (self->label);
  self->stale = FALSE;
  GST_OBJECT_UNLOCK (self);
  if (label) {
    if (gst_video_frame_map (&to, &self->info, self->still, GST_MAP_WRITE)) {
      r58_test_picture_still (&to, rgb, label);
      gst_video_frame_unmap (&to);
    }
    self->painting++;
  }
  g_free (label);

  /* All slots may be with readers: a frame in plain memory is copied later and counted, the cadence stays. */
  if (!self->pool ||
      gst_buffer_pool_acquire_buffer (self->pool, &buffer, (GstBufferPoolAcquireParams *) &now) != GST_FLOW_OK) {
    buffer = gst_buffer_new_allocate (NULL, self->info.size, NULL);
    g_mutex_lock (&self->lock);
    self->unpooled++;
    g_mutex_unlock (&self->lock);
  }
  GstMiniObject *memory = GST_MINI_OBJECT (gst_buffer_peek_memory (buffer, 0));
  gboolean painted = self->kept &&
      GPOINTER_TO_UINT (gst_mini_object_get_qdata (memory, painting_quark ())) == self->painting;
  if (gst_video_frame_map (&to, &self->info, buffer, GST_MAP_WRITE)) {
    if (painted) {
      r58_test_picture_clear (&to);
    } else if (gst_video_frame_map (&from, &self->info, self->still, GST_MAP_READ)) {
      gst_video_frame_copy (&to, &from);
      gst_video_frame_unmap (&from);
      gst_mini_object_set_qdata (memory, painting_quark (), GUINT_TO_POINTER (self->painting), NULL);
    }
    r58_test_picture_moving (&to, k, flash);
    gst_video_frame_unmap (&to);
  }
  GST_BUFFER_OFFSET (buffer) = k;
  return buffer;
}

/* Adds `count` samples of a sine to both channels; `n` is the number of the first on the sample grid, from which the
 * phase follows, so that the tone goes on unbroken when the process is restarted. */
static void
add_sine (gfloat *out, gint count, guint64 n, gdouble hz, gdouble peak)
{
  gdouble phase = 2 * G_PI * fmod (hz * n, R58_RATE) / R58_RATE, step = 2 * G_PI * hz / R58_RATE;
  gdouble s = sin (phase), c = cos (phase), sin_step = sin (step), cos_step = cos (step);
  for (gint i = 0; i < count; i++) {
    gfloat value = (gfloat) (peak * s);
    out[2 * i] += value;
    out[2 * i + 1] += value;
    gdouble turned = s * cos_step + c * sin_step;
    c = c * cos_step - s * sin_step;
    s = turned;
  }
}

static GstBuffer *
make_block (R58TestSrc *self, guint64 block, GstClockTime t)
{
  gfloat *samples = g_new0 (gfloat, R58_BLOCK * R58_CHANNELS);
  GST_OBJECT_LOCK (self);
  gdouble hz = self->tone_hz, beep_hz = self->beep_hz;
  gboolean beep = self->flash && t % GST_SECOND < FLASH_NS;
  GST_OBJECT_UNLOCK (self);
  if (hz > 0)
    add_sine (samples, R58_BLOCK, block * R58_BLOCK, hz, TONE_PEAK);
  if (beep)
    add_sine (samples, R58_BLOCK, block * R58_BLOCK, beep_hz, BEEP_PEAK);
  GstBuffer *buffer = gst_buffer_new_wrapped (samples, R58_BLOCK * R58_CHANNELS * sizeof (gfloat));
  GST_BUFFER_OFFSET (buffer) = block * R58_BLOCK;
  GST_BUFFER_OFFSET_END (buffer) = (block + 1) * R58_BLOCK;
  return buffer;
}

/* ---- the threads ---- */

static GstClockTime
time_of (Stream *s, guint64 number)
{
  if (s == &s->src->audio)
    return number * R58_BLOCK_NS;
  return r58_grid_time (number, GST_VIDEO_INFO_FPS_N (&s->src->info), GST_VIDEO_INFO_FPS_D (&s->src->info));
}

static guint64
number_at (Stream *s, GstClockTime t)
{
  if (s == &s->src->audio)
    return t / R58_BLOCK_NS;
  return r58_grid_index (t, GST_VIDEO_INFO_FPS_N (&s->src->info), GST_VIDEO_INFO_FPS_D (&s->src->info));
}

static void
post_stats (R58TestSrc *self, GstClockTime now)
{
  g_mutex_lock (&self->lock);
  if (now < self->stats_at) {
    g_mutex_unlock (&self->lock);
    return;
  }
  self->stats_at = now + STATS_EVERY;
  JsonBuilder *b = r58_json_begin ();
  r58_json_int (b, "frames", (gint64) self->video.pushed);
  r58_json_int (b, "skippedFrames", (gint64) self->video.skipped);
  r58_json_int (b, "unpooledFrames", (gint64) self->unpooled);
  r58_json_int (b, "blocks", (gint64) self->audio.pushed);
  r58_json_int (b, "skippedBlocks", (gint64) self->audio.skipped);
  r58_json_ns (b, "lastPtsNs", self->video.last);
  r58_json_ns (b, "lastAudioPtsNs", self->audio.last);
  g_mutex_unlock (&self->lock);
  r58_post_event (GST_ELEMENT (self), "stats", b);
}

/* Sleeps until the next frame or block is due. FALSE: stop here (`*end`: after an EOS). */
static gboolean
wait_next (Stream *s, guint64 *number, gboolean *end)
{
  R58TestSrc *self = s->src;
  gboolean go = FALSE;
  g_mutex_lock (&self->lock);
  while (!s->flushing && !self->ending) {
    if (!self->playing || self->frozen) {
      g_cond_wait (&self->changed, &self->lock);
      continue;
    }
    GstClockTime now = r58_now ();
    if (s->next == 0) {
      s->next = number_at (s, now) + 1;
      s->discont = TRUE;
    }
    GstClockTime due = time_of (s, s->next);
    if (due + LATE_MAX < now) {
      guint64 present = number_at (s, now);
      GST_WARNING_OBJECT (s->pad, "late by %" GST_TIME_FORMAT, GST_TIME_ARGS (now - due));
      s->skipped += present - s->next;
      s->next = present;
      s->discont = TRUE;
    } else if (due <= now) {
      *number = s->next++;
      go = TRUE;
      break;
    } else {
      /* GLib's monotonic clock is the system clock's, in µs. */
      g_cond_wait_until (&self->changed, &self->lock, (gint64) ((due + 999) / 1000));
    }
  }
  *end = !s->flushing && self->ending;
  g_mutex_unlock (&self->lock);
  return go;
}

static void
open_stream (Stream *s)
{
  GstCaps *caps =
      s == &s->src->video ? gst_video_info_to_caps (&s->src->info) : gst_caps_from_string (R58_AUDIO_CAPS);
  GstSegment segment;
  gchar *id = gst_pad_create_stream_id (s->pad, GST_ELEMENT (s->src), GST_PAD_NAME (s->pad));
  gst_pad_push_event (s->pad, gst_event_new_stream_start (id));
  g_free (id);
  gst_pad_push_event (s->pad, gst_event_new_caps (caps));
  gst_caps_unref (caps);
  gst_segment_init (&segment, GST_FORMAT_TIME);
  gst_pad_push_event (s->pad, gst_event_new_segment (&segment));
  s->opened = TRUE;
}

static void
end_stream (Stream *s, GstFlowReturn flow)
{
  R58TestSrc *self = s->src;
  gst_pad_pause_task (s->pad);
  g_mutex_lock (&self->lock);
  s->flow = flow;
  gboolean useless = self->video.flow == GST_FLOW_NOT_LINKED && self->audio.flow == GST_FLOW_NOT_LINKED;
  g_mutex_unlock (&self->lock);
  GST_DEBUG_OBJECT (s->pad, "ends: %s", gst_flow_get_name (flow));
  if (flow == GST_FLOW_EOS) {
    gst_pad_push_event (s->pad, gst_event_new_eos ());
  } else if (useless || flow < GST_FLOW_EOS) {
    GST_ELEMENT_FLOW_ERROR (self, flow);
    gst_pad_push_event (s->pad, gst_event_new_eos ());
  }
}

static void
stream_loop (gpointer data)
{
  Stream *s = data;
  R58TestSrc *self = s->src;
  gboolean video = s == &self->video, end;
  guint64 number;

  if (!wait_next (s, &number, &end)) {
    if (end)
      end_stream (s, GST_FLOW_EOS);
    else
      gst_pad_pause_task (s->pad);
    return;
  }
  if (!s->opened)
    open_stream (s);
  if (gst_pad_check_reconfigure (s->pad) && video)
    take_pool (self);

  GstClockTime t = time_of (s, number), base = gst_element_get_base_time (GST_ELEMENT (self));
  GstBuffer *buffer = video ? make_frame (self, number, t) : make_block (self, number, t);
  GST_BUFFER_PTS (buffer) = t > base ? t - base : 0;
  GST_BUFFER_DURATION (buffer) = time_of (s, number + 1) - t;
  if (s->discont)
    GST_BUFFER_FLAG_SET (buffer, GST_BUFFER_FLAG_DISCONT);
  s->discont = FALSE;
  GstFlowReturn flow = gst_pad_push (s->pad, buffer);
  if (flow != GST_FLOW_OK) {
    end_stream (s, flow);
    return;
  }
  g_mutex_lock (&self->lock);
  s->pushed++;
  s->last = t;
  g_mutex_unlock (&self->lock);
  post_stats (self, r58_now ());
}

static gboolean
activate_mode (GstPad *pad, GstObject *parent, GstPadMode mode, gboolean active)
{
  R58TestSrc *self = R58_TEST_SRC (parent);
  Stream *s = pad == self->video.pad ? &self->video : &self->audio;
  if (mode != GST_PAD_MODE_PUSH)
    return FALSE;
  g_mutex_lock (&self->lock);
  s->flushing = !active;
  g_cond_broadcast (&self->changed);
  g_mutex_unlock (&self->lock);
  if (active) {
    s->opened = FALSE;
    s->next = 0;
    s->flow = GST_FLOW_OK;
    return gst_pad_start_task (pad, stream_loop, s, NULL);
  }
  gboolean stopped = gst_pad_stop_task (pad);
  if (s == &self->video)
    drop_pool (self);
  return stopped;
}

/* A frame leaves at its time, not before: with a period of slack for the scheduler nothing downstream calls it late. */
static gboolean
pad_query (GstPad *pad, GstObject *parent, GstQuery *query)
{
  R58TestSrc *self = R58_TEST_SRC (parent);
  if (GST_QUERY_TYPE (query) != GST_QUERY_LATENCY)
    return gst_pad_query_default (pad, parent, query);
  GstClockTime period = time_of (pad == self->video.pad ? &self->video : &self->audio, 1);
  gst_query_set_latency (query, TRUE, period, GST_CLOCK_TIME_NONE);
  return TRUE;
}

/* ---- the element ---- */

static gboolean
prepare (R58TestSrc *self)
{
  GST_OBJECT_LOCK (self);
  GstCaps *caps = gst_caps_copy (self->caps);
  self->stale = TRUE;
  GST_OBJECT_UNLOCK (self);
  GstCaps *allowed = gst_static_pad_template_get_caps (&video_template);
  gboolean fits = gst_caps_is_fixed (caps) && gst_caps_is_subset (caps, allowed) &&
      gst_video_info_from_caps (&self->info, caps);
  if (!fits)
    GST_ELEMENT_ERROR (self, STREAM, FORMAT, ("video-caps must be one I420 size and rate, from 160x90 up"),
        ("%" GST_PTR_FORMAT, caps));
  gst_caps_unref (allowed);
  gst_caps_unref (caps);
  if (!fits)
    return FALSE;
  gst_video_colorimetry_from_string (&self->info.colorimetry, GST_VIDEO_COLORIMETRY_BT709);
  gst_clear_buffer (&self->still);
  self->still = gst_buffer_new_allocate (NULL, self->info.size, NULL);
  self->ending = self->frozen = FALSE;
  self->unpooled = self->stats_at = 0;
  for (Stream *s = &self->video; s; s = s == &self->video ? &self->audio : NULL) {
    s->pushed = s->skipped = 0;
    s->last = GST_CLOCK_TIME_NONE;
  }
  return TRUE;
}

static void
set_playing (R58TestSrc *self, gboolean playing)
{
  g_mutex_lock (&self->lock);
  self->playing = playing;
  self->video.next = self->audio.next = 0;
  g_cond_broadcast (&self->changed);
  g_mutex_unlock (&self->lock);
}

static GstStateChangeReturn
change_state (GstElement *element, GstStateChange transition)
{
  R58TestSrc *self = R58_TEST_SRC (element);
  if (transition == GST_STATE_CHANGE_NULL_TO_READY) {
    r58_force_clock (element);
    if (!prepare (self))
      return GST_STATE_CHANGE_FAILURE;
  }
  if (transition == GST_STATE_CHANGE_PLAYING_TO_PAUSED)
    set_playing (self, FALSE);
  GstStateChangeReturn result = GST_ELEMENT_CLASS (r58_test_src_parent_class)->change_state (element, transition);
  if (result == GST_STATE_CHANGE_FAILURE)
    return result;
  if (transition == GST_STATE_CHANGE_PAUSED_TO_PLAYING)
    set_playing (self, TRUE);
  if (transition == GST_STATE_CHANGE_READY_TO_PAUSED || transition == GST_STATE_CHANGE_PLAYING_TO_PAUSED)
    return GST_STATE_CHANGE_NO_PREROLL;
  return result;
}

/* gst-launch -e and a muxer's end send EOS to the element; each thread passes it on after what it has sent. */
static gboolean
send_event (GstElement *element, GstEvent *event)
{
  R58TestSrc *self = R58_TEST_SRC (element);
  if (GST_EVENT_TYPE (event) != GST_EVENT_EOS)
    return GST_ELEMENT_CLASS (r58_test_src_parent_class)->send_event (element, event);
  g_mutex_lock (&self->lock);
  self->ending = TRUE;
  g_cond_broadcast (&self->changed);
  g_mutex_unlock (&self->lock);
  gst_event_unref (event);
  return TRUE;
}

static void
run_command (R58TestSrc *self, const gchar *text)
{
  JsonObject *object;
  const gchar *op;
  JsonParser *parser = r58_command_parse (GST_ELEMENT (self), text, &object, &op);
  if (!parser)
    return;
  if (strcmp (op, "freeze") == 0) {
    g_mutex_lock (&self->lock);
    self->frozen = r58_member_bool (object, "on", TRUE);
    self->video.next = self->audio.next = 0;
    g_cond_broadcast (&self->changed);
    g_mutex_unlock (&self->lock);
  } else {
    r58_command_refuse (GST_ELEMENT (self), op, r58_member_string (object, "id", NULL), "unknown op");
  }
  g_object_unref (parser);
}

/* "#rrggbb" */
static gboolean
parse_colour (const gchar *text, guint32 *rgb)
{
  guint64 value;
  if (!text || text[0] != '#' || strlen (text) != 7 ||
      !g_ascii_string_to_unsigned (text + 1, 16, 0, 0xffffff, &value, NULL))
    return FALSE;
  *rgb = (guint32) value;
  return TRUE;
}

static void
set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  R58TestSrc *self = R58_TEST_SRC (object);
  if (id == PROP_COMMAND) {
    run_command (self, g_value_get_string (value));
    return;
  }
  GST_OBJECT_LOCK (self);
  switch (id) {
    case PROP_VIDEO_CAPS:
      if (gst_value_get_caps (value))
        gst_caps_replace (&self->caps, (GstCaps *) gst_value_get_caps (value));
      break;
    case PROP_COLOUR:
      if (!parse_colour (g_value_get_string (value), &self->rgb))
        g_warning ("r58testsrc: colour must be like #3366cc");
      self->stale = TRUE;
      break;
    case PROP_TONE_HZ:
      self->tone_hz = g_value_get_double (value);
      break;
    case PROP_LABEL:
      g_free (self->label);
      self->label = g_strdup (g_value_get_string (value) ? g_value_get_string (value) : "");
      self->stale = TRUE;
      break;
    case PROP_BEEP_HZ:
      self->beep_hz = g_value_get_double (value);
      break;
    case PROP_FLASH:
      self->flash = g_value_get_boolean (value);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
  }
  GST_OBJECT_UNLOCK (self);
}

static void
get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  R58TestSrc *self = R58_TEST_SRC (object);
  GST_OBJECT_LOCK (self);
  switch (id) {
    case PROP_VIDEO_CAPS:
      gst_value_set_caps (value, self->caps);
      break;
    case PROP_COLOUR:
      g_value_take_string (value, g_strdup_printf ("#%06x", self->rgb));
      break;
    case PROP_TONE_HZ:
      g_value_set_double (value, self->tone_hz);
      break;
    case PROP_LABEL:
      g_value_set_string (value, self->label);
      break;
    case PROP_BEEP_HZ:
      g_value_set_double (value, self->beep_hz);
      break;
    case PROP_FLASH:
      g_value_set_boolean (value, self->flash);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
  }
  GST_OBJECT_UNLOCK (self);
}

static void
finalize (GObject *object)
{
  R58TestSrc *self = R58_TEST_SRC (object);
  gst_clear_caps (&self->caps);
  gst_clear_buffer (&self->still);
  g_free (self->label);
  g_mutex_clear (&self->lock);
  g_cond_clear (&self->changed);
  G_OBJECT_CLASS (r58_test_src_parent_class)->finalize (object);
}

static void
add_stream (R58TestSrc *self, Stream *s, GstStaticPadTemplate *template)
{
  s->src = self;
  s->pad = gst_pad_new_from_static_template (template, template->name_template);
  gst_pad_set_activatemode_function (s->pad, activate_mode);
  gst_pad_set_query_function (s->pad, pad_query);
  gst_element_add_pad (GST_ELEMENT (self), s->pad);
}

static void
r58_test_src_init (R58TestSrc *self)
{
  g_mutex_init (&self->lock);
  g_cond_init (&self->changed);
  self->caps = gst_caps_from_string (DEFAULT_CAPS);
  gst_video_info_from_caps (&self->info, self->caps);
  self->rgb = 0x3366cc;
  self->tone_hz = 440;
  self->beep_hz = 1000;
  self->label = g_strdup ("TEST");
  self->stale = TRUE;
  add_stream (self, &self->video, &video_template);
  add_stream (self, &self->audio, &audio_template);
  GST_OBJECT_FLAG_SET (self, GST_ELEMENT_FLAG_SOURCE);
}

static void
r58_test_src_class_init (R58TestSrcClass *klass)
{
  GObjectClass *object = G_OBJECT_CLASS (klass);
  GstElementClass *element = GST_ELEMENT_CLASS (klass);
  const GParamFlags live = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_PLAYING;

  object->set_property = set_property;
  object->get_property = get_property;
  object->finalize = finalize;
  element->change_state = change_state;
  element->send_event = send_event;

  g_object_class_install_property (object, PROP_VIDEO_CAPS,
      g_param_spec_boxed ("video-caps", "Video caps",
          "I420 size and rate of the pictures; colours are bt709, studio range", GST_TYPE_CAPS,
          G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_READY));
  g_object_class_install_property (object, PROP_COLOUR,
      g_param_spec_string ("colour", "Colour", "Colour of the border, #rrggbb", "#3366cc", live));
  g_object_class_install_property (object, PROP_TONE_HZ,
      g_param_spec_double ("tone-hz", "Tone", "Frequency of the tone of -20 dBFS, Hz; 0 is silence", 0, 20000, 440,
          live));
  g_object_class_install_property (object, PROP_LABEL,
      g_param_spec_string ("label", "Label", "Text in the picture", "TEST", live));
  g_object_class_install_property (object, PROP_BEEP_HZ,
      g_param_spec_double ("beep-hz", "Beep", "Frequency of the beep that comes with the flash, Hz", 20, 20000, 1000,
          G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS));
  g_object_class_install_property (object, PROP_FLASH,
      g_param_spec_boolean ("flash", "Flash",
          "In the first 100 ms of each whole second of monotonic time a white box in the picture (x 30-35, y 6-11 "
          "40ths) and a beep of 1 kHz at -12 dBFS", FALSE, live));
  g_object_class_install_property (object, PROP_COMMAND,
      g_param_spec_string ("command", "Command",
          "JSON object: {\"op\":\"freeze\",\"on\":true|false} stops and resumes both pads, as a device without signal "
          "does. What is not understood is answered by the event refused {op,id,reason}", NULL,
          G_PARAM_WRITABLE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_PLAYING));

  gst_element_class_add_static_pad_template (element, &video_template);
  gst_element_class_add_static_pad_template (element, &audio_template);
  gst_element_class_set_static_metadata (element, "R58 test source", "Source/Video/Audio",
      "Live pictures and sound that can be checked to the pixel, frame and sample. Frame k of the machine's grid "
      "leaves at k*den/num seconds of monotonic time and shows k: as digits, and as 32 blocks (white 1, black 0, most "
      "significant first), each 1/40 of the width, from x=4/40, between y=22/40 and 26/40. The outer 4/40 on every "
      "side are the border colour. Sound is blocks of 480 samples on the 10 ms grid, its phase that of monotonic time. "
      "Message r58, event stats, every 500 ms: "
      "{frames,skippedFrames,unpooledFrames,blocks,skippedBlocks,lastPtsNs,lastAudioPtsNs}",
      "R58 Studio");
  GST_DEBUG_CATEGORY_INIT (r58_testsrc_debug, "r58testsrc", 0, "R58 test source");
}

gboolean
r58_testsrc_register (GstPlugin *plugin)
{
  return gst_element_register (plugin, "r58testsrc", GST_RANK_NONE, r58_test_src_get_type ());
}
