#include "webrtc/linefigures.h"

#include <string.h>

enum { XR = 207, REFERENCE_TIME = 4, ANSWER = 5, QUESTION = 20 };
/* No line takes longer: the answer is wrong. */
#define RTT_MAX_MS 10000
/* A second of a small picture is a hundred packets: too few to tell 5 % from none. */
#define SMOOTHING 4

void
r58_line_figures_init (R58LineFigures *figures)
{
  memset (figures, 0, sizeof *figures);
  figures->rtt_ms = figures->loss_pct = -1;
}

/* The middle 32 bits of a time in seconds and their fractions. Of the clock that is never set: only we read it again. */
static guint32
short_time (gint64 us)
{
  return (guint32) (us / G_USEC_PER_SEC << 16 | (us % G_USEC_PER_SEC << 16) / G_USEC_PER_SEC);
}

/* Of all streams together: a stream of few packets, such as retransmissions, has little weight. Reports that are sent say
 * less: while packets are requested again, GStreamer 1.22 sends reports without any stream. */
void
r58_line_figures_measure (R58LineFigures *figures, GObject *session)
{
  GstStructure *stats = NULL;
  g_object_get (session, "stats", &stats, NULL);
  const GValue *value = stats ? gst_structure_get_value (stats, "source-stats") : NULL;
  GValueArray *sources = value ? g_value_get_boxed (value) : NULL;
  guint64 received = 0;
  gint64 lost = 0;
  for (guint i = 0; sources && i < sources->n_values; i++) {
    const GstStructure *source = g_value_get_boxed (&sources->values[i]);
    gboolean internal = TRUE;
    guint64 packets = 0;
    gint missing = 0;
    if (gst_structure_get (source, "internal", G_TYPE_BOOLEAN, &internal, "packets-received", G_TYPE_UINT64, &packets,
            "packets-lost", G_TYPE_INT, &missing, NULL) && !internal) {
      received += packets;
      lost += MAX (missing, 0);
    }
  }
  gst_clear_structure (&stats);
  /* A stream that is gone takes its packets along. Late ones were lost before. */
  gdouble more = received > figures->received ? received - figures->received : 0;
  gdouble missing = MAX (lost - figures->lost, 0);
  if (more > 0) {
    gdouble now = 100 * missing / (more + missing);
    figures->loss_pct += figures->loss_pct < 0 ? now - figures->loss_pct : (now - figures->loss_pct) / SMOOTHING;
  }
  figures->received = received;
  figures->lost = lost;
}

GstBuffer *
r58_line_figures_sent (R58LineFigures *figures, GstBuffer *report, gint64 now_us)
{
  GstRTCPBuffer rtcp = GST_RTCP_BUFFER_INIT;
  GstRTCPPacket packet;
  guint32 ssrc = 0;
  gboolean is_report = FALSE, padded = FALSE;
  if (!gst_rtcp_buffer_map (report, GST_MAP_READ, &rtcp))
    return report;
  gboolean more = gst_rtcp_buffer_get_first_packet (&rtcp, &packet);
  for (; more; more = gst_rtcp_packet_move_to_next (&packet)) {
    padded = gst_rtcp_packet_get_padding (&packet);
    if (gst_rtcp_packet_get_type (&packet) != GST_RTCP_TYPE_RR)
      continue;
    is_report = TRUE;
    ssrc = gst_rtcp_packet_rr_get_ssrc (&packet);
  }
  gst_rtcp_buffer_unmap (&rtcp);
  /* Feedback on its own cannot carry a question, and nothing may follow padding. */
  if (!is_report || padded)
    return report;
  guint8 data[QUESTION] = { 2 << 6, XR };
  guint32 now = short_time (now_us);
  GST_WRITE_UINT16_BE (data + 2, QUESTION / 4 - 1);
  GST_WRITE_UINT32_BE (data + 4, ssrc);
  data[8] = REFERENCE_TIME;
  GST_WRITE_UINT16_BE (data + 10, 2);
  GST_WRITE_UINT32_BE (data + 12, now >> 16);
  GST_WRITE_UINT32_BE (data + 16, now << 16);
  report = gst_buffer_make_writable (report);
  return gst_buffer_append (report, gst_buffer_new_memdup (data, sizeof data));
}

static void
read_answer (R58LineFigures *figures, guint32 asked, guint32 held, gint64 now_us)
{
  /* In 1/65536 s; wraps are fine. */
  gdouble rtt_ms = (gint32) (short_time (now_us) - asked - held) * 1000.0 / 65536;
  if (asked && rtt_ms >= 0 && rtt_ms < RTT_MAX_MS)
    figures->rtt_ms = rtt_ms;
}

/* By hand: lengths from outside are checked against the bytes that arrived. */
void
r58_line_figures_received (R58LineFigures *figures, GstRTCPPacket *packet, gint64 now_us)
{
  if (gst_rtcp_packet_get_type (packet) != GST_RTCP_TYPE_XR)
    return;
  const guint8 *data = packet->rtcp->map.data;
  gsize end = MIN (packet->rtcp->map.size, packet->offset + 4 * ((gsize) gst_rtcp_packet_get_length (packet) + 1));
  for (gsize at = packet->offset + 8; at + 4 <= end;) {
    gsize next = at + 4 + 4 * (gsize) GST_READ_UINT16_BE (data + at + 2);
    if (data[at] == ANSWER && next <= end && next - at >= 16)
      read_answer (figures, GST_READ_UINT32_BE (data + at + 8), GST_READ_UINT32_BE (data + at + 12), now_us);
    at = next;
  }
}
