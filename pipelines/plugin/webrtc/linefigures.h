/* The state of the line to a guest, from reports: the round trip and the loss. GStreamer tells neither for what is only
 * received, and a browser that only sends reports on nothing. So a guest is asked for the round trip (RFC 3611 §4.4 and
 * §4.5), and the loss is what the session counts of it. */
#pragma once

#include <gst/gst.h>
#include <gst/rtp/gstrtcpbuffer.h>

G_BEGIN_DECLS

typedef struct {
  gdouble rtt_ms, loss_pct; /* < 0 = not known */
  guint64 received; /* packets, when the loss was measured last */
  gint64 lost;
} R58LineFigures;

void r58_line_figures_init (R58LineFigures *figures);
/* The loss of the last seconds, called once a second, of an RTPSession that receives. */
void r58_line_figures_measure (R58LineFigures *figures, GObject *session);
/* A report on its way to the guest; transfer full, as is what is sent in its place. `now_us` is monotonic. */
GstBuffer *r58_line_figures_sent (R58LineFigures *figures, GstBuffer *report, gint64 now_us);
/* Reads the answer to our question in one packet of the guest's reports. */
void r58_line_figures_received (R58LineFigures *figures, GstRTCPPacket *packet, gint64 now_us);

G_END_DECLS
