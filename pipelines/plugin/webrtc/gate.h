/* What of a peer's packets is let in, and what they may make us do: streams, reports, retransmissions and key frames cost
 * the peer nothing to ask for, and us a thread, memory or everybody's picture. */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

typedef struct _R58Gate R58Gate;

/* What was refused so far. */
typedef struct {
  guint64 rtp;     /* packets: of a viewer, or of a stream too many */
  guint64 rtcp;    /* packets of compounds, and compounds too many */
  guint64 resends; /* asked for again too soon, too often, or long gone */
  guint64 keys;    /* put off */
} R58GateRefused;

/* `media`: the peer is one who sends. */
R58Gate *r58_gate_new (gboolean media);
void r58_gate_free (R58Gate *gate);
/* A stream that the offer names has its place, whatever else comes first. */
void r58_gate_expect (R58Gate *gate, guint32 ssrc);
/* A stream of ours: who sends under it is refused. */
void r58_gate_own (R58Gate *gate, guint32 ssrc);

/* Before decryption, where any SSRC makes a context. RTP or RTCP. */
gboolean r58_gate_admits (R58Gate *gate, GstBuffer *packet);
/* After decryption. */
gboolean r58_gate_admits_rtp (R58Gate *gate, GstBuffer *packet);
/* Takes the compound; returns what is left of it, NULL when nothing is. */
GstBuffer *r58_gate_report (R58Gate *gate, GstBuffer *compound, gint64 now_us);

/* Notes what was sent (video, a packet or the packets of a frame): a share of it may be sent again. */
void r58_gate_sent (R58Gate *gate, GstMiniObject *unit);
/* Whether a packet may be sent again. `rtt_ms` < 0: unknown. */
gboolean r58_gate_resend (R58Gate *gate, guint16 sequence, gdouble rtt_ms, gint64 now_us);

/* Whether the peer gets a key frame now; when not, r58_gate_key_due says when its turn has come. */
gboolean r58_gate_key (R58Gate *gate, gint64 now_us);
gboolean r58_gate_key_due (R58Gate *gate, gint64 now_us);
/* A key frame went out to the peer. */
void r58_gate_key_sent (R58Gate *gate);

R58GateRefused r58_gate_refused (R58Gate *gate);

G_END_DECLS
