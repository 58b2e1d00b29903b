#include "webrtc/lipsync.h"

#include <gst/rtp/gstrtcpbuffer.h>

#include <stdlib.h>
#include <string.h>

#include "webrtc/feed.h"

GST_DEBUG_CATEGORY_EXTERN (r58_webrtc_debug);
#define GST_CAT_DEFAULT r58_webrtc_debug

/* A browser reports on sound every 5 s, on pictures every second. Two late reports in five do no harm. */
#define REPORTS 5
/* Each change is a splice of the sound. */
#define WORTH (3 * GST_MSECOND)
/* No stream of a guest is this far behind the other: they must have different clocks. */
#define APART_MAX (3 * (gint64) GST_SECOND)
/* A stream whose RTP times jump has restarted. */
#define JUMP (GST_SECOND / 2)
#define AUDIO_CLOCK_RATE 48000

typedef struct {
  GWeakRef buffer;
  gint64 sent[REPORTS]; /* latest reports: the sender's clock less RTP time, ns */
  guint reports;
  gint64 late;          /* running time of what is received, less the sender's clock */
  gint64 offset;        /* what its jitter buffer adds */
} Stream;

struct _R58LipSync {
  GMutex lock;
  Stream streams[R58_KINDS];
};

R58LipSync *
r58_lip_sync_new (GstElement *rtpbin)
{
  R58LipSync *sync = g_new0 (R58LipSync, 1);
  g_mutex_init (&sync->lock);
  for (R58Kind kind = R58_VIDEO; kind < R58_KINDS; kind++)
    g_weak_ref_init (&sync->streams[kind].buffer, NULL);
  /* Makes its own synchronisation find every change too small. */
  g_object_set (rtpbin, "min-ts-offset", G_MAXUINT64, NULL);
  return sync;
}

void
r58_lip_sync_free (R58LipSync *sync)
{
  for (R58Kind kind = R58_VIDEO; kind < R58_KINDS; kind++)
    g_weak_ref_clear (&sync->streams[kind].buffer);
  g_mutex_clear (&sync->lock);
  g_free (sync);
}

/* The sender's clock in a report, ns since 1900; 0 when there is none. */
static guint64
clock_of (GstBuffer *report)
{
  GstRTCPBuffer rtcp = GST_RTCP_BUFFER_INIT;
  GstRTCPPacket packet;
  guint64 ntp = 0;
  if (!report || !gst_rtcp_buffer_map (report, GST_MAP_READ, &rtcp))
    return 0;
  gboolean more = gst_rtcp_buffer_get_first_packet (&rtcp, &packet);
  for (; more && ntp == 0; more = gst_rtcp_packet_move_to_next (&packet))
    if (gst_rtcp_packet_get_type (&packet) == GST_RTCP_TYPE_SR)
      gst_rtcp_packet_sr_get_sender_info (&packet, NULL, &ntp, NULL, NULL, NULL);
  gst_rtcp_buffer_unmap (&rtcp);
  return gst_util_uint64_scale (ntp, GST_SECOND, G_GUINT64_CONSTANT (1) << 32);
}

static int
compare (const void *a, const void *b)
{
  gint64 x = *(const gint64 *) a, y = *(const gint64 *) b;
  return (x > y) - (x < y);
}

/* A sender's clock is read late, never early: of two the earlier one. */
static gint64
middle (const Stream *stream)
{
  gint64 sorted[REPORTS];
  guint n = MIN (stream->reports, REPORTS);
  memcpy (sorted, stream->sent, sizeof sorted);
  qsort (sorted, n, sizeof *sorted, compare);
  return sorted[(n - 1) / 2];
}

static void
note (Stream *stream, GstElement *buffer, gint64 sent)
{
  GstElement *known = g_weak_ref_get (&stream->buffer);
  if (known != buffer) {
    g_weak_ref_set (&stream->buffer, buffer);
    stream->reports = 0;
    stream->offset = 0;
  }
  gst_clear_object (&known);
  if (stream->reports > 0 && (guint64) ABS (sent - middle (stream)) > JUMP)
    stream->reports = 0;
  stream->sent[stream->reports++ % REPORTS] = sent;
}

/* The later one stays where it is; the other waits for it. */
static void
adjust (R58LipSync *sync)
{
  Stream *video = &sync->streams[R58_VIDEO], *audio = &sync->streams[R58_AUDIO];
  if (video->reports == 0 || audio->reports == 0 || ABS (video->late - audio->late) > APART_MAX)
    return;
  gint64 latest = MAX (video->late, audio->late);
  for (R58Kind kind = R58_VIDEO; kind < R58_KINDS; kind++) {
    Stream *stream = &sync->streams[kind];
    gint64 offset = latest - stream->late;
    GstElement *buffer = g_weak_ref_get (&stream->buffer);
    if (buffer && (guint64) ABS (offset - stream->offset) >= WORTH) {
      GST_DEBUG_OBJECT (buffer, "%s: offset %" G_GINT64_FORMAT " us, was %" G_GINT64_FORMAT, r58_kind_name (kind),
          offset / 1000, stream->offset / 1000);
      g_object_set (buffer, "ts-offset", offset, NULL);
      stream->offset = offset;
    }
    gst_clear_object (&buffer);
  }
}

void
r58_lip_sync_report (R58LipSync *sync, GstElement *jitterbuffer, const GstStructure *s)
{
  guint64 base_rtp, base_time, rtp;
  guint rate;
  GstBuffer *report = NULL;
  if (!gst_structure_get (s, "base-rtptime", G_TYPE_UINT64, &base_rtp, "base-time", G_TYPE_UINT64, &base_time,
          "clock-rate", G_TYPE_UINT, &rate, "sr-ext-rtptime", G_TYPE_UINT64, &rtp, "sr-buffer", GST_TYPE_BUFFER, &report,
          NULL))
    return;
  guint64 clock = clock_of (report);
  gst_buffer_unref (report);
  if (clock == 0 || rate == 0 || rtp == G_MAXUINT64 || rtp < base_rtp)
    return;
  gint64 at = gst_util_uint64_scale (rtp, GST_SECOND, rate);
  gint64 received = base_time + gst_util_uint64_scale (rtp - base_rtp, GST_SECOND, rate);
  g_mutex_lock (&sync->lock);
  Stream *stream = &sync->streams[rate == AUDIO_CLOCK_RATE ? R58_AUDIO : R58_VIDEO];
  note (stream, jitterbuffer, (gint64) clock - at);
  stream->late = received - (at + middle (stream));
  GST_DEBUG_OBJECT (jitterbuffer, "report at rate %u: %" G_GINT64_FORMAT " us off the middle, %" G_GINT64_FORMAT
      " us late", rate, ((gint64) clock - at - middle (stream)) / 1000, stream->late / 1000);
  adjust (sync);
  g_mutex_unlock (&sync->lock);
}
