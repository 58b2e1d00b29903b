/* r58linksink: offers one stream to other processes under an address. See link/link.h for how a link behaves. */
#include <gio/gio.h>
#include <gst/base/gstbasesink.h>
#include <gst/video/video.h>

#include "common/element.h"
#include "link/end.h"
#include "link/wire.h"

GST_DEBUG_CATEGORY_STATIC (linksink_debug);
#define GST_CAT_DEFAULT linksink_debug

enum { PROP_MAX_SLOTS = R58_LINK_PROPS, PROP_PTS_OFFSET, PROP_HISTORY_MS, PROP_HISTORY_BYTES };

typedef struct {
  GstBaseSink parent;
  R58LinkEnd end;
  guint max_slots;
  gint64 pts_offset;
  guint history_ms;
  guint64 history_bytes;

  R58LinkWriter *writer; /* from start to stop */
  gboolean video;        /* encoded video: key frames are announced */
  guint64 last_pts;      /* atomic: a real-time thread writes it */
} R58LinkSink;

typedef GstBaseSinkClass R58LinkSinkClass;

GType r58_link_sink_get_type (void);
G_DEFINE_TYPE (R58LinkSink, r58_link_sink, GST_TYPE_BASE_SINK)
#define LINK_SINK(o) ((R58LinkSink *) (o))

static GstStaticPadTemplate sink_template = GST_STATIC_PAD_TEMPLATE ("sink", GST_PAD_SINK, GST_PAD_ALWAYS,
    GST_STATIC_CAPS_ANY);

/* ---- what the link's own thread calls ---- */

static void
ask_key_unit (GstElement *element)
{
  gst_pad_push_event (GST_BASE_SINK_PAD (element),
      gst_video_event_new_upstream_force_key_unit (GST_CLOCK_TIME_NONE, TRUE, 0));
}

static void
reader_asks_key_unit (R58LinkWriter *writer, gpointer user)
{
  GST_DEBUG_OBJECT (user, "a reader asks for a key frame");
  ask_key_unit (user);
}

static void
post_stats (R58LinkWriter *writer, gpointer user)
{
  R58LinkSink *self = user;
  R58LinkWriterStats stats;
  r58_link_writer_get_stats (writer, &stats);
  GstClockTime last_pts = __atomic_load_n (&self->last_pts, __ATOMIC_RELAXED);
  JsonBuilder *b = r58_json_begin ();
  r58_json_int (b, "buffers", stats.buffers);
  r58_json_int (b, "bytes", stats.bytes);
  r58_json_int (b, "copied", stats.copied);
  r58_json_int (b, "skipped", stats.skipped);
  r58_json_int (b, "dropped", stats.dropped);
  r58_json_int (b, "overrun", stats.overrun);
  r58_json_int (b, "disconnected", stats.disconnected);
  r58_json_int (b, "refused", stats.refused);
  r58_json_int (b, "readers", stats.readers);
  r58_json_ns (b, "lastPtsNs", last_pts);
  r58_post_event (GST_ELEMENT (self), "stats", b);
}

/* ---- GstBaseSink ---- */

static gboolean
link_sink_start (GstBaseSink *base)
{
  R58LinkSink *self = LINK_SINK (base);
  R58LinkWriterCallbacks callbacks = {reader_asks_key_unit, post_stats, self};
  GError *error = NULL;
  self->last_pts = GST_CLOCK_TIME_NONE;
  self->writer = r58_link_writer_new (self->end.address, self->end.mode, self->max_slots, self->history_ms * GST_MSECOND,
      self->history_bytes, &callbacks, &error);
  if (!self->writer) {
    if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_ADDRESS_IN_USE))
      GST_ELEMENT_ERROR (self, RESOURCE, BUSY, ("%s", error->message), (NULL));
    else
      GST_ELEMENT_ERROR (self, RESOURCE, OPEN_WRITE, ("%s", error->message), (NULL));
    g_clear_error (&error);
    return FALSE;
  }
  return TRUE;
}

static gboolean
link_sink_stop (GstBaseSink *base)
{
  g_clear_pointer (&LINK_SINK (base)->writer, r58_link_writer_free);
  return TRUE;
}

static GstCaps *
link_sink_get_caps (GstBaseSink *base, GstCaps *filter)
{
  return r58_link_end_caps (&LINK_SINK (base)->end, GST_ELEMENT (base), filter);
}

static gboolean
link_sink_set_caps (GstBaseSink *base, GstCaps *caps)
{
  R58LinkSink *self = LINK_SINK (base);
  const gchar *name = gst_structure_get_name (gst_caps_get_structure (caps, 0));
  self->video = self->end.mode == R58_LINK_ENCODED && g_str_has_prefix (name, "video/");
  r58_link_writer_set_caps (self->writer, caps);
  return TRUE;
}

static gboolean
link_sink_propose_allocation (GstBaseSink *base, GstQuery *query)
{
  R58LinkSink *self = LINK_SINK (base);
  GstCaps *caps;
  GstVideoInfo video;
  gst_query_parse_allocation (query, &caps, NULL);
  if (self->end.mode != R58_LINK_RAW || !caps || !gst_video_info_from_caps (&video, caps))
    return TRUE;
  gst_query_add_allocation_meta (query, GST_VIDEO_META_API_TYPE, NULL);
  if (GST_VIDEO_INFO_SIZE (&video) <= R58_WIRE_INLINE_MAX)
    return TRUE;
  GstAllocationParams params;
  gst_allocation_params_init (&params);
  gst_query_add_allocation_param (query, r58_link_writer_allocator (self->writer), &params);
  /* Any pool will do, as long as its memory is ours. */
  gst_query_add_allocation_pool (query, NULL, GST_VIDEO_INFO_SIZE (&video), 0, 0);
  return TRUE;
}

/* Running time to absolute time; encoders may give a first DTS (or priming samples) before running time 0. */
static GstClockTime
absolute (R58LinkSink *self, GstClockTime stamp)
{
  GstSegment *segment = &GST_BASE_SINK (self)->segment;
  guint64 running;
  if (!GST_CLOCK_TIME_IS_VALID (stamp) || segment->format != GST_FORMAT_TIME)
    return GST_CLOCK_TIME_NONE;
  gint sign = gst_segment_to_running_time_full (segment, GST_FORMAT_TIME, stamp, &running);
  if (sign == 0)
    return GST_CLOCK_TIME_NONE;
  gint64 t = (gint64) gst_element_get_base_time (GST_ELEMENT (self)) + sign * (gint64) running + self->pts_offset;
  return MAX (t, 0);
}

static GstFlowReturn
link_sink_render (GstBaseSink *base, GstBuffer *buffer)
{
  R58LinkSink *self = LINK_SINK (base);
  GstClockTime pts = absolute (self, GST_BUFFER_PTS (buffer));
  GstClockTime dts = absolute (self, GST_BUFFER_DTS (buffer));
  r58_link_writer_write (self->writer, buffer, pts, dts);
  __atomic_store_n (&self->last_pts, pts, __ATOMIC_RELAXED);
  if (self->video && !GST_BUFFER_FLAG_IS_SET (buffer, GST_BUFFER_FLAG_DELTA_UNIT)) {
    JsonBuilder *b = r58_json_begin ();
    r58_json_ns (b, "ptsNs", pts);
    r58_post_event (GST_ELEMENT (self), "key", b);
  }
  return GST_FLOW_OK;
}

static GstStateChangeReturn
link_sink_change_state (GstElement *element, GstStateChange transition)
{
  if (transition == GST_STATE_CHANGE_NULL_TO_READY)
    r58_force_clock (element);
  return GST_ELEMENT_CLASS (r58_link_sink_parent_class)->change_state (element, transition);
}

/* ---- properties ---- */

static void
link_sink_set_property (GObject *object, guint id, const GValue *value, GParamSpec *spec)
{
  R58LinkSink *self = LINK_SINK (object);
  if (r58_link_end_set (&self->end, GST_ELEMENT (self), id, value, ask_key_unit))
    return;
  switch (id) {
    case PROP_MAX_SLOTS:
      self->max_slots = g_value_get_uint (value);
      break;
    case PROP_PTS_OFFSET:
      self->pts_offset = g_value_get_int64 (value);
      break;
    case PROP_HISTORY_MS:
      self->history_ms = g_value_get_uint (value);
      break;
    case PROP_HISTORY_BYTES:
      self->history_bytes = g_value_get_uint64 (value);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, spec);
  }
}

static void
link_sink_get_property (GObject *object, guint id, GValue *value, GParamSpec *spec)
{
  R58LinkSink *self = LINK_SINK (object);
  if (r58_link_end_get (&self->end, GST_ELEMENT (self), id, value))
    return;
  switch (id) {
    case PROP_MAX_SLOTS:
      g_value_set_uint (value, self->max_slots);
      break;
    case PROP_PTS_OFFSET:
      g_value_set_int64 (value, self->pts_offset);
      break;
    case PROP_HISTORY_MS:
      g_value_set_uint (value, self->history_ms);
      break;
    case PROP_HISTORY_BYTES:
      g_value_set_uint64 (value, self->history_bytes);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, spec);
  }
}

static void
link_sink_finalize (GObject *object)
{
  R58LinkSink *self = LINK_SINK (object);
  r58_link_end_clear (&self->end);
  G_OBJECT_CLASS (r58_link_sink_parent_class)->finalize (object);
}

static void
r58_link_sink_class_init (R58LinkSinkClass *klass)
{
  GObjectClass *object = G_OBJECT_CLASS (klass);
  GstElementClass *element = GST_ELEMENT_CLASS (klass);

  object->set_property = link_sink_set_property;
  object->get_property = link_sink_get_property;
  object->finalize = link_sink_finalize;
  element->change_state = link_sink_change_state;
  klass->start = link_sink_start;
  klass->stop = link_sink_stop;
  klass->get_caps = link_sink_get_caps;
  klass->set_caps = link_sink_set_caps;
  klass->propose_allocation = link_sink_propose_allocation;
  klass->render = link_sink_render;

  r58_link_end_install (object, &(R58LinkTexts) {
      .address = "Name of the abstract UNIX socket, 1 to 107 bytes; an error when another writer has it",
      .mode = "raw passes the newest, encoded keeps a history and passes everything",
      .caps = "What the stream must be; NULL takes what comes",
      .command = "JSON: {\"op\":\"key-unit\"} asks the encoder above for a key frame" });
  g_object_class_install_property (object, PROP_MAX_SLOTS, g_param_spec_uint ("max-slots", "Max slots",
          "Frames of shared memory at most (raw mode)", 3, 64, 16, R58_LINK_PARAM));
  g_object_class_install_property (object, PROP_PTS_OFFSET, g_param_spec_int64 ("pts-offset", "PTS offset",
          "Nanoseconds added to PTS and DTS, e.g. minus the priming of an AAC encoder", G_MININT64, G_MAXINT64, 0,
          R58_LINK_PARAM));
  g_object_class_install_property (object, PROP_HISTORY_MS, g_param_spec_uint ("history-ms", "History",
          "Milliseconds of encoded units kept for readers", 0, 3600000, 10000, R58_LINK_PARAM));
  g_object_class_install_property (object, PROP_HISTORY_BYTES, g_param_spec_uint64 ("history-bytes", "History bytes",
          "Bytes of encoded units kept at most", 0, G_MAXUINT64, 64 * 1024 * 1024, R58_LINK_PARAM));

  gst_element_class_add_static_pad_template (element, &sink_template);
  gst_element_class_set_static_metadata (element, "R58 link sink", "Sink/Network",
      "Offers a stream to r58linksrc elements and mixers of other processes and never blocks. Events: stats {buffers, "
      "bytes, copied, skipped, dropped, overrun, disconnected, refused, readers, lastPtsNs} every 500 ms; key {ptsNs} for each "
      "key frame of encoded video; refused {op, id, reason}", "R58 Studio");
  gst_type_mark_as_plugin_api (r58_link_mode_get_type (), 0);
  GST_DEBUG_CATEGORY_INIT (linksink_debug, "r58linksink", 0, "R58 link sink");
}

static void
r58_link_sink_init (R58LinkSink *self)
{
  GstBaseSink *base = GST_BASE_SINK (self);
  self->max_slots = 16;
  self->history_ms = 10000;
  self->history_bytes = 64 * 1024 * 1024;
  /* A writer passes on what comes when it comes; a kept last sample would hold a slot for nothing. */
  gst_base_sink_set_sync (base, FALSE);
  gst_base_sink_set_async_enabled (base, FALSE);
  gst_base_sink_set_qos_enabled (base, FALSE);
  gst_base_sink_set_last_sample_enabled (base, FALSE);
}

gboolean
r58_linksink_register (GstPlugin *plugin)
{
  return gst_element_register (plugin, "r58linksink", GST_RANK_NONE, r58_link_sink_get_type ());
}
