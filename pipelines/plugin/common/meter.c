/* r58meter: passes everything through and reports how much: a target's packets and bytes, counted where they leave. */
#include "common/element.h"

#include <gst/base/gstbasetransform.h>

#define STATS_EVERY (500 * GST_MSECOND)
/* This long without a buffer is a stall. */
#define STALL_US G_TIME_SPAN_SECOND

typedef struct {
  GstBaseTransform parent;
  GThread *reporter;
  GMutex lock; /* this group */
  GCond changed;
  gboolean stopping;
  guint64 buffers, bytes, stalls;
  gint64 last; /* g_get_monotonic_time of the last buffer */
  gint width, height; /* of raw pictures; 0 for anything else */
} R58Meter;

typedef GstBaseTransformClass R58MeterClass;

GType r58_meter_get_type (void);
G_DEFINE_TYPE (R58Meter, r58_meter, GST_TYPE_BASE_TRANSFORM)
#define R58_METER(o) ((R58Meter *) (o))

static GstStaticPadTemplate sink_template = GST_STATIC_PAD_TEMPLATE ("sink", GST_PAD_SINK, GST_PAD_ALWAYS,
    GST_STATIC_CAPS_ANY);
static GstStaticPadTemplate src_template = GST_STATIC_PAD_TEMPLATE ("src", GST_PAD_SRC, GST_PAD_ALWAYS,
    GST_STATIC_CAPS_ANY);

static GstFlowReturn
meter_transform_ip (GstBaseTransform *base, GstBuffer *buffer)
{
  R58Meter *self = R58_METER (base);
  gint64 now = g_get_monotonic_time ();
  g_mutex_lock (&self->lock);
  self->stalls += self->buffers && now - self->last > STALL_US;
  self->last = now;
  self->buffers++;
  self->bytes += gst_buffer_get_size (buffer);
  g_mutex_unlock (&self->lock);
  return GST_FLOW_OK;
}

static gboolean
meter_set_caps (GstBaseTransform *base, GstCaps *in, GstCaps *out)
{
  R58Meter *self = R58_METER (base);
  GstStructure *s = gst_caps_get_structure (in, 0);
  gint width = 0, height = 0;
  if (gst_structure_has_name (s, "video/x-raw")) {
    gst_structure_get_int (s, "width", &width);
    gst_structure_get_int (s, "height", &height);
  }
  g_mutex_lock (&self->lock);
  self->width = width;
  self->height = height;
  g_mutex_unlock (&self->lock);
  return TRUE;
}

/* A thread of its own, to report that nothing passes. */
static gpointer
report (gpointer data)
{
  R58Meter *self = data;
  g_mutex_lock (&self->lock);
  while (!self->stopping) {
    gint64 until = g_get_monotonic_time () + STATS_EVERY / GST_USECOND;
    while (!self->stopping && g_cond_wait_until (&self->changed, &self->lock, until))
      continue;
    guint64 buffers = self->buffers, bytes = self->bytes, stalls = self->stalls;
    gint width = self->width, height = self->height;
    g_mutex_unlock (&self->lock);
    JsonBuilder *b = r58_json_begin ();
    r58_json_int (b, "buffers", buffers);
    r58_json_int (b, "bytes", bytes);
    r58_json_int (b, "stalls", stalls);
    if (width > 0) {
      r58_json_int (b, "width", width);
      r58_json_int (b, "height", height);
    }
    r58_post_event (GST_ELEMENT (self), "stats", b);
    g_mutex_lock (&self->lock);
  }
  g_mutex_unlock (&self->lock);
  return NULL;
}

static gboolean
meter_start (GstBaseTransform *base)
{
  R58Meter *self = R58_METER (base);
  self->stopping = FALSE;
  self->buffers = self->bytes = self->stalls = 0;
  self->width = self->height = 0;
  self->reporter = g_thread_new ("r58-meter", report, self);
  return TRUE;
}

static gboolean
meter_stop (GstBaseTransform *base)
{
  R58Meter *self = R58_METER (base);
  g_mutex_lock (&self->lock);
  self->stopping = TRUE;
  g_cond_signal (&self->changed);
  g_mutex_unlock (&self->lock);
  g_clear_pointer (&self->reporter, g_thread_join);
  return TRUE;
}

static void
meter_finalize (GObject *object)
{
  g_mutex_clear (&R58_METER (object)->lock);
  g_cond_clear (&R58_METER (object)->changed);
  G_OBJECT_CLASS (r58_meter_parent_class)->finalize (object);
}

static void
r58_meter_class_init (R58MeterClass *klass)
{
  GstElementClass *element = GST_ELEMENT_CLASS (klass);
  G_OBJECT_CLASS (klass)->finalize = meter_finalize;
  klass->start = meter_start;
  klass->stop = meter_stop;
  klass->set_caps = meter_set_caps;
  klass->transform_ip = meter_transform_ip;
  klass->transform_ip_on_passthrough = TRUE;
  gst_element_class_add_static_pad_template (element, &sink_template);
  gst_element_class_add_static_pad_template (element, &src_template);
  gst_element_class_set_static_metadata (element, "R58 meter", "Generic",
      "Counts what passes. Event: stats {buffers, bytes, stalls, width?, height?} every 500 ms", "R58 Studio");
}

static void
r58_meter_init (R58Meter *self)
{
  g_mutex_init (&self->lock);
  g_cond_init (&self->changed);
  gst_base_transform_set_passthrough (GST_BASE_TRANSFORM (self), TRUE);
}

gboolean
r58_meter_register (GstPlugin *plugin)
{
  return gst_element_register (plugin, "r58meter", GST_RANK_NONE, r58_meter_get_type ());
}
