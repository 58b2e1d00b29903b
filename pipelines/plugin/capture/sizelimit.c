/* r58sizelimit: precedes a decoder and fails when a coded picture is larger than allowed, naming its size. A decoder allocates
 * its pictures, a dozen and more, at the size that the stream states, whatever part of them is shown. */
#include "common/element.h"

#include <gst/base/gstbasetransform.h>
#include <gst/codecparsers/gsth264parser.h>

/* Both codecs code whole blocks. */
#define BLOCK 16

typedef struct {
  GstBaseTransform parent;
  guint longest, shortest; /* sides, either way up */
  gboolean vp8;
  GstH264NalParser *parser;
} R58SizeLimit;

typedef GstBaseTransformClass R58SizeLimitClass;

GType r58_size_limit_get_type (void);
G_DEFINE_TYPE (R58SizeLimit, r58_size_limit, GST_TYPE_BASE_TRANSFORM)
#define R58_SIZE_LIMIT(o) ((R58SizeLimit *) (o))

enum { PROP_0, PROP_LONGEST, PROP_SHORTEST };

#define CAPS "video/x-h264,stream-format=byte-stream,alignment=au; video/x-vp8"
static GstStaticPadTemplate sink_template = GST_STATIC_PAD_TEMPLATE ("sink", GST_PAD_SINK, GST_PAD_ALWAYS,
    GST_STATIC_CAPS (CAPS));
static GstStaticPadTemplate src_template = GST_STATIC_PAD_TEMPLATE ("src", GST_PAD_SRC, GST_PAD_ALWAYS,
    GST_STATIC_CAPS (CAPS));

static gboolean
set_caps (GstBaseTransform *base, GstCaps *in, GstCaps *out)
{
  R58_SIZE_LIMIT (base)->vp8 = gst_structure_has_name (gst_caps_get_structure (in, 0), "video/x-vp8");
  return TRUE;
}

/* The sizes of all parameter sets of an access unit, the largest sides of them; FALSE when there is none. */
static gboolean
size_of_h264 (R58SizeLimit *self, const guint8 *data, gsize size, guint *width, guint *height)
{
  gboolean found = FALSE;
  GstH264NalUnit unit;
  guint at = 0;
  *width = *height = 0;
  for (;;) {
    GstH264ParserResult result = gst_h264_parser_identify_nalu (self->parser, data, at, size, &unit);
    if (result != GST_H264_PARSER_OK && result != GST_H264_PARSER_NO_NAL_END)
      return found;
    GstH264SPS sps;
    if (unit.type == GST_H264_NAL_SPS && gst_h264_parser_parse_sps (self->parser, &unit, &sps) == GST_H264_PARSER_OK) {
      found = TRUE;
      *width = MAX (*width, (guint) sps.width);
      *height = MAX (*height, (guint) sps.height);
      gst_h264_sps_clear (&sps);
    }
    at = unit.offset + unit.size;
  }
}

/* RFC 6386 §9.1: of a key frame. */
static gboolean
size_of_vp8 (const guint8 *data, gsize size, guint *width, guint *height)
{
  if (size < 10 || (data[0] & 1))
    return FALSE;
  *width = GST_READ_UINT16_LE (data + 6) & 0x3fff;
  *height = GST_READ_UINT16_LE (data + 8) & 0x3fff;
  return TRUE;
}

static guint
blocks (guint side)
{
  return (side + BLOCK - 1) / BLOCK;
}

static GstFlowReturn
transform_ip (GstBaseTransform *base, GstBuffer *buffer)
{
  R58SizeLimit *self = R58_SIZE_LIMIT (base);
  GstMapInfo map;
  guint width, height;
  if (!gst_buffer_map (buffer, &map, GST_MAP_READ))
    return GST_FLOW_ERROR;
  gboolean tells = self->vp8 ? size_of_vp8 (map.data, map.size, &width, &height)
                             : size_of_h264 (self, map.data, map.size, &width, &height);
  gst_buffer_unmap (buffer, &map);
  if (!tells || (blocks (MAX (width, height)) <= blocks (self->longest) &&
      blocks (MIN (width, height)) <= blocks (self->shortest)))
    return GST_FLOW_OK;
  GST_ELEMENT_ERROR (self, STREAM, FORMAT, ("a picture of %u×%u is larger than the %u×%u that are taken here", width,
          height, self->longest, self->shortest), (NULL));
  return GST_FLOW_ERROR;
}

static gboolean
start (GstBaseTransform *base)
{
  R58_SIZE_LIMIT (base)->parser = gst_h264_nal_parser_new ();
  return TRUE;
}

static gboolean
stop (GstBaseTransform *base)
{
  g_clear_pointer (&R58_SIZE_LIMIT (base)->parser, gst_h264_nal_parser_free);
  return TRUE;
}

static void
set_property (GObject *object, guint id, const GValue *value, GParamSpec *spec)
{
  *(id == PROP_LONGEST ? &R58_SIZE_LIMIT (object)->longest : &R58_SIZE_LIMIT (object)->shortest) = g_value_get_uint (value);
}

static void
get_property (GObject *object, guint id, GValue *value, GParamSpec *spec)
{
  g_value_set_uint (value, id == PROP_LONGEST ? R58_SIZE_LIMIT (object)->longest : R58_SIZE_LIMIT (object)->shortest);
}

static void
r58_size_limit_class_init (R58SizeLimitClass *klass)
{
  GObjectClass *object = G_OBJECT_CLASS (klass);
  GstElementClass *element = GST_ELEMENT_CLASS (klass);
  object->set_property = set_property;
  object->get_property = get_property;
  klass->start = start;
  klass->stop = stop;
  klass->set_caps = set_caps;
  klass->transform_ip = transform_ip;
  klass->transform_ip_on_passthrough = TRUE;
  GParamFlags at_start = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_READY;
  g_object_class_install_property (object, PROP_LONGEST,
      g_param_spec_uint ("longest", "Longest", "Most pixels of the longer side", 1, 65535, 1920, at_start));
  g_object_class_install_property (object, PROP_SHORTEST,
      g_param_spec_uint ("shortest", "Shortest", "Most pixels of the shorter side", 1, 65535, 1080, at_start));
  gst_element_class_add_static_pad_template (element, &sink_template);
  gst_element_class_add_static_pad_template (element, &src_template);
  gst_element_class_set_static_metadata (element, "R58 size limit", "Filter/Video",
      "Lets H.264 and VP8 through, and ends with an error at a picture that is too large to be decoded", "R58 Studio");
}

static void
r58_size_limit_init (R58SizeLimit *self)
{
  self->longest = 1920;
  self->shortest = 1080;
  gst_base_transform_set_passthrough (GST_BASE_TRANSFORM (self), TRUE);
}

gboolean
r58_size_limit_register (GstPlugin *plugin)
{
  return gst_element_register (plugin, "r58sizelimit", GST_RANK_NONE, r58_size_limit_get_type ());
}
