/* r58rtpport: follows a UDP source and reports what is sent there. One stream at a time: packets of one dynamic payload
 * type (RFC 3551 §3), whichever comes, named in the caps; others (RTCP, error correction, a second sender) are left out and
 * counted. Asked for caps by the source, depayloaders would complete them by the first type that they take, and lose every
 * other. */
#include "common/element.h"

#define STATS_US (500 * G_TIME_SPAN_MILLISECOND)
/* A type that has not come for this long gives way to another. */
#define TAKEN_US G_TIME_SPAN_SECOND
#define DYNAMIC_FIRST 96

typedef struct {
  GstElement parent;
  GstPad *sink, *src;
  GstCaps *stream;
  GstEvent *segment; /* follows the first caps */
  gint type; /* the payload type that is taken, −1 before the first */
  gint64 last, told;
  guint64 packets, left_out;
} R58RtpPort;

typedef GstElementClass R58RtpPortClass;

GType r58_rtp_port_get_type (void);
G_DEFINE_TYPE (R58RtpPort, r58_rtp_port, GST_TYPE_ELEMENT)
#define R58_RTP_PORT(o) ((R58RtpPort *) (o))

enum { PROP_0, PROP_CAPS };

static GstStaticPadTemplate sink_template = GST_STATIC_PAD_TEMPLATE ("sink", GST_PAD_SINK, GST_PAD_ALWAYS,
    GST_STATIC_CAPS ("application/x-rtp"));
static GstStaticPadTemplate src_template = GST_STATIC_PAD_TEMPLATE ("src", GST_PAD_SRC, GST_PAD_ALWAYS,
    GST_STATIC_CAPS ("application/x-rtp"));

static void
take_type (R58RtpPort *self, gint type)
{
  GstCaps *caps = gst_caps_copy (self->stream);
  gst_caps_set_simple (caps, "payload", G_TYPE_INT, type, NULL);
  gst_pad_push_event (self->src, gst_event_new_caps (caps));
  gst_caps_unref (caps);
  if (self->segment)
    gst_pad_push_event (self->src, g_steal_pointer (&self->segment));
  self->type = type;
}

static gboolean
is_taken (R58RtpPort *self, guint8 version, gint type, gint64 now)
{
  if (version >> 6 != 2 || type < DYNAMIC_FIRST)
    return FALSE;
  if (self->type >= 0 && type != self->type && now - self->last < TAKEN_US)
    return FALSE;
  if (type != self->type)
    take_type (self, type);
  self->last = now;
  return TRUE;
}

static void
tell (R58RtpPort *self, gint64 now)
{
  self->told = now;
  JsonBuilder *b = r58_json_begin ();
  r58_json_int (b, "packets", self->packets);
  r58_json_int (b, "leftOut", self->left_out);
  r58_json_int (b, "payloadType", self->type);
  r58_post_event (GST_ELEMENT (self), "stats", b);
}

static GstFlowReturn
chain (GstPad *pad, GstObject *parent, GstBuffer *packet)
{
  R58RtpPort *self = R58_RTP_PORT (parent);
  gint64 now = g_get_monotonic_time ();
  guint8 head[2];
  gboolean taken = gst_buffer_extract (packet, 0, head, sizeof head) == sizeof head &&
      is_taken (self, head[0], head[1] & 0x7f, now);
  self->packets += taken;
  self->left_out += !taken;
  if (now - self->told >= STATS_US)
    tell (self, now);
  if (taken)
    return gst_pad_push (self->src, packet);
  gst_buffer_unref (packet);
  return GST_FLOW_OK;
}

static gboolean
sink_event (GstPad *pad, GstObject *parent, GstEvent *event)
{
  R58RtpPort *self = R58_RTP_PORT (parent);
  if (GST_EVENT_TYPE (event) == GST_EVENT_CAPS) {
    gst_event_unref (event);
    return TRUE;
  }
  if (GST_EVENT_TYPE (event) == GST_EVENT_SEGMENT && self->type < 0) {
    gst_event_replace (&self->segment, event);
    gst_event_unref (event);
    return TRUE;
  }
  return gst_pad_event_default (pad, parent, event);
}

static gboolean
sink_query (GstPad *pad, GstObject *parent, GstQuery *query)
{
  if (GST_QUERY_TYPE (query) == GST_QUERY_ACCEPT_CAPS) {
    gst_query_set_accept_caps_result (query, TRUE);
    return TRUE;
  }
  if (GST_QUERY_TYPE (query) != GST_QUERY_CAPS)
    return gst_pad_query_default (pad, parent, query);
  GstCaps *any = gst_static_pad_template_get_caps (&sink_template);
  gst_query_set_caps_result (query, any);
  gst_caps_unref (any);
  return TRUE;
}

static GstStateChangeReturn
change_state (GstElement *element, GstStateChange transition)
{
  R58RtpPort *self = R58_RTP_PORT (element);
  if (transition == GST_STATE_CHANGE_READY_TO_PAUSED) {
    self->type = -1;
    self->told = 0;
    self->packets = self->left_out = 0;
  }
  GstStateChangeReturn ret = GST_ELEMENT_CLASS (r58_rtp_port_parent_class)->change_state (element, transition);
  if (transition == GST_STATE_CHANGE_PAUSED_TO_READY)
    gst_clear_event (&self->segment);
  return ret;
}

static void
set_property (GObject *object, guint id, const GValue *value, GParamSpec *spec)
{
  const GstCaps *caps = gst_value_get_caps (value);
  gst_caps_take (&R58_RTP_PORT (object)->stream, caps ? gst_caps_copy (caps) : gst_static_pad_template_get_caps (&src_template));
}

static void
get_property (GObject *object, guint id, GValue *value, GParamSpec *spec)
{
  gst_value_set_caps (value, R58_RTP_PORT (object)->stream);
}

static void
finalize (GObject *object)
{
  gst_clear_caps (&R58_RTP_PORT (object)->stream);
  gst_clear_event (&R58_RTP_PORT (object)->segment);
  G_OBJECT_CLASS (r58_rtp_port_parent_class)->finalize (object);
}

static void
r58_rtp_port_class_init (R58RtpPortClass *klass)
{
  GObjectClass *object = G_OBJECT_CLASS (klass);
  GstElementClass *element = GST_ELEMENT_CLASS (klass);
  object->set_property = set_property;
  object->get_property = get_property;
  object->finalize = finalize;
  element->change_state = change_state;
  g_object_class_install_property (object, PROP_CAPS,
      g_param_spec_boxed ("caps", "Caps", "What is sent, without a payload type", GST_TYPE_CAPS,
          G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_READY));
  gst_element_class_add_static_pad_template (element, &sink_template);
  gst_element_class_add_static_pad_template (element, &src_template);
  gst_element_class_set_static_metadata (element, "R58 RTP port", "Filter/Network/RTP",
      "Takes one RTP stream, of whichever dynamic payload type. Event: stats {packets, leftOut, payloadType}, every 500 ms "
      "while packets come",
      "R58 Studio");
}

static void
r58_rtp_port_init (R58RtpPort *self)
{
  self->stream = gst_static_pad_template_get_caps (&src_template);
  self->sink = gst_pad_new_from_static_template (&sink_template, "sink");
  self->src = gst_pad_new_from_static_template (&src_template, "src");
  gst_pad_set_chain_function (self->sink, chain);
  gst_pad_set_event_function (self->sink, sink_event);
  gst_pad_set_query_function (self->sink, sink_query);
  gst_pad_use_fixed_caps (self->src);
  gst_element_add_pad (GST_ELEMENT (self), self->sink);
  gst_element_add_pad (GST_ELEMENT (self), self->src);
}

gboolean
r58_rtp_port_register (GstPlugin *plugin)
{
  return gst_element_register (plugin, "r58rtpport", GST_RANK_NONE, r58_rtp_port_get_type ());
}
