/* Transport-wide congestion control feedback (draft-holmer-rmcat-transport-wide-cc-extensions-01) to a guest on a line
 * that jitters. GStreamer's own reports a packet that comes out of order as lost, and each packet's lateness as it is: a
 * browser takes both for a full line and falls to its least bitrate, 30 kbit/s. */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

#define R58_TWCC_URI "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01"
#define R58_SEND_TIME_URI "http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time"

typedef struct _R58Twcc R58Twcc;

/* Ids of the header extensions, 1 to 14; 0 = not negotiated. */
R58Twcc *r58_twcc_new (guint sequence_id, guint send_time_id);
void r58_twcc_free (R58Twcc *twcc);
/* Any RTP packet of the peer, when it comes. `now_us` is monotonic. */
void r58_twcc_received (R58Twcc *twcc, GstBuffer *packet, gint64 now_us);
/* What is to be sent in place of `report`; transfer full. NULL when there is nothing to say. Returns `report` itself,
 * referenced, when it is no such feedback. */
GstBuffer *r58_twcc_replace (R58Twcc *twcc, GstBuffer *report, gint64 now_us);

G_END_DECLS
