/* r58tracktime: corrects the start times of the tracks of a fragmented mp4mux. Place it behind the muxer.
 *
 * mp4mux 1.22 counts the decode time of each track (tfdt, ISO/IEC 14496-12 §8.8.12) from the track's own first buffer and
 * writes no edit list when it makes fragments, so that the offset between the tracks is lost: the first AAC frame of a
 * recording lies up to 21 ms after its key frame. The element notes the time of each track's first buffer and adds it to
 * every tfdt as it passes. */
#include "common/element.h"

#include <gst/base/gstbasetransform.h>

#include <string.h>

GST_DEBUG_CATEGORY_STATIC (r58_track_time_debug);
#define GST_CAT_DEFAULT r58_track_time_debug

#define BOX_HEADER 8
#define TRACKS_MAX 8

#define MOOV GST_MAKE_FOURCC ('m', 'o', 'o', 'v')
#define TRAK GST_MAKE_FOURCC ('t', 'r', 'a', 'k')
#define TKHD GST_MAKE_FOURCC ('t', 'k', 'h', 'd')
#define MDIA GST_MAKE_FOURCC ('m', 'd', 'i', 'a')
#define MDHD GST_MAKE_FOURCC ('m', 'd', 'h', 'd')
#define HDLR GST_MAKE_FOURCC ('h', 'd', 'l', 'r')
#define SOUN GST_MAKE_FOURCC ('s', 'o', 'u', 'n')
#define MOOF GST_MAKE_FOURCC ('m', 'o', 'o', 'f')
#define TRAF GST_MAKE_FOURCC ('t', 'r', 'a', 'f')
#define TFHD GST_MAKE_FOURCC ('t', 'f', 'h', 'd')
#define TFDT GST_MAKE_FOURCC ('t', 'f', 'd', 't')

typedef struct {
  guint32 id, timescale;
  gboolean sound;
} Track;

typedef struct {
  GstBaseTransform parent;
  GMutex lock;
  GstClockTime first[2]; /* under the lock: of pictures, of sound */

  /* Streaming thread. */
  Track tracks[TRACKS_MAX];
  guint n_tracks;
  guint32 traf_track;
  guint64 inside; /* bytes still to come of a box that began in an earlier buffer */
} R58TrackTime;

typedef GstBaseTransformClass R58TrackTimeClass;

GType r58_track_time_get_type (void);
G_DEFINE_TYPE (R58TrackTime, r58_track_time, GST_TYPE_BASE_TRANSFORM)
#define R58_TRACK_TIME(o) ((R58TrackTime *) (o))

static GstStaticPadTemplate sink_template = GST_STATIC_PAD_TEMPLATE ("sink", GST_PAD_SINK, GST_PAD_ALWAYS,
    GST_STATIC_CAPS ("video/quicktime; audio/x-m4a; application/x-3gp"));
static GstStaticPadTemplate src_template = GST_STATIC_PAD_TEMPLATE ("src", GST_PAD_SRC, GST_PAD_ALWAYS,
    GST_STATIC_CAPS ("video/quicktime; audio/x-m4a; application/x-3gp"));

/* ---- boxes ---- */

static Track *
track_of (R58TrackTime *self, guint32 id)
{
  for (guint i = 0; i < self->n_tracks; i++)
    if (self->tracks[i].id == id)
      return &self->tracks[i];
  return NULL;
}

/* Adds when the track began. */
static void
shift (R58TrackTime *self, guint8 *body, gsize size)
{
  Track *track = track_of (self, self->traf_track);
  g_mutex_lock (&self->lock);
  GstClockTime first = track ? self->first[track->sound] : GST_CLOCK_TIME_NONE;
  g_mutex_unlock (&self->lock);
  if (!GST_CLOCK_TIME_IS_VALID (first) || size < 8)
    return;
  guint64 begin = gst_util_uint64_scale_round (first, track->timescale, GST_SECOND);
  if (body[0] == 1 && size >= 12)
    GST_WRITE_UINT64_BE (body + 4, GST_READ_UINT64_BE (body + 4) + begin);
  else if (body[0] == 0)
    GST_WRITE_UINT32_BE (body + 4, GST_READ_UINT32_BE (body + 4) + (guint32) begin);
}

/* One of the boxes that matter; `body` follows its header. */
static void
read_box (R58TrackTime *self, guint32 type, guint8 *body, gsize size)
{
  Track *track = self->n_tracks > 0 ? &self->tracks[self->n_tracks - 1] : NULL;
  gsize wide = size > 0 && body[0] == 1 ? 8 : 0; /* version 1 has times of 64 bits */
  if (type == TKHD && track && size >= 16 + wide)
    track->id = GST_READ_UINT32_BE (body + 12 + wide);
  else if (type == MDHD && track && size >= 16 + wide)
    track->timescale = GST_READ_UINT32_BE (body + 12 + wide);
  else if (type == HDLR && track && size >= 12)
    track->sound = GST_READ_UINT32_LE (body + 8) == SOUN;
  else if (type == TFHD && size >= 8)
    self->traf_track = GST_READ_UINT32_BE (body + 4);
  else if (type == TFDT)
    shift (self, body, size);
}

/* Walks the boxes of a part; returns how many bytes the last one has beyond it. */
static guint64
walk (R58TrackTime *self, guint8 *data, gsize size)
{
  gsize at = 0;
  while (at + BOX_HEADER <= size) {
    guint64 box = GST_READ_UINT32_BE (data + at);
    guint32 type = GST_READ_UINT32_LE (data + at + 4);
    gsize header = BOX_HEADER;
    if (box == 1 && at + 16 <= size) {
      box = GST_READ_UINT64_BE (data + at + 8);
      header = 16;
    }
    if (box < header) /* 0: up to the end of the file; anything else is none of ours */
      return G_MAXUINT64;
    if (box > size - at)
      return box - (size - at);
    if (type == TRAK && self->n_tracks < TRACKS_MAX)
      self->tracks[self->n_tracks++] = (Track) { 0 };
    if (type == MOOV || type == TRAK || type == MDIA || type == MOOF || type == TRAF)
      walk (self, data + at + header, box - header);
    else
      read_box (self, type, data + at + header, box - header);
    at += box;
  }
  return 0;
}

static GstFlowReturn
track_time_transform_ip (GstBaseTransform *base, GstBuffer *buffer)
{
  R58TrackTime *self = R58_TRACK_TIME (base);
  GstMapInfo map;
  gsize size = gst_buffer_get_size (buffer);
  if (self->inside >= size) {
    self->inside -= self->inside == G_MAXUINT64 ? 0 : size;
    return GST_FLOW_OK;
  }
  if (!gst_buffer_map (buffer, &map, GST_MAP_READWRITE))
    return GST_FLOW_ERROR;
  self->inside = walk (self, map.data + self->inside, map.size - self->inside);
  gst_buffer_unmap (buffer, &map);
  return GST_FLOW_OK;
}

/* ---- the muxer's inputs ---- */

static GstPadProbeReturn
note_first (GstPad *pad, GstPadProbeInfo *info, gpointer data)
{
  R58TrackTime *self = data;
  GstBuffer *buffer = GST_PAD_PROBE_INFO_BUFFER (info);
  if (!GST_BUFFER_PTS_IS_VALID (buffer))
    return GST_PAD_PROBE_OK;
  GstClockTime first = GST_BUFFER_DTS_IS_VALID (buffer) ? GST_BUFFER_DTS (buffer) : GST_BUFFER_PTS (buffer);
  g_mutex_lock (&self->lock);
  self->first[g_str_has_prefix (GST_PAD_NAME (pad), "audio")] = first;
  g_mutex_unlock (&self->lock);
  GST_DEBUG_OBJECT (self, "%s begins at %" GST_TIME_FORMAT, GST_PAD_NAME (pad), GST_TIME_ARGS (first));
  return GST_PAD_PROBE_REMOVE;
}

static gboolean
watch_input (GstElement *muxer, GstPad *pad, gpointer data)
{
  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER, note_first, gst_object_ref (data), gst_object_unref);
  return TRUE;
}

static gboolean
track_time_start (GstBaseTransform *base)
{
  R58TrackTime *self = R58_TRACK_TIME (base);
  self->first[FALSE] = self->first[TRUE] = GST_CLOCK_TIME_NONE;
  self->n_tracks = 0;
  self->inside = 0;
  GstPad *peer = gst_pad_get_peer (base->sinkpad);
  GstElement *muxer = peer ? gst_pad_get_parent_element (peer) : NULL;
  if (muxer)
    gst_element_foreach_sink_pad (muxer, watch_input, self);
  gst_clear_object (&muxer);
  gst_clear_object (&peer);
  return TRUE;
}

/* ---- element ---- */

static void
track_time_finalize (GObject *object)
{
  g_mutex_clear (&R58_TRACK_TIME (object)->lock);
  G_OBJECT_CLASS (r58_track_time_parent_class)->finalize (object);
}

static void
r58_track_time_class_init (R58TrackTimeClass *klass)
{
  GstElementClass *element = GST_ELEMENT_CLASS (klass);
  G_OBJECT_CLASS (klass)->finalize = track_time_finalize;
  klass->start = track_time_start;
  klass->transform_ip = track_time_transform_ip;
  gst_element_class_add_static_pad_template (element, &sink_template);
  gst_element_class_add_static_pad_template (element, &src_template);
  gst_element_class_set_static_metadata (element, "R58 track time", "Formatter",
      "Behind mp4mux: its fragments say when their tracks begin, so that sound and picture stay as far apart as they came",
      "R58 Studio");
  GST_DEBUG_CATEGORY_INIT (r58_track_time_debug, "r58tracktime", 0, "R58 track time");
}

static void
r58_track_time_init (R58TrackTime *self)
{
  g_mutex_init (&self->lock);
  gst_base_transform_set_in_place (GST_BASE_TRANSFORM (self), TRUE);
}

gboolean
r58_tracktime_register (GstPlugin *plugin)
{
  return gst_element_register (plugin, "r58tracktime", GST_RANK_NONE, r58_track_time_get_type ());
}
