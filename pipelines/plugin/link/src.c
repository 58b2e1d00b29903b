/* r58linksrc: takes a stream that another process offers with r58linksink. It outlives its writer: it keeps reconnecting,
 * and in fill mode gives one buffer per slot of the machine's grid, whatever arrives. */
#include "link/srcparts.h"

#include <gst/video/video.h>
#include <sys/eventfd.h>
#include <unistd.h>

GST_DEBUG_CATEGORY (r58_linksrc_debug);
#define GST_CAT_DEFAULT r58_linksrc_debug

enum {
  PROP_FILL = R58_LINK_PROPS,
  PROP_GRACE_MS,
  PROP_ON_LOSS,
  PROP_HOLD_MS,
  PROP_SLATE,
  PROP_HOLD,
  PROP_START,
  PROP_START_PTS,
  PROP_PTS_ORIGIN,
};

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
  return self->fill && self->end.mode == R58_LINK_RAW;
}

static GstFlowReturn
link_src_create (GstPushSrc *push, GstBuffer **out)
{
  R58LinkSrc *self = LINK_SRC (push);
  return fills (self) ? src_create_on_grid (self, out) : src_create_as_is (self, out);
}

/* ---- start and stop ---- */

static gboolean
link_src_start (GstBaseSrc *base)
{
  R58LinkSrc *self = LINK_SRC (base);
  if (!self->end.address || !*self->end.address) {
    GST_ELEMENT_ERROR (self, RESOURCE, SETTINGS, ("the link has no address"), (NULL));
    return FALSE;
  }
  if (fills (self) && !src_prepare_grid (self)) {
    GST_ELEMENT_ERROR (self, RESOURCE, SETTINGS, ("fill needs fixed caps: planar raw video with a frame rate, or raw "
            "audio at %d Hz", R58_RATE), (NULL));
    return FALSE;
  }
  self->reader = r58_link_reader_new (self->end.address, self->end.caps, self->hold,
      self->end.mode == R58_LINK_ENCODED ? self->start : R58_LINK_START_LIVE, self->start_pts);
  self->missing_since = self->next_try = 0;
  self->in_history = self->skipped = self->jumped = FALSE;
  self->history_next = 0;
  self->own_lost = 0;
  self->stats = (Stats) {.last_pts = GST_CLOCK_TIME_NONE};
  src_start_report (self);
  return TRUE;
}

static gboolean
link_src_stop (GstBaseSrc *base)
{
  R58LinkSrc *self = LINK_SRC (base);
  if (!self->reader)
    return TRUE;
  src_stop_report (self);
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
  src_wake (LINK_SRC (base));
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
  return r58_link_end_caps (&LINK_SRC (base)->end, GST_ELEMENT (base), filter);
}

static gboolean
link_src_negotiate (GstBaseSrc *base)
{
  R58LinkSrc *self = LINK_SRC (base);
  /* Encoded streams have more in their caps than a property would say; they follow the writer. */
  if (self->end.mode == R58_LINK_ENCODED || !self->end.caps)
    return TRUE;
  return gst_base_src_set_caps (base, self->end.caps);
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
  GstClockTime min = src_slot_time (self, 1);
  gst_query_set_latency (query, TRUE, min, MAX (min, self->grace_ms * GST_MSECOND));
  return TRUE;
}

static void
ask_key_unit (GstElement *element)
{
  g_atomic_int_set (&LINK_SRC (element)->key_wanted, TRUE);
  src_wake (LINK_SRC (element));
}

static gboolean
link_src_event (GstBaseSrc *base, GstEvent *event)
{
  if (GST_EVENT_TYPE (event) == GST_EVENT_CUSTOM_UPSTREAM && gst_video_event_is_force_key_unit (event)) {
    ask_key_unit (GST_ELEMENT (base));
    return TRUE;
  }
  return GST_BASE_SRC_CLASS (r58_link_src_parent_class)->event (base, event);
}

/* ---- properties ---- */

static void
link_src_set_property (GObject *object, guint id, const GValue *value, GParamSpec *spec)
{
  R58LinkSrc *self = LINK_SRC (object);
  if (r58_link_end_set (&self->end, GST_ELEMENT (self), id, value, ask_key_unit))
    return;
  switch (id) {
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
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, spec);
  }
}

static void
link_src_get_property (GObject *object, guint id, GValue *value, GParamSpec *spec)
{
  R58LinkSrc *self = LINK_SRC (object);
  if (r58_link_end_get (&self->end, GST_ELEMENT (self), id, value))
    return;
  switch (id) {
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
  r58_link_end_clear (&self->end);
  g_free (self->slate);
  close (self->wake);
  g_mutex_clear (&self->report_lock);
  g_cond_clear (&self->report_cond);
  G_OBJECT_CLASS (r58_link_src_parent_class)->finalize (object);
}

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

  r58_link_end_install (object, &(R58LinkTexts) {
      .address = "Name of the abstract UNIX socket of the writer",
      .mode = "As of the writer",
      .caps = "What the stream must be (a writer of other caps is refused); fixed caps are needed for fill",
      .command = "JSON: {\"op\":\"key-unit\"} asks the writer's encoder for a key frame" });
  g_object_class_install_property (object, PROP_FILL, g_param_spec_boolean ("fill", "Fill",
          "Raw mode: one buffer per slot of the machine's grid whatever arrives; otherwise only what arrives", TRUE, R58_LINK_PARAM));
  g_object_class_install_property (object, PROP_GRACE_MS, g_param_spec_uint ("grace-ms", "Grace",
          "Milliseconds after its time at which a missing buffer is replaced", 0, 10000, 250, R58_LINK_PARAM));
  g_object_class_install_property (object, PROP_ON_LOSS, g_param_spec_enum ("on-loss", "On loss",
          "What replaces missing pictures (sound: silence)", on_loss_get_type (), ON_LOSS_HOLD, R58_LINK_PARAM));
  g_object_class_install_property (object, PROP_HOLD_MS, g_param_spec_uint ("hold-ms", "Hold",
          "Milliseconds the last picture stands before black or the slate", 0, G_MAXUINT, 2000, R58_LINK_PARAM));
  g_object_class_install_property (object, PROP_SLATE, g_param_spec_string ("slate", "Slate",
          "File with one raw frame of these caps", NULL, R58_LINK_PARAM));
  g_object_class_install_property (object, PROP_HOLD, g_param_spec_uint ("hold", "Hold buffers",
          "Frames of the writer that may be in use here at one time, this element's last one included", 1, 16, 4, R58_LINK_PARAM));
  g_object_class_install_property (object, PROP_START, g_param_spec_enum ("start", "Start",
          "Encoded mode: where to begin", r58_link_start_get_type (), R58_LINK_START_LIVE, R58_LINK_PARAM));
  g_object_class_install_property (object, PROP_START_PTS, g_param_spec_uint64 ("start-pts", "Start PTS",
          "Absolute nanoseconds, for start=pts", 0, G_MAXUINT64, 0, R58_LINK_PARAM));
  g_object_class_install_property (object, PROP_PTS_ORIGIN, g_param_spec_uint64 ("pts-origin", "PTS origin",
          "Absolute nanoseconds that become 0 in place of the base time; what is older is dropped. For pipelines that "
          "do not follow the clock, such as a recorder's", 0, G_MAXUINT64, GST_CLOCK_TIME_NONE, R58_LINK_PARAM));

  gst_element_class_add_static_pad_template (element, &src_template);
  gst_element_class_set_static_metadata (element, "R58 link source", "Source/Network",
      "Takes a stream from an r58linksink of another process; reconnects for ever. Events: stats {buffers, "
      "synthesised, late, skipped, jumped, lost, connects, connected, lastPtsNs} every 500 ms; gap {fromPtsNs, toPtsNs} "
      "between the encoded units of two writers; refused {op, id, reason}", "R58 Studio");
  gst_type_mark_as_plugin_api (on_loss_get_type (), 0);
  gst_type_mark_as_plugin_api (r58_link_start_get_type (), 0);
  GST_DEBUG_CATEGORY_INIT (r58_linksrc_debug, "r58linksrc", 0, "R58 link source");
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
