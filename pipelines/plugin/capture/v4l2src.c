/* r58v4l2src: a capture device as a source that never ends. Signal lost, found, changed, device unplugged and
 * replugged are events, not errors; frames just pause meanwhile. One thread does everything and sleeps in poll(); see
 * capture/v4l2.h for the device. */
#include <gst/base/gstpushsrc.h>
#include <gst/video/video.h>

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "capture/v4l2.h"
#include "common/element.h"

GST_DEBUG_CATEGORY_STATIC (v4l2src_debug);
#define GST_CAT_DEFAULT v4l2src_debug

#define STATS_EVERY (500 * GST_MSECOND)
/* How often an absent, busy or refusing device is retried. */
#define RETRY_AFTER (500 * GST_MSECOND)
/* A device without events is looked at this often while it has no signal. */
#define LOOK_EVERY GST_SECOND
/* A stream without a frame for this long (and 10 frames) is checked, and restarted if there is a signal. */
#define STALLED_AFTER GST_SECOND
/* A capture time further from now than this is nonsense. */
#define STAMP_PAST GST_SECOND
#define STAMP_AHEAD (100 * GST_MSECOND)

enum {
  PROP_0,
  PROP_DEVICE,
  PROP_SUBDEV,
  PROP_BUS,
  PROP_FORMAT,
  PROP_WIDTH,
  PROP_HEIGHT,
  PROP_FRAMERATE,
  PROP_COMMAND,
};

typedef struct {
  guint64 frames, dropped, errors, decimated, restamped, ticks;
  GstClockTime last_pts;
} Counters;

typedef struct {
  GstPushSrc parent;
  gchar *device, *subdev, *bus, *format; /* object lock */
  gchar *place;       /* bus of the first device opened, which is the one from then on; object lock */
  guint width, height;
  gint rate_n, rate_d;

  gint wake;          /* eventfd: what sleeps in poll() must look around */
  gint flushing;      /* atomic */
  gint reopen;        /* atomic: a command asked for it */

  /* the streaming thread's own */
  R58Node *node;
  gboolean streaming;
  GstClockTime open_at, look_at; /* next try; NONE: an event will tell */
  GstClockTime tick_at, frame_at;
  R58Signal signal;   /* as it streams */
  GstVideoInfo info;
  guint decimate;     /* one frame of so many is passed on, */
  guint passed_by;    /* and so many have come or were lost since the last of them */
  gboolean discont;
  guint32 sequence;
  gboolean sequenced;
  GstClockTime last_at;
  gchar *fault;       /* last told, until frames flow again */
  gchar *told;        /* last `signal` event, to tell changes only */
  Counters counters;
} R58V4l2Src;

typedef GstPushSrcClass R58V4l2SrcClass;

GType r58_v4l2_src_get_type (void);
G_DEFINE_TYPE (R58V4l2Src, r58_v4l2_src, GST_TYPE_PUSH_SRC)
#define V4L2_SRC(o) ((R58V4l2Src *) (o))

static GstStaticPadTemplate src_template = GST_STATIC_PAD_TEMPLATE ("src", GST_PAD_SRC, GST_PAD_ALWAYS,
    GST_STATIC_CAPS (GST_VIDEO_CAPS_MAKE ("{ NV12, I420, NV16, UYVY, YUY2, NV24, BGR }")));

static void
set_text (R58V4l2Src *self, gchar **field, const gchar *text)
{
  GST_OBJECT_LOCK (self);
  g_free (*field);
  *field = text && *text ? g_strdup (text) : NULL;
  GST_OBJECT_UNLOCK (self);
}

/* ---- events ---- */

static void
tell_fault (R58V4l2Src *self, const gchar *code, const gchar *reason)
{
  gchar *fault = g_strdup_printf ("%s: %s", code, reason);
  if (g_strcmp0 (fault, self->fault) != 0) {
    GST_WARNING_OBJECT (self, "%s", fault);
    JsonBuilder *b = r58_json_begin ();
    r58_json_string (b, "code", code);
    r58_json_string (b, "reason", reason);
    r58_post_event (GST_ELEMENT (self), "fault", b);
  }
  g_free (self->fault);
  self->fault = fault;
}

static void
tell_signal (R58V4l2Src *self, const R58Signal *signal)
{
  const gchar *format = signal->present ? gst_video_format_to_string (GST_VIDEO_INFO_FORMAT (&self->info)) : NULL;
  gchar *told = signal->present ? g_strdup_printf ("%ux%u %d/%d %s", signal->width, signal->height, signal->fps_n,
      signal->fps_d, format) : g_strdup (signal->reason);
  if (g_strcmp0 (told, self->told) != 0) {
    GST_INFO_OBJECT (self, "signal: %s", told);
    JsonBuilder *b = r58_json_begin ();
    r58_json_bool (b, "present", signal->present);
    if (signal->present) {
      r58_json_int (b, "width", signal->width);
      r58_json_int (b, "height", signal->height);
      r58_json_double (b, "fps", signal->fps_d ? (gdouble) signal->fps_n / signal->fps_d : 0);
      r58_json_string (b, "format", format);
    } else {
      r58_json_string (b, "reason", signal->reason);
    }
    r58_post_event (GST_ELEMENT (self), "signal", b);
  }
  g_free (self->told);
  self->told = told;
}

static void
tell_device (R58V4l2Src *self, const gchar *device)
{
  JsonBuilder *b = r58_json_begin ();
  r58_json_bool (b, "present", self->node != NULL);
  r58_json_string (b, "device", device);
  r58_json_string (b, "driver", self->node ? r58_node_driver (self->node) : NULL);
  r58_json_string (b, "card", self->node ? r58_node_card (self->node) : NULL);
  r58_json_string (b, "bus", self->node ? r58_node_bus (self->node) : NULL);
  r58_post_event (GST_ELEMENT (self), "device", b);
}

static void
tell_stats (R58V4l2Src *self, GstClockTime now)
{
  if (now < self->tick_at)
    return;
  self->tick_at = now + STATS_EVERY;
  Counters *c = &self->counters;
  c->ticks++;
  JsonBuilder *b = r58_json_begin ();
  r58_json_int (b, "ticks", c->ticks);
  r58_json_int (b, "frames", c->frames);
  r58_json_int (b, "dropped", c->dropped);
  r58_json_int (b, "errors", c->errors);
  r58_json_int (b, "decimated", c->decimated);
  r58_json_int (b, "restamped", c->restamped);
  r58_json_bool (b, "signal", self->streaming);
  r58_json_ns (b, "lastPtsNs", c->last_pts);
  r58_post_event (GST_ELEMENT (self), "stats", b);
}

/* ---- the device's states ---- */

static void
stop_streaming (R58V4l2Src *self)
{
  if (self->streaming)
    r58_node_stop (self->node);
  self->streaming = FALSE;
}

static void
close_node (R58V4l2Src *self)
{
  if (self->node) {
    stop_streaming (self);
    g_clear_pointer (&self->node, r58_node_close);
  }
}

static void
lose_node (R58V4l2Src *self, GstClockTime now)
{
  const R58Signal unplugged = {.reason = "no-device"};
  close_node (self);
  self->open_at = now + RETRY_AFTER;
  tell_device (self, NULL);
  tell_signal (self, &unplugged);
}

static void
open_node (R58V4l2Src *self, GstClockTime now)
{
  gboolean busy;
  gchar *why = NULL;
  GST_OBJECT_LOCK (self);
  gchar *device = g_strdup (self->device), *subdev = g_strdup (self->subdev);
  gchar *bus = g_strdup (self->bus ? self->bus : self->place);
  GST_OBJECT_UNLOCK (self);
  self->node = r58_node_open (device, subdev, bus, &busy, &why);
  if (self->node) {
    set_text (self, &self->place, r58_node_bus (self->node));
    self->look_at = now;
    tell_device (self, device);
  } else {
    const R58Signal absent = {.reason = busy ? "busy" : "no-device"};
    gchar *reason = g_strdup_printf ("%s: %s", device, why);
    tell_fault (self, busy ? "busy" : "device", reason);
    tell_signal (self, &absent);
    g_free (reason);
    self->open_at = now + RETRY_AFTER;
  }
  g_free (why);
  g_free (device);
  g_free (subdev);
  g_free (bus);
}

static gboolean
same_signal (const R58Signal *a, const R58Signal *b)
{
  return a->present == b->present && a->width == b->width && a->height == b->height && a->fps_n == b->fps_n &&
      a->fps_d == b->fps_d && a->interlaced == b->interlaced;
}

static gboolean
announce (R58V4l2Src *self)
{
  GstVideoInfo info = self->info;
  /* The caps keep one rate whatever the input's is: nothing downstream negotiates anew for a change of it. */
  info.fps_n = self->rate_n;
  info.fps_d = self->rate_d;
  GstCaps *caps = gst_video_info_to_caps (&info);
  gboolean ok = gst_base_src_set_caps (GST_BASE_SRC (self), caps);
  gst_caps_unref (caps);
  return ok;
}

static void
start_streaming (R58V4l2Src *self, R58Signal *signal, GstClockTime now)
{
  gchar *why = NULL;
  GST_OBJECT_LOCK (self);
  gchar *format = g_strdup (self->format);
  GST_OBJECT_UNLOCK (self);
  self->streaming = r58_node_start (self->node, signal, format, self->width, self->height, &self->info, &why);
  g_free (format);
  if (self->streaming && !announce (self)) {
    stop_streaming (self);
    why = g_strdup ("nothing downstream takes its format");
  }
  if (!self->streaming) {
    tell_fault (self, "format", why);
    g_free (why);
    self->look_at = now + RETRY_AFTER;
    return;
  }
  self->look_at = GST_CLOCK_TIME_NONE;
  self->signal = *signal;
  self->frame_at = now;
  self->sequenced = FALSE;
  self->discont = TRUE;
  self->passed_by = self->decimate = 1;
  /* At twice the rate every shown frame would cost two conversions. */
  if (self->rate_n > 0 && signal->fps_n > 0)
    self->passed_by = self->decimate = MAX (1, (guint) ((gdouble) signal->fps_n * self->rate_d / signal->fps_d / self->rate_n + 0.05));
  tell_signal (self, signal);
}

/* Finds out what arrives and brings the stream in line with it. `again` restarts a stream that looks unchanged. */
static void
look (R58V4l2Src *self, gboolean again, GstClockTime now)
{
  R58Signal signal;
  self->look_at = GST_CLOCK_TIME_NONE;
  if (!r58_node_probe (self->node, &signal)) {
    lose_node (self, now);
    return;
  }
  if (self->streaming && !again && same_signal (&signal, &self->signal))
    return;
  stop_streaming (self);
  if (signal.present) {
    start_streaming (self, &signal, now);
  } else {
    tell_signal (self, &signal);
    if (!r58_node_has_events (self->node))
      self->look_at = now + LOOK_EVERY;
  }
}

static GstClockTime
stall_time (R58V4l2Src *self)
{
  GstClockTime ten = self->signal.fps_n > 0 ?
      gst_util_uint64_scale (10 * GST_SECOND, self->signal.fps_d, self->signal.fps_n) : 0;
  return self->frame_at + MAX (STALLED_AFTER, ten);
}

/* ---- frames ---- */

static GstClockTime
capture_time (R58V4l2Src *self, const R58Frame *frame, GstClockTime now)
{
  GstClockTime at = frame->at;
  if (!GST_CLOCK_TIME_IS_VALID (at) || at > now + STAMP_AHEAD || at + STAMP_PAST < now) {
    self->counters.restamped++;
    at = now;
  }
  if (GST_CLOCK_TIME_IS_VALID (self->last_at) && at <= self->last_at)
    at = self->last_at + 1;
  self->last_at = at;
  return at;
}

static void
count_gap (R58V4l2Src *self, guint32 sequence)
{
  guint32 gap = sequence - self->sequence - 1;
  /* A driver that counts backwards is not counting. */
  if (!self->sequenced || gap >= G_MAXINT32)
    gap = 0;
  self->counters.dropped += gap;
  /* By what comes, not by the number's remainder: one that only counts odd numbers would never be passed on. */
  self->passed_by = MIN (self->passed_by + gap + 1, self->decimate);
  self->sequenced = TRUE;
  self->sequence = sequence;
}

/* The next frame that is passed on, or NULL when there is none now. */
static GstBuffer *
take_frame (R58V4l2Src *self, GstClockTime now)
{
  R58Frame frame;
  switch (r58_node_dequeue (self->node, &frame)) {
    case R58_GONE:
      lose_node (self, now);
      return NULL;
    case R58_FAILED:
      self->counters.errors++;
      stop_streaming (self);
      tell_fault (self, "stream", "the driver stopped the stream");
      self->look_at = now + RETRY_AFTER;
      return NULL;
    case R58_DAMAGED:
      self->counters.errors++;
      count_gap (self, frame.sequence);
      self->frame_at = now;
      return NULL;
    case R58_NOTHING:
      return NULL;
    case R58_DEQUEUED:
      break;
  }
  count_gap (self, frame.sequence);
  self->frame_at = now;
  self->counters.frames++;
  g_clear_pointer (&self->fault, g_free);
  if (self->passed_by < self->decimate) {
    self->counters.decimated++;
    gst_memory_unref (frame.memory);
    return NULL;
  }
  self->passed_by = 0;

  GstClockTime at = capture_time (self, &frame, now);
  GstClockTime base = gst_element_get_base_time (GST_ELEMENT (self));
  GstBuffer *buffer = gst_buffer_new ();
  gst_buffer_append_memory (buffer, frame.memory);
  gst_buffer_add_video_meta_full (buffer, GST_VIDEO_FRAME_FLAG_NONE, GST_VIDEO_INFO_FORMAT (&self->info),
      self->info.width, self->info.height, GST_VIDEO_INFO_N_PLANES (&self->info), self->info.offset, self->info.stride);
  GST_BUFFER_PTS (buffer) = at > base ? at - base : 0;
  GST_BUFFER_OFFSET (buffer) = frame.sequence;
  if (self->discont)
    GST_BUFFER_FLAG_SET (buffer, GST_BUFFER_FLAG_DISCONT);
  self->discont = FALSE;
  self->counters.last_pts = at;
  return buffer;
}

/* Sleeps until the device, a command or the clock needs attention; returns the frame that came, if any. */
static GstBuffer *
wait_and_take (R58V4l2Src *self, GstClockTime until)
{
  GstClockTime now = r58_now ();
  struct pollfd fds[3] = {{.fd = self->wake, .events = POLLIN}, {.fd = -1}, {.fd = -1}};
  if (self->node) {
    fds[1] = (struct pollfd){.fd = r58_node_fd (self->node), .events = POLLPRI | (self->streaming ? POLLIN : 0)};
    fds[2] = (struct pollfd){.fd = r58_node_subdev_fd (self->node), .events = POLLPRI};
  }
  /* Rounded up, so that a deadline in less than a millisecond does not spin. */
  gint ms = until > now ? (gint) ((until - now) / GST_MSECOND) + 1 : 0;
  if (poll (fds, 3, ms) <= 0)
    return NULL;
  now = r58_now ();
  if (fds[0].revents) {
    guint64 count;
    if (read (self->wake, &count, sizeof count) < 0)
      return NULL;
  }
  if (!self->node)
    return NULL;
  /* An unplugged device hangs up; one with errors while nothing streams is useless too. */
  if ((fds[1].revents | fds[2].revents) & (POLLHUP | POLLNVAL) || fds[2].revents & POLLERR ||
      (!self->streaming && fds[1].revents & POLLERR)) {
    lose_node (self, now);
    return NULL;
  }
  if ((fds[1].revents | fds[2].revents) & POLLPRI && r58_node_source_changed (self->node)) {
    look (self, FALSE, now);
    return NULL;
  }
  return self->streaming && fds[1].revents & (POLLIN | POLLERR) ? take_frame (self, now) : NULL;
}

static GstFlowReturn
create (GstPushSrc *push, GstBuffer **out)
{
  R58V4l2Src *self = V4L2_SRC (push);
  for (;;) {
    if (g_atomic_int_get (&self->flushing))
      return GST_FLOW_FLUSHING;
    GstClockTime now = r58_now ();
    tell_stats (self, now);
    if (g_atomic_int_compare_and_exchange (&self->reopen, TRUE, FALSE)) {
      close_node (self);
      self->open_at = now;
    }
    if (!self->node && now >= self->open_at)
      open_node (self, now);
    if (self->node && !self->streaming && now >= self->look_at)
      look (self, FALSE, now);
    if (self->streaming && now >= stall_time (self)) {
      tell_fault (self, "stalled", "a signal, but no frames");
      look (self, TRUE, now);
    }
    GstClockTime until = self->tick_at;
    if (!self->node)
      until = MIN (until, self->open_at);
    else if (!self->streaming)
      until = MIN (until, self->look_at);
    else
      until = MIN (until, stall_time (self));
    if ((*out = wait_and_take (self, until)))
      return GST_FLOW_OK;
  }
}

/* ---- GstBaseSrc ---- */

static gboolean
start (GstBaseSrc *base)
{
  R58V4l2Src *self = V4L2_SRC (base);
  if (!self->device) {
    GST_ELEMENT_ERROR (self, RESOURCE, SETTINGS, ("device is not set"), (NULL));
    return FALSE;
  }
  /* The device is opened by the streaming thread: one that is not there is no error. */
  self->open_at = self->tick_at = 0;
  self->last_at = GST_CLOCK_TIME_NONE;
  self->counters = (Counters){.last_pts = GST_CLOCK_TIME_NONE};
  return TRUE;
}

static gboolean
stop (GstBaseSrc *base)
{
  R58V4l2Src *self = V4L2_SRC (base);
  close_node (self);
  g_clear_pointer (&self->fault, g_free);
  g_clear_pointer (&self->told, g_free);
  return TRUE;
}

static void
wake (R58V4l2Src *self)
{
  const guint64 one = 1;
  if (write (self->wake, &one, sizeof one) < 0)
    GST_DEBUG_OBJECT (self, "not woken: %s", g_strerror (errno));
}

static gboolean
unlock (GstBaseSrc *base)
{
  g_atomic_int_set (&V4L2_SRC (base)->flushing, TRUE);
  wake (V4L2_SRC (base));
  return TRUE;
}

static gboolean
unlock_stop (GstBaseSrc *base)
{
  g_atomic_int_set (&V4L2_SRC (base)->flushing, FALSE);
  return TRUE;
}

/* The format is the device's, known when there is a signal. */
static gboolean
negotiate (GstBaseSrc *base)
{
  R58V4l2Src *self = V4L2_SRC (base);
  return !self->streaming || announce (self);
}

static gboolean
query (GstBaseSrc *base, GstQuery *query)
{
  R58V4l2Src *self = V4L2_SRC (base);
  if (GST_QUERY_TYPE (query) != GST_QUERY_LATENCY)
    return GST_BASE_SRC_CLASS (r58_v4l2_src_parent_class)->query (base, query);
  /* A frame is there when the driver has all of it: one frame after its first line. */
  GstClockTime frame = self->rate_n > 0 ? gst_util_uint64_scale (GST_SECOND, self->rate_d, self->rate_n) :
      40 * GST_MSECOND;
  gst_query_set_latency (query, TRUE, frame, GST_CLOCK_TIME_NONE);
  return TRUE;
}

static GstStateChangeReturn
change_state (GstElement *element, GstStateChange transition)
{
  if (transition == GST_STATE_CHANGE_NULL_TO_READY)
    r58_force_clock (element);
  return GST_ELEMENT_CLASS (r58_v4l2_src_parent_class)->change_state (element, transition);
}

/* ---- properties ---- */

static void
run_command (R58V4l2Src *self, const gchar *text)
{
  JsonObject *object;
  const gchar *op;
  JsonParser *parser = r58_command_parse (GST_ELEMENT (self), text, &object, &op);
  if (!parser)
    return;
  if (g_str_equal (op, "open")) {
    const gchar *device = r58_member_string (object, "device", NULL);
    if (device) {
      set_text (self, &self->device, device);
      set_text (self, &self->place, NULL);
      set_text (self, &self->subdev, r58_member_string (object, "subdev", NULL));
    }
    const gchar *format = r58_member_string (object, "format", NULL);
    if (format)
      set_text (self, &self->format, format);
    g_atomic_int_set (&self->reopen, TRUE);
    wake (self);
  } else {
    r58_command_refuse (GST_ELEMENT (self), op, r58_member_string (object, "id", NULL), "unknown op");
  }
  g_object_unref (parser);
}

static void
set_property (GObject *object, guint id, const GValue *value, GParamSpec *spec)
{
  R58V4l2Src *self = V4L2_SRC (object);
  switch (id) {
    case PROP_DEVICE:
      set_text (self, &self->device, g_value_get_string (value));
      break;
    case PROP_SUBDEV:
      set_text (self, &self->subdev, g_value_get_string (value));
      break;
    case PROP_BUS:
      set_text (self, &self->bus, g_value_get_string (value));
      break;
    case PROP_FORMAT:
      set_text (self, &self->format, g_value_get_string (value));
      break;
    case PROP_WIDTH:
      self->width = g_value_get_uint (value);
      break;
    case PROP_HEIGHT:
      self->height = g_value_get_uint (value);
      break;
    case PROP_FRAMERATE:
      self->rate_n = gst_value_get_fraction_numerator (value);
      self->rate_d = gst_value_get_fraction_denominator (value);
      break;
    case PROP_COMMAND:
      run_command (self, g_value_get_string (value));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, spec);
  }
}

static void
get_property (GObject *object, guint id, GValue *value, GParamSpec *spec)
{
  R58V4l2Src *self = V4L2_SRC (object);
  GST_OBJECT_LOCK (self);
  switch (id) {
    case PROP_DEVICE:
      g_value_set_string (value, self->device);
      break;
    case PROP_SUBDEV:
      g_value_set_string (value, self->subdev);
      break;
    case PROP_BUS:
      g_value_set_string (value, self->bus);
      break;
    case PROP_FORMAT:
      g_value_set_string (value, self->format);
      break;
    case PROP_WIDTH:
      g_value_set_uint (value, self->width);
      break;
    case PROP_HEIGHT:
      g_value_set_uint (value, self->height);
      break;
    case PROP_FRAMERATE:
      gst_value_set_fraction (value, self->rate_n, self->rate_d);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, spec);
  }
  GST_OBJECT_UNLOCK (self);
}

static void
finalize (GObject *object)
{
  R58V4l2Src *self = V4L2_SRC (object);
  g_free (self->device);
  g_free (self->subdev);
  g_free (self->bus);
  g_free (self->place);
  g_free (self->format);
  close (self->wake);
  G_OBJECT_CLASS (r58_v4l2_src_parent_class)->finalize (object);
}

static void
r58_v4l2_src_init (R58V4l2Src *self)
{
  self->wake = eventfd (0, EFD_CLOEXEC | EFD_NONBLOCK);
  self->rate_n = 0;
  self->rate_d = 1;
  gst_video_info_init (&self->info);
  gst_base_src_set_live (GST_BASE_SRC (self), TRUE);
  gst_base_src_set_format (GST_BASE_SRC (self), GST_FORMAT_TIME);
}

#define RW (G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_READY)

static void
r58_v4l2_src_class_init (R58V4l2SrcClass *klass)
{
  GObjectClass *object = G_OBJECT_CLASS (klass);
  GstElementClass *element = GST_ELEMENT_CLASS (klass);
  GstBaseSrcClass *base = GST_BASE_SRC_CLASS (klass);

  object->set_property = set_property;
  object->get_property = get_property;
  object->finalize = finalize;
  element->change_state = change_state;
  base->start = start;
  base->stop = stop;
  base->unlock = unlock;
  base->unlock_stop = unlock_stop;
  base->negotiate = negotiate;
  base->query = query;
  klass->create = create;

  g_object_class_install_property (object, PROP_DEVICE, g_param_spec_string ("device", "Device",
          "Video node, e.g. /dev/video0. It may come and go", NULL, RW));
  g_object_class_install_property (object, PROP_SUBDEV, g_param_spec_string ("subdev", "Subdevice",
          "Node of the bridge chip that knows the signal where the video node does not, e.g. /dev/v4l-subdev2", NULL,
          RW));
  g_object_class_install_property (object, PROP_BUS, g_param_spec_string ("bus-info", "Bus info",
          "What the device must say of its place (VIDIOC_QUERYCAP), as numbers of nodes are not stable; empty: what "
          "the first one opened said", NULL, RW));
  g_object_class_install_property (object, PROP_FORMAT, g_param_spec_string ("format", "Format",
          "NV12, YU12, NV16, UYVY, YUYV, NV24 or BGR3; empty takes the cheapest to convert", NULL, RW));
  g_object_class_install_property (object, PROP_WIDTH, g_param_spec_uint ("width", "Width",
          "Asked of devices that let one choose (cameras); 0 leaves it", 0, 16384, 0, RW));
  g_object_class_install_property (object, PROP_HEIGHT, g_param_spec_uint ("height", "Height",
          "Asked of devices that let one choose (cameras); 0 leaves it", 0, 16384, 0, RW));
  g_object_class_install_property (object, PROP_FRAMERATE, gst_param_spec_fraction ("framerate", "Frame rate",
          "What the caps say whatever the input's rate is, so that a change of it renegotiates nothing; of an input "
          "of n times this rate every nth frame is passed on. 0/1: no rate", 0, 1, 240, 1, 0, 1, RW));
  g_object_class_install_property (object, PROP_COMMAND, g_param_spec_string ("command", "Command",
          "JSON: {\"op\":\"open\",\"device\"?,\"subdev\"?,\"format\"?} closes the device and opens it (or another) "
          "anew", NULL,
          G_PARAM_WRITABLE | G_PARAM_STATIC_STRINGS));

  gst_element_class_add_static_pad_template (element, &src_template);
  gst_element_class_set_static_metadata (element, "R58 V4L2 capture", "Source/Video",
      "Captures from a V4L2 device and never ends: it waits for signal and device. Times are those of capture. Events: "
      "device {present, device, driver, card, bus}; signal {present, width, height, fps, format} or {present, reason: "
      "no-link|no-lock|out-of-range|no-size|no-device|busy}; fault {code: device|busy|format|stream|stalled, reason}; "
      "stats {ticks, frames, dropped, errors, decimated, restamped, signal, lastPtsNs} every 500 ms; refused {op, id, "
      "reason}", "R58 Studio");
  GST_DEBUG_CATEGORY_INIT (v4l2src_debug, "r58v4l2src", 0, "R58 V4L2 capture");
}

gboolean
r58_v4l2src_register (GstPlugin *plugin)
{
  return gst_element_register (plugin, "r58v4l2src", GST_RANK_NONE, r58_v4l2_src_get_type ());
}
